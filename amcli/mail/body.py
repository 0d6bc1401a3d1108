"""The mail's body: the card where Outlook looks for it, and the same card for everybody else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from amcli.card.document import CardDocument, CardKind
from amcli.card.embedding import SCRIPT_TYPES, SIGNED_TYPES
from amcli.errors import UsageError
from amcli.linting.finding import CheckedCard
from amcli.mail.fallback import fallback_html as html_of
from amcli.mail.fallback import fallback_text as text_of

if TYPE_CHECKING:
    from amcli.signing.signed_card import SignedCard

HIDDEN_STYLE = "mso-hide:all;display:none;max-height:0px;overflow:hidden;"

_BODY_STYLE = (
    "margin:0;padding:16px;font-family:'Segoe UI',Arial,sans-serif;font-size:15px;line-height:1.45"
)
_NOT_IN_A_BODY = re.compile(r"<\s*/?\s*(html|head|body|script|section)\b|<!doctype", re.IGNORECASE)


@dataclass(frozen=True)
class HtmlBody:
    """The two alternatives of a mail, both made from the same card."""

    html: str
    text: str


def embed(card: CheckedCard | SignedCard, *, fallback_html: str | None = None) -> HtmlBody:
    """Return the HTML document with the card in it, and the plain text for readers without HTML.

    An unsigned card stands in a script element in ``<head>``, a signed one as Microdata at the end
    of ``<body>``. ``fallback_html`` replaces the generated content of ``<body>``; it is the
    author's own HTML and must be escaped already. Raises UsageError when it is a whole document or
    holds a script or section, in which Outlook would look for another card.
    """
    content = html_of(card.document) if fallback_html is None else _checked(fallback_html)
    if isinstance(card, CheckedCard):
        html = _page(script_element(card.document), content, "")
    else:
        html = _page("", content, signed_section(card.jws, card.document.kind))
    return HtmlBody(html, text_of(card.document))


def script_element(document: CardDocument) -> str:
    """Return the script element that Outlook looks for, with the card's JSON in it.

    ``<``, ``>`` and ``&`` are written as JSON escapes: ``</script`` in a text cannot end the
    element, and no relay finds anything to escape.
    """
    json = document.compact()
    for character in "<>&":
        json = json.replace(character, f"\\u{ord(character):04x}")
    return f'<script type="{SCRIPT_TYPES[document.kind]}">{json}</script>'


def signed_section(jws: str, kind: CardKind) -> str:
    """Return the Microdata section that Outlook looks for, with the compact JWS in it.

    SignedMessageCard is described in documents of 2018 only; current ones know SignedAdaptiveCard.
    """
    item_type, item_property = SIGNED_TYPES[kind]
    return (
        f'<section itemscope itemtype="http://schema.org/{item_type}">\n'
        '<meta itemprop="@context" content="http://schema.org/extensions" />\n'
        f'<meta itemprop="@type" content="{item_type}" />\n'
        f'<div itemprop="{item_property}" style="{HIDDEN_STYLE}">{jws}</div>\n'
        "</section>\n"
    )


def _page(script: str, content: str, section: str) -> str:
    return (
        "<!DOCTYPE html>\n<html>\n<head>\n"
        '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n'
        f"{script}{chr(10) if script else ''}"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'</head>\n<body style="{_BODY_STYLE}">\n{content}\n{section}</body>\n</html>\n'
    )


def _checked(fallback_html: str) -> str:
    found = _NOT_IN_A_BODY.search(fallback_html)
    if found:
        raise UsageError(
            f"the hand-written body holds {found.group()!r}: it may hold only what stands "
            "inside <body>, and neither script nor section",
            hint="amcli writes the document around it and puts the card in",
        )
    return fallback_html
