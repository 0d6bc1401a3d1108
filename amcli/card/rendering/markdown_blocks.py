"""Where data would begin a block of Markdown: a heading, a list, a quote, a rule, code."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BLOCK_START = re.compile(
    r"[ \t]*(?:(?P<heading>\#{1,6})(?=[ \t]|$)|(?P<quote>>)|(?P<bullet>[-+*])(?=[ \t]|$)"
    r"|\d{1,9}(?P<number>[.)])(?=[ \t]|$)|(?P<fence>~~~|```)|(?P<underline>-+|=+)[ \t]*$)"
)
_RULE = re.compile(r"[ \t]*(?P<first>[-*_])(?:[ \t]*(?P=first)){2,}[ \t]*$")
_CLOSING_HASHES = re.compile(r"(?:^|[ ])(\#+)[ ]*$")


def block_starts(text: str, origin: str) -> set[int]:
    """Return the positions to escape (4.1 to 4.3, 4.5, 5.1 to 5.3)."""
    found: set[int] = set()
    start = 0
    for line in text.split("\n"):
        where = origin[start : start + len(line)]
        if "D" in where:
            found |= {start + at for at in _line_starts(line, where)}
        start += len(line) + 1
    return found


def _line_starts(line: str, origin: str) -> Iterator[int]:
    at, in_heading = 0, False
    while (rule := _rule_of_data(line, origin, at)) is None:
        marker = _BLOCK_START.match(line, at)
        if marker is None:
            break
        kind = marker.lastgroup
        assert kind is not None  # noqa: S101 - one of the groups matched
        # The white space that makes it a marker counts too: the author's "#" before a value is
        # a number sign, and only a value that begins with a space would make it a heading.
        if "D" in origin[marker.start() : marker.end() + 1]:
            yield marker.start(kind)
            break
        in_heading = in_heading or kind == "heading"
        at = marker.end() + 1
    if rule is not None:
        yield rule
    hashes = _CLOSING_HASHES.search(line) if in_heading else None
    if hashes is not None and origin[hashes.start(1)] == "D":
        yield hashes.start(1)


def _rule_of_data(line: str, origin: str, at: int) -> int | None:
    """Return where data completes a rule (4.1), in a line or behind its markers."""
    if not _RULE.match(line, at):
        return None
    solid = (i for i in range(at, len(line)) if origin[i] == "D" and line[i] in "-*_")
    return next(solid, None)
