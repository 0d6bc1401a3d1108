"""The JSON text of a marked template: each piece of it with the part of a file that made it."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from amcli.card.json_spans import JsonSpans
from amcli.card.rendering.compose import Part, parts
from amcli.card.rendering.ledger import (
    TOKEN,
    CapturedText,
    InputReference,
    Ledger,
    Printed,
    PrintError,
    Trusted,
    TrustedMarkdown,
    json_value,
    plain,
    text_of,
)
from amcli.card.rendering.marks import Marked, MarkTable, without_marks
from amcli.card.rendering.written import Written
from amcli.card.source_map import Piece, PrintedValue, SourceMap


def assemble(
    marked: Marked, marks: MarkTable, folder: Path, main: str, ledger: Ledger
) -> AssembledText:
    """Return the JSON text of a rendered text; raises Misprint as ``composed`` does."""
    assembled = AssembledText(marked, marks, folder, main)
    assembled.take(parts(marked.text, ledger), ledger)
    return assembled


@dataclass(frozen=True)
class SourceFile:
    """A template's file: offsets with line breaks as one character become offsets in its text."""

    file: str
    text: str
    shift: int
    """1 where the text begins with a byte order mark."""
    long_breaks: tuple[int, ...]
    """Where the line breaks of two characters are."""

    @classmethod
    def of(cls, file: str, text: str) -> SourceFile:
        """Return the file with this text."""
        bare = text.removeprefix("\ufeff")
        breaks = (found.start() for found in re.finditer("\r\n", bare))
        shift = len(text) - len(bare)
        return cls(file, text, shift, tuple(start - n for n, start in enumerate(breaks)))

    def offset(self, offset: int) -> int:
        """Return an offset in the text as it is."""
        return offset + self.shift + bisect_left(self.long_breaks, offset)

    def lines(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield a range in parts that end behind each line break of two characters."""
        first, after = bisect_left(self.long_breaks, start), bisect_left(self.long_breaks, end)
        for found in self.long_breaks[first:after]:
            yield start, found + 1
            start = found + 1
        if start < end:
            yield start, end


@dataclass
class AssembledText:
    """The JSON text, piece by piece."""

    marked: Marked
    marks: MarkTable
    folder: Path
    main: str
    files: dict[str, SourceFile] = field(default_factory=dict)
    """By template: those that something was written in."""
    pieces: list[Piece] = field(default_factory=list)
    printed: list[PrintedValue] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    length: int = 0

    @property
    def text(self) -> str:
        """Return the JSON text."""
        return "".join(self.written)

    def source_map(self, spans: JsonSpans | None = None, data_file: str | None = None) -> SourceMap:
        """Return the source map of the text; without ``spans`` it knows no pointers."""
        return SourceMap(
            self.text,
            spans.values if spans else {},
            {found.file: found.text for found in self.files.values()},
            tuple(self.pieces),
            tuple(self.printed),
            spans.duplicates if spans else {},
            data_file,
        )

    def take(self, parts: Iterable[Part], ledger: Ledger) -> None:
        """Take the parts of the text in their order."""
        at = begun = 0  # literal text comes in many parts that belong together
        for part in parts:
            if part.printed is not None:
                self._literal(begun, at)
                self._print(at, part, part.printed, ledger)
                begun = at + part.length
            at += part.length
        self._literal(begun, at)
        if not self.pieces:
            self._piece("", self._place(-1)[0])

    # --- building blocks

    def _literal(self, start: int, end: int) -> None:
        for a, b, number in self._runs(start, end):
            place, begun = self._place(number)
            text, within = self.marked.text[a:b], a - begun
            # Behind captured text may stand what a print put there; it has no mark of its own.
            written = (place.text or "")[within : within + b - a]
            if text.startswith(written):
                self._exact(written, place, place.start + within)
                text = text[len(written) :]
            self._piece(text, place)

    def _exact(self, text: str, place: Written, start: int) -> None:
        for first, last in self._file(place.template).lines(start, start + len(text)):
            self._piece(text[first - start : last - start], place, (first, last), literal=True)

    def _runs(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield a range in parts that have one mark each, with its place among the marks."""
        number = self.marked.mark_at(start)
        while start < end:
            following = self.marked.positions[number + 1 : number + 2]
            stop = min(following[0], end) if following else end
            if stop > start:
                yield start, stop, number
            start, number = stop, number + 1

    def _place(self, number: int) -> tuple[Written, int]:
        """Return what a mark of the text stands for, and where it stands in the text."""
        if number < 0:
            return Written(self.main, 0, 0, None), 0
        return self.marks[self.marked.numbers[number]], self.marked.positions[number]

    def _file(self, template: str) -> SourceFile:
        if template not in self.files:
            file = SourceFile.of(str(self.folder / template), self.marks.sources[template])
            self.files[template] = file
        return self.files[template]

    def _print(self, at: int, part: Part, printed: Printed, ledger: Ledger) -> None:
        """Take a printed value, or a character of the author's that has a token."""
        place, begun = self._place(self.marked.mark_at(at))
        source = self.marked.text[at : at + part.length]
        if isinstance(printed.value, CapturedText) and part.text != source:
            self._captured(without_marks(part.text), place, ledger)
            return
        exact = place.text is not None and place.text.startswith(source, at - begun)
        first = place.start + at - begun
        start = self.length + len(part.text) - len(part.text.lstrip())
        if isinstance(printed.value, InputReference):
            place = replace(place, expression=None)  # the author's own text
        self._piece(part.text, place, (first, first + part.length) if exact else None)
        self._value(start, start + len(part.text.strip()), printed)

    def _captured(self, inner: Marked, place: Written, ledger: Ledger) -> None:
        """Take captured text that became one JSON string; its quotes count as its ends."""
        begun = self.length
        bounds = [0, *inner.positions[1:], len(inner.text)]
        for number, start, end in zip(inner.numbers, bounds, bounds[1:], strict=False):
            self._piece(inner.text[start:end], self.marks[number])
        if not inner.numbers:
            self._piece(inner.text, place)
        for token in TOKEN.finditer(inner.text):
            self._value(begun + token.start(), begun + token.end(), ledger.at(token))

    def _piece(
        self,
        text: str,
        place: Written,
        exact: tuple[int, int] | None = None,
        *,
        literal: bool = False,
    ) -> None:
        if not text and self.pieces:
            return
        file = self._file(place.template)
        first, last = exact or (place.start, place.end)
        start, self.length = self.length, self.length + len(text)
        self.written.append(text)
        source = file.offset(first), file.offset(last)
        expression = place.expression
        self.pieces.append(Piece(start, self.length, file.file, *source, literal, expression))

    def _value(self, start: int, end: int, printed: Printed) -> None:
        value = printed.value
        if not isinstance(value, (Trusted, InputReference)):
            trusted = isinstance(value, TrustedMarkdown)
            self.printed.append(PrintedValue(start, end, value, _text(value), trusted))


def _text(value: Any) -> str:
    try:
        if value is None or isinstance(value, (list, tuple, dict)):
            return json.dumps(json_value(value), ensure_ascii=False)
        return text_of(plain(value))
    except PrintError:
        return str(value)
