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

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_OTHER = r'[^\s{}\[\]:,"]++'
# After blanks and commas a value, which is an opening bracket or a scalar, with the name before it,
# or a closing bracket, or nothing: no character is looked at twice.
_LEXEME = re.compile(
    rf"[\s,]*+(?:(?:({_STRING})\s*+:\s*+)?+(?:([{{\[])|({_STRING}|{_OTHER}))|([}}\]])|)", re.DOTALL
)
_NAME, _OPENING, _SCALAR, _CLOSING = 1, 2, 3, 4


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
    reader = _Reader(text)
    for lexeme in _LEXEME.finditer(text, text.startswith("\ufeff")):
        kind = lexeme.lastindex
        if kind == _SCALAR:
            reader.value(lexeme.span(_SCALAR), lexeme.span(_NAME))
        elif kind == _OPENING:
            reader.begin(lexeme.span(_OPENING), lexeme.span(_NAME))
        elif kind == _CLOSING:
            reader.end(lexeme.end())
        elif lexeme.end() < len(text):
            raise ValueError("no JSON value where one should be")
    return reader.spans()


class _Holder:
    """An object or a list that has begun and not ended."""

    __slots__ = ("children", "entry", "is_object", "names", "pointer")

    def __init__(self, pointer: str, entry: int, *, is_object: bool) -> None:
        self.pointer = pointer
        self.entry = entry
        self.is_object = is_object
        self.children: list[int] = []
        """The first entry of each value in it."""
        self.names: dict[str, int] = {}
        """Which child a property was last."""


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._entries: list[tuple[str, JsonSpan]] = []
        self._holders: list[_Holder] = []
        self._dead: list[range] = []
        """Entries of values that a later property of the same name replaces."""
        self._second: dict[str, tuple[int, int]] = {}
        """By pointer: the entry of the second property of a name, and of the object around it."""

    def value(self, span: tuple[int, int], name_span: tuple[int, int]) -> str:
        """Take a value, with the span of its name or (-1, -1); return its pointer."""
        holder = self._holders[-1] if self._holders else None
        if name_span[0] >= 0 and not (holder and holder.is_object):
            raise ValueError("a JSON property outside an object")
        if holder is None:
            return self._whole(span)
        holder.children.append(len(self._entries))
        if not holder.is_object:
            pointer = f"{holder.pointer}/{len(holder.children) - 1}"
            self._entries.append((pointer, JsonSpan(*span)))
            return pointer
        name = self._name(*name_span)
        pointer = f"{holder.pointer}/{pointer_token(name)}"
        self._entries.append((pointer, JsonSpan(*span, *name_span)))
        if name in holder.names:
            self._replace(holder, holder.names[name], pointer)
        holder.names[name] = len(holder.children) - 1
        return pointer

    def begin(self, span: tuple[int, int], name_span: tuple[int, int]) -> None:
        """Take the beginning of an object or a list."""
        if len(self._holders) == MAX_NESTING:
            raise ValueError("JSON that is nested too deeply")
        entry = len(self._entries)
        is_object = self._text[span[0]] == "{"
        self._holders.append(_Holder(self.value(span, name_span), entry, is_object=is_object))

    def end(self, end: int) -> None:
        """Take the end of an object or a list."""
        is_object = self._text[end - 1] == "}"
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

    def _whole(self, span: tuple[int, int]) -> str:
        if self._entries:
            raise ValueError("more than one JSON value")
        self._entries.append(("", JsonSpan(*span)))
        return ""

    def _name(self, start: int, end: int) -> str:
        if start < 0:
            raise ValueError("a JSON value without a name in an object")
        name = self._text[start + 1 : end - 1]
        return str(json.loads(f'"{name}"', strict=False)) if "\\" in name else name

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
