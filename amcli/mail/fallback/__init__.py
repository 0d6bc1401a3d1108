"""What people read where no card is shown: HTML and text, made from the card itself.

Both formats of card are first read into the same few blocks, and the blocks are then written as
HTML and as text, so that the two alternatives of a mail say the same.
"""

from __future__ import annotations

from amcli.card.document import CardDocument, CardKind
from amcli.mail.fallback.adaptive import adaptive_blocks
from amcli.mail.fallback.blocks import Block, Group, Heading, Paragraph
from amcli.mail.fallback.html import blocks_html
from amcli.mail.fallback.markdown import plain_text
from amcli.mail.fallback.message_card import message_card_blocks
from amcli.mail.fallback.text import blocks_text
from amcli.mail.fallback.wording import clean

_HEADLINE_CHARACTERS = 200


def card_blocks(document: CardDocument) -> tuple[Block, ...]:
    """Return what the card says, in reading order."""
    if document.kind is CardKind.ADAPTIVE:
        return adaptive_blocks(document.value)
    return message_card_blocks(document.value)


def fallback_html(document: CardDocument) -> str:
    """Return the card as HTML for inside ``<body>``; every value in it is escaped."""
    return blocks_html(card_blocks(document))


def fallback_text(document: CardDocument) -> str:
    """Return the card as plain text, lines ended by ``\\n``."""
    return blocks_text(card_blocks(document))


def card_headline(document: CardDocument) -> str | None:
    """Return the card in one line for a subject: its summary, else its first heading or text."""
    summary = clean(document.value.get("summary"))
    found = summary or _first_words(card_blocks(document))
    line = " ".join(plain_text(found).split()) if found else ""
    return line[:_HEADLINE_CHARACTERS] or None


def _first_words(blocks: tuple[Block, ...]) -> str:
    texts = list(_texts(blocks))
    headings = [block.text for block in texts if isinstance(block, Heading)]
    return next(iter(headings or [block.text for block in texts]), "")


def _texts(blocks: tuple[Block, ...]) -> list[Heading | Paragraph]:
    found: list[Heading | Paragraph] = []
    for block in blocks:
        if isinstance(block, Heading | Paragraph):
            found.append(block)
        elif isinstance(block, Group):
            found += _texts(block.blocks)
    return found
