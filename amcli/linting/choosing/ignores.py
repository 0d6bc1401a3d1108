"""Ignores in place: ``{# amcli: ignore[AM203] reason #}``, found the way Jinja reads a template."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
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
    code, found = source, []
    for start, end in _comments(source):
        code = code[:start] + re.sub(r"[^\n]", " ", code[start:end]) + code[end:]
        found += [(start, end)] if _COMMENT.fullmatch(source, start, end) else []
    lines = code.split("\n")
    return tuple(_ignore(source, start, end, lines) for start, end in found)


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


def _ignore(source: str, start: int, end: int, lines: list[str]) -> Ignore:
    line, column = _place(source, start)
    end_line, end_column = _place(source, end)
    place = (line, column, end_line, end_column)
    match = _COMMENT.fullmatch(source, start, end)
    what = _IGNORE.fullmatch(match["what"]) if match else None
    if what is None:
        hint = "write {# amcli: ignore[AM203] and why #}"
        return Ignore(*place, line, problems=((_STRANGE, hint),))
    rules, problems = _rules(what["rules"])
    if not what["reason"]:
        problems.append(("this ignore gives no reason", "say why, behind the bracket"))
    return Ignore(*place, _target(line, end_line, lines), rules, tuple(problems))


def _place(source: str, offset: int) -> tuple[int, int]:
    return source.count("\n", 0, offset) + 1, offset - source.rfind("\n", 0, offset)


def _target(line: int, end_line: int, lines: list[str]) -> int:
    if any(text.strip() for text in lines[line - 1 : end_line]):
        return line
    following = range(end_line, len(lines))
    return next((number + 1 for number in following if lines[number].strip()), line)


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
