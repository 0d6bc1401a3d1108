"""Which files paths stand for: folders and globs become what lies in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from amcli.card.template import DESCRIPTION

STDIN = "-"
_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__"})
_CARDS = (".json", ".json.j2")


@dataclass(frozen=True)
class FoundPath:
    """A path to lint."""

    path: str
    is_named: bool
    """A person named it; otherwise it was met in a folder, and may be no card at all."""


def found_paths(path: str) -> Iterator[FoundPath]:
    """Yield the path, or in place of a folder that is no template what lies below it, sorted.

    Below a folder count template folders (those with a ``template.toml``), ``*.json.j2`` files
    that do not begin with ``_``, and ``*.json`` files. Hidden folders are left out.
    """
    if path == STDIN or not Path(path).is_dir() or is_template(path):
        yield FoundPath(path, is_named=True)
        return
    for folder, below, files in os.walk(path):
        if is_template(folder):
            below.clear()
            yield FoundPath(folder, is_named=False)
            continue
        below[:] = sorted(n for n in below if not n.startswith(".") and n not in _SKIPPED_FOLDERS)
        for name in sorted(files):
            if name.endswith(_CARDS) and not (name.startswith("_") and name.endswith(".j2")):
                yield FoundPath(str(Path(folder, name)), is_named=False)


def is_template(folder: str) -> bool:
    """Return whether a folder is a template's."""
    return Path(folder, DESCRIPTION).is_file()
