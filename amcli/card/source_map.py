"""Where each part of a card was written: from a JSON pointer to file, line and column.

Its small values are tuples, as a card has many of them.
"""

from __future__ import annotations

import io
import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from amcli.card.document import pointer_steps
from amcli.card.json_lookup import JsonDuplicates, JsonLookup
from amcli.card.json_spans import JsonSpan
from amcli.card.keyed import key_of


class SourceRange(NamedTuple):
    """Literal text of one file, in characters of its text as it is, line breaks included."""

    file: str
    start: int
    end: int
    """Exclusive."""


class Span(NamedTuple):
    """A place for people: lines and columns from 1, columns in characters, the end exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class DataKey(NamedTuple):
    """A value of the data."""

    file: str | None
    """The data file as a person calls it, where there was one."""
    key: str
    """``items[2].name``"""


class Print(NamedTuple):
    """One print of a template inside a value of the card."""

    expression: str
    span: Span
    """The whole ``{{ ... }}``."""
    data: DataKey | None
    """Where it came from, when it was printed unchanged."""
    text: str
    trusted_markdown: bool
    """Whether ``| markdown`` lets it stand as Markdown."""


class Origin(NamedTuple):
    """Where a value of the card was written."""

    value: Span
    """For a printed value the whole ``{{ ... }}``."""
    name: Span | None
    """The property's name, where the pointer names a property."""
    data: DataKey | None
    """When the value, or part of it, was printed unchanged from data."""
    expression: str | None
    """The source text of the print, when the value or part of it was printed."""


class Piece(NamedTuple):
    """A run of the JSON text and the part of a file that it comes from."""

    start: int
    end: int
    file: str
    source_start: int
    source_end: int
    is_literal: bool
    """Whether the characters stand in the file one by one; otherwise the whole makes the whole."""
    expression: str | None = None
    """Of a print."""


class PrintedValue(NamedTuple):
    """A value in the JSON text that is not the author's."""

    start: int
    end: int
    value: Any
    text: str
    trusted_markdown: bool


@dataclass(frozen=True)
class SourceMap:
    """The JSON text of a card, and where each part of it was written."""

    text: str
    """Tokens stand in it for what a template printed."""
    spans: Mapping[str, JsonSpan]
    files: Mapping[str, str]
    """By file as in ``Span.file``: the whole text, a byte order mark included."""
    pieces: tuple[Piece, ...]
    """In the order of the text, without gaps."""
    printed: tuple[PrintedValue, ...] = ()
    second: Mapping[str, JsonSpan] = field(default_factory=dict)
    """The second of properties that stand twice in one object."""
    data_file: str | None = None

    def origin(self, pointer: str) -> Origin:
        """Return where a value was written; of an unknown pointer its longest known beginning.

        What stands below a value that was printed as a whole was written in that print.
        """
        known, span = self._known(pointer)
        return self._origin(span, pointer_steps(pointer[len(known) :]))

    def duplicate(self, pointer: str) -> Origin:
        """Return where a property of a name was written a second time in one object."""
        span = self.second.get(pointer)
        return self.origin(pointer) if span is None else self._origin(span, [])

    def place(self, offset: int) -> Span:
        """Return where the character at an offset of ``text`` was written."""
        at = max(min(offset, len(self.text) - 1), 0)
        return self._span(at, min(at + 1, len(self.text)))

    def literal(self, start: int, end: int) -> SourceRange | None:
        """Return the part of a file that a range of ``text`` was copied from.

        None unless the whole range is literal text of one piece of one file.
        """
        if not 0 <= start <= end <= len(self.text):
            return None
        pieces = self.pieces[self._at(start) : self._at(max(end - 1, start)) + 1]
        # Lines of one run stand apart where the file ends them with two characters.
        joints = itertools.pairwise(pieces)
        if not all(a.file == b.file and a.source_end == b.source_start for a, b in joints):
            return None
        if not all(piece.is_literal for piece in pieces):
            return None
        first = self._file_range(pieces[0], start, end)
        return SourceRange(first.file, first.start, self._file_range(pieces[-1], start, end).end)

    def prints(self, pointer: str) -> tuple[Print, ...]:
        """Return the prints inside a value, in their order.

        The author's own text, constants and input references, is none of them.
        """
        _, span = self._known(pointer)
        return tuple(self._print(found) for found in self._printed_in(span))

    # --- building blocks

    def _known(self, pointer: str) -> tuple[str, JsonSpan]:
        while (span := self.spans.get(pointer)) is None:
            pointer = pointer.rpartition("/")[0]
        return pointer, span

    def _origin(self, span: JsonSpan, below: list[str]) -> Origin:
        name = None
        if span.name_start is not None and span.name_end is not None:
            name = self._span(span.name_start, span.name_end)
        data, expression = None, None
        if self.text[span.start] not in "{[":
            data, expression = self._told(span, below)
        return Origin(self._span(span.start, span.end), name, data, expression)

    def _told(self, span: JsonSpan, below: list[str]) -> tuple[DataKey | None, str | None]:
        """Return data and expression of a value: of its first print that came from data."""
        printed = self._printed_in(span)
        for found in printed:
            data = self._data(_part(found.value, below))
            if data is not None:
                return data, self._piece_of(found).expression
        pieces = [*map(self._piece_of, printed), *self._pieces_in(span)]
        return None, next((p.expression for p in pieces if p.expression is not None), None)

    def _print(self, found: PrintedValue) -> Print:
        piece = self._piece_of(found)
        return Print(
            piece.expression or "",
            self._span(found.start, found.end),
            self._data(found.value),
            found.text,
            found.trusted_markdown,
        )

    def _data(self, value: Any) -> DataKey | None:
        key = key_of(value)
        return DataKey(self.data_file, key) if key is not None else None

    def _at(self, offset: int) -> int:
        """Return which piece an offset of the text stands in."""
        return max(bisect_right(self._starts, offset) - 1, 0)

    def _piece_of(self, found: PrintedValue) -> Piece:
        return self.pieces[self._at(found.start)]

    def _pieces_in(self, span: JsonSpan) -> tuple[Piece, ...]:
        return self.pieces[self._at(span.start) : self._at(span.end - 1) + 1]

    def _printed_in(self, span: JsonSpan) -> tuple[PrintedValue, ...]:
        first = bisect_left(self.printed, span.start, key=lambda found: found.start)
        after = bisect_left(self.printed, span.end, key=lambda found: found.start)
        return self.printed[first:after]

    @cached_property
    def _starts(self) -> list[int]:
        return [piece.start for piece in self.pieces]

    @cached_property
    def _lines(self) -> dict[str, list[int]]:
        """Where the lines of each file begin."""
        return {file: _line_starts(text) for file, text in self.files.items()}

    def _span(self, start: int, end: int) -> Span:
        """Return the place of a range; what ends elsewhere is told by its beginning alone."""
        first, last = self.pieces[self._at(start)], self.pieces[self._at(max(end - 1, start))]
        if first is last and first.is_literal and start < end < first.end:
            shift = first.source_start - first.start
            return self._for_people(first.file, start + shift, end + shift)
        begin = self._file_range(first, start, first.end)
        stop = self._file_range(last, last.start, end)
        is_whole = stop.file == begin.file and stop.end > begin.start
        return self._for_people(begin.file, begin.start, stop.end if is_whole else begin.end)

    @staticmethod
    def _file_range(piece: Piece, start: int, end: int) -> SourceRange:
        if not piece.is_literal:
            return SourceRange(piece.file, piece.source_start, piece.source_end)
        shift = piece.source_start - piece.start
        # A line break of two characters is one in the JSON text, and ends its piece.
        stop = piece.source_end if end >= piece.end else end + shift
        return SourceRange(piece.file, start + shift, stop)

    def _for_people(self, file: str, start: int, end: int) -> Span:
        return Span(file, *self._line_and_column(file, start), *self._line_and_column(file, end))

    def _line_and_column(self, file: str, offset: int) -> tuple[int, int]:
        starts = self._lines[file]
        line = max(bisect_right(starts, offset), 1)
        return line, max(offset - starts[line - 1], 0) + 1


def json_source_map(text: str, file: str) -> SourceMap:
    """Return the source map of a finished card; ``file`` is what a person calls it.

    Raises ValueError for a text that is not JSON.
    """
    spans = JsonLookup(text)
    whole = Piece(0, len(text), file, 0, len(text), is_literal=True)
    return SourceMap(text, spans, {file: text}, (whole,), second=JsonDuplicates(spans))


def _part(value: Any, steps: list[str]) -> Any:
    """Return what stands below a printed list or mapping."""
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, (list, tuple)) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _line_starts(text: str) -> list[int]:
    lines = io.StringIO(text, newline="")  # which ends lines as editors do, and keeps their ends
    starts = [0, *itertools.accumulate(map(len, lines))]
    if len(starts) > 1 and not text.endswith(("\n", "\r")):
        starts.pop()
    # No editor counts a byte order mark as a column.
    starts[0] = 1 if text.startswith("\ufeff") else 0
    return starts
