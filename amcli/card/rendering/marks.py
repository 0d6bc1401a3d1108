"""Marks in the rendered text: each says which part of which template the text behind it is."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jinja2.exceptions import TemplateSyntaxError

from amcli.card.rendering.ledger import CLOSE, LINE_MARK, OPEN
from amcli.card.rendering.written import (
    Written,
    lexemes,
    line_ranges,
    one_character_breaks,
    placed,
    written_parts,
)

if TYPE_CHECKING:
    from jinja2 import nodes
    from jinja2.lexer import Lexer

MARK = re.compile(f"{OPEN}{LINE_MARK}(\\d+){CLOSE}")


class MarkTable:
    """Which part of which template a mark in the text stands for."""

    def __init__(self) -> None:
        self.sources: dict[str, str] = {}
        """By template: its text as it is, a byte order mark included."""
        self._places: list[Written] = []
        self._read: dict[int, TreeMarks] = {}

    def read(self, lexer: Lexer, tree: nodes.Template, name: str, source: str) -> None:
        """Learn where the parts of a template stand."""
        self.sources[name] = source
        text = one_character_breaks(source.removeprefix("\ufeff"))
        self._read[id(tree)] = TreeMarks(
            self._places, name, line_ranges(text), _places(lexer, tree, name, text)
        )

    def of(self, tree: nodes.Template) -> TreeMarks:
        """Return the marks for a tree that was read; once, as the tree is rewritten then."""
        return self._read.pop(id(tree))

    def __getitem__(self, number: int) -> Written:
        """Return what a mark stands for."""
        return self._places[number]


@dataclass(frozen=True)
class TreeMarks:
    """The marks of one tree."""

    places: list[Written]
    """Of all templates."""
    name: str
    lines: list[range]
    parts: dict[int, Written]
    """By the identity of the tree's nodes."""

    def mark(self, node: nodes.Node, start: int = 0, end: int | None = None) -> str:
        """Return the mark for the text that a node makes, or for a part of literal text."""
        place = self.parts.get(id(node)) or self._line(node.lineno)
        if place.text is not None and (start or end is not None):
            text = place.text[start:end]
            first = place.start + start
            place = Written(self.name, first, first + len(text), text)
        self.places.append(place)
        return f"{OPEN}{LINE_MARK}{len(self.places) - 1}{CLOSE}"

    def _line(self, number: int) -> Written:
        line = self.lines[min(number, len(self.lines)) - 1]
        return Written(self.name, line.start, line.stop, None)


def _places(lexer: Lexer, tree: nodes.Template, name: str, text: str) -> dict[int, Written]:
    try:
        parts = list(written_parts(name, lexemes(lexer.tokeniter(text, name), text), text))
    except (ValueError, TemplateSyntaxError):
        return {}  # then the lines are told
    return placed(tree, parts) or {}


@dataclass(frozen=True)
class Marked:
    """A rendered text without its marks, and where they stood."""

    text: str
    positions: tuple[int, ...]
    numbers: tuple[int, ...]

    def mark_at(self, offset: int) -> int:
        """Return which mark counts at an offset, the n-th; -1 before the first."""
        return bisect_right(self.positions, offset) - 1


def without_marks(text: str) -> Marked:
    """Return a text without its marks."""
    kept: list[str] = []
    positions: list[int] = []
    numbers: list[int] = []
    at = length = 0
    for mark in MARK.finditer(text):
        kept.append(text[at : mark.start()])
        length += mark.start() - at
        positions.append(length)
        numbers.append(int(mark[1]))
        at = mark.end()
    return Marked("".join([*kept, text[at:]]), tuple(positions), tuple(numbers))
