"""Marks in the rendered text: each says which part of which template the text behind it is."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
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


@dataclass
class MarkTable:
    """Which part of which template a mark in the text stands for."""

    sources: dict[str, str] = field(default_factory=dict)
    """By template: its text as it is, a byte order mark included."""
    _places: list[Written] = field(default_factory=list)
    _nodes: dict[int, Written] = field(default_factory=dict)
    """By the identity of the nodes of the tree that was read last."""
    _lines: list[range] = field(default_factory=list)
    """Of the template that was read last."""

    def read(self, lexer: Lexer, tree: nodes.Template, name: str, source: str) -> None:
        """Learn where the parts of a template stand; its tree is rewritten next."""
        self.sources[name] = source
        text = one_character_breaks(source.removeprefix("\ufeff"))
        self._nodes = _nodes_placed(lexer, tree, name, text)
        self._lines = line_ranges(text)

    def mark(self, name: str, node: nodes.Node) -> str:
        """Return the mark for the text that follows it."""
        place = self._nodes.get(id(node))
        if place is None:
            line = self._lines[node.lineno - 1]
            place = Written(name, line.start, line.stop, None)
        self._places.append(place)
        return f"{OPEN}{LINE_MARK}{len(self._places) - 1}{CLOSE}"

    def __getitem__(self, number: int) -> Written:
        """Return what a mark stands for."""
        return self._places[number]


def _nodes_placed(lexer: Lexer, tree: nodes.Template, name: str, text: str) -> dict[int, Written]:
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
