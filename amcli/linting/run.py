"""Lints everything that some paths hold, and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from amcli.errors import AmcliError, UnreadableInput
from amcli.files import resolved
from amcli.linting.choosing.judging import Judge
from amcli.linting.choosing.selection import EVERYTHING, Choice
from amcli.linting.finding import Finding
from amcli.linting.linted import LintedFile, Terms, linted_files, without_trouble
from amcli.linting.outcome import Report
from amcli.linting.sources.search import STDIN, FoundPath, found_paths
from amcli.linting.sources.template_files import cards_of, parts_of, template_text
from amcli.linting.surroundings import NOTHING_KNOWN, Surroundings
from amcli.linting.told_once import Identity, identity
from amcli.linting.workers import made_apart

if TYPE_CHECKING:
    from amcli.linting.choosing.baseline import Baseline, Compared

Progress = Callable[[int], None]
"""Told how many files were linted so far."""


@dataclass
class _Run:
    """What has been seen so far."""

    terms: Terms
    judge: Judge
    progress: Progress | None = None
    cards: int = 0
    files: set[Path] = field(default_factory=set)
    """Resolved, so that the same file by two ways is linted once."""
    complete: dict[Path, LintedFile] = field(default_factory=dict)
    """The templates of which every card could be rendered."""
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    """By file."""
    ignored: list[Finding] = field(default_factory=list)
    told: set[Identity] = field(default_factory=set)
    """An include shows its mistakes in every card that uses it."""
    texts: dict[str, str] = field(default_factory=dict)
    troubles: dict[str, AmcliError] = field(default_factory=dict)
    """By message: what stops every sample of a template is told once."""
    hiding: dict[str, Path] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def failed(self, error: AmcliError) -> None:
        self.troubles.setdefault(error.message, error)

    def found(self, file: str, findings: Iterable[Finding]) -> None:
        """Take findings in a card's file: what is left out, and how bad the others are."""
        kept = self.findings.setdefault(file, [])
        for finding in findings:
            is_ignored = self.judge.is_ignored(finding, file, self.texts)
            (self.ignored if is_ignored else kept).append(self.judge.weighed(finding, file))


def lint_paths(  # noqa: PLR0913 - the call of the whole linter
    paths: Iterable[str],
    *,
    project_templates: Path | None = None,
    stdin: BinaryIO | None = None,
    choice: Choice = EVERYTHING,
    surroundings: Surroundings = NOTHING_KNOWN,
    baseline: Baseline | None = None,
    progress: Progress | None = None,
    changed: Mapping[Path, str] | None = None,
    workers: int = 1,
) -> Report:
    """Return what is wrong with every card that the paths hold.

    A path that cannot be read is a trouble in the report, and the others are still linted.
    ``surroundings`` says what holds for every card: provider, limits, clock. What the ``baseline``
    knows is held back. ``progress`` is called with the number of files before each of them.
    ``changed`` are texts to read in place of files, by resolved path. Where there are many paths,
    so many ``workers``, processes of their own, lint them; the report is the same.
    """
    terms = Terms(surroundings, choice.rules, project_templates, stdin, changed or {})
    run = _Run(terms, Judge(choice), progress)
    every = _found(run, paths)
    others = 1 if any(found.path == STDIN for found in every) else workers
    made = made_apart(partial(without_trouble, terms=terms), every, others)
    for found, files in zip(every, made, strict=True):
        _lint(run, found, linted_files(found, terms, run.files) if files is None else files)
    _tell_idle_ignores(run)
    return _report(run, baseline)


def _report(run: _Run, baseline: Baseline | None) -> Report:
    findings = [
        finding
        for file, found in run.findings.items()
        for finding in sorted(found, key=lambda finding: _order(finding, file))
    ]
    known = _compared(run, findings, baseline) if baseline else None
    return Report(
        files=len(run.files),
        cards=run.cards,
        findings=known.new if known else tuple(findings),
        ignored=tuple(run.ignored),
        held_back=known.held_back if known else (),
        troubles=tuple(run.troubles.values()),
        hiding=tuple(run.hiding.items()),
        notes=tuple(run.notes),
        texts=run.texts,
    )


def _compared(run: _Run, findings: list[Finding], baseline: Baseline) -> Compared:
    from amcli.linting.choosing.baseline import compared, gone_text

    known = compared(findings, baseline, run.texts, run.files)
    if known.gone:
        run.notes.append(gone_text(known.gone))
    return known


def _found(run: _Run, paths: Iterable[str]) -> list[FoundPath]:
    found: list[FoundPath] = []
    for path in paths:
        try:
            found += found_paths(path)
        except AmcliError as error:
            run.failed(error)
        except OSError as error:
            run.failed(_unreadable(path, error))
    return found


def _lint(run: _Run, found: FoundPath, files: Iterable[LintedFile]) -> None:
    """Take what comes of a path's files."""
    try:
        for file in files:
            _take(run, found, file)
    except AmcliError as error:
        run.failed(error)
    except OSError as error:  # such as a folder around it that nobody may look into
        run.failed(_unreadable(found.path, error))


def _unreadable(path: str, error: OSError) -> UnreadableInput:
    return UnreadableInput(
        f"{path}: cannot be read: {error.strerror}", hint="check that you may read it"
    )


def _take(run: _Run, found: FoundPath, file: LintedFile) -> None:
    if file.note:
        run.notes.append(file.note)
    if file.hides_built_in:
        run.hiding[found.path] = Path(file.file).parent
    if file.path in run.files:
        return
    if run.progress:
        run.progress(len(run.files))
    run.files.add(file.path)
    run.judge.linted(file.file)
    run.cards += file.cards
    for trouble in file.troubles:
        run.failed(trouble)
    if file.folder:
        run.complete[file.path] = file
    found_here = {identity(finding): finding for finding in file.findings}
    new = [finding for known_as, finding in found_here.items() if known_as not in run.told]
    run.told.update(found_here)
    run.texts.update(file.texts)
    run.found(file.file, new)


def _order(finding: Finding, file: str) -> tuple[bool, str, int, int]:
    """Sort by place, the card's own file before what it includes."""
    place = finding.place
    if place is None:
        return True, "", 0, 0
    return place.file != file, place.file, place.line, place.column


def _tell_idle_ignores(run: _Run) -> None:
    if not run.judge.choice.comments:
        return
    for path, source in run.complete.items():
        _tell_idle(run, source.file, path)
    for folder in dict.fromkeys(source.folder for source in run.complete.values()):
        if folder is not None and all(resolved(card) in run.complete for card in cards_of(folder)):
            for part in parts_of(folder):
                _tell_idle(run, str(part), resolved(part))
    for finding in run.judge.idle_places():
        run.findings.setdefault(finding.source, []).append(finding)


def _tell_idle(run: _Run, file: str, path: Path) -> None:
    text = run.terms.changed.get(path) or run.texts.get(file) or template_text(path)
    idle = list(run.judge.idle(file, text)) if text else []
    if idle:
        run.texts[file] = text
        run.findings.setdefault(file, []).extend(idle)
