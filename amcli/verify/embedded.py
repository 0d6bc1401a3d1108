"""The card inside a mail: where it stands, in which form, and whether Outlook would find it there.

Script elements and Microdata as in Microsoft's get-started and security-requirements pages; the
exact letters matter, since Outlook's own tools look for them with patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from amcli.card.document import CardDocument, parse_card
from amcli.card.embedding import SCRIPT_TYPES, SIGNED_TYPES
from amcli.errors import CardError, NothingFound
from amcli.received.eml import ReceivedMail
from amcli.received.written import Form, WrittenCard, is_jws, shown_card, why_nothing, written_cards
from amcli.verify.checks import Check, failed, passed

__all__ = ["EmbeddedCard", "Form", "extract"]

_SCRIPT_KINDS = {value: kind for kind, value in SCRIPT_TYPES.items()}
_MAX_LINE = 998  # RFC 5322, section 2.1.1


@dataclass(frozen=True)
class EmbeddedCard:
    """The card of a mail, with what was seen on the way to it."""

    form: Form
    raw: str
    """The card's JSON, or the JWS, to the letter."""
    jws: str | None
    document: CardDocument | None
    """None when what is there cannot be read as a card; a check says why."""
    checks: tuple[Check, ...]
    notes: tuple[str, ...]
    """What is unusual but not wrong."""


def extract(mail: ReceivedMail) -> EmbeddedCard:
    """Return the card in the mail; the first one when there are several.

    Raises NothingFound when there is none, and says what the mail has instead.
    """
    places = written_cards(mail.html_parts)
    if not places:
        raise NothingFound(f"{mail.source}: no card in this mail", hint=why_nothing(mail))
    place = shown_card(places)
    jws = place.text.strip() if place.is_signed else None
    document, problem = _document(place, mail.source)
    embedding = _embedding_check(place, document, places)
    # The card inside a JWS has a check of its own where the JWS is checked.
    card = [] if jws is not None else [_card_check(document, problem)]
    checks = (embedding, *card, _lines_check(mail))
    notes = tuple(_notes(place, mail))
    return EmbeddedCard(place.form, place.text.strip(), jws, document, checks, notes)


def _document(place: WrittenCard, source: str) -> tuple[CardDocument | None, str]:
    try:
        return parse_card(place.card_text(), f"card in {source}"), ""
    except CardError as error:
        return None, error.message


def _embedding_check(
    place: WrittenCard, document: CardDocument | None, places: Sequence[WrittenCard]
) -> Check:
    wrong = (
        _script_problem(place, document)
        if place.form is Form.SCRIPT
        else _signed_problem(place, document)
    )
    if wrong is not None:
        return failed("embedding", *wrong)
    if len(places) > 1:
        found = ", ".join(p.form.value for p in places[:5])
        return failed(
            "embedding",
            f"{len(places)} cards in one mail ({found})",
            "a mail carries one card; a signed card replaces the script element",
        )
    where = "<head>" if place.tag.in_head else "<body>"
    return passed("embedding", f"one card, in a {place.form.value} in {where}")


def _script_problem(place: WrittenCard, document: CardDocument | None) -> tuple[str, str] | None:
    raw = place.tag.raw_attributes.get("type", "").strip("\"'")
    exact = raw.strip().lower()
    if is_jws(place.text):
        return (
            "a signed card stands in a script element, where Outlook does not look for one",
            'put the JWS into <section itemscope itemtype="http://schema.org/SignedAdaptiveCard"> '
            "at the end of <body>",
        )
    if exact not in _SCRIPT_KINDS:
        return (
            f"the script's type is written {raw[:80]!r}, and Outlook compares the letters",
            "a relay rewrote it (SendGrid does so with +): send another way, or sign the card",
        )
    if document is not None and _SCRIPT_KINDS[exact] is not document.kind:
        return (
            f"the {document.kind.label} stands in a script of type {exact}",
            f'it belongs into <script type="{SCRIPT_TYPES[document.kind]}">',
        )
    return None


def _signed_problem(place: WrittenCard, document: CardDocument | None) -> tuple[str, str] | None:
    written = place.tag.attributes["itemprop"]
    right = next(p for _, p in SIGNED_TYPES.values() if p.lower() == written.lower())
    if written != right:
        return (
            f'itemprop="{written}" is not the property that Outlook reads',
            f'names in Microdata are case-sensitive: itemprop="{right}"',
        )
    if place.section is None:
        return (
            "the signed card stands outside of its section",
            '<section itemscope itemtype="http://schema.org/SignedAdaptiveCard"> goes around it',
        )
    item_type = place.section.attributes.get("itemtype", "")
    known = {f"http://schema.org/{name}" for name, _ in SIGNED_TYPES.values()}
    if item_type not in known or "itemscope" not in place.section.attributes:
        return (
            f"the section is written {place.section.raw[:120]!r}",
            '<section itemscope itemtype="http://schema.org/SignedAdaptiveCard">, with http',
        )
    if (
        document is not None
        and (item_type.rpartition("/")[2], right) != SIGNED_TYPES[document.kind]
    ):
        fitting, its_property = SIGNED_TYPES[document.kind]
        return (
            f'the {document.kind.label} stands in a section {item_type} with itemprop="{right}"',
            f'for it they are http://schema.org/{fitting} and itemprop="{its_property}"',
        )
    return None


def _card_check(document: CardDocument | None, problem: str) -> Check:
    if document is not None:
        return passed("card", f"{document.kind.label}{_version(document)}, readable")
    return failed(
        "card",
        f"what is there cannot be read as a card: {problem}",
        "where the text breaks off, look for </script or <!-- in a value: < must be \\u003c",
    )


def _version(document: CardDocument) -> str:
    return f" {document.version[:20]}" if document.version else ""


def _lines_check(mail: ReceivedMail) -> Check:
    if mail.form.mixed_line_ends:
        return failed(
            "lines",
            "some lines end in CRLF and others in LF alone",
            "a mail on its way has CRLF only (RFC 5322, section 2.3); something rewrote this one",
        )
    if mail.longest_line > _MAX_LINE:
        return failed(
            "lines",
            f"a line has {mail.longest_line} octets, and relays break lines over {_MAX_LINE}",
            "encode the HTML part as quoted-printable or base64",
        )
    return passed("lines", f"no line over {_MAX_LINE} octets")


def _notes(place: WrittenCard, mail: ReceivedMail) -> Iterator[str]:
    if mail.form.marked:
        yield "a byte order mark stands in front of the mail; something saved it as text"
    if place.form is Form.SCRIPT:
        if not re.match(r'<script\s+type="', place.tag.raw, re.IGNORECASE):
            yield (
                f"the script is written {place.tag.raw[:100]}; Outlook's debugger finds only "
                '<script type="...">, double quotes, type first'
            )
        if not place.tag.in_head:
            yield "the script is in <body>; Microsoft's documents put it into <head>"
    elif any(character.isspace() for character in place.text.strip()):
        yield "there is white space inside the JWS: something broke its line"
    if not place.part.charset_known:
        yield f"the HTML part is not really {place.part.charset!r}; characters may be lost"
    if place.part.damaged_base64:
        yield "the HTML part is not clean base64; something may be missing"
