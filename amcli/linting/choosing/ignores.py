"""Ignores in place: ``{# amcli: ignore[AM203] reason #}``, found the way Jinja reads a template."""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from amcli.errors import UsageError
from amcli.linting.choosing.selection import NamedRules, each_named

_SIGN = "amcli:"
_STRANGE = "this comment says nothing that amcli knows"
_COMMENT = re.compile(r"\{#[-+]?\s*amcli:\s*(?P<what>.*?)\s*[-+]?#\}", re.DOTALL)
_IGNORE = re.compile(r"ignore\b\s*(?:\[(?P<rules>[^\]]*)\])?[\s:]*(?P<reason>.*)", re.DOTALL)


@dataclass(frozen=True)
class Ignore:
    """A comment that leaves out what rules find in one line; lines and columns from 1."""

    line: int
    column: int
    end_line: int
    end_column: int
    target: int
    """The line that it is for."""
    rules: tuple[NamedRules, ...] = ()
    problems: tuple[tuple[str, str | None], ...] = ()
    """What is wrong with the comment itself, each with a hint."""


@functools.lru_cache(maxsize=256)
def ignores_in(text: str) -> tuple[Ignore, ...]:
    """Return the comments of a template that speak to amcli.

    One behind code is for its own line, one that is alone in its line for the next line that has
    more than comments. Inside strings, raw blocks and longer comments there is none.
    Never raises: what cannot be read as a template has none.
    """
    if _SIGN not in text:
        return ()
    from amcli.card.rendering.written import one_character_breaks

    source = one_character_breaks(text.removeprefix("\ufeff"))
    comments = list(_comments(source))
    layout = _Layout(
        [0, *(line.end() for line in re.finditer("\n", source))],
        [line.strip() != "" for line in "".join(_code(source, comments)).split("\n")],
    )
    found = [place for place in comments if _COMMENT.fullmatch(source, *place)]
    return tuple(_ignore(source, *place, layout) for place in found)


@functools.lru_cache(maxsize=256)
def ignores_by_line(text: str) -> Mapping[int, tuple[Ignore, ...]]:
    """Return the comments of a template that speak to amcli, by the line that they are for."""
    by_line: dict[int, tuple[Ignore, ...]] = {}
    for ignore in ignores_in(text):
        by_line[ignore.target] = (*by_line.get(ignore.target, ()), ignore)
    return by_line


@dataclass
class _Layout:
    """The lines of a template: where each begins, and whether more than comments stands in it."""

    begun: list[int]
    has_code: list[bool]

    def place(self, offset: int) -> tuple[int, int]:
        line = bisect.bisect_right(self.begun, offset)
        return line, offset - self.begun[line - 1] + 1

    def target(self, line: int, end_line: int) -> int:
        if any(self.has_code[line - 1 : end_line]):
            return line
        following = bisect.bisect_left(self._code, end_line)
        return self._code[following] + 1 if following < len(self._code) else line

    @functools.cached_property
    def _code(self) -> list[int]:
        return [number for number, has_code in enumerate(self.has_code) if has_code]


def _code(source: str, comments: list[tuple[int, int]]) -> Iterator[str]:
    """Yield the source with spaces for its comments, which may span lines."""
    at = 0
    for start, end in comments:
        yield source[at:start]
        yield re.sub(r"[^\n]", " ", source[start:end])
        at = end
    yield source[at:]


def _comments(source: str) -> Iterator[tuple[int, int]]:
    """Yield where the comments of a template begin and end."""
    from jinja2 import Environment, TemplateSyntaxError

    from amcli.card.rendering.written import lexemes

    lexer, begin = Environment(autoescape=True).lexer, 0  # nothing is rendered with it
    try:
        for lexeme in lexemes(lexer.tokeniter(source, None), source):
            if lexeme.kind == "comment_begin":
                begin = lexeme.start
            elif lexeme.kind == "comment_end":
                yield begin, lexeme.start + len(lexeme.text.rstrip())
    except (TemplateSyntaxError, ValueError):
        return


def _ignore(source: str, start: int, end: int, layout: _Layout) -> Ignore:
    line, column = layout.place(start)
    end_line, end_column = layout.place(end)
    place = (line, column, end_line, end_column)
    match = _COMMENT.fullmatch(source, start, end)
    what = _IGNORE.fullmatch(match["what"]) if match else None
    if what is None:
        hint = "write {# amcli: ignore[AM203] and why #}"
        return Ignore(*place, line, problems=((_STRANGE, hint),))
    rules, problems = _rules(what["rules"])
    if not what["reason"]:
        problems.append(("this ignore gives no reason", "say why, behind the bracket"))
    return Ignore(*place, layout.target(line, end_line), rules, tuple(problems))


def _rules(listed: str | None) -> tuple[tuple[NamedRules, ...], list[tuple[str, str | None]]]:
    if listed is None or not listed.strip():
        return (), [("this ignore names no rule", "write ignore[AM203], or a rule's name")]
    rules: list[NamedRules] = []
    problems: list[tuple[str, str | None]] = []
    for name in listed.split(","):
        try:
            rules += each_named([name])
        except UsageError as error:
            problems.append((error.message, error.hint))
    return tuple(rules), problems
