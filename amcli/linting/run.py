"""Lints everything that some paths hold, and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from amcli.card.document import CardDocument
from amcli.card.source_map import SourceMap
from amcli.errors import AmcliError, DataError
from amcli.linting.choosing.baseline import Baseline, compared, gone_text
from amcli.linting.choosing.judging import Judge
from amcli.linting.choosing.selection import EVERYTHING, Choice
from amcli.linting.engine import lint
from amcli.linting.finding import Finding
from amcli.linting.fixing.edits import text_edits
from amcli.linting.mistakes import Mistake, Mistakes, mistake
from amcli.linting.outcome import Report
from amcli.linting.places import located, whole_file
from amcli.linting.sources.cards import sources
from amcli.linting.sources.search import FoundPath, found_paths
from amcli.linting.sources.source import CardSource, Source
from amcli.linting.sources.template_files import cards_of, parts_of, template_text
from amcli.linting.surroundings import NOTHING_KNOWN, Surroundings
from amcli.resources import resource_folder

Progress = Callable[[int], None]
"""Told how many files were linted so far."""


@dataclass
class _Run:
    """What has been seen so far."""

    surroundings: Surroundings
    judge: Judge
    progress: Progress | None = None
    changed: Mapping[Path, str] = field(default_factory=dict)
    """Texts to read in place of files, by resolved path."""
    cards: int = 0
    files: set[Path] = field(default_factory=set)
    """Resolved, so that the same file by two ways is linted once."""
    complete: dict[Path, Source] = field(default_factory=dict)
    """The templates of which every card could be rendered."""
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    """By file."""
    ignored: list[Finding] = field(default_factory=list)
    told: set[Mistake] = field(default_factory=set)
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


def lint_paths(
    paths: Iterable[str],
    *,
    project_templates: Path | None = None,
    stdin: BinaryIO | None = None,
    choice: Choice = EVERYTHING,
    surroundings: Surroundings = NOTHING_KNOWN,
    baseline: Baseline | None = None,
    progress: Progress | None = None,
    changed: Mapping[Path, str] | None = None,
) -> Report:
    """Return what is wrong with every card that the paths hold.

    A path that cannot be read is a trouble in the report, and the others are still linted.
    ``surroundings`` says what holds for every card: provider, limits, clock. What the ``baseline``
    knows is held back. ``progress`` is called with the number of files before each of them.
    ``changed`` are texts to read in place of files, by resolved path.
    """
    run = _Run(surroundings, Judge(choice), progress, changed or {})
    for path in paths:
        try:
            for found in found_paths(path):
                _lint_found(run, found, project_templates, stdin)
        except AmcliError as error:
            run.failed(error)
    _tell_idle_ignores(run)
    return _report(run, baseline)


def _report(run: _Run, baseline: Baseline | None) -> Report:
    findings = [
        finding
        for file, found in run.findings.items()
        for finding in sorted(found, key=lambda finding: _order(finding, file))
    ]
    known = compared(findings, baseline, run.texts, run.files) if baseline else None
    if known and known.gone:
        run.notes.append(gone_text(known.gone))
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


def _lint_found(
    run: _Run, found: FoundPath, project_templates: Path | None, stdin: BinaryIO | None
) -> None:
    try:
        opened = sources(found, project_templates, stdin, run.changed)
    except AmcliError as error:
        run.failed(error)
        return
    is_name = not Path(found.path).exists()
    for source in opened:
        if source.note:
            run.notes.append(source.note)
        if source.hides_built_in:
            run.hiding[found.path] = Path(source.file).parent
        is_theirs = is_name and _is_built_in(source.file)
        _lint_source(run, replace(source, is_final=True) if is_theirs else source)


def _is_built_in(file: str) -> bool:
    return Path(file).resolve().is_relative_to(resource_folder("templates").resolve())


def _lint_source(run: _Run, source: Source) -> None:
    """Lint a file's cards; each finding is told once, with its samples if not all show it."""
    resolved = Path(source.file).resolve()
    if resolved in run.files:
        return
    if run.progress:
        run.progress(len(run.files))
    run.files.add(resolved)
    run.judge.linted(source.file)
    loaded = _loaded(run, source)
    run.cards += len(loaded)
    if source.folder and len(loaded) == len(source.cards):
        run.complete[resolved] = source
    mistakes = Mistakes()
    for card, document in loaded:
        others = tuple(other for _, other in loaded if other is not document)
        for finding in _findings(run, source, card, document, others):
            mistakes.take(finding, card.sample or "")
    new = [found for found in mistakes.told(len(loaded)) if mistake(found) not in run.told]
    run.told.update(map(mistake, new))
    run.found(source.file, new)


def _loaded(run: _Run, source: Source) -> list[tuple[CardSource, CardDocument]]:
    """Return the cards that there are; why one is not is told with the samples, unless it is all."""
    loaded: list[tuple[CardSource, CardDocument]] = []
    failed: dict[str, tuple[AmcliError, list[str]]] = {}
    for card in source.cards:
        try:
            loaded.append((card, card.load()))
        except AmcliError as error:
            _, samples = failed.setdefault(error.message, (error, []))
            samples.append(card.sample or "")
    for error, samples in failed.values():
        if len(samples) < len(source.cards) and not isinstance(error, DataError):
            error.message += f" (with {', '.join(samples)})"
        run.failed(error)
    return loaded


def _findings(
    run: _Run,
    source: Source,
    card: CardSource,
    document: CardDocument,
    siblings: tuple[CardDocument, ...],
) -> list[Finding]:
    around = replace(
        run.surroundings,
        signed=source.signed or run.surroundings.signed,
        first=_first(source),
        siblings=siblings,
        written=card.written if source.folder else None,
        mail=source.mail or run.surroundings.mail,
    )
    findings = lint(document, surroundings=around, rules=run.judge.choice.rules)
    return _placed(run, source, card, findings) if findings else []


def _first(source: Source) -> CardDocument | None:
    try:
        return source.first() if source.first else None
    except AmcliError:
        return None  # told where that card itself is linted


def _placed(run: _Run, source: Source, card: CardSource, findings: list[Finding]) -> list[Finding]:
    try:
        written = card.written()
    except AmcliError:
        return [whole_file(finding, source.file) for finding in findings]
    placed = [located(finding, written) for finding in findings]
    if not source.is_final:
        placed = [_with_edits(finding, written) for finding in placed]
    for finding in placed:
        for place in (finding.place, *finding.edits):
            if place is not None:
                run.texts[place.file] = written.files[place.file]
    return placed


def _with_edits(finding: Finding, written: SourceMap) -> Finding:
    if finding.fix is None:
        return finding
    return replace(finding, edits=text_edits(finding.fix, written))


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
        if folder is not None and all(card.resolve() in run.complete for card in cards_of(folder)):
            for part in parts_of(folder):
                _tell_idle(run, str(part), part.resolve())
    for finding in run.judge.idle_places():
        run.findings.setdefault(finding.source, []).append(finding)


def _tell_idle(run: _Run, file: str, path: Path) -> None:
    text = run.changed.get(path) or run.texts.get(file) or template_text(path)
    idle = list(run.judge.idle(file, text)) if text else []
    if idle:
        run.texts[file] = text
        run.findings.setdefault(file, []).extend(idle)
