"""Each token of a card's JSON value is written for the place where it stands."""

from __future__ import annotations

from typing import Any

from amcli.card.rendering.bodies import (
    BodyFormat,
    body_format,
    write_form_body,
    write_header,
    write_json_body,
    write_other_body,
)
from amcli.card.rendering.compose import Misprint, has_token
from amcli.card.rendering.ledger import TOKEN, Ledger, Printed, PrintError, json_value
from amcli.card.rendering.markdown import write_markdown
from amcli.card.rendering.pieces import Piece, joined, piece_of, scalar, take_apart
from amcli.card.rendering.places import (
    LISTS_FROM_DATA,
    PART_PROPERTIES,
    Place,
    part_name,
    place_of,
)
from amcli.card.rendering.urls import write_url

_IDENTIFIER_CHARACTERS = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$@.:+/=#-"
)


def fill(value: dict[str, Any], ledger: Ledger) -> dict[str, Any]:
    """Return the card with every token written; raises Misprint."""
    return _Filler(ledger).object(value, None, {})


class _Filler:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def object(
        self, value: dict[str, Any], holder: str | None, owner: dict[str, Any]
    ) -> dict[str, Any]:
        """Return an object filled; what decides how others are read is filled first."""
        part = part_name(value, holder)
        known = {**value}
        for name in sorted(value, key=_turn):
            self._refuse_token_in_name(name)
            place = place_of(part, name, owner if part == "Choice" else known)
            known[name] = self.value(value[name], place, name, known)
        return {name: known[name] for name in value}

    def value(self, value: Any, place: Place, name: str, owner: dict[str, Any]) -> Any:
        if isinstance(value, str):
            return self.string(value, place, name, owner) if has_token(value) else value
        if isinstance(value, list):
            return [self.value(item, place, name, owner) for item in value]
        if isinstance(value, dict):
            if place is Place.OPAQUE:
                return self._opaque(value, owner)
            return self.object(value, name, owner)
        return value

    def string(self, text: str, place: Place, name: str, owner: dict[str, Any]) -> Any:
        whole = self._whole(text)
        if place is Place.BODY:
            return self._body(text, owner)
        if whole is not None and not isinstance(whole.value, str):
            return self._structure(whole, place, name, owner)
        return _WRITERS[place](take_apart(text, self._ledger))

    def _whole(self, text: str) -> Printed | None:
        token = TOKEN.fullmatch(text)
        printed = self._ledger.at(token) if token else None
        return printed if printed is not None and printed.whole else None

    def _body(self, text: str, action: dict[str, Any]) -> str:
        kind = body_format(action)
        if kind is BodyFormat.JSON:
            return write_json_body(text, self._ledger)
        write = write_form_body if kind is BodyFormat.FORM else write_other_body
        return write(take_apart(text, self._ledger))

    def _opaque(self, value: dict[str, Any], owner: dict[str, Any]) -> dict[str, Any]:
        filled = {}
        for name, child in value.items():
            self._refuse_token_in_name(name)
            filled[name] = self.value(child, Place.OPAQUE, name, owner)
        return filled

    def _structure(self, printed: Printed, place: Place, name: str, owner: dict[str, Any]) -> Any:
        """Return a value printed outside quotes; names of properties stay the author's."""
        value = _json_value(printed)
        if place is Place.OPAQUE:
            return _without_references(value, printed)
        if isinstance(value, dict):
            return self._part(value, printed, name, owner)
        if not isinstance(value, list):
            return self._scalar(value, printed, place)
        if name not in LISTS_FROM_DATA:
            raise Misprint(
                f"a list from data as {name!r}",
                printed,
                "loop over it in the template and write each element out",
            )
        return [
            self._part(item, printed, name, owner)
            if isinstance(item, dict)
            else self._scalar(item, printed, place)
            for item in value
        ]

    def _part(
        self, mapping: dict[str, Any], printed: Printed, name: str, owner: dict[str, Any]
    ) -> dict[str, Any]:
        part = part_name({"image": ""} if name == "images" else {}, name)
        allowed = PART_PROPERTIES.get(part, frozenset())
        foreign = [key for key in mapping if key not in allowed]
        if foreign:
            names = f"; here only {', '.join(sorted(allowed))} may" if allowed else ""
            raise Misprint(
                f"the property name {foreign[0][:60]!r} would come from data{names}",
                printed,
                "write the object out in the template, with the values in quotes",
            )
        return {
            key: self._scalar(value, printed, place_of(part, key, owner))
            for key, value in mapping.items()
        }

    @staticmethod
    def _scalar(value: Any, printed: Printed, place: Place) -> Any:
        if isinstance(value, (dict, list)):
            raise Misprint(
                "a list or mapping inside a list or mapping from data",
                printed,
                "write the outer one out in the template, with a loop",
            )
        own = Printed(value, printed.file, printed.line)
        if place in {Place.TYPE, Place.URL, Place.BODY}:
            return _WRITERS[place]([piece_of(own)])
        if value is None or isinstance(value, (bool, int, float)):
            return value
        return _WRITERS[place]([piece_of(own)])

    def _refuse_token_in_name(self, name: str) -> None:
        token = TOKEN.search(name)
        if token is not None:
            raise Misprint(
                "a property's name cannot come from data",
                self._ledger.at(token),
                "write the property out, with `{% if %}` around it where it is optional",
            )


# How a list of choices looks decides how its labels are read, a content type how a body is.
_DECIDING = ("style", "isMultiSelect", "bodyContentType", "headers")


def _turn(name: str) -> int:
    return 0 if name in _DECIDING else 2 if name == "body" else 1


def _json_value(printed: Printed) -> Any:
    try:
        return json_value(printed.value)
    except PrintError as error:
        raise Misprint(str(error), printed, error.hint) from None


def _write_text(pieces: list[Piece]) -> str:
    return joined(pieces).text


def _write_type(pieces: list[Piece]) -> str:
    for piece in pieces:
        if piece.printed is not None:
            raise Misprint(
                "the type of an element cannot come from data",
                piece.printed,
                "write each element out, and choose between them with `{% if %}`",
            )
    return joined(pieces).text


def _write_identifier(pieces: list[Piece]) -> str:
    for piece in pieces:
        if piece.printed is not None and not _IDENTIFIER_CHARACTERS.issuperset(scalar(piece)):
            raise Misprint(
                f"{scalar(piece)[:60]!r} cannot be (part of) an identifier or option",
                piece.printed,
                "ids and options take ASCII letters, digits and - _ . : @ $ + / = # only",
            )
    return joined(pieces).text


def _write_speech(pieces: list[Piece]) -> str:
    # `speak` is plain text or SSML (XML); only where the author wrote a tag is it the latter.
    if not any("<" in piece.text for piece in pieces if not piece.is_data):
        return joined(pieces).text
    from xml.sax.saxutils import escape

    return "".join(escape(scalar(p)) if p.is_data else p.text for p in pieces)


def _write_opaque(pieces: list[Piece]) -> str:
    return joined(pieces).without_foreign_references()


def _without_references(value: Any, printed: Printed) -> Any:
    if isinstance(value, str):
        return _write_opaque([Piece(value, Printed(value, printed.file, printed.line))])
    if isinstance(value, list):
        return [_without_references(item, printed) for item in value]
    if isinstance(value, dict):
        return {
            _without_references(name, printed): _without_references(item, printed)
            for name, item in value.items()
        }
    return value


_WRITERS = {
    Place.MARKDOWN: write_markdown,
    Place.TEXT: _write_text,
    Place.SPEECH: _write_speech,
    Place.URL: write_url,
    Place.HEADER: write_header,
    Place.BODY: write_other_body,
    Place.IDENTIFIER: _write_identifier,
    Place.OPAQUE: _write_opaque,
    Place.TYPE: _write_type,
}
