"""Mends what the linter found, round by round, and writes nothing before all of it is known.

A finished card has nothing to do with other files, so each is mended for itself; templates share
their parts, and are mended together.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from amcli.card.document import MAX_CARD_BYTES
from amcli.errors import OutputError, UnreadableInput
from amcli.files import read_bounded, replace_file
from amcli.linting.facts.credentials import concealed
from amcli.linting.finding import Finding, errors_among
from amcli.linting.fixing.edits import Edits
from amcli.linting.outcome import Report

# A fix can make room for another one; each round makes all that do not touch each other.
_ROUNDS = 25
_MOST_TRIES = 200
_WRITABLE = 0o222


class Lint(Protocol):
    """Lints with other texts in place of some files."""

    def __call__(self, changed: Mapping[Path, str], only: str | None = None) -> Report:
        """Return the report, of one file alone where ``only`` names it.

        ``changed`` is keyed by resolved path.
        """


_LintChanged = Callable[[Mapping[Path, str]], Report]


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

    A fix that breaks something is not made: one after which less could be linted, a card has
    errors that had none, or a property stands twice, as where a loop writes what one of its rounds
    has already.
    """
    report = lint({})
    state = _State(report)
    for file in _finished(report, unsafe=unsafe):
        alone = partial(lint, only=file)
        state.take(_mended(_State(alone({})), alone, unsafe=unsafe))
    if state.texts:
        state.report = lint(state.texts)
    return _mended(state, lint, unsafe=unsafe).result()


def _finished(report: Report, *, unsafe: bool) -> list[str]:
    """Return the finished cards that can be mended."""
    found = (f.source for f in report.findings if _may_be_made(f, unsafe=unsafe))
    return [file for file in dict.fromkeys(found) if Path(file).suffix == ".json"]


def _mended(state: _State, lint: _LintChanged, *, unsafe: bool) -> _State:
    """Return the state in which nothing is left to be made."""
    rounds = _ROUNDS
    for _ in range(_MOST_TRIES):
        edits, done = state.chosen(unsafe=unsafe)
        if not done or not rounds:
            break
        tried = state.with_edits(edits, done, lint)
        if not tried.is_worse_than(state):
            state, rounds = tried, rounds - 1
        elif len(done) > 1:
            state.most = len(done) // 2
        else:
            state.refused.add(_known_again(done[0]))
            rounds += _ROUNDS  # to come back to where it was found
    return state


@dataclass
class _State:
    """Where the mending has come to."""

    report: Report
    texts: dict[Path, str] = field(default_factory=dict)
    old: dict[str, str] = field(default_factory=dict)
    fixed: list[Finding] = field(default_factory=list)
    most: int | None = None
    """So many fixes at once, while what broke a card is looked for."""
    refused: set[tuple[str, ...]] = field(default_factory=set)

    def take(self, other: _State) -> None:
        """Take what was mended, and what was refused, beside all this."""
        self.texts |= other.texts
        self.old |= other.old
        self.fixed += other.fixed
        self.refused |= other.refused

    def chosen(self, *, unsafe: bool) -> tuple[Edits, list[Finding]]:
        """Return the fixes of the next round: edits, and the findings that they mend."""
        edits = Edits()
        done: list[Finding] = []
        for finding in self.report.findings:
            if len(done) == self.most:
                break
            if _may_be_made(finding, unsafe=unsafe) and not self._has_refused(finding):
                done += [finding] if edits.take(finding.edits) else []
        return edits, done

    def with_edits(self, edits: Edits, done: list[Finding], lint: _LintChanged) -> _State:
        """Return the state after a round."""
        texts = self.report.texts
        new = {file: edits.made_in(file, texts[file]) for file in edits}
        changed = {**self.texts, **{Path(file).resolve(): text for file, text in new.items()}}
        old = {**{file: texts[file] for file in new}, **self.old}
        most = self.most * 2 if self.most is not None and self.most < len(done) * 2 else None
        return _State(lint(changed), changed, old, [*self.fixed, *done], most, self.refused)

    def is_worse_than(self, before: _State) -> bool:
        return (
            len(self.report.troubles) > len(before.report.troubles)
            or _doubled(self.report) > _doubled(before.report)
            or not _failing(self.report) <= _failing(before.report)
        )

    def result(self) -> Mended:
        found = (Change(f, text, self.texts[Path(f).resolve()]) for f, text in self.old.items())
        changes = tuple(change for change in found if change.old != change.new)
        left = tuple(map(self._without_refused, self.report.findings))
        return Mended(replace(self.report, findings=left, fixed=tuple(self.fixed)), changes)

    def _without_refused(self, finding: Finding) -> Finding:
        return finding._replace(edits=()) if self._has_refused(finding) else finding

    def _has_refused(self, finding: Finding) -> bool:
        return bool(self.refused) and _known_again(finding) in self.refused


def _may_be_made(finding: Finding, *, unsafe: bool) -> bool:
    return finding.fix is not None and bool(finding.edits) and (unsafe or finding.fix.safe)


def _known_again(finding: Finding) -> tuple[str, ...]:
    """Return what a finding is known by when lines have moved."""
    return finding.rule, finding.source, finding.pointer, finding.message


def _failing(report: Report) -> set[str]:
    """Return the files of cards that have an error."""
    everything = (*report.findings, *report.ignored, *report.held_back)
    return {finding.source for finding in errors_among(everything)}


def _doubled(report: Report) -> int:
    return sum(finding.slug == "duplicate-property" for finding in report.findings)


def diff(changes: tuple[Change, ...]) -> Iterator[str]:
    """Yield the lines of a unified diff, without their line ends; asterisks stand for secrets."""
    for change in changes:
        name = change.file.removeprefix("/")
        old, new = (concealed(text).splitlines() for text in (change.old, change.new))
        yield from difflib.unified_diff(old, new, f"a/{name}", f"b/{name}", lineterm="")


def write(changes: tuple[Change, ...]) -> None:
    """Write the changed files, each whole or not at all.

    Raises UnreadableInput, before anything is written, where a file is no longer what was
    linted, and OutputError.
    """
    for change in changes:
        path = Path(change.file)
        standing = read_bounded(path, MAX_CARD_BYTES, what="card")
        if standing != change.old.encode():
            raise UnreadableInput(
                f"{change.file} was changed by somebody else meanwhile, and is left as it is",
                hint="run the command again",
            )
        if not (path.stat().st_mode & _WRITABLE and os.access(path, os.W_OK)):
            raise OutputError(
                f"{change.file} is read-only, and no file was changed",
                hint="make it writable, or see with --diff what would be mended",
            )
    for change in changes:
        replace_file(Path(change.file).resolve(), change.new.encode())
