"""The cards of templates: each with all its samples; parts and samples stand for their users."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from amcli.card.data import load_data
from amcli.card.document import CardDocument
from amcli.card.rendering import CardTemplate, Envelope, render, template_source_map
from amcli.card.source_map import SourceMap
from amcli.card.target import TemplateTarget, open_target
from amcli.card.template import DESCRIPTION, TemplateFolder, load_template
from amcli.errors import NothingFound, TemplateError
from amcli.linting.sources.search import FoundPath
from amcli.linting.sources.source import CardSource, Source
from amcli.linting.sources.template_files import is_part, mentioning

# Stands in for what only sending knows; a template that does not print `originator` still lacks it.
_ENVELOPE = Envelope(
    originator="00000000-0000-0000-0000-000000000000",
    sender="sender@example.com",
    recipients=("recipient@example.com",),
)


def template_sources(
    found: FoundPath, project_templates: Path | None, texts: Mapping[Path, str] | None = None
) -> list[Source]:
    """Return what a template's file, folder, part, description or name stands for.

    ``texts`` are read in place of files, by resolved path.
    """
    path = Path(found.path)
    if path.name == DESCRIPTION and path.is_file():
        path = path.parent
    elif path.suffix == ".j2" and path.is_file() and is_part(path):
        return _users_of_part(path, texts) if found.is_named else []
    return list(_of_target(_opened(str(path), project_templates), texts))


def users_of_sample(path: Path, texts: Mapping[Path, str] | None = None) -> list[Source]:
    """Return the cards that are rendered with a file of a template's folder: one of its samples."""
    everything = _of_folder(load_template(path.parent), texts)
    return [s for s in everything if any(card.sample == path.name for card in s.cards)]


def _users_of_part(path: Path, texts: Mapping[Path, str] | None) -> list[Source]:
    for folder in (path.parent, *path.parent.parents):
        using = mentioning(folder, path.relative_to(folder).as_posix())
        cards = [Path(folder, name) for name in using if not is_part(Path(folder, name))]
        if cards:
            found = [s for card in cards for s in _of_target(_opened(str(card)), texts)]
            names = ", ".join(dict.fromkeys(Path(s.file).name for s in found))
            note = f"{path} is a part of templates, and linted through {names}"
            return [replace(found[0], note=note), *found[1:]]
        if using or (folder / DESCRIPTION).is_file():
            break
    raise NothingFound(
        f"{path}: no template here uses this part, so nothing of it can be linted",
        hint="a part is linted with the card that includes or imports it",
    )


def _opened(path: str, project_templates: Path | None = None) -> TemplateTarget:
    target = open_target(path, project_templates)
    assert isinstance(target, TemplateTarget)  # noqa: S101 - finished cards went another way
    return target


def _of_target(target: TemplateTarget, texts: Mapping[Path, str] | None) -> Iterator[Source]:
    if target.folder is None:
        yield _source(replace(target.template, texts=texts), target.samples)
        return
    file = target.template.file
    wanted = None if target.template.name == target.folder.name else file
    for source in _of_folder(target.folder, texts):
        if wanted is None or Path(source.file).name == wanted:
            yield replace(source, hides_built_in=target.hides_built_in and not source.first)


def _of_folder(folder: TemplateFolder, texts: Mapping[Path, str] | None) -> Iterator[Source]:
    main = _source(replace(folder.card(), texts=texts), folder.samples)
    yield main
    samples: dict[str, tuple[Path, ...]] = {}
    for refresh in folder.refresh.values():
        samples[refresh.card] = samples.get(refresh.card, ()) + refresh.samples
    for name, refresh in folder.refresh.items():
        if refresh.card in samples:  # two refresh cards may be made by one file
            template = replace(folder.refresh_card(name), texts=texts)
            own = tuple(dict.fromkeys(samples.pop(refresh.card)))
            yield replace(_source(template, own), first=main.cards[0].load)


def _source(template: CardTemplate, samples: tuple[Path, ...]) -> Source:
    cards = tuple(
        CardSource(
            sample.name if sample else None,
            functools.cache(partial(_made, template, sample)),
            functools.cache(partial(_written, template, sample)),
        )
        for sample in samples or (None,)
    )
    return Source(str(template.path), cards, folder=template.folder)


def _made(template: CardTemplate, sample: Path | None) -> CardDocument:
    data = load_data([sample] if sample else [])
    try:
        document = render(template, data, envelope=_ENVELOPE).document()
    except TemplateError as error:
        if sample is None and error.reason.endswith("is undefined"):
            error.hint = 'name a sample in template.toml beside it: samples = ["sample.json"]'
        raise
    return replace(document, source=str(template.path))


def _written(template: CardTemplate, sample: Path | None) -> SourceMap:
    data = load_data([sample] if sample else [])
    name = str(sample) if sample else None
    return template_source_map(template, data, envelope=_ENVELOPE, data_file=name)
