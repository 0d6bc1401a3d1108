"""A string of a card, taken apart: what the author wrote and what came from data."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from amcli.card.input_reference import INPUT_REFERENCE
from amcli.card.rendering.compose import Misprint
from amcli.card.rendering.ledger import (
    TOKEN,
    CapturedText,
    InputReference,
    Ledger,
    Printed,
    PrintError,
    Trusted,
    plain,
    text_of,
)


@dataclass(frozen=True)
class Piece:
    """A run of the author's text (``printed`` is None), or one printed value."""

    text: str
    printed: Printed | None = None

    @property
    def is_data(self) -> bool:
        """Return whether this came from data."""
        return self.printed is not None


def take_apart(text: str, ledger: Ledger) -> list[Piece]:
    """Return the pieces of a string with tokens; raises Misprint for values without a text."""
    pieces: list[Piece] = []
    end = 0
    for token in TOKEN.finditer(text):
        pieces += _literal(text[end : token.start()])
        pieces.append(piece_of(ledger.at(token), ledger))
        end = token.end()
    return pieces + _literal(text[end:])


def piece_of(printed: Printed, ledger: Ledger | None = None) -> Piece:
    """Return a printed value as a piece; the author's own text and references are literal."""
    if isinstance(printed.value, InputReference) and ledger is not None:
        ledger.references.append(printed)
    if isinstance(printed.value, (Trusted, InputReference)):
        return Piece(str(printed.value))
    if isinstance(printed.value, CapturedText):
        return Piece(plain(printed.value), printed)
    if isinstance(printed.value, (list, tuple, dict)):
        return Piece("", printed)
    try:
        return Piece(text_of(printed.value), printed)
    except PrintError as error:
        raise Misprint(str(error), printed, error.hint) from None


def _literal(text: str) -> list[Piece]:
    return [Piece(text)] if text else []


class Assembly:
    """A string put together again, that knows which of its characters came from data."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self.last = ""
        """The last character so far."""
        self.spans: list[tuple[int, int, Printed]] = []

    def literal(self, text: str) -> None:
        """Add the author's text."""
        self._parts.append(text)
        self._length += len(text)
        self.last = text[-1:] or self.last

    def data(self, text: str, printed: Printed) -> None:
        """Add text from data, already escaped."""
        self.spans.append((self._length, self._length + len(text), printed))
        self.literal(text)

    @property
    def text(self) -> str:
        """Return what was added so far."""
        self._parts = ["".join(self._parts)]
        return self._parts[0]

    def touching(self, start: int, end: int) -> Printed | None:
        """Return a print that stands in or right at a range, an empty one too."""
        index = bisect_left(self.spans, start, key=lambda span: span[1])
        if index < len(self.spans) and self.spans[index][0] <= end:
            return self.spans[index][2]
        return None

    def without_foreign_references(self) -> str:
        """Return the text; raises Misprint where data makes or changes an input reference."""
        text = self.text
        for reference in INPUT_REFERENCE.finditer(text) if self.spans else ():
            printed = self.touching(reference.start() + 1, reference.end() - 1)
            if printed is not None:
                raise Misprint(
                    "data would become an input reference, which Outlook fills in",
                    printed,
                    "send this value in a JSON body, where amcli can escape it",
                )
        return text


def joined(pieces: Iterable[Piece]) -> Assembly:
    """Return the pieces as they are."""
    assembly = Assembly()
    for piece in pieces:
        if piece.printed is None:
            assembly.literal(piece.text)
        else:
            assembly.data(scalar(piece), piece.printed)
    return assembly


def scalar(piece: Piece) -> str:
    """Return a data piece's text; raises Misprint for a list or a mapping."""
    assert piece.printed is not None  # noqa: S101 - callers ask for data pieces only
    if isinstance(piece.printed.value, (list, tuple, dict)):
        kind = "a mapping" if isinstance(piece.printed.value, dict) else "a list"
        raise Misprint(
            f"{kind} inside quotes", piece.printed, "print its parts, or `| join(', ')` it"
        )
    return piece.text
