"""Which files paths stand for: folders and globs become what lies in them."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from amcli.card.template_names import DESCRIPTION
from amcli.errors import NothingFound
from amcli.files import resolved

STDIN = "-"
_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__"})
_CARDS = (".json", ".json.j2")


@dataclass(frozen=True)
class FoundPath:
    """A path to lint."""

    path: str
    root: str | None = None
    """The folder in which it was met; None when a person named it.

    What was met may be no card at all.
    """
    trouble: str | None = None
    """Why a folder that was met could not be looked into."""

    @property
    def is_named(self) -> bool:
        """Return whether a person named it."""
        return self.root is None

    @property
    def leads_out(self) -> bool:
        """Return whether it is a link out of the folder in which it was met."""
        return self.root is not None and _leads_out(self.path, self.root)


def found_paths(path: str) -> Iterator[FoundPath]:
    """Yield the path, or in place of a folder or a glob what it stands for, sorted.

    A folder that is no template stands for the template folders below it (those with a
    ``template.toml``), the ``*.json.j2`` files that do not begin with ``_``, and the ``*.json``
    files; hidden folders, and links to folders, are left out. In a glob ``**`` is any number of
    folders. Raises NothingFound for a glob that matches nothing.
    """
    if path != STDIN and Path(path).is_dir() and not is_template(path):
        yield from _below(path)
    elif path != STDIN and glob.has_magic(path) and not os.path.lexists(path):
        yield from _matching(path)
    else:
        yield FoundPath(path)


def is_template(folder: str) -> bool:
    """Return whether a folder is a template's."""
    return os.path.isfile(Path(folder, DESCRIPTION))  # noqa: PTH113 - never raises


def _below(root: str) -> Iterator[FoundPath]:
    closed: list[OSError] = []
    for folder, below, files in os.walk(root, onerror=closed.append):
        if is_template(folder):
            below.clear()
            yield FoundPath(folder, root)
            continue
        below[:] = sorted(name for name in below if not _is_skipped(name))
        for name in sorted(files):
            if name.endswith(_CARDS) and not (name.startswith("_") and name.endswith(".j2")):
                yield FoundPath(str(Path(folder, name)), root)
    for error in closed:
        yield FoundPath(str(error.filename), root, error.strerror)


def _matching(pattern: str) -> Iterator[FoundPath]:
    root = _fixed_part(pattern)
    matches = glob.glob(pattern, recursive=True)  # noqa: PTH207 - may begin with /
    if not matches:
        raise NothingFound(
            f"no file matches {pattern!r}",
            hint="check the pattern; `**` stands for any number of folders",
        )
    searched = Path("\0")
    for path in sorted(map(Path, matches)):  # so that a folder comes before what is in it
        if path.is_relative_to(searched) or any(map(_is_skipped, path.relative_to(root).parts)):
            continue
        if path.is_dir():
            searched = path
            yield from [FoundPath(str(path), root)] if is_template(str(path)) else _below(str(path))
        elif path.suffix != ".json" or not is_template(str(path.parent)):  # a sample is no card
            yield FoundPath(str(path), root)


def _fixed_part(pattern: str) -> str:
    parts = Path(pattern).parts
    fixed = next(number for number, part in enumerate(parts) if glob.has_magic(part))
    return str(Path(*parts[:fixed]))


def _is_skipped(folder: str) -> bool:
    return folder.startswith(".") or folder in _SKIPPED_FOLDERS


def _leads_out(path: str, root: str) -> bool:
    if not os.path.islink(path):  # noqa: PTH114 - asked of every path, and several times as fast
        return False
    return not resolved(path).is_relative_to(resolved(root))
