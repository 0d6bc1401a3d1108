"""Lints everything that some paths hold, and counts."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from amcli.errors import AmcliError
from amcli.linting.engine import lint
from amcli.linting.finding import Finding
from amcli.linting.outcome import Report
from amcli.linting.registry import find_rule
from amcli.linting.sources import Source, expanded, sources


@dataclass
class _Run:
    """What has been seen so far."""

    cards: int = 0
    files: dict[str, list[Source]] = field(default_factory=dict)
    """By file; the same file by two ways is linted once."""
    troubles: dict[str, AmcliError] = field(default_factory=dict)
    """By message: what stops every sample of a template is told once."""
    hiding: dict[str, Path] = field(default_factory=dict)

    def failed(self, error: AmcliError) -> None:
        self.troubles.setdefault(error.message, error)


def lint_paths(
    paths: Iterable[str],
    *,
    project_templates: Path | None = None,
    stdin: BinaryIO | None = None,
    allow: Iterable[str] = (),
) -> Report:
    """Return what is wrong with every card that the paths hold.

    A path that cannot be read is a trouble in the report, and the others are still linted.
    ``allow`` names rules, by id or slug; raises UsageError for one that does not exist.
    """
    allowed = {find_rule(name).id for name in allow}
    run = _Run()
    for path in itertools.chain.from_iterable(map(expanded, paths)):
        try:
            found = sources(path, project_templates, stdin)
            _remember(run, found)
            run.hiding.update((path, Path(s.file).parent) for s in found if s.hides_built_in)
        except AmcliError as error:
            run.failed(error)
    findings = [finding for cards in run.files.values() for finding in _file(run, cards)]
    return Report(
        files=len(run.files),
        cards=run.cards,
        findings=tuple(f for f in findings if f.rule not in allowed),
        ignored=tuple(f for f in findings if f.rule in allowed),
        troubles=tuple(run.troubles.values()),
        hiding=tuple(run.hiding.items()),
    )


def _remember(run: _Run, found: list[Source]) -> None:
    new: dict[str, list[Source]] = {}
    for source in found:
        new.setdefault(str(Path(source.file).resolve()), []).append(source)
    for file, cards in new.items():
        known = {card.sample for card in run.files.get(file, ())}
        run.files.setdefault(file, []).extend(c for c in cards if c.sample not in known)


def _file(run: _Run, cards: list[Source]) -> list[Finding]:
    """Return a file's findings, each once; one that not every sample shows names its samples."""
    seen: dict[Finding, list[str]] = {}
    rendered = 0
    for card in cards:
        try:
            findings = lint(card.load())
        except AmcliError as error:
            run.failed(error)
            continue
        rendered += 1
        for finding in findings:
            seen.setdefault(finding, []).append(card.sample or "")
    run.cards += rendered
    return [_named(finding, samples, rendered) for finding, samples in seen.items()]


def _named(finding: Finding, samples: list[str], rendered: int) -> Finding:
    if len(samples) >= rendered:
        return finding
    return replace(finding, source=f"{finding.source} ({', '.join(samples)})")
