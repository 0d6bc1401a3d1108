"""Where in a JSON text each value and each property name stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from amcli.card.document import pointer_token

MAX_NESTING = 2_000
"""Levels; more than any reader of JSON in this program takes."""

_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'
# A property's name, an opening or closing bracket, any other value; commas tell nothing more.
_LEXEME = re.compile(rf'({_STRING})\s*:|([{{\[])|([}}\]])|({_STRING}|[^\s{{}}\[\]:,"]+)', re.DOTALL)
_NAME, _OPENING, _CLOSING, _SCALAR = 1, 2, 3, 4


class JsonSpan(NamedTuple):
    """Character offsets in the text, ends exclusive; the quotes belong to a string and a name."""

    start: int
    end: int
    name_start: int | None = None
    """None for the whole text and for what stands in a list."""
    name_end: int | None = None


@dataclass(frozen=True)
class JsonSpans:
    """The spans of a text, by JSON pointer (RFC 6901)."""

    values: Mapping[str, JsonSpan]
    """Of properties that stand twice in one object the last, as ``json.loads`` takes it."""
    duplicates: Mapping[str, JsonSpan]
    """The second of them."""


def json_spans(text: str) -> JsonSpans:
    """Return where the values of ``text`` stand, in time that grows with its length.

    The text is JSON as ``json.loads`` takes it, line breaks inside strings and a byte order mark
    included. Raises ValueError for a text that cannot be JSON, and beyond 2,000 levels.
    """
    reader = _Reader()
    for lexeme in _LEXEME.finditer(text, text.startswith("\ufeff")):
        kind = lexeme.lastindex
        if kind == _NAME:
            reader.name(lexeme[1], lexeme.span(1))
        elif kind == _SCALAR:
            reader.value(*lexeme.span())
        elif kind == _OPENING:
            reader.begin(lexeme.start(), is_object=lexeme[0] == "{")
        else:
            reader.end(lexeme.end(), is_object=lexeme[0] == "}")
    return reader.spans()


class _Holder:
    """An object or a list that has begun and not ended."""

    __slots__ = ("children", "entry", "is_object", "name", "name_span", "names", "pointer")

    def __init__(self, pointer: str, entry: int, *, is_object: bool) -> None:
        self.pointer = pointer
        self.entry = entry
        self.is_object = is_object
        self.children: list[int] = []
        """The first entry of each value in it."""
        self.names: dict[str, int] = {}
        """Which child a property was last."""
        self.name: str | None = None
        """Of the value that comes next."""
        self.name_span = (0, 0)


class _Reader:
    def __init__(self) -> None:
        self._entries: list[tuple[str, JsonSpan]] = []
        self._holders: list[_Holder] = []
        self._dead: list[range] = []
        """Entries of values that a later property of the same name replaces."""
        self._second: dict[str, tuple[int, int]] = {}
        """By pointer: the entry of the second property of a name, and of the object around it."""

    def name(self, quoted: str, span: tuple[int, int]) -> None:
        """Take the name of the value that comes next."""
        if not self._holders or not self._holders[-1].is_object:
            raise ValueError("a JSON property outside an object")
        holder = self._holders[-1]
        holder.name = json.loads(quoted, strict=False) if "\\" in quoted else quoted[1:-1]
        holder.name_span = span

    def value(self, start: int, end: int) -> str:
        """Take a value; return its pointer."""
        if not self._holders:
            if self._entries:
                raise ValueError("more than one JSON value")
            self._entries.append(("", JsonSpan(start, end)))
            return ""
        holder = self._holders[-1]
        holder.children.append(len(self._entries))
        if not holder.is_object:
            pointer = f"{holder.pointer}/{len(holder.children) - 1}"
            self._entries.append((pointer, JsonSpan(start, end)))
            return pointer
        if holder.name is None:
            raise ValueError("a JSON value without a name in an object")
        pointer = f"{holder.pointer}/{pointer_token(holder.name)}"
        self._entries.append((pointer, JsonSpan(start, end, *holder.name_span)))
        if holder.name in holder.names:
            self._replace(holder, holder.names[holder.name], pointer)
        holder.names[holder.name] = len(holder.children) - 1
        holder.name = None
        return pointer

    def begin(self, start: int, *, is_object: bool) -> None:
        """Take the beginning of an object or a list."""
        if len(self._holders) == MAX_NESTING:
            raise ValueError("JSON that is nested too deeply")
        entry = len(self._entries)
        self._holders.append(_Holder(self.value(start, start), entry, is_object=is_object))

    def end(self, end: int, *, is_object: bool) -> None:
        """Take the end of an object or a list."""
        if not self._holders or self._holders[-1].is_object is not is_object:
            raise ValueError("a JSON bracket that closes nothing")
        entry = self._holders.pop().entry
        pointer, span = self._entries[entry]
        self._entries[entry] = pointer, span._replace(end=end)

    def spans(self) -> JsonSpans:
        """Return what was read; raises ValueError where something is missing."""
        if self._holders or not self._entries:
            raise ValueError("the JSON text ends too early")
        dead = {entry for entries in _outermost(self._dead) for entry in entries}
        return JsonSpans(
            {p: span for n, (p, span) in enumerate(self._entries) if n not in dead},
            {
                pointer: self._entries[entry][1]
                for pointer, (entry, holder) in self._second.items()
                if holder not in dead
            },
        )

    def _replace(self, holder: _Holder, earlier: int, pointer: str) -> None:
        """Note that the value that was taken last stands in place of an earlier one."""
        first, after = holder.children[earlier], holder.children[earlier + 1]
        self._dead.append(range(first, after))
        # The same pointer in an object that is dead itself is no second property of this one.
        if self._second.get(pointer, (0, -1))[1] != holder.entry:
            self._second[pointer] = len(self._entries) - 1, holder.entry


def _outermost(ranges: list[range]) -> Iterator[range]:
    """Yield the ranges that lie in no other; each pair is apart or one inside the other."""
    end = 0
    for found in sorted(ranges, key=lambda r: (r.start, -r.stop)):
        if found.stop > end:
            yield found
            end = found.stop
