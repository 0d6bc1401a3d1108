"""Cards as they are written into a page: script elements and signed Microdata sections.

Both as in Microsoft's get-started and security-requirements pages. Read the way Outlook's debugger
reads them, which also takes what is written wrongly; whether it is right is another question.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from amcli import base64url
from amcli.card.document import CardKind
from amcli.card.embedding import CARD_CLAIMS, SCRIPT_TYPES, SIGNED_TYPES
from amcli.errors import CardError
from amcli.received.eml import HtmlPart, ReceivedMail
from amcli.received.markup import Tag, tags
from amcli.strict_json import NotStrictJson, parse_json_object

_SIGNED_PROPERTIES = {name.lower() for _, name in SIGNED_TYPES.values()}
_COMPACT_JWS = re.compile(r"\s*[\w-]{10,}\.[\w-]{10,}\.[\w-]*\s*", re.ASCII)


class Form(enum.Enum):
    """How a card is written into a page."""

    SCRIPT = "script element"
    MICRODATA = "signed Microdata section"


@dataclass(frozen=True)
class WrittenCard:
    """A place in a page where a card is written."""

    form: Form
    tag: Tag
    part: HtmlPart
    section: Tag | None = None

    @property
    def text(self) -> str:
        """Return what is written there: JSON, or a JWS."""
        return self.tag.content

    @property
    def is_signed(self) -> bool:
        """Return whether a JWS is written there, or should be."""
        return self.form is Form.MICRODATA or is_jws(self.text)

    def card_text(self) -> str:
        """Return the card's JSON, out of an unverified JWS too; raises CardError."""
        return _payload_card(self.text) if self.is_signed else self.text


def written_cards(parts: Iterable[HtmlPart]) -> list[WrittenCard]:
    """Return the places in a mail's pages where cards are written, in their order."""
    return [place for part in parts for place in _places(part)]


def shown_card(places: list[WrittenCard]) -> WrittenCard:
    """Return the place of several that Outlook goes by: a signed section, else the first one."""
    return next((p for p in places if p.form is Form.MICRODATA), places[0])


def is_jws(text: str) -> bool:
    """Return whether a text is a JWS and no card."""
    return _COMPACT_JWS.fullmatch(text) is not None or '"signedadaptivecard"' in text[:2000].lower()


def _places(part: HtmlPart) -> Iterator[WrittenCard]:
    section: Tag | None = None
    for tag in tags(part.text):
        if tag.name == "section":
            section = None if tag.closing or not _is_signed_section(tag) else tag
        elif tag.closing:
            continue
        elif tag.name == "script" and _script_kind(tag) is not None and tag.content.strip():
            yield WrittenCard(Form.SCRIPT, tag, part)
        elif _signed_property(tag) and tag.content.strip():
            yield WrittenCard(Form.MICRODATA, tag, part, section)


def _script_kind(tag: Tag) -> CardKind | None:
    found = tag.attributes.get("type", "").strip().lower()
    if re.fullmatch(r"application/adaptivecard\S+?json", found):
        return CardKind.ADAPTIVE
    return CardKind.MESSAGE if found == SCRIPT_TYPES[CardKind.MESSAGE] else None


def _signed_property(tag: Tag) -> bool:
    return tag.attributes.get("itemprop", "").lower() in _SIGNED_PROPERTIES


def _is_signed_section(tag: Tag) -> bool:
    last = tag.attributes.get("itemtype", "").rstrip("/").rpartition("/")[2]
    return last.lower() in {name.lower() for name, _ in SIGNED_TYPES.values()}


def _payload_card(jws: str) -> str:
    """Return the card's text in an unverified JWS, for reading it; verifying is another check."""
    # White space is taken out, so that the card of a mail that wrapped the line can be read too.
    _, _, rest = "".join(jws.split()).partition(".")
    try:
        claims = parse_json_object(base64url.decode(rest.partition(".")[0]))
    except (base64url.NotBase64url, NotStrictJson) as error:
        raise CardError(
            f"the text is no JWS with a card in it: its payload {error}",
            hint="sign the card again",
        ) from None
    for name in CARD_CLAIMS.values():
        if isinstance(claims.get(name), str):
            return str(claims[name])
    raise CardError(
        f"the JWS has no {' and no '.join(CARD_CLAIMS.values())}", hint="sign the card again"
    )


def why_nothing(mail: ReceivedMail) -> str:
    """Return what a mail without a card has instead, for a hint."""
    if any(part.damaged_base64 for part in mail.html_parts):
        return "the HTML part says that it is base64, and it is damaged"
    if mail.attached_mail:
        return "another mail is attached, and Outlook shows no card of it: inspect that one itself"
    if not mail.html_parts:
        return "it has no HTML part, and a card can be in no other"
    if any("schema.org/signed" in part.text.lower() for part in mail.html_parts):
        return "a section for a signed card is there, and nothing in it"
    if any("adaptivecard" in part.text.lower() for part in mail.html_parts):
        return 'the word is there, but no <script type="application/adaptivecard+json"> element'
    return "the HTML has neither a card's script element nor a signed section; was it forwarded?"
