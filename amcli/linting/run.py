"""Lints everything that some paths hold, and counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from amcli.card.document import CardDocument
from amcli.card.source_map import SourceMap
from amcli.errors import AmcliError
from amcli.linting.engine import lint
from amcli.linting.finding import Finding, Place
from amcli.linting.fixing import text_edits
from amcli.linting.outcome import Report
from amcli.linting.places import located, whole_file
from amcli.linting.registry import find_rule
from amcli.linting.search import FoundPath, found_paths
from amcli.linting.sources import CardSource, Source, sources
from amcli.linting.surroundings import NOTHING_KNOWN, Surroundings


@dataclass
class _Run:
    """What has been seen so far."""

    surroundings: Surroundings
    changed: Mapping[Path, str] = field(default_factory=dict)
    """Texts to read in place of files, by resolved path."""
    cards: int = 0
    files: set[str] = field(default_factory=set)
    """Resolved, so that the same file by two ways is linted once."""
    findings: list[Finding] = field(default_factory=list)
    told: set[tuple[str, str, Place | None]] = field(default_factory=set)
    """What was found at a place; an include shows its mistakes in every card that uses it."""
    texts: dict[str, str] = field(default_factory=dict)
    troubles: dict[str, AmcliError] = field(default_factory=dict)
    """By message: what stops every sample of a template is told once."""
    hiding: dict[str, Path] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def failed(self, error: AmcliError) -> None:
        self.troubles.setdefault(error.message, error)


def lint_paths(
    paths: Iterable[str],
    *,
    project_templates: Path | None = None,
    stdin: BinaryIO | None = None,
    allow: Iterable[str] = (),
    surroundings: Surroundings = NOTHING_KNOWN,
    changed: Mapping[Path, str] | None = None,
) -> Report:
    """Return what is wrong with every card that the paths hold.

    A path that cannot be read is a trouble in the report, and the others are still linted.
    ``surroundings`` says what holds for every card: provider, limits, clock. ``allow`` names
    rules, by id or slug; raises UsageError for one that does not exist. ``changed`` are texts to
    read in place of files, by resolved path.
    """
    allowed = {find_rule(name).id for name in allow}
    run = _Run(surroundings, changed or {})
    for path in paths:
        try:
            for found in found_paths(path):
                _lint_found(run, found, project_templates, stdin)
        except AmcliError as error:
            run.failed(error)
    return Report(
        files=len(run.files),
        cards=run.cards,
        findings=tuple(f for f in run.findings if f.rule not in allowed),
        ignored=tuple(f for f in run.findings if f.rule in allowed),
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
    for source in opened:
        if source.note:
            run.notes.append(source.note)
        if source.hides_built_in:
            run.hiding[found.path] = Path(source.file).parent
        _lint_source(run, source)


def _lint_source(run: _Run, source: Source) -> None:
    """Lint a file's cards; each finding is told once, with its samples if not all show it."""
    resolved = str(Path(source.file).resolve())
    if resolved in run.files:
        return
    run.files.add(resolved)
    loaded = list(_loaded(run, source))
    run.cards += len(loaded)
    shown: dict[tuple[str, str, Place | None], tuple[Finding, list[str]]] = {}
    for card, document in loaded:
        others = tuple(other for _, other in loaded if other is not document)
        for finding in _findings(run, source, card, document, others):
            _, samples = shown.setdefault(_mistake(finding), (finding, []))
            if card.sample not in samples:
                samples.append(card.sample or "")
    found = [_with_samples(finding, samples, loaded) for finding, samples in shown.values()]
    new = [finding for finding in found if _mistake(finding) not in run.told]
    run.told.update(map(_mistake, new))
    run.findings.extend(sorted(new, key=lambda finding: _order(finding, source.file)))


def _loaded(run: _Run, source: Source) -> Iterator[tuple[CardSource, CardDocument]]:
    for card in source.cards:
        try:
            yield card, card.load()
        except AmcliError as error:
            run.failed(error)


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
    findings = lint(document, surroundings=around)
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
    if not source.is_mail:
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


def _mistake(finding: Finding) -> tuple[str, str, Place | None]:
    """Return what makes two findings one: a loop shows a mistake in each of its rounds."""
    return finding.rule, finding.message, finding.place


def _with_samples(
    finding: Finding, samples: list[str], loaded: list[tuple[CardSource, CardDocument]]
) -> Finding:
    return finding if len(samples) >= len(loaded) else replace(finding, samples=tuple(samples))


def _order(finding: Finding, file: str) -> tuple[bool, str, int, int]:
    """Sort by place, the card's own file before what it includes."""
    place = finding.place
    if place is None:
        return True, "", 0, 0
    return place.file != file, place.file, place.line, place.column
