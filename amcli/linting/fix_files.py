"""Mends what the linter found, round by round, and writes nothing before all of it is known."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from amcli.card.document import MAX_CARD_BYTES
from amcli.errors import UnreadableInput
from amcli.files import read_bounded, replace_file
from amcli.linting.finding import Finding
from amcli.linting.fixing import Edits
from amcli.linting.outcome import Report
from amcli.resources import resource_folder

# A fix can make room for another one; each round makes all that do not touch each other.
_MOST_ROUNDS = 25


class Lint(Protocol):
    """Lints with other texts in place of some files."""

    def __call__(self, changed: Mapping[Path, str]) -> Report:
        """Return the report; ``changed`` is keyed by resolved path."""


@dataclass(frozen=True)
class Change:
    """A file that fixes change."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mended:
    """What is left after mending, and how the files change."""

    report: Report
    changes: tuple[Change, ...]


def mend(lint: Lint, *, unsafe: bool = False) -> Mended:
    """Return what fixes make of everything that ``lint`` looks at; nothing is written.

    A round after which less could be linted than before is given up, and the ones before it
    stand. Built-in templates are left alone.
    """
    texts: dict[Path, str] = {}
    old: dict[str, str] = {}
    fixed: list[Finding] = []
    report = lint({})
    for _ in range(_MOST_ROUNDS):
        edits, done = _chosen(report, unsafe=unsafe)
        new = {file: edits.made_in(file, report.texts[file]) for file in edits}
        tried = {**texts, **{Path(file).resolve(): text for file, text in new.items()}}
        after = lint(tried) if new else report
        if not new or len(after.troubles) > len(report.troubles):
            break
        old = {**{file: report.texts[file] for file in new}, **old}
        texts, report, fixed = tried, after, [*fixed, *done]
    changes = (Change(file, text, texts[Path(file).resolve()]) for file, text in old.items())
    return Mended(replace(report, fixed=tuple(fixed)), tuple(c for c in changes if c.old != c.new))


def diff(changes: tuple[Change, ...]) -> Iterator[str]:
    """Yield the lines of a unified diff, without their line ends."""
    for change in changes:
        name = change.file.removeprefix("/")
        yield from difflib.unified_diff(
            change.old.splitlines(), change.new.splitlines(), f"a/{name}", f"b/{name}", lineterm=""
        )


def write(changes: tuple[Change, ...]) -> None:
    """Write the changed files, each whole or not at all.

    Raises UnreadableInput, before anything is written, where a file is no longer what was
    linted, and OutputError.
    """
    for change in changes:
        standing = read_bounded(Path(change.file), MAX_CARD_BYTES, what="card")
        if standing != change.old.encode():
            raise UnreadableInput(
                f"{change.file} was changed by somebody else meanwhile, and is left as it is",
                hint="run the command again",
            )
    for change in changes:
        replace_file(Path(change.file).resolve(), change.new.encode())


def _chosen(report: Report, *, unsafe: bool) -> tuple[Edits, list[Finding]]:
    edits = Edits()
    done = [
        finding
        for finding in report.findings
        if finding.fix is not None
        and finding.edits
        and (unsafe or finding.fix.safe)
        and not any(_is_built_in(edit.file) for edit in finding.edits)
        and edits.take(finding.edits)
    ]
    return edits, done


def _is_built_in(file: str) -> bool:
    return Path(file).resolve().is_relative_to(resource_folder("templates").resolve())
