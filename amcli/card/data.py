"""Data for templates: JSON or TOML files, merged, and single values set by name."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from amcli.errors import DataError, UsageError

MAX_DATA_BYTES = 32 * 1024 * 1024


def load_data(files: Iterable[Path], sets: Iterable[str] = ()) -> dict[str, Any]:
    """Return the data of all files and settings: later ones win, mappings merge, lists replace.

    A file is a JSON object or, by its ending, TOML; UTF-8, at most 32 MB in all. ``a.b=text`` sets
    a string, ``a.b:=JSON`` a value. Raises DataError and UsageError.
    """
    data: dict[str, Any] = {}
    room = MAX_DATA_BYTES
    for file in files:
        content = _read(file, room)
        room -= len(content)
        data = _merged(data, _parsed(content, file))
    for assignment in sets:
        _assign(data, assignment)
    return data


def _read(file: Path, room: int) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(room + 1)
    except OSError as error:
        raise DataError(f"{file}: cannot be read: {error.strerror}") from None
    if len(content) > room:
        raise DataError(
            f"{file}: more than {MAX_DATA_BYTES // 1024**2} MB of data",
            hint="give the template only what the card shows",
        )
    return content


def _parsed(content: bytes, file: Path) -> dict[str, Any]:
    try:
        text = content.decode("utf-8-sig")
        if file.suffix.lower() == ".toml":
            return tomllib.loads(text)
        value = json.loads(text, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise DataError(f"{file}: not UTF-8 text (byte {error.start})") from None
    except json.JSONDecodeError as error:
        where = f"{file}:{error.lineno}:{error.colno}"
        reason = "the file is empty" if not content.strip() else f"not JSON: {error.msg}"
        raise DataError(f"{where}: {reason}") from None
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise DataError(f"{file}: {error}") from None
    if not isinstance(value, dict):
        raise DataError(
            f"{file}: data must be a JSON object", hint='write {"name": value}, not a bare list'
        )
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _merged(under: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for name, value in over.items():
        below = merged.get(name)
        both = isinstance(below, dict) and isinstance(value, dict)
        merged[name] = _merged(below, value) if both and below is not None else value
    return merged


def _assign(data: dict[str, Any], assignment: str) -> None:
    path, sign, text = assignment.partition("=")
    if not sign or not path.strip(":"):
        raise UsageError(f"--set {assignment!r}: write NAME=TEXT or NAME:=JSON")
    value: Any = text
    if path.endswith(":"):
        path = path[:-1]
        value = _json_text(assignment, text)
    *parents, last = path.split(".")
    holder: Any = data
    for name in parents:
        holder = _step(holder, name, assignment)
    _put(holder, last, value, assignment)


def _json_text(assignment: str, text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise UsageError(
            f"--set {assignment!r}: what stands behind := is not JSON",
            hint="for plain text write NAME=TEXT",
        ) from None


def _step(holder: Any, name: str, assignment: str) -> Any:
    if isinstance(holder, list) and name.isdecimal() and int(name) < len(holder):
        return holder[int(name)]
    if isinstance(holder, dict):
        return holder.setdefault(name, {})
    raise UsageError(f"--set {assignment!r}: there is nothing with parts at {name!r}")


def _put(holder: Any, name: str, value: Any, assignment: str) -> None:
    if isinstance(holder, list) and name.isdecimal() and int(name) < len(holder):
        holder[int(name)] = value
    elif isinstance(holder, dict):
        holder[name] = value
    else:
        raise UsageError(f"--set {assignment!r}: {name!r} has no place there")
