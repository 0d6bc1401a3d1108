"""Which cards a path holds: a finished card, or what a template makes of each of its samples."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from amcli.card.data import load_data
from amcli.card.document import MAX_CARD_BYTES, CardDocument, parse_card
from amcli.card.rendering import CardTemplate, Envelope, render, template_source_map
from amcli.card.source_map import SourceMap, json_source_map
from amcli.card.target import CardTarget, TemplateTarget, open_target
from amcli.errors import CardError
from amcli.files import read_bounded, read_stream
from amcli.linting.search import STDIN, FoundPath
from amcli.linting.surroundings import Correspondence

# Stands in for what only sending knows; a template that does not print `originator` still lacks it.
_ENVELOPE = Envelope(
    originator="00000000-0000-0000-0000-000000000000",
    sender="sender@example.com",
    recipients=("recipient@example.com",),
)


@dataclass(frozen=True)
class CardSource:
    """One card to lint."""

    sample: str | None
    """The data file that the template is rendered with."""
    load: Callable[[], CardDocument]
    """Raises an AmcliError where there is no card."""
    written: Callable[[], SourceMap]
    """Finds out where its parts were written; costs a rendering, the first time."""


@dataclass(frozen=True)
class Source:
    """One file with the cards that it makes."""

    file: str
    """What a person calls the file."""
    cards: tuple[CardSource, ...]
    is_template: bool = False
    first: Callable[[], CardDocument] | None = None
    """For a refresh card: gets the card that is sent at first."""
    signed: bool = False
    mail: Correspondence | None = None
    hides_built_in: bool = False
    """Whether it is a project's template that was named, as a built-in one is named too."""


def sources(
    found: FoundPath, project_templates: Path | None = None, stdin: BinaryIO | None = None
) -> list[Source]:
    """Return the files with cards that a file, a template folder, a name or ``-`` stands for.

    A template folder stands for its card and its refresh cards, each with each of its samples; a
    card without samples is rendered without data. A JSON file that was only met and is no card
    stands for nothing. Raises what ``open_target`` raises.
    """
    path = Path(found.path)
    if found.path == STDIN and stdin is not None:
        return [_finished(read_stream(stdin, MAX_CARD_BYTES, "<stdin>", what="card"), "<stdin>")]
    if path.suffix == ".json" and path.is_file():
        content = read_bounded(path, MAX_CARD_BYTES, what="card")
        try:
            return [_finished(content, found.path)]
        except CardError:
            if not found.is_named and _is_json(content):
                return []
            raise
    target = open_target(found.path, project_templates)
    if isinstance(target, CardTarget):
        return [_finished(path.read_bytes(), found.path)]
    return list(_of_template(target))


def _finished(content: bytes, file: str) -> Source:
    document = parse_card(content, file)
    card = CardSource(None, lambda: document, partial(_written_json, content, file))
    return Source(file, (card,))


def _written_json(content: bytes, file: str) -> SourceMap:
    return json_source_map(content.decode(), file)


def _of_template(target: TemplateTarget) -> Iterator[Source]:
    main = _template_cards(target.template, target.samples)
    folder = target.folder
    if folder is None or target.template.file == folder.card().file:
        yield Source(str(target.template.path), main, True, hides_built_in=target.hides_built_in)
        names = list(folder.refresh) if folder else []
    else:
        names = [n for n, r in folder.refresh.items() if r.card == target.template.file]
    if folder is not None and names:
        first = _template_cards(folder.card(), folder.samples)[0].load
        for name in names:
            template, samples = folder.refresh_card(name), folder.refresh[name].samples
            cards = _template_cards(template, samples)
            yield Source(str(template.path), cards, True, first)


def _template_cards(template: CardTemplate, samples: tuple[Path, ...]) -> tuple[CardSource, ...]:
    return tuple(
        CardSource(
            sample.name if sample else None,
            functools.cache(partial(_made, template, sample)),
            functools.cache(partial(_written_template, template, sample)),
        )
        for sample in samples or (None,)
    )


def _made(template: CardTemplate, sample: Path | None) -> CardDocument:
    data = load_data([sample] if sample else [])
    document = render(template, data, envelope=_ENVELOPE).document()
    return replace(document, source=str(template.path))


def _written_template(template: CardTemplate, sample: Path | None) -> SourceMap:
    data = load_data([sample] if sample else [])
    name = str(sample) if sample else None
    return template_source_map(template, data, envelope=_ENVELOPE, data_file=name)


def _is_json(content: bytes) -> bool:
    # What is JSON to any program belongs to some other program.
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True
