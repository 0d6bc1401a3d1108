"""Makes a fix in the text that an author wrote: only there, never in what came from data."""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from amcli.card.document import pointer_token
from amcli.card.json_spans import JsonSpan
from amcli.card.source_map import SourceMap
from amcli.linting.fixing.fix import (
    AddProperty,
    Edit,
    Fix,
    RemoveProperty,
    RenameProperty,
    SetValue,
    TextEdit,
)

# What Jinja would take as its own; as JSON escapes it means the same to every reader.
_JINJA = re.compile(r"\{(?=[{%#])")
_TYPES = ("type", "@type")


class _NotLiteral(Exception):
    """What a fix would change was not written by the author in one piece."""


def text_edits(fix: Fix, source: SourceMap) -> tuple[TextEdit, ...]:
    """Return how a fix changes the card's source; nothing where any part of it cannot be made."""
    try:
        return tuple(_Source(source).edit(edit) for edit in fix.edits)
    except _NotLiteral:
        return ()


class Edits:
    """Edits that can be made at once, by file; none touches another."""

    def __init__(self) -> None:
        self._by_file: dict[str, list[TextEdit]] = {}

    def take(self, group: tuple[TextEdit, ...]) -> bool:
        """Take edits that belong together, unless one of them touches an edit that is here.

        The same edit twice is one: a loop of a template shows its one mistake many times.
        """
        new = [edit for edit in group if not self._has(edit)]
        if any(self._touches(edit) for edit in new):
            return False
        for edit in new:
            bisect.insort(self._by_file.setdefault(edit.file, []), edit, key=_start)
        return True

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the files that change."""
        return iter(self._by_file)

    def made_in(self, file: str, text: str) -> str:
        """Return a file's text with its edits."""
        written, at = [], 0
        for edit in self._by_file[file]:
            written += [text[at : edit.start], edit.text]
            at = edit.end
        return "".join([*written, text[at:]])

    def _has(self, edit: TextEdit) -> bool:
        return edit in self._near(edit)

    def _touches(self, edit: TextEdit) -> bool:
        # Edits that touch may belong to one comma.
        return any(n.start <= edit.end and edit.start <= n.end for n in self._near(edit))

    def _near(self, edit: TextEdit) -> list[TextEdit]:
        known = self._by_file.get(edit.file, [])
        after = bisect.bisect_left(known, edit.start, key=_start)
        until = bisect.bisect_right(known, edit.end, key=_start)
        return known[max(after - 1, 0) : until + 1]


def _start(edit: TextEdit) -> int:
    return edit.start


@dataclass(frozen=True)
class _Source:
    """One card's source, where edits of its JSON become edits of files."""

    map: SourceMap

    def edit(self, edit: Edit) -> TextEdit:
        span = self.map.spans.get(edit.pointer)
        if span is None:
            raise _NotLiteral
        match edit:
            case SetValue():
                return self._replaced(span.start, span.end, _written(edit.value))
            case RenameProperty():
                return self._replaced(*_name_of(span), _written(edit.name))
            case RemoveProperty():
                return self._replaced(*self._with_comma(span), "")
            case AddProperty():
                return self._added(edit, span)

    def _replaced(self, start: int, end: int, text: str) -> TextEdit:
        place = self.map.literal(start, end)
        if place is None:
            raise _NotLiteral
        return TextEdit(place.file, place.start, place.end, _for(place.file, text))

    def _with_comma(self, span: JsonSpan) -> tuple[int, int]:
        """Return a member's range with the one comma that goes with it."""
        text = self.map.text
        start, end = _name_of(span)[0], span.end
        after = _past_space(text, end)
        if text[after] == ",":
            return start, _past_space(text, after + 1)
        before = _before_space(text, start)
        return (before - 1, end) if text[before - 1] == "," else (start, end)

    def _added(self, edit: AddProperty, span: JsonSpan) -> TextEdit:
        there = self.map.spans.get(f"{edit.pointer}/{pointer_token(edit.name)}")
        if there is not None:  # as null, which is as if it were missing
            return self._replaced(there.start, there.end, _written(edit.value))
        member = f"{_written(edit.name)}: {_written(edit.value)}"
        last = self._anchor(edit.pointer, span)
        if last is None:
            empty = self.map.text[span.start + 1 : span.end - 1].strip() == ""
            return self._inserted(span.start + 1, member if empty else f"{member}, ")
        return self._inserted(last.end, f",{self._space_before(last)}{member}")

    def _anchor(self, pointer: str, span: JsonSpan) -> JsonSpan | None:
        """Return the member to write behind: the last, else the type, which is always there."""
        names: Iterable[str] = _TYPES
        if self.map.literal(span.start, span.end) is not None:
            names = reversed(json.loads(self.map.text[span.start : span.end], strict=False))
        found = (self.map.spans.get(f"{pointer}/{pointer_token(name)}") for name in names)
        return next((member for member in found if member is not None), None)

    def _space_before(self, member: JsonSpan) -> str:
        start = _name_of(member)[0]
        before = _before_space(self.map.text, start)
        is_literal = before == start or self.map.literal(before, start) is not None
        return (is_literal and self.map.text[before:start]) or " "

    def _inserted(self, position: int, text: str) -> TextEdit:
        place = self.map.literal(position - 1, position)
        if place is None:
            raise _NotLiteral
        if "\r\n" in self.map.files[place.file]:
            text = text.replace("\n", "\r\n")
        return TextEdit(place.file, place.end, place.end, _for(place.file, text))


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _for(file: str, text: str) -> str:
    """Return what is written into a file; a finished card may say ``{{``."""
    return _JINJA.sub(r"\\u007b", text) if file.endswith(".j2") else text


def _name_of(span: JsonSpan) -> tuple[int, int]:
    if span.name_start is None or span.name_end is None:
        raise _NotLiteral
    return span.name_start, span.name_end


def _past_space(text: str, at: int) -> int:
    while text[at].isspace():
        at += 1
    return at


def _before_space(text: str, at: int) -> int:
    while text[at - 1].isspace():
        at -= 1
    return at
