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
    for found in re.finditer(r"\\", text):
        index = found.start()
        following = text[index + 1 : index + 2]
        by_data = "D" in origin[index : index + 2]
        if by_data and (following in _PUNCTUATION or following == "\n") and following:
            yield index


def _brackets(text: str, origin: str) -> Iterator[int]:
    """Yield brackets where there are links (6.3), and what follows an author's bracket (4.7)."""
    at_work = _BRACKETS_AT_WORK.search(text) is not None
    at_work = at_work or any(origin[b.start()] == "A" for b in re.finditer(r"[\[\]]", text))
    for found in re.finditer(r"[\[\](:]", text) if at_work else ():
        index = found.start()
        if origin[index] == "D" and (found[0] in "[]" or text[index - 1 : index] == "]"):
            yield index


def _angles(text: str, origin: str) -> Iterator[int]:
    """Yield what would begin HTML (4.6, 6.6) or an autolink (6.5)."""
    last = text.rfind(">")
    for found in re.finditer("<", text):
        index = found.start()
        if _begins_tag(text, index, last) and _data_has_part(text, origin, index):
            yield index


def _begins_tag(text: str, index: int, last: int) -> bool:
    following = text[index + 1 : index + 2]
    if following.isalpha() or following in {"/", "!", "?"}:
        line = text[text.rfind("\n", 0, index) + 1 : index]
        return bool(following) and (index < last or _MARKERS.fullmatch(line) is not None)
    link = _AUTOLINK.match(text, index)
    return link is not None and "@" in link[1]


def _data_has_part(text: str, origin: str, index: int) -> bool:
    # The author's own < is markup only together with what data puts behind it.
    end = text.find(">", index)
    return "D" in origin[index : end + 1 if end >= 0 else len(text)]


def _entities(text: str, origin: str) -> Iterator[int]:
    """Yield ampersands that would begin a character reference (2.5)."""
    for found in _ENTITY.finditer(text):
        if "D" in origin[found.start() : found.end()]:
            yield found.start()
