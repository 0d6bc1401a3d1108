"""Where values stand in a JSON text, found when they are asked for.

A finding asks for a few places of a text. Python's own reader skips what lies beside them, many
times faster than every value can be noted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from json.decoder import scanstring  # type: ignore[attr-defined]

from amcli.card.document import pointer_token
from amcli.card.json_spans import JsonSpan, JsonSpans, json_spans

_BLANKS = re.compile(r"[ \t\n\r]*")
_COLON = re.compile(r"[ \t\n\r]*:[ \t\n\r]*")
_COMMA = re.compile(r"[ \t\n\r]*,?[ \t\n\r]*")

_MOST_READINGS = 8
"""How often the whole text may be gone through before every value is noted after all: a text of
many levels would be read once for each of them."""


class JsonLookup(Mapping[str, JsonSpan]):
    """The spans of a JSON text by JSON pointer, the same as ``json_spans`` finds."""

    def __init__(self, text: str) -> None:
        """Raise ValueError for a text that is not JSON."""
        self._text = text
        self._inside: dict[int, dict[str, JsonSpan]] = {}
        self._unread = len(text) * _MOST_READINGS
        start = _after(_BLANKS, text, text.startswith("\ufeff"))
        self._whole = JsonSpan(start, self._end_of(start))
        if _after(_BLANKS, text, self._whole.end) != len(text):
            raise ValueError("more than one JSON value")

    @cached_property
    def all(self) -> JsonSpans:
        """Return every span."""
        return json_spans(self._text)

    def __getitem__(self, pointer: str) -> JsonSpan:
        """Return the span of a value; raises KeyError for a pointer that leads nowhere."""
        span = self._whole
        for token in pointer.split("/")[1:]:
            if self._unread < 0:
                return self.all.values[pointer]
            span = self._children(span)[token]
        return span

    def __iter__(self) -> Iterator[str]:
        return iter(self.all.values)

    def __len__(self) -> int:
        return len(self.all.values)

    def _children(self, span: JsonSpan) -> dict[str, JsonSpan]:
        if span.start not in self._inside:
            self._unread -= span.end - span.start
            read = {"{": self._properties, "[": self._items}.get(self._text[span.start])
            self._inside[span.start] = dict(read(span)) if read else {}
        return self._inside[span.start]

    def _properties(self, span: JsonSpan) -> Iterator[tuple[str, JsonSpan]]:
        text, at = self._text, _after(_BLANKS, self._text, span.start + 1)
        while text[at] != "}":
            name, name_end = scanstring(text, at + 1, False)
            start = _after(_COLON, text, name_end)
            _, end = _SCAN(text, start)  # as it could before: the whole text was read
            yield pointer_token(name), JsonSpan(start, end, at, name_end)
            at = _after(_COMMA, text, end)

    def _items(self, span: JsonSpan) -> Iterator[tuple[str, JsonSpan]]:
        text, at, index = self._text, _after(_BLANKS, self._text, span.start + 1), 0
        while text[at] != "]":
            _, end = _SCAN(text, at)
            yield str(index), JsonSpan(at, end)
            at, index = _after(_COMMA, text, end), index + 1

    def _end_of(self, start: int) -> int:
        try:
            return _SCAN(self._text, start)[1]
        except (StopIteration, RecursionError):
            raise ValueError("no JSON value") from None


class JsonDuplicates(Mapping[str, JsonSpan]):
    """The second of properties that stand twice in one object, by JSON pointer."""

    def __init__(self, lookup: JsonLookup) -> None:
        self._lookup = lookup

    def __getitem__(self, pointer: str) -> JsonSpan:
        """Return the span of the second one; raises KeyError where there is none."""
        return self._lookup.all.duplicates[pointer]

    def __iter__(self) -> Iterator[str]:
        return iter(self._lookup.all.duplicates)

    def __len__(self) -> int:
        return len(self._lookup.all.duplicates)


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


# Numbers are not made: there may be more digits than Python converts.
_DECODER = json.JSONDecoder(strict=False, parse_int=str, parse_float=str)
_SCAN: Callable[[str, int], tuple[object, int]] = _DECODER.scan_once  # type: ignore[attr-defined]
