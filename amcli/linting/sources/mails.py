"""The card inside a mail (``.eml``) or inside a page (``.html``) that was made to be sent."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from amcli.card.document import parse_card
from amcli.card.json_spans import json_spans
from amcli.card.source_map import Piece, SourceMap
from amcli.errors import CardError, NothingFound, UnreadableInput
from amcli.files import read_bounded
from amcli.linting.sources.search import FoundPath
from amcli.linting.sources.source import CardSource, Source
from amcli.linting.surroundings import Correspondence
from amcli.received.eml import MAX_MAIL_BYTES, HtmlPart, ReceivedMail, read_mail
from amcli.received.written import WrittenCard, shown_card, why_nothing, written_cards


def mail_sources(found: FoundPath) -> list[Source]:
    """Return the card of a mail or a page; the one that Outlook goes by, where there are several.

    Raises MailError, UnreadableInput and CardError, and NothingFound where a file that was named
    has no card.
    """
    path = Path(found.path)
    is_mail = path.suffix.lower() == ".eml"
    content = read_bounded(path, MAX_MAIL_BYTES, what="mail" if is_mail else "page")
    mail = read_mail(content, found.path) if is_mail else None
    text = content.decode("utf-8", "replace") if mail else _page(content, found.path)
    places = written_cards(mail.html_parts if mail else [HtmlPart(text, "utf-8", True)])
    if places:
        return [_source(shown_card(places), found.path, text, mail)]
    if not found.is_named:
        return []
    what, hint = "page", 'it has no <script type="application/adaptivecard+json"> element'
    raise NothingFound(
        f"{found.path}: no card in this {'mail' if mail else what}",
        hint=why_nothing(mail) if mail else hint,
    )


def _page(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableInput(
            f"{file}: the page is not UTF-8 text (byte {error.start})",
            hint="save the file as UTF-8",
        ) from None


def _source(place: WrittenCard, file: str, text: str, mail: ReceivedMail | None) -> Source:
    try:
        json = place.card_text()
    except CardError as error:
        raise CardError(f"{file}: {error.message}", hint=error.hint) from None
    document = parse_card(json, file)
    written = partial(_written, place, json, file, text)
    around = Correspondence(mail.sender or None, mail.recipients) if mail else None
    card = CardSource(None, lambda: document, written)
    return Source(file, (card,), signed=place.is_signed, mail=around, is_final=True)


def _written(place: WrittenCard, json: str, file: str, text: str) -> SourceMap:
    """Return the map of a card in a file; what is encoded there is told by where it begins."""
    for ends in ("\r\n", "\n"):
        written = place.text.replace("\r\n", ends)
        start = text.find(written)
        if start >= 0 and not place.is_signed:
            return _map(
                written, Piece(0, len(written), file, start, start + len(written), True), text
            )
        if start >= 0:
            break
    else:
        start, written = max(text.find("application/adaptivecard+json"), 0), "?"
    return _map(json, Piece(0, len(json), file, start, start + len(written), False), text)


def _map(json: str, piece: Piece, text: str) -> SourceMap:
    spans = json_spans(json)
    return SourceMap(json, spans.values, {piece.file: text}, (piece,), second=spans.duplicates)
