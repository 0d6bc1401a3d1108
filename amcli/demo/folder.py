"""The one folder in which the demo leaves everything: its own, and nobody else's."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from amcli.errors import WouldOverwrite
from amcli.files import read_bounded, replace_file, write_new

MARKER = ".amcli-demo"
"""Says that the folder is the demo's own, and names every file that the demo wrote."""

_FIRST_LINE = "This folder belongs to `amcli demo`, which removes these files when it runs again:"
_MAX_MARKER_BYTES = 64 * 1024


@dataclass(frozen=True)
class DemoFolder:
    """A folder of the demo's own; make it with ``renew``."""

    path: Path

    @classmethod
    def renew(cls, path: Path) -> DemoFolder:
        """Return the folder, new or cleared of what an earlier demo wrote.

        Files that somebody else put there stay. Raises WouldOverwrite, and touches nothing, when
        ``path`` is no folder or holds something and no marker of the demo.
        """
        folder = cls(path)
        if path.is_dir() and not path.is_symlink():
            folder._clear()
        elif path.exists() or path.is_symlink():
            raise WouldOverwrite(f"{path} is not a folder", hint="name another one with -o")
        path.mkdir(parents=True, exist_ok=True)
        replace_file(path / MARKER, f"{_FIRST_LINE}\n".encode())
        return folder

    def claim(self, names: Iterable[str]) -> None:
        """Note files that are about to be written, so that the next demo may remove them.

        Raises WouldOverwrite when somebody else put a file of such a name there.
        """
        wanted = list(names)
        for name in wanted:
            if os.path.lexists(self.path / name):
                raise WouldOverwrite(
                    f"{self.path / name} is there, and the demo did not write it",
                    hint="move it away, or name another folder with -o",
                )
        with (self.path / MARKER).open("a", encoding="utf-8") as marker:
            marker.writelines(f"{name}\n" for name in wanted)

    def write(self, name: str, content: bytes | str, *, private: bool = False) -> Path:
        """Write a new file and return its path; a private one has mode 0600."""
        self.claim([name])
        path = self.path / name
        raw = content.encode("utf-8") if isinstance(content, str) else content
        write_new(path, raw, private=private)
        return path

    def file(self, name: str) -> Path:
        """Return the path of a file in the folder."""
        return self.path / name

    def _clear(self) -> None:
        if not any(self.path.iterdir()):
            return
        for name in self._written_before():
            (self.path / name).unlink(missing_ok=True)

    def _written_before(self) -> list[str]:
        marker = self.path / MARKER
        lines = []
        if marker.is_file() and not marker.is_symlink():
            what = "list of the demo's files"
            content = read_bounded(marker, _MAX_MARKER_BYTES, what=what, error=WouldOverwrite)
            lines = content.decode("utf-8", "replace").splitlines()
        if not lines or lines[0] != _FIRST_LINE:
            raise WouldOverwrite(
                f"{self.path} is not empty and not a folder of the demo; it was left as it is",
                hint="name a new folder: amcli demo -o DIR",
            )
        # Names only: nothing outside the folder, and no folder in it, is ever removed.
        names = [name for name in lines[1:] if name and Path(name).name == name]
        return [name for name in names if not (self.path / name).is_dir()]
