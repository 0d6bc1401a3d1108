"""A template's source read again: where its literal text and its prints stand.

Jinja's syntax tree knows lines only. Its lexer gives the same pieces in the same order, with white
space control done, so that the n-th piece of the one is the n-th piece of the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jinja2 import nodes

_NEWLINE = re.compile(r"\r\n|\r|\n")
_OPENING = frozenset({"variable_begin", "block_begin", "comment_begin", "raw_begin", "raw_end"})
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


@dataclass(frozen=True)
class Written:
    """Literal text, or one print, of one template.

    Offsets count characters of the source with every line break as one.
    """

    template: str
    start: int
    end: int
    text: str | None
    """Of literal text; None where the place is known by its line only."""
    expression: str | None = None
    """Of a print."""


@dataclass(frozen=True)
class Lexeme:
    """A token of Jinja's lexer and where it begins."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Return where it ends."""
        return self.start + len(self.text)


def lexemes(tokens: Iterable[tuple[int, str, str]], source: str) -> Iterator[Lexeme]:
    """Yield the lexer's tokens with their offsets in ``source``; raises ValueError.

    The lexer leaves out white space in front of what opens (``{%-``), and nothing else.
    """
    at = 0
    for _, kind, text in tokens:
        start = source.index(text, at) if kind in _OPENING else at
        if not source.startswith(text, start) or source[at:start].strip():
            raise ValueError(f"Jinja's lexer left something out at {at}")
        yield Lexeme(kind, text, start)
        at = start + len(text)


def written_parts(name: str, found: Iterable[Lexeme], source: str) -> Iterator[Written]:
    """Yield literal text and prints in the order of the source."""
    statement: list[Lexeme] = []
    for lexeme in found:
        if lexeme.kind == "data":
            yield Written(name, lexeme.start, lexeme.end, lexeme.text)
        elif lexeme.kind in {"variable_begin", "block_begin"}:
            statement = [lexeme]
        elif lexeme.kind in {"variable_end", "block_end"}:
            yield from _prints(name, [*statement, lexeme], source)
        else:
            statement.append(lexeme)


def _prints(name: str, statement: list[Lexeme], source: str) -> Iterator[Written]:
    begin, *inside, end = statement
    stop = end.start + len(end.text.rstrip())
    words = [lexeme for lexeme in inside if lexeme.kind != "whitespace"]
    if begin.kind == "variable_begin":
        expression = source[begin.end : end.start].strip()
        yield Written(name, begin.start, stop, None, expression)
    elif words and words[0].text == "print":
        expression = source[words[0].end : end.start].strip()
        for _ in range(_parts_of_print(words[1:])):
            yield Written(name, begin.start, stop, None, expression)


def _parts_of_print(words: list[Lexeme]) -> int:
    """Return how many expressions ``{% print a, b %}`` has."""
    depth, parts = 0, 1 if words else 0
    for word in words:
        if word.kind == "operator":
            depth += _BRACKETS.get(word.text, 0)
            parts += word.text == "," and depth == 0
    return parts


def placed(tree: nodes.Template, parts: list[Written]) -> dict[int, Written] | None:
    """Return the parts by the identity of the tree's nodes, or None where they do not match."""
    children = [child for output in tree.find_all(nodes.Output) for child in output.nodes]
    if len(children) != len(parts):
        return None
    for child, part in zip(children, parts, strict=True):
        text = child.data if isinstance(child, nodes.TemplateData) else None
        if text != part.text:
            return None
    return {id(child): part for child, part in zip(children, parts, strict=True)}


def line_ranges(source: str) -> list[range]:
    """Return the range of each line, without its break."""
    starts = [0, *(found.end() for found in re.finditer("\n", source))]
    ends = [start - 1 for start in starts[1:]]
    return [range(start, end) for start, end in zip(starts, [*ends, len(source)], strict=True)]


def one_character_breaks(source: str) -> str:
    """Return a source as Jinja's lexer reads it."""
    return _NEWLINE.sub("\n", source)
