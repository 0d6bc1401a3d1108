"""Which cards a path holds: a finished card, or what a template makes of each of its samples."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, Protocol

from amcli.card.data import load_data
from amcli.card.document import MAX_CARD_BYTES, CardDocument, parse_card
from amcli.card.rendering import CardTemplate, Envelope, render
from amcli.card.target import CardTarget, TemplateTarget, open_target
from amcli.card.template import DESCRIPTION
from amcli.errors import CardError, UnreadableInput
from amcli.files import read_bounded

_STDIN = "-"
_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__"})

# Stands in for what only sending knows; a template that does not print `originator` still lacks it.
_ENVELOPE = Envelope(
    originator="00000000-0000-0000-0000-000000000000",
    sender="sender@example.com",
    recipients=("recipient@example.com",),
)


class Load(Protocol):
    """Gets a card; raises an AmcliError where there is none."""

    def __call__(self) -> CardDocument:
        """Return the card."""


@dataclass(frozen=True)
class Source:
    """One card to lint."""

    file: str
    """What a person calls the file."""
    sample: str | None
    """The data file that the template is rendered with."""
    load: Load
    hides_built_in: bool = False
    """Whether it is a project's template that was named, as a built-in one is named too."""


def expanded(path: str) -> Iterator[str]:
    """Yield the path, or in place of a folder that is no template the cards below it, sorted.

    Below a folder count template folders (those with a ``template.toml``), ``*.json.j2`` files
    that do not begin with ``_``, and ``*.json`` files with a card in them. Hidden folders are
    left out.
    """
    if path == _STDIN or not Path(path).is_dir() or _is_template(path):
        yield path
        return
    for folder, below, files in os.walk(path):
        if _is_template(folder):
            below.clear()
            yield folder
            continue
        below[:] = sorted(n for n in below if not n.startswith(".") and n not in _SKIPPED_FOLDERS)
        yield from (str(Path(folder, name)) for name in sorted(files) if _is_card(folder, name))


def sources(
    path: str, project_templates: Path | None = None, stdin: BinaryIO | None = None
) -> list[Source]:
    """Return the cards that a file, a template folder, a template's name or ``-`` stands for.

    A template folder stands for its card and its refresh cards, each with each of its samples; a
    card without samples is rendered without data. Raises what ``open_target`` raises.
    """
    target = open_target(path, project_templates, stdin)
    if isinstance(target, CardTarget):
        document = target.document
        return [Source(document.source, None, lambda: document)]
    return [
        Source(
            str(template.path),
            sample.name if sample else None,
            partial(_made, template, sample),
            target.hides_built_in,
        )
        for template, samples in _templates(target)
        for sample in samples or (None,)
    ]


def _templates(target: TemplateTarget) -> Iterator[tuple[CardTemplate, tuple[Path, ...]]]:
    yield target.template, target.samples
    if target.folder is not None and target.template.name == target.folder.name:
        for name, refresh in target.folder.refresh.items():
            yield target.folder.refresh_card(name), refresh.samples


def _made(template: CardTemplate, sample: Path | None) -> CardDocument:
    data = load_data([sample] if sample else [])
    document = render(template, data, envelope=_ENVELOPE).document()
    return replace(document, source=str(template.path))


def _is_template(folder: str) -> bool:
    return Path(folder, DESCRIPTION).is_file()


def _is_card(folder: str, name: str) -> bool:
    if name.endswith(".json.j2"):
        return not name.startswith("_")
    return name.endswith(".json") and not _is_other_json(Path(folder, name))


def _is_other_json(path: Path) -> bool:
    """Return whether a file is sound JSON and no card: sample data, a configuration."""
    try:
        content = read_bounded(path, MAX_CARD_BYTES, what="card")
    except UnreadableInput:
        return False  # so that it is opened again, and the error told
    try:
        parse_card(content, str(path))
    except CardError:
        return _is_json(content)
    return False


def _is_json(content: bytes) -> bool:
    # What is JSON to any program belongs to some other program.
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True
