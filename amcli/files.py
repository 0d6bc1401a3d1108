"""Files, read with a bound, and written whole or not at all.

What is read is a regular file, so that neither a named pipe without a writer nor a device can hang
a command or feed it without end. The one exception is what the shell has opened for the command:
``/dev/stdin``, and ``/dev/fd/63`` as it stands for ``<(...)``. Commands that read ``-`` read
standard input, whatever that is.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from amcli.errors import AmcliError, OutputError, UnreadableInput, WouldOverwrite

_PRIVATE_MODE = 0o600
_MODE = 0o666  # the rest is for the umask to say
_DESCRIPTORS = ("/dev/fd", "/proc/self/fd")

_OTHER_NAME = "choose another name"
_MAKE_FOLDER = "make the folder first, or choose another one"
_OTHER_FOLDER = "choose another folder with -o"
_CHECK_PATH = "check the path; it is relative to the working folder"

MakeError = Callable[[str], AmcliError]


class NewFile(NamedTuple):
    """A file to be written."""

    name: str
    """Its place below the folder: ``card.pem``, ``templates/card/card.json.j2``."""
    content: bytes
    private: bool = False
    """Readable by its owner only."""

    def __repr__(self) -> str:
        # The content may be a private key.
        return f"NewFile({self.name!r}, private={self.private})"


def read_bounded(
    path: Path, limit: int, *, what: str, error: MakeError = UnreadableInput, larger: str = ""
) -> bytes:
    """Return what is in a file of at most ``limit`` bytes.

    For everything else raises the exception that ``error`` makes of a message, which begins with
    the path; ``what`` is what a person would call the file: "key file". ``larger`` says what to do
    with a larger one, where there can be such.
    """
    try:
        with open(path, "rb", opener=_opener) as stream:
            if not _is_readable(path, stream):
                raise _hinted(
                    error(f"{path}: not a regular file, so no {what}"), f"name the {what} itself"
                )
            return read_stream(stream, limit, str(path), what=what, error=error, larger=larger)
    except OSError as trouble:
        hint = _CHECK_PATH if _is_missing(trouble) else f"check that you may read the {what}"
        raise _hinted(error(f"{path}: cannot read the {what}: {trouble.strerror}"), hint) from None
    except ValueError:  # a NUL in the path
        raise _hinted(error(f"{str(path)!r} is no name of a file"), _CHECK_PATH) from None


def read_stream(
    stream: BinaryIO,
    limit: int,
    name: str,
    *,
    what: str,
    error: MakeError = UnreadableInput,
    larger: str = "",
) -> bytes:
    """Return the rest of a stream, at most ``limit`` bytes; raises what ``error`` makes."""
    try:
        content = stream.read(limit + 1)
    except OSError as trouble:  # such as a folder as standard input
        hint = f"name the {what} itself"
        raise _hinted(error(f"{name}: cannot read the {what}: {trouble.strerror}"), hint) from None
    if len(content) > limit:
        size = f"{limit // 1024**2} MB" if limit >= 1024**2 else f"{limit // 1024} KB"
        if larger:
            raise _hinted(error(f"{name}: larger than {size}"), larger)
        raise _hinted(
            error(f"{name}: larger than {size}, no {what} is"), f"check that it is the {what}"
        )
    return content


def write_new(
    path: Path, content: bytes, *, private: bool = False, hint: str = _OTHER_NAME
) -> None:
    """Write a file that is not there yet; a private one has mode 0600.

    Raises WouldOverwrite, also for a symbolic link, and OutputError; then nothing of it stays.
    """
    with _all_or_nothing(path, _OTHER_NAME, taken=hint) as made:
        _write(path, content, _PRIVATE_MODE if private else _MODE, made)


def write_new_files(
    folder: Path, files: Sequence[NewFile], *, hint: str = _OTHER_FOLDER
) -> list[Path]:
    """Return the paths of the files, written into a folder that is made where it is missing.

    Raises WouldOverwrite, before anything is written, when one of them is there already, and
    OutputError when the folder cannot be written to. Whatever happens half-way, an interruption
    too, nothing of this call stays behind.
    """
    standing = [file.name for file in files if os.path.lexists(folder / file.name)]
    if standing:
        raise WouldOverwrite(
            f"already in {folder}: {', '.join(standing[:5])}{' ...' if standing[5:] else ''}",
            hint=f"{hint}; what is there is never overwritten",
        )
    with _all_or_nothing(folder, hint) as made:
        for file in files:
            path = folder / file.name
            _make_folders(path.parent, made)
            _write(path, file.content, _PRIVATE_MODE if file.private else _MODE, made)
    return [folder / file.name for file in files]


def replace_file(path: Path, content: bytes) -> None:
    """Write a file in place of the one that may stand there, whose mode it keeps.

    It is written beside its place and moved there, so that a failure leaves the old one. A
    symbolic link is replaced, not followed. Raises OutputError, also for folders and devices.
    """
    with _all_or_nothing(path, _OTHER_NAME) as made:
        standing = _mode(path)
        beside = path.with_name(f".{os.urandom(8).hex()}.part")
        _write(beside, content, _MODE if standing is None else _PRIVATE_MODE, made)
        if standing is not None:
            beside.chmod(standing)
        beside.replace(path)


def resolved(path: str | Path) -> Path:
    """Return the absolute path without links; of links in a circle as far as they lead."""
    return Path(os.path.realpath(path))  # Path.resolve() raises for a circle


def is_stream(path: Path) -> bool:
    """Return whether a path leads to a pipe or a character device: nothing in it can be lost."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def write_stream(path: Path, content: bytes) -> None:
    """Write to a pipe or a device, such as /dev/null, which stays what it is; raises OutputError.

    As in a shell, a named pipe is waited for until somebody reads it.
    """
    with _all_or_nothing(path, _OTHER_NAME):
        # Neither created nor cut: a file that has come into its place stays as it is.
        descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_NOCTTY", 0))
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)


def _hinted(error: AmcliError, hint: str) -> AmcliError:
    if error.hint is None:
        error.advise(hint)
    return error


def _is_missing(trouble: OSError) -> bool:
    return isinstance(trouble, (FileNotFoundError, NotADirectoryError))


def _opener(path: str, flags: int) -> int:
    if not _is_opened_by_the_shell(path):
        # A named pipe is opened, and then refused, without waiting for a writer.
        flags |= getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    return os.open(path, flags)


def _is_readable(path: Path, stream: BinaryIO) -> bool:
    is_regular = stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    return is_regular or _is_opened_by_the_shell(str(path))


def _is_opened_by_the_shell(path: str) -> bool:
    folder, _, number = path.rpartition("/")
    return path == "/dev/stdin" or (folder in _DESCRIPTORS and number.isdecimal())


@contextlib.contextmanager
def _all_or_nothing(place: Path, hint: str, taken: str = "") -> Iterator[list[Path]]:
    """Take back the files and folders that are entered into the list when something breaks.

    ``taken`` is the hint for a place that is taken, where it is another one.
    """
    made: list[Path] = []
    try:
        yield made
    except FileExistsError as error:
        _take_back(made)
        raise WouldOverwrite(f"{error.filename} exists already", hint=taken or hint) from None
    except OSError as error:
        _take_back(made)
        hint = _MAKE_FOLDER if _is_missing(error) else hint
        raise OutputError(f"{place}: cannot be written: {error.strerror}", hint=hint) from None
    except ValueError:  # a NUL in the path, or no name at its end
        _take_back(made)
        raise OutputError(f"{str(place)!r} is no name of a file", hint=hint) from None
    except BaseException:
        _take_back(made)
        raise


def _make_folders(folder: Path, made: list[Path]) -> None:
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir()
        made.append(path)


def _write(path: Path, content: bytes, mode: int, made: list[Path]) -> None:
    # O_EXCL also refuses a symbolic link that somebody put there in the meantime.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, mode)
    made.append(path)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)


def _mode(path: Path) -> int | None:
    """Return the mode of a regular file that stands there; raises OSError for what else does."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(mode):
        return None
    if not stat.S_ISREG(mode):
        raise OSError(0, "something that is no regular file is in its place")
    return stat.S_IMODE(mode)


def _take_back(made: list[Path]) -> None:
    for path in reversed(made):
        try:
            path.rmdir() if path.is_dir() else path.unlink()
        except OSError:  # somebody else's file is in the folder by now, or the disk is gone
            continue
