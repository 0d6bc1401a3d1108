"""Where inline Markdown from data needs a backslash."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_RUN = re.compile(r"\*+|_+|~+|`+")
_BRACKETS_AT_WORK = re.compile(r"\](?:\(|\[|:)")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);")
_AUTOLINK = re.compile(r"<([^\s<>]*)>")
_MARKERS = re.compile(r"[\s>*+#-]*(?:\d+[.)][\s>*+#-]*)*")
_DEFINITION = re.compile(r"^[ ]{0,3}(\[)[^\[\]\n]*(\]):\s*", re.MULTILINE)
_STRIKE = 2  # tildes; one alone strikes nothing through


def inline_markup(text: str, origin: str) -> set[int]:
    """Return the positions to escape; ``origin`` has A (author) or D (data) for each character."""
    return {
        *_runs(text, origin),
        *_backslashes(text, origin),
        *_brackets(text, origin),
        *_angles(text, origin),
        *_entities(text, origin),
    }


def _runs(text: str, origin: str) -> Iterator[int]:
    """Yield delimiters that could open or close something (6.1, 6.2)."""
    runs = [run for run in _RUN.finditer(text) if run[0][0] != "~" or len(run[0]) >= _STRIKE]
    counted = "".join(run[0][0] for run in runs)
    partners = {character: counted.count(character) > 1 for character in "*_~`"}
    for run in runs:
        where = origin[run.start() : run.end()]
        if "D" in where and ("A" in where or (partners[run[0][0]] and _flanks(text, run))):
            yield from (run.start() + i for i, kind in enumerate(where) if kind == "D")


def _flanks(text: str, run: re.Match[str]) -> bool:
    before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
    if run[0][0] == "`":
        return True
    if (not before or before.isspace()) and (not after or after.isspace()):
        return False
    return not (run[0][0] == "_" and before.isalnum() and after.isalnum())


def _backslashes(text: str, origin: str) -> Iterator[int]:
    """Yield backslashes that would escape punctuation (2.4) or break a line (6.7)."""
    index = text.find("\\")
    while index >= 0:
        following = text[index + 1 : index + 2]
        counts = following in _PUNCTUATION or following == "\n"
        by_author = "D" not in origin[index : index + 2]
        if following and counts and not by_author:
            yield index
        # What the author escaped is no backslash of its own.
        index = text.find("\\", index + (2 if by_author and counts else 1))


def _brackets(text: str, origin: str) -> Iterator[int]:
    """Yield brackets where there are links (6.3), and what follows an author's bracket (4.7)."""
    at_work = _BRACKETS_AT_WORK.search(text) is not None
    at_work = at_work or any(origin[b.start()] == "A" for b in re.finditer(r"[\[\]]", text))
    for found in re.finditer(r"[\[\](:!]", text) if at_work else ():
        index, mark = found.start(), found[0]
        beside = (
            text[index + 1 : index + 2] == "[" if mark == "!" else text[index - 1 : index] == "]"
        )
        if origin[index] == "D" and (mark in "[]" or beside):
            yield index
    yield from _definitions(text, origin)


def _definitions(text: str, origin: str) -> Iterator[int]:
    """Yield the author's bracket where a value would be a link's definition (4.7)."""
    for found in _DEFINITION.finditer(text):
        brackets = origin[found.start(1)] + origin[found.start(2)]
        # Brackets from data have their backslash already.
        if brackets == "AA" and "D" in origin[found.start() : found.end() + 1]:
            yield found.start(1)


def _angles(text: str, origin: str) -> Iterator[int]:
    """Yield what would begin HTML (4.6, 6.6) or an autolink (6.5)."""
    last, line_starts = text.rfind(">"), _line_starts(text)
    for found in re.finditer("<", text):
        index = found.start()
        following = text[index + 1 : index + 2]
        if following.isalpha() or (following and following in "/!?"):
            begins = index < last or index in line_starts
        else:
            link = _AUTOLINK.match(text, index)
            begins = link is not None and "@" in link[1]
        if begins and _data_has_part(text, origin, index):
            yield index


def _line_starts(text: str) -> set[int]:
    """Return where the content of each line begins, behind markers of lists and quotes."""
    starts, start = set(), 0
    for line in text.split("\n"):
        marker = _MARKERS.match(line)
        starts.add(start + (marker.end() if marker else 0))
        start += len(line) + 1
    return starts


def _data_has_part(text: str, origin: str, index: int) -> bool:
    # The author's own < is markup only together with what data puts behind it.
    if origin[index] == "D":
        return True
    end = text.find(">", index)
    return "D" in origin[index : end + 1 if end >= 0 else len(text)]


def _entities(text: str, origin: str) -> Iterator[int]:
    """Yield ampersands that would begin a character reference (2.5)."""
    for found in _ENTITY.finditer(text):
        if "D" in origin[found.start() : found.end()]:
            yield found.start()
