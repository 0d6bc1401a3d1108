"""Lints what one path stands for, file by file, without knowing of the other paths.

What comes of it is plain data, so that another process may do it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from amcli.card.document import CardDocument
from amcli.errors import AmcliError, DataError
from amcli.files import resolved
from amcli.linting.engine import lint
from amcli.linting.finding import Finding
from amcli.linting.fixing.edits import text_edits
from amcli.linting.places import place_of, whole_file
from amcli.linting.rule import Rule
from amcli.linting.sources.cards import sources
from amcli.linting.sources.search import FoundPath
from amcli.linting.sources.source import CardSource, Source
from amcli.linting.surroundings import Surroundings
from amcli.linting.told_once import ToldOnce
from amcli.resources import resource_folder


@dataclass(frozen=True)
class Terms:
    """What holds for every path."""

    surroundings: Surroundings
    rules: tuple[Rule, ...]
    project_templates: Path | None = None
    stdin: BinaryIO | None = None
    changed: Mapping[Path, str] = field(default_factory=dict)
    """Texts to read in place of files, by resolved path."""


@dataclass(frozen=True)
class LintedFile:
    """What came of one file."""

    file: str
    """What a person calls it."""
    path: Path
    """Resolved, so that the same file by two ways is known to be one."""
    note: str | None
    hides_built_in: bool
    cards: int = 0
    folder: Path | None = None
    """Of a template of which every card could be made: where its parts lie."""
    findings: tuple[Finding, ...] = ()
    """Each mistake once, with its samples if not all show it."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """The files that are named in places of findings."""
    troubles: tuple[AmcliError, ...] = ()


def without_trouble(found: FoundPath, terms: Terms) -> list[LintedFile] | None:
    """Return what comes of a path's files; None where anything of it failed.

    Errors are told in the process of the command: there they have their history.
    """
    files = [*linted_files(found, terms)]
    return None if any(file.troubles for file in files) else files


def linted_files(
    found: FoundPath, terms: Terms, known: AbstractSet[Path] = frozenset()
) -> Iterator[LintedFile]:
    """Yield what comes of the files that a path stands for; nothing comes of a ``known`` one.

    Raises the AmcliError of a path that cannot be read.
    """
    opened = sources(found, terms.project_templates, terms.stdin, terms.changed)
    is_name = found.is_named and not Path(found.path).exists()
    for source in opened:
        path = resolved(source.file)
        if path in known:
            yield LintedFile(source.file, path, source.note, source.hides_built_in)
        elif is_name and _is_built_in(path):
            yield _linted(replace(source, is_final=True), path, terms)
        else:
            yield _linted(source, path, terms)


def _is_built_in(path: Path) -> bool:
    return path.is_relative_to(resource_folder("templates").resolve())


def _linted(source: Source, path: Path, terms: Terms) -> LintedFile:
    loaded, troubles = _loaded(source)
    findings = ToldOnce()
    texts: dict[str, str] = {}
    for card, document in loaded:
        others = tuple(other for _, other in loaded if other is not document)
        for finding in _findings(terms, source, card, document, others, texts):
            findings.take(finding, card.sample or "")
    return LintedFile(
        source.file,
        path,
        source.note,
        source.hides_built_in,
        cards=len(loaded),
        folder=source.folder if len(loaded) == len(source.cards) else None,
        findings=tuple(findings.told(len(loaded))),
        texts=texts,
        troubles=tuple(troubles),
    )


def _loaded(source: Source) -> tuple[list[tuple[CardSource, CardDocument]], list[AmcliError]]:
    """Return the cards that there are, and why others are not: with samples, unless it is all."""
    loaded: list[tuple[CardSource, CardDocument]] = []
    failed: dict[str, tuple[AmcliError, list[str]]] = {}
    for card in source.cards:
        try:
            loaded.append((card, card.load()))
        except AmcliError as error:
            _, samples = failed.setdefault(error.message, (error, []))
            samples.append(card.sample or "")
    for trouble, samples in failed.values():
        if len(samples) < len(source.cards) and not isinstance(trouble, DataError):
            trouble.message += f" (with {', '.join(samples)})"
    return loaded, [trouble for trouble, _ in failed.values()]


def _findings(
    terms: Terms,
    source: Source,
    card: CardSource,
    document: CardDocument,
    siblings: tuple[CardDocument, ...],
    texts: dict[str, str],
) -> list[Finding]:
    around = _around(terms.surroundings, source, card, siblings)
    findings = lint(document, surroundings=around, rules=terms.rules)
    return _placed(source, card, findings, texts) if findings else []


def _around(
    known: Surroundings, source: Source, card: CardSource, siblings: tuple[CardDocument, ...]
) -> Surroundings:
    if not (source.folder or source.mail or source.signed):
        return known  # a finished card stands alone
    return replace(
        known,
        signed=source.signed or known.signed,
        first=_first(source),
        siblings=siblings,
        written=card.written if source.folder else None,
        mail=source.mail or known.mail,
    )


def _first(source: Source) -> CardDocument | None:
    try:
        return source.first() if source.first else None
    except AmcliError:
        return None  # told where that card itself is linted


def _placed(
    source: Source, card: CardSource, findings: list[Finding], texts: dict[str, str]
) -> list[Finding]:
    try:
        written = card.written()
    except AmcliError:
        return [whole_file(finding, source.file) for finding in findings]
    placed = []
    for finding in findings:
        place = place_of(finding, written)
        fix = None if source.is_final else finding.fix
        edits = text_edits(fix, written) if fix else ()
        files = (place.file, *(edit.file for edit in edits))
        texts.update((file, written.files[file]) for file in files)
        placed.append(finding._replace(place=place, edits=edits))
    return placed
