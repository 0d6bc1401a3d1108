"""Where a finding is, as each format says it; and the lines that it stands in."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from amcli.linting.facts.credentials import concealed
from amcli.linting.finding import Finding, Place
from amcli.linting.outcome import Report
from amcli.secrets import blotted

_SECRETS = frozenset({"secret-in-card", "key-in-card", "signature-in-url"})
"""Rules that find what lets its reader in somewhere."""
_LONG = 1000
"""So much of a line is looked at: a card may be one line."""
_ABOVE = 3
"""So many lines above one may say what is in it."""


def file_of(finding: Finding) -> str:
    """Return the file of a finding, relative to the working folder where it lies below it."""
    return near(finding.place.file if finding.place else finding.source)


def near(file: str) -> str:
    """Return a path with forward slashes, relative to the working folder where it lies below."""
    return _near(file, os.getcwd())  # noqa: PTH109 - a string is looked up faster


@functools.lru_cache  # a file has many findings
def _near(file: str, folder: str) -> str:
    path = Path(file)
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def place_text(finding: Finding) -> str:
    """Return ``file:line:column``, or the file alone where no more is known."""
    file, place = file_of(finding), finding.place
    return f"{file}:{place.line}:{place.column}" if place else file


def uri_of(file: str) -> str:
    """Return a file as a URI: relative where ``near`` is, otherwise with ``file:``."""
    path = near(file)
    if PurePosixPath(path).is_absolute() or Path(path).is_absolute():
        return Path(path).as_uri()
    # A name with a colon at the front would be read as a scheme; quoted it is none.
    return quote(os.fsencode(path), safe="/")


class Lines:
    """The lines of the files of a report, split once, with asterisks for what is secret in them."""

    def __init__(self, texts: Mapping[str, str], findings: Iterable[Finding] = ()) -> None:
        self._texts = texts
        self._split: dict[str, list[str]] = {}
        self._secrets = [f.place for f in findings if f.place and f.slug in _SECRETS]

    def at(self, place: Place) -> str | None:
        """Return the first line of a place, without its end; None where it is not known.

        Also what only looks like a secret is not to be read around the place.
        """
        lines = self._lines(place.file)
        if not 0 < place.line <= len(lines):
            return None
        line = lines[place.line - 1]
        first, last = max(place.column - _LONG, 0), place.column + _LONG
        above = "\n".join(
            part[-_LONG:] for part in lines[max(place.line - 1 - _ABOVE, 0) : place.line - 1]
        )
        shown = concealed(f"{above}\n{line[first:last]}")[len(above) + 1 :]
        if shown == line[first:last]:  # a long line with many findings is not copied for each
            return line
        return f"{line[:first]}{shown}{line[last:]}"

    def marked(self, place: Place, most: int = 1) -> str:
        """Return how a place reads in at most so many lines, with one space for white space."""
        last = min(place.end_line, place.line + most - 1)
        lines = enumerate(self._lines(place.file)[place.line - 1 : last], place.line)
        return " ".join(" ".join(_part(place, *line) for line in lines).split())

    def _lines(self, file: str) -> list[str]:
        if file not in self._split:
            text = self._texts.get(file)
            lines = _split(blotted(text)) if text is not None else []
            for place in self._secrets:
                if place.file == file:
                    _blot(lines, place)
            self._split[file] = lines
        return self._split[file]


def marked_end(place: Place, line: str) -> int:
    """Return where a place ends in its first line: an index, exclusive."""
    return _reach(place, place.line, line)[1]


def lines_of(report: Report) -> Lines:
    """Return the lines of a report's files."""
    return Lines(report.texts, [*report.findings, *report.ignored, *report.held_back])


def _split(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _blot(lines: list[str], place: Place) -> None:
    for number in range(place.line, min(place.end_line, len(lines)) + 1):
        line = lines[number - 1]
        start, end = _reach(place, number, line)
        lines[number - 1] = line[:start] + "*" * len(line[start:end]) + line[end:]


def _part(place: Place, number: int, line: str) -> str:
    start, end = _reach(place, number, line)
    return line[start : min(end, start + _LONG)]


def _reach(place: Place, number: int, line: str) -> tuple[int, int]:
    """Return where a place begins and ends in one of its lines: indexes, the end exclusive."""
    start = place.column - 1 if number == place.line else 0
    return start, place.end_column - 1 if number == place.end_line else len(line)
