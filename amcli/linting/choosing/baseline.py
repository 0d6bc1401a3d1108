"""A baseline: the findings of an old project that are known, so that only new ones are told."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amcli.errors import UnreadableInput, UsageError
from amcli.files import read_bounded
from amcli.linting.choosing.selection import relative
from amcli.linting.finding import Finding
from amcli.linting.report.fingerprint import digest, marked_text
from amcli.linting.report.where import Lines
from amcli.strict_json import NotStrictJson, parse_json_object

VERSION = 1
_MAX_BYTES = 64 * 1024 * 1024
_AGAIN = "make it anew with --write-baseline"


@dataclass(frozen=True)
class Known:
    """What is known of one file: so many findings of a rule in the same text."""

    rule: str
    file: str
    """Relative to the baseline, with forward slashes."""
    pointer: str
    """Where the first of them was; for people."""
    fingerprint: str
    """Of rule, file and the text that is marked, so that it survives when lines move."""
    count: int


@dataclass(frozen=True)
class Baseline:
    """The findings that are known."""

    folder: Path
    known: tuple[Known, ...]


@dataclass(frozen=True)
class Compared:
    """Findings, told apart by a baseline."""

    new: tuple[Finding, ...]
    held_back: tuple[Finding, ...]
    gone: tuple[Known, ...]
    """What no longer occurs in the files that were linted, with the count that is too much."""


def baseline_of(findings: Iterable[Finding], texts: Mapping[str, str], folder: Path) -> Baseline:
    """Return a baseline that lies in ``folder`` and knows these findings."""
    first: dict[str, Finding] = {}
    counts: Counter[str] = Counter()
    lines = Lines(texts)
    for finding in findings:
        mark = _fingerprint(finding, lines, folder)
        first.setdefault(mark, finding)
        counts[mark] += 1
    known = [
        Known(f.rule, _file(f, folder), f.pointer, mark, counts[mark]) for mark, f in first.items()
    ]
    return Baseline(folder, tuple(sorted(known, key=lambda k: (k.file, k.rule, k.fingerprint))))


def baseline_text(baseline: Baseline) -> str:
    """Return the baseline as its file holds it."""
    known = [vars(known) for known in baseline.known]
    made = {"amcli_baseline": VERSION, "findings": known}
    return json.dumps(made, indent=2, ensure_ascii=True) + "\n"


def read_baseline(path: Path) -> Baseline:
    """Return the baseline in a file.

    Raises UnreadableInput for a file that is none or is damaged, and UsageError for one that
    another version of amcli wrote.
    """
    content = read_bounded(path, _MAX_BYTES, what="baseline")
    try:
        value = parse_json_object(content)
    except NotStrictJson as error:
        raise UnreadableInput(f"{path}: the baseline {error}", hint=_AGAIN) from None
    version = value.get("amcli_baseline")
    if version is None:
        raise UnreadableInput(f"{path}: this is no baseline of amcli", hint=_AGAIN)
    if version != VERSION:
        raise UsageError(
            f"{path}: the baseline has version {str(version)[:20]}, and this amcli reads {VERSION}",
            hint=_AGAIN,
        )
    known = value.get("findings")
    if not isinstance(known, list):
        raise UnreadableInput(f"{path}: the baseline has no list of findings", hint=_AGAIN)
    return Baseline(path.parent, tuple(_known(item, path) for item in known))


def compared(
    findings: Iterable[Finding],
    baseline: Baseline,
    texts: Mapping[str, str],
    linted: Iterable[Path],
) -> Compared:
    """Return what is new, what is known, and what is gone; ``linted`` are files, resolved."""
    left = Counter({known.fingerprint: known.count for known in baseline.known})
    lines = Lines(texts)
    new: list[Finding] = []
    held_back: list[Finding] = []
    for finding in findings:
        mark = _fingerprint(finding, lines, baseline.folder)
        left[mark] -= 1
        (held_back if left[mark] >= 0 else new).append(finding)
    files = {relative(str(file), baseline.folder).as_posix() for file in linted}
    gone = [
        Known(k.rule, k.file, k.pointer, k.fingerprint, left[k.fingerprint])
        for k in baseline.known
        if left[k.fingerprint] > 0 and k.file in files
    ]
    return Compared(tuple(new), tuple(held_back), tuple(gone))


def gone_text(gone: tuple[Known, ...]) -> str:
    """Return what to tell a person of findings that no longer occur."""
    number = sum(known.count for known in gone)
    rules = ", ".join(sorted({f"{known.rule} in {known.file}" for known in gone})[:3])
    occur = (
        "finding of the baseline no longer occurs"
        if number == 1
        else ("findings of the baseline no longer occur")
    )
    return f"{number} {occur} ({rules}{', ...' if len(gone) > 3 else ''}); write it anew"  # noqa: PLR2004


def _known(item: Any, path: Path) -> Known:
    names = {"rule": str, "file": str, "pointer": str, "fingerprint": str, "count": int}
    if isinstance(item, dict) and all(type(item.get(n)) is kind for n, kind in names.items()):
        return Known(**{name: item[name] for name in names})
    raise UnreadableInput(f"{path}: the baseline has a finding that is damaged", hint=_AGAIN)


def _file(finding: Finding, folder: Path) -> str:
    return relative(finding.place.file if finding.place else finding.source, folder).as_posix()


def _fingerprint(finding: Finding, lines: Lines, folder: Path) -> str:
    return digest(finding.rule, _file(finding, folder), marked_text(finding, lines))
