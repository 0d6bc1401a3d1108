"""Where each part of a rendered card was written, found by rendering once more with marks."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from amcli.card.json_spans import JsonSpans, json_spans
from amcli.card.keyed import keyed
from amcli.card.rendering.compose import NotJson, parts, read_json
from amcli.card.rendering.ledger import (
    TOKEN,
    CapturedText,
    InputReference,
    Ledger,
    Printed,
    PrintError,
    Rendering,
    Trusted,
    TrustedMarkdown,
    json_value,
    plain,
    text_of,
)
from amcli.card.rendering.marks import Marked, MarkTable, without_marks
from amcli.card.rendering.run import (
    CardTemplate,
    Envelope,
    PurposeToken,
    environment_of,
    run,
    telling_places,
    variables_of,
)
from amcli.card.rendering.written import Written
from amcli.card.source_map import Piece, PrintedValue, SourceMap
from amcli.errors import TemplateError


def template_source_map(
    template: CardTemplate,
    data: Mapping[str, Any],
    *,
    envelope: Envelope | None = None,
    purpose_token: PurposeToken | None = None,
    data_file: str | None = None,
) -> SourceMap:
    """Return where each part of the card that ``render`` makes was written.

    Files are told as ``template.folder`` and the template's name in it; ``data_file`` is what a
    person calls the data. Raises what ``render`` raises for a template that makes no JSON.
    """
    variables = variables_of(data, envelope, purpose_token)
    variables |= keyed({name: variables[name] for name in map(str, data)})
    with telling_places(template, variables), Rendering() as ledger:
        assembled = marked_text(template, variables, ledger)
        try:
            read_json(assembled.text)
        except NotJson as error:
            raise not_json(assembled.source_map(), error) from None
    return assembled.source_map(json_spans(assembled.text), data_file)


def not_json(written: SourceMap, error: NotJson) -> TemplateError:
    """Return the error with the place in the template."""
    place = written.place(error.position)
    return TemplateError(
        f"what the template makes is not JSON: {error}",
        file=place.file,
        line=place.line,
        hint="look at the commas, quotes and brackets at this line and just before it",
    )


def marked_text(
    template: CardTemplate, variables: Mapping[str, Any], ledger: Ledger
) -> AssembledText:
    """Return the JSON text that a template makes, with the places of its parts."""
    environment = environment_of(template, marked=True)
    marked = without_marks(run(environment, template.file, variables))
    marks = environment.marks
    assert marks is not None  # noqa: S101 - a marked environment was asked for
    used = {template.file, *(marks[number].template for number in marked.numbers)}
    files = {
        name: _SourceFile.of(str(template.folder / name), marks.sources[name]) for name in used
    }
    assembled = AssembledText(marked, marks, files, Written(template.file, 0, 0, None))
    assembled.assemble(ledger)
    return assembled


@dataclass(frozen=True)
class _SourceFile:
    """A template's file: offsets with line breaks as one character become offsets in its text."""

    file: str
    text: str
    shift: int
    """1 where the text begins with a byte order mark."""
    long_breaks: tuple[int, ...]
    """Where the line breaks of two characters are."""

    @classmethod
    def of(cls, file: str, text: str) -> _SourceFile:
        bare = text.removeprefix("\ufeff")
        breaks = (found.start() for found in re.finditer("\r\n", bare))
        shift = len(text) - len(bare)
        return cls(file, text, shift, tuple(start - n for n, start in enumerate(breaks)))

    def offset(self, offset: int) -> int:
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
    files: Mapping[str, _SourceFile]
    nowhere: Written
    """Stands for text without a mark."""
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

    def assemble(self, ledger: Ledger) -> None:
        """Take the parts of the text in their order."""
        at = begun = 0  # literal text comes in many parts that belong together
        for part in parts(self.marked.text, ledger):
            if part.printed is not None:
                self._literal(begun, at)
                self._print(at, part.length, part.text, part.printed, ledger)
                begun = at + part.length
            at += part.length
        self._literal(begun, at)
        if not self.pieces:
            self._piece("", self.nowhere, None)

    # --- building blocks

    def _literal(self, start: int, end: int) -> None:
        for a, b, number in self._runs(start, end):
            place, begun = self._place(number)
            text, within = self.marked.text[a:b], a - begun
            if place.text is None or not place.text.startswith(text, within):
                self._piece(text, place, None)
                continue
            file = self.files[place.template]
            for first, last in file.lines(place.start + within, place.start + within + len(text)):
                line = place.text[first - place.start : last - place.start]
                self._piece(line, place, (first, last))

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
            return self.nowhere, 0
        return self.marks[self.marked.numbers[number]], self.marked.positions[number]

    def _print(self, at: int, length: int, text: str, printed: Printed, ledger: Ledger) -> None:
        place, begun = self._place(self.marked.mark_at(at))
        inner = without_marks(text)
        start = self.length
        if inner.positions:
            self._captured(inner)
        else:
            source = self.marked.text[at : at + length]
            exact = place.text is not None and place.text.startswith(source, at - begun)
            first = place.start + at - begun
            self._piece(
                text,
                place,
                (first, first + length) if exact else None,
                literal=False,
                told=not isinstance(printed.value, InputReference),
            )
        if isinstance(printed.value, CapturedText) and text != self.marked.text[at : at + length]:
            for token in TOKEN.finditer(inner.text):
                self._value(start + token.start(), start + token.end(), ledger.at(token))
        else:
            spaces = len(text) - len(text.lstrip())
            self._value(start + spaces, self.length - spaces, printed)

    def _captured(self, inner: Marked) -> None:
        """Add captured text that became one JSON string: its quotes count as its ends."""
        bounds = [0, *inner.positions[1:], len(inner.text)]
        for number, start, end in zip(inner.numbers, bounds, bounds[1:], strict=False):
            self._piece(inner.text[start:end], self.marks[number], None)

    def _piece(
        self,
        text: str,
        place: Written,
        exact: tuple[int, int] | None,
        *,
        literal: bool = True,
        told: bool = True,
    ) -> None:
        if not text and self.pieces:
            return
        file = self.files[place.template]
        first, last = exact or (place.start, place.end)
        start, self.length = self.length, self.length + len(text)
        self.written.append(text)
        self.pieces.append(
            Piece(
                start,
                self.length,
                file.file,
                file.offset(first),
                file.offset(last),
                is_literal=exact is not None and literal,
                expression=place.expression if told else None,
            )
        )

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
