"""Files that are written all together or not at all, and never over another file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from amcli.errors import UsageError, WouldOverwrite

_PRIVATE_MODE = 0o600
_PUBLIC_MODE = 0o644


@dataclass(frozen=True)
class NewFile:
    """A file to be written."""

    name: str
    """Its place below the folder: ``card.pem``, ``templates/card/card.json.j2``."""
    content: bytes = field(repr=False)
    private: bool = False
    """Readable by its owner only."""


def write_new_files(
    folder: Path, files: Sequence[NewFile], *, hint: str = "choose another folder with -o"
) -> list[Path]:
    """Return the paths of the files, written into a folder that is made where it is missing.

    Raises WouldOverwrite, before anything is written, when one of them is there already, and
    UsageError when the folder cannot be written to. Whatever happens half-way, an interruption
    too, nothing of this call stays behind.
    """
    targets = [folder / file.name for file in files]
    standing = [file.name for file in files if os.path.lexists(folder / file.name)]
    if standing:
        raise WouldOverwrite(
            f"already in {folder}: {', '.join(standing[:5])}{' ...' if standing[5:] else ''}",
            hint=f"{hint}; what is there is never overwritten",
        )
    made: list[Path] = []
    try:
        for target, file in zip(targets, files, strict=True):
            _make_folders(target.parent, made)
            _write(target, file, made)
    except FileExistsError:
        _take_back(made)
        raise WouldOverwrite(f"{folder}: something is in the way of the new files") from None
    except OSError as error:
        _take_back(made)
        raise UsageError(f"{folder}: cannot write here: {error.strerror}", hint=hint) from None
    except BaseException:
        _take_back(made)
        raise
    return targets


def _make_folders(folder: Path, made: list[Path]) -> None:
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir()
        made.append(path)


def _write(target: Path, file: NewFile, made: list[Path]) -> None:
    # O_EXCL also refuses a symbolic link that somebody put there in the meantime.
    mode = _PRIVATE_MODE if file.private else _PUBLIC_MODE
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(target, flags, mode)
    made.append(target)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(file.content)


def _take_back(made: list[Path]) -> None:
    for path in reversed(made):
        try:
            path.rmdir() if path.is_dir() else path.unlink()
        except OSError:  # somebody else's file is in the folder by now, or the disk is gone
            continue
