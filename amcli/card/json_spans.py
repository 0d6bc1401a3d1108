"""Where in a JSON text each value and each property name stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from amcli.card.document import pointer_token

MAX_NESTING = 2_000
"""Levels; more than any reader of JSON in this program takes."""

# Of a text that is JSON every character but white space is in one of these.
_LEXEME = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)


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
        reader.take(lexeme[0], lexeme.start(), lexeme.end())
    return reader.spans()


@dataclass
class _Holder:
    """An object or a list that has begun and not ended."""

    pointer: str
    entry: int
    is_object: bool
    children: list[int] = field(default_factory=list)
    """The first entry of each value in it."""
    names: dict[str, int] = field(default_factory=dict)
    """Which child a property was last."""
    name: str | None = None
    name_span: tuple[int, int] | tuple[None, None] = (None, None)
    awaits_value: bool = False


class _Reader:
    def __init__(self) -> None:
        self._entries: list[tuple[str, JsonSpan]] = []
        self._holders: list[_Holder] = []
        self._dead: list[range] = []
        """Entries of values that a later property of the same name replaces."""
        self._second: dict[str, tuple[int, int]] = {}
        """By pointer: the entry of the second property of a name, and of the object around it."""

    def take(self, lexeme: str, start: int, end: int) -> None:
        first = lexeme[0]
        if first in "{[":
            self._begin(start, is_object=first == "{")
        elif first in "}]":
            self._end(end, is_object=first == "}")
        elif first in ":,":
            self._separate(is_colon=first == ":")
        elif first == '"' and self._is_name():
            self._name(lexeme, start, end)
        else:
            self._value(start, end)

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

    def _is_name(self) -> bool:
        return (
            bool(self._holders) and self._holders[-1].is_object and self._holders[-1].name is None
        )

    def _name(self, lexeme: str, start: int, end: int) -> None:
        holder = self._holders[-1]
        holder.name = json.loads(lexeme, strict=False) if "\\" in lexeme else lexeme[1:-1]
        holder.name_span = start, end

    def _value(self, start: int, end: int) -> str:
        """Note a value; return its pointer."""
        pointer, names = self._place()
        self._entries.append((pointer, JsonSpan(start, end, *names)))
        return pointer

    def _place(self) -> tuple[str, tuple[int, int] | tuple[None, None]]:
        entry = len(self._entries)
        if not self._holders:
            if entry:
                raise ValueError("more than one JSON value")
            return "", (None, None)
        holder = self._holders[-1]
        if not holder.awaits_value:
            raise ValueError("a JSON value where none can stand")
        holder.awaits_value = False
        child = len(holder.children)
        holder.children.append(entry)
        if not holder.is_object:
            return f"{holder.pointer}/{child}", (None, None)
        assert holder.name is not None  # noqa: S101 - a colon came before, and a name before it
        pointer = f"{holder.pointer}/{pointer_token(holder.name)}"
        self._note_duplicate(holder, holder.name, child, pointer)
        return pointer, holder.name_span

    def _note_duplicate(self, holder: _Holder, name: str, child: int, pointer: str) -> None:
        earlier = holder.names.get(name)
        if earlier is not None:
            self._dead.append(range(holder.children[earlier], holder.children[earlier + 1]))
            # The same pointer in an object that is dead itself is no second property of this one.
            if self._second.get(pointer, (0, -1))[1] != holder.entry:
                self._second[pointer] = holder.children[child], holder.entry
        holder.names[name] = child

    def _begin(self, start: int, *, is_object: bool) -> None:
        if len(self._holders) == MAX_NESTING:
            raise ValueError("JSON that is nested too deeply")
        entry = len(self._entries)
        pointer = self._value(start, start)
        self._holders.append(_Holder(pointer, entry, is_object, awaits_value=not is_object))

    def _end(self, end: int, *, is_object: bool) -> None:
        if not self._holders or self._holders[-1].is_object is not is_object:
            raise ValueError("a JSON bracket that closes nothing")
        entry = self._holders.pop().entry
        pointer, span = self._entries[entry]
        self._entries[entry] = pointer, span._replace(end=end)

    def _separate(self, *, is_colon: bool) -> None:
        if not self._holders:
            raise ValueError("more than one JSON value")
        holder = self._holders[-1]
        if is_colon:
            holder.awaits_value = holder.is_object and holder.name is not None
        else:
            holder.name = None
            holder.awaits_value = not holder.is_object


def _outermost(ranges: list[range]) -> Iterator[range]:
    """Yield the ranges that lie in no other; each pair is apart or one inside the other."""
    end = 0
    for found in sorted(ranges, key=lambda r: (r.start, -r.stop)):
        if found.stop > end:
            yield found
            end = found.stop
