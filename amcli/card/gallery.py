"""All templates by name: the project's own first, then the ones that come with amcli."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from amcli.card.template import DESCRIPTION, TemplateFolder, load_template
from amcli.errors import NothingFound
from amcli.resources import resource_folder
from amcli.suggestion import did_you_mean


@dataclass(frozen=True)
class GalleryEntry:
    """One template and where it comes from."""

    template: TemplateFolder
    built_in: bool
    hides_built_in: bool = False
    """A project's template with the name of a built-in one."""


def gallery(project_templates: Path | None = None) -> list[GalleryEntry]:
    """Return all templates, the project's own first, each name once.

    ``project_templates`` is the project's folder of template folders; it need not exist.
    Raises TemplateError for a folder with a ``template.toml`` that cannot be read.
    """
    built_in = {path.name: path for path in _folders(resource_folder("templates"))}
    own = {path.name: path for path in _folders(project_templates)} if project_templates else {}
    if project_templates and _same(project_templates, resource_folder("templates")):
        own = {}
    mine = [GalleryEntry(load_template(own[name]), False, name in built_in) for name in sorted(own)]
    rest = sorted(built_in.keys() - own.keys())
    return mine + [GalleryEntry(load_template(built_in[name]), True) for name in rest]


def find_template(name: str, project_templates: Path | None = None) -> GalleryEntry:
    """Return the template of a name; raises NothingFound with a did-you-mean."""
    built_in = resource_folder("templates") / name
    own = project_templates / name if project_templates else None
    if own is not None and (own / DESCRIPTION).is_file() and not _same(own, built_in):
        return GalleryEntry(load_template(own), False, (built_in / DESCRIPTION).is_file())
    if (built_in / DESCRIPTION).is_file():
        return GalleryEntry(load_template(built_in), True)
    raise NothingFound(f"there is no file and no template {name!r}", hint=_near(name, own))


def _near(name: str, own: Path | None) -> str:
    folders = [resource_folder("templates"), *([own.parent] if own else [])]
    names = sorted({path.name for folder in folders for path in _folders(folder)})
    return did_you_mean(name, names) or "`amcli templates` lists the templates"


def _folders(parent: Path) -> Iterator[Path]:
    if parent.is_dir():
        yield from sorted(p for p in parent.iterdir() if (p / DESCRIPTION).is_file())


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()
