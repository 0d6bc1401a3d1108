"""The line that a finding is in, cut to a width, and carets under the exact characters."""

from __future__ import annotations

import unicodedata
from itertools import accumulate

from amcli.printable import printable_line

_TAB = "    "
_CUT = "…"


def excerpt(line: str, start: int, end: int, width: int) -> tuple[str, str]:
    """Return what is shown of a line, and the carets below it.

    ``start`` and ``end`` are characters of the line, from 0 and exclusive; ``width`` is in columns
    of the terminal, of which wide characters take two. What does not fit is cut off around the
    beginning of the marked part, which is always shown.
    """
    first, last = _window(line, start, width)
    before, after = (_CUT if first else ""), (_CUT if last < len(line) else "")
    indent = len(before) + columns(_shown(line[first:start]))
    marked = columns(_shown(line[start : min(end, last)]))
    text = f"{before}{_shown(line[first:last])}{after}".rstrip()
    return text, " " * indent + "^" * max(marked, 1)


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _window(line: str, start: int, width: int) -> tuple[int, int]:
    """Return which characters are shown; the caret stands in the first third of a line cut off."""
    room = max(width - 2, 1)
    if len(line) < width and columns(_shown(line)) < width:
        return 0, len(line)
    ahead = _fitting(line[start : start + room], room - room // 3)
    left = _fitting(line[max(start - room, 0) : start][::-1], room - ahead[1])
    ahead = _fitting(line[start : start + room], room - left[1])
    return start - left[0], start + ahead[0]


def _fitting(text: str, room: int) -> tuple[int, int]:
    """Return how many characters from the front fit into some columns, and how many they take."""
    if text.isascii() and text.isprintable():
        return min(len(text), room), min(len(text), room)
    sums = [total for total in accumulate(columns(_shown(c)) for c in text) if total <= room]
    return len(sums), sums[-1] if sums else 0


def _shown(text: str) -> str:
    return printable_line(text.replace("\t", _TAB))


def _columns(character: str) -> int:
    if unicodedata.east_asian_width(character) in "WF":
        return 2
    return 0 if unicodedata.category(character) in {"Mn", "Me"} else 1
