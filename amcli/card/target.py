"""What a command works on: a template by name, folder or file, or a finished card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from amcli.card.data import load_data
from amcli.card.document import MAX_CARD_BYTES, CardDocument, parse_card
from amcli.card.gallery import find_template
from amcli.card.rendering import (
    CardTemplate,
    Envelope,
    PurposeToken,
    render,
    render_fallback,
    render_subject,
)
from amcli.card.template import DESCRIPTION, MAIN_CARD, TemplateFolder, load_template
from amcli.errors import NothingFound, UsageError
from amcli.files import read_bounded, read_stream


@dataclass(frozen=True)
class CardTarget:
    """A finished card, taken as it is."""

    document: CardDocument


@dataclass(frozen=True)
class TemplateTarget:
    """A template with the samples that belong to it."""

    template: CardTemplate
    samples: tuple[Path, ...] = ()
    folder: TemplateFolder | None = None
    """The folder that it belongs to, where it has a ``template.toml``."""
    hides_built_in: bool = False
    """The project's own, found by a name that a built-in template has too."""

    @property
    def name(self) -> str:
        """Return the template folder's name, or the name of a file that stands alone."""
        return self.folder.name if self.folder else self.template.file.partition(".")[0]


Target = CardTarget | TemplateTarget


@dataclass(frozen=True)
class DataSource:
    """Where data comes from: files, and ``NAME=TEXT`` assignments."""

    files: tuple[Path, ...] = ()
    sets: tuple[str, ...] = ()


@dataclass(frozen=True)
class MadeCard:
    """A card ready to be checked, with what its template says about the mail around it."""

    document: CardDocument
    subject: str | None = None
    fallback_html: str | None = None
    sample: Path | None = None
    """The sample that stood in because no data was given."""
    from_template: bool = False


def open_target(
    text: str, project_templates: Path | None = None, stdin: BinaryIO | None = None
) -> Target:
    """Return the target that a person means.

    ``-`` reads a finished card from ``stdin``; an existing folder or ``.j2`` file is a template,
    any other file a finished card; everything else is a template's name, or ``name/refresh``.
    Raises NothingFound, UnreadableInput, CardError and TemplateError.
    """
    if text == "-" and stdin is not None:
        content = read_stream(stdin, MAX_CARD_BYTES, "<stdin>", what="card")
        return CardTarget(parse_card(content, "<stdin>"))
    path = Path(text)
    if path.is_dir():
        return _folder(path)
    if path.is_file():
        return template_file(path) if path.suffix == ".j2" else card_file(path)
    if path.exists():  # a pipe or a device
        return card_file(path)
    if path.suffix in {".j2", ".json"} or path.is_absolute() or text.startswith(("./", "../")):
        raise NothingFound(
            f"there is no file {text!r}",
            hint="check the path; it is relative to the working folder",
        )
    name, _, refresh = text.partition("/")
    try:
        found = find_template(name, project_templates)
    except NothingFound as error:
        if not refresh:
            raise
        reason = f"there is no file {text!r} and no template {name!r}"
        raise NothingFound(reason, hint=error.hint) from None
    target = _refresh(found.template, refresh) if refresh else _main(found.template)
    return replace(target, hides_built_in=found.hides_built_in)


def card_file(path: Path) -> CardTarget:
    """Return a finished card from a file."""
    return CardTarget(parse_card(read_bounded(path, MAX_CARD_BYTES, what="card"), str(path)))


def template_file(path: Path) -> TemplateTarget:
    """Return a template from a ``.j2`` file, with the samples that its folder names for it."""
    template = CardTemplate(path.parent, path.name, str(path))
    if not (path.parent / DESCRIPTION).is_file():
        return TemplateTarget(template)
    folder = load_template(path.parent)
    samples = {r.card: r.samples for r in folder.refresh.values()}
    samples[MAIN_CARD] = folder.samples
    return TemplateTarget(template, samples.get(path.name, ()), folder)


def make_card(
    target: Target,
    source: DataSource,
    *,
    envelope: Envelope | None = None,
    purpose_token: PurposeToken | None = None,
) -> MadeCard:
    """Return the card of a target, rendered where it is a template.

    Without any data file the template's first sample is used. Raises TemplateError, DataError,
    CardError, and UsageError for data that a finished card has no use for.
    """
    if isinstance(target, CardTarget):
        if source.files or source.sets:
            raise UsageError(
                f"{target.document.source} is a finished card, it takes no data",
                hint="data belongs to templates: a name, a folder or a .j2 file",
            )
        return MadeCard(target.document)
    sample = target.samples[0] if target.samples and not source.files else None
    data = load_data([sample] if sample else source.files, source.sets)
    card = render(target.template, data, envelope=envelope, purpose_token=purpose_token)
    subject, fallback = _around(target, data, envelope)
    return MadeCard(card.document(), subject, fallback, sample, from_template=True)


def _around(
    target: TemplateTarget, data: Mapping[str, Any], envelope: Envelope | None
) -> tuple[str | None, str | None]:
    folder = target.folder
    if folder is None or target.template.file != MAIN_CARD:
        return None, None
    subject, body = folder.subject, folder.fallback_body()
    return (
        render_subject(subject, target.template, data, envelope=envelope) if subject else None,
        render_fallback(body, data, envelope=envelope) if body else None,
    )


def _folder(path: Path) -> TemplateTarget:
    if not (path / DESCRIPTION).is_file():
        raise NothingFound(
            f"{path} is a folder without {DESCRIPTION}, so no template",
            hint="name a template folder, a .j2 file or a .json file",
        )
    return _main(load_template(path))


def _main(folder: TemplateFolder) -> TemplateTarget:
    return TemplateTarget(folder.card(), folder.samples, folder)


def _refresh(folder: TemplateFolder, name: str) -> TemplateTarget:
    found = folder.refresh.get(name)
    if found is None:
        names = ", ".join(f"{folder.name}/{known}" for known in folder.refresh)
        raise NothingFound(
            f"the template {folder.name!r} has no refresh card {name!r}",
            hint=f"it has: {names}" if names else "it has none",
        )
    return TemplateTarget(folder.refresh_card(name), found.samples, folder)
