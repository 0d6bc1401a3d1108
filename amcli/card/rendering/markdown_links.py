"""The destinations of links in Markdown are URLs, and are written like those (6.3, 6.5)."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Sequence

from amcli.card.rendering.compose import Misprint
from amcli.card.rendering.pieces import Piece
from amcli.card.rendering.urls import write_url

# [text](destination), <scheme:...>, and [label]: scheme:... as a definition of its own.
_START = re.compile(r"\]\(\s*<?|<(?=[A-Za-z][A-Za-z0-9+.-]*:)|\]:\s*<?(?=[A-Za-z][A-Za-z0-9+.-]*:)")


class _In(enum.Enum):
    TEXT = enum.auto()
    DESTINATION = enum.auto()
    TITLE = enum.auto()


def with_destinations(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield the pieces with each destination that has data in it written as a URL.

    Raises Misprint for data in the host of a link, and in a link's title.
    """
    return _Reader().read(pieces)


class _Reader:
    """Goes through the author's text once, values and all."""

    def __init__(self) -> None:
        self._state = _In.TEXT
        self._destination: list[Piece] = []
        self._opener = ""
        self._depth = 0

    def read(self, pieces: Sequence[Piece]) -> Iterator[Piece]:
        for piece in pieces:
            if piece.printed is None:
                yield from self._literal(piece.text)
            elif self._state is _In.DESTINATION:
                self._destination.append(piece)
            elif self._state is _In.TITLE:
                raise Misprint(
                    "a value in the title of a link, which Outlook does not show",
                    piece.printed,
                    "leave the title out, and put the value into the link's text",
                )
            else:
                yield piece
        if self._destination:
            yield self._written()

    def _literal(self, text: str) -> Iterator[Piece]:
        at = 0
        while at < len(text):
            if self._state is _In.TEXT:
                start = _START.search(text, at)
                end = start.end() if start else len(text)
                yield Piece(text[at:end])
                if start is not None:
                    self._begin(start[0])
            elif self._state is _In.DESTINATION:
                end = self._end_of_destination(text, at)
                self._destination += [Piece(text[at:end])] if end > at else []
                if end < len(text):
                    yield self._written()
                    self._leave(text[end])
            else:
                found = re.compile(r"[)\n]").search(text, at)
                end = found.end() if found else len(text)
                yield Piece(text[at:end])
                self._state = _In.TEXT if found else _In.TITLE
            at = end

    def _begin(self, opener: str) -> None:
        self._state, self._opener, self._depth = _In.DESTINATION, opener, 0

    def _end_of_destination(self, text: str, at: int) -> int:
        for index in range(at, len(text)):
            character = text[index]
            if self._opener.endswith("<"):
                if character in ">\n":
                    return index
            elif character.isspace() or (character == ")" and self._depth == 0):
                return index
            else:
                self._depth += {"(": 1, ")": -1}.get(character, 0)
        return len(text)

    def _leave(self, character: str) -> None:
        has_title = self._opener != "<" and character != ")"
        self._state = _In.TITLE if has_title else _In.TEXT

    def _written(self) -> Piece:
        pieces, self._destination = self._destination, []
        if any(piece.is_data for piece in pieces):
            return Piece(write_url(pieces))
        return Piece("".join(piece.text for piece in pieces))
