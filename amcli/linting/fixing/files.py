"""Mends what the linter found, round by round, and writes nothing before all of it is known."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from amcli.card.document import MAX_CARD_BYTES
from amcli.errors import UnreadableInput
from amcli.files import read_bounded, replace_file
from amcli.linting.finding import Finding
from amcli.linting.fixing.edits import Edits
from amcli.linting.fixing.fix import TextEdit
from amcli.linting.outcome import Report

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

    A fix that breaks something is not made: one after which less could be linted, or a property
    stands twice, as where a loop writes what one of its rounds has already.
    """
    state = _State(lint({}))
    for _ in range(_MOST_ROUNDS):
        edits, done = state.chosen(unsafe=unsafe)
        if not done:
            break
        tried = state.with_edits(edits, done, lint)
        if not tried.is_worse_than(state):
            state = tried
        elif len(done) == 1:
            state.refused.add(done[0].edits)
        else:
            state.singly = True
    return state.result()


@dataclass
class _State:
    """Where the mending has come to."""

    report: Report
    texts: dict[Path, str] = field(default_factory=dict)
    old: dict[str, str] = field(default_factory=dict)
    fixed: list[Finding] = field(default_factory=list)
    singly: bool = False
    """Something of a whole round broke a card, so that each fix has to be tried by itself."""
    refused: set[tuple[TextEdit, ...]] = field(default_factory=set)

    def chosen(self, *, unsafe: bool) -> tuple[Edits, list[Finding]]:
        """Return the fixes of the next round: edits, and the findings that they mend."""
        edits = Edits()
        done: list[Finding] = []
        for finding in self.report.findings:
            if self.singly and done:
                break
            if _may_be_made(finding, unsafe=unsafe) and finding.edits not in self.refused:
                done += [finding] if edits.take(finding.edits) else []
        return edits, done

    def with_edits(self, edits: Edits, done: list[Finding], lint: Lint) -> _State:
        """Return the state after a round."""
        texts = self.report.texts
        new = {file: edits.made_in(file, texts[file]) for file in edits}
        changed = {**self.texts, **{Path(file).resolve(): text for file, text in new.items()}}
        old = {**{file: texts[file] for file in new}, **self.old}
        return _State(lint(changed), changed, old, [*self.fixed, *done], self.singly, self.refused)

    def is_worse_than(self, before: _State) -> bool:
        return len(self.report.troubles) > len(before.report.troubles) or _doubled(
            self.report
        ) > _doubled(before.report)

    def result(self) -> Mended:
        found = (Change(f, text, self.texts[Path(f).resolve()]) for f, text in self.old.items())
        changes = tuple(change for change in found if change.old != change.new)
        left = tuple(map(self._without_refused, self.report.findings))
        return Mended(replace(self.report, findings=left, fixed=tuple(self.fixed)), changes)

    def _without_refused(self, finding: Finding) -> Finding:
        return replace(finding, edits=()) if finding.edits in self.refused else finding


def _may_be_made(finding: Finding, *, unsafe: bool) -> bool:
    return finding.fix is not None and bool(finding.edits) and (unsafe or finding.fix.safe)


def _doubled(report: Report) -> int:
    return sum(finding.slug == "duplicate-property" for finding in report.findings)


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
