"""Data for templates: JSON or TOML files, merged, and single values set by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from amcli.errors import DataError, UsageError
from amcli.files import read_bounded
from amcli.strict_json import NotStrictJson, parse_json
from amcli.strict_toml import NotToml, parse_toml

MAX_DATA_BYTES = 32 * 1024 * 1024


def load_data(files: Iterable[Path], sets: Iterable[str] = ()) -> dict[str, Any]:
    """Return the data of all files and settings: later ones win, mappings merge, lists replace.

    A file is a JSON object or, by its ending, TOML; UTF-8, at most 32 MB in all. ``a.b=text`` sets
    a string, ``a.b:=JSON`` a value. Raises DataError and UsageError.
    """
    data: dict[str, Any] = {}
    room = MAX_DATA_BYTES
    for file in files:
        content = read_bounded(file, MAX_DATA_BYTES, what="data file", error=DataError)
        room -= len(content)
        if room < 0:
            raise DataError(
                f"{file}: with this file more than {MAX_DATA_BYTES // 1024**2} MB of data",
                hint="give the template only what the card shows",
            )
        data = _merged(data, _parsed(content, file))
    for assignment in sets:
        _assign(data, assignment)
    return data


def _parsed(content: bytes, file: Path) -> dict[str, Any]:
    if file.suffix.lower() == ".toml":
        return _toml(content, file)
    if not content.strip():
        raise DataError(f"{file}: the file is empty", hint="for no data write {}")
    try:
        value = parse_json(content, byte_order_mark=True, half_characters=True)
    except NotStrictJson as error:
        raise DataError(error.at(str(file)), hint=error.hint) from None
    if not isinstance(value, dict):
        raise DataError(
            f"{file}: data must be a JSON object", hint='write {"name": value}, not a bare list'
        )
    return value


def _toml(content: bytes, file: Path) -> dict[str, Any]:
    try:
        return parse_toml(content)
    except NotToml as error:
        raise DataError(error.at(str(file)), hint=error.hint) from None


def _merged(under: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for name, value in over.items():
        below = merged.get(name)
        both = isinstance(below, dict) and isinstance(value, dict)
        merged[name] = _merged(below, value) if both and below is not None else value
    return merged


def _assign(data: dict[str, Any], assignment: str) -> None:
    path, sign, text = assignment.partition("=")
    if not sign or not all(path.removesuffix(":").split(".")):
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
        return parse_json(text, half_characters=True)
    except NotStrictJson as error:
        raise UsageError(
            f"--set {assignment!r}: what stands behind := {error}",
            hint="for plain text write NAME=TEXT",
        ) from None


def _step(holder: Any, name: str, assignment: str) -> Any:
    if isinstance(holder, list) and name.isdecimal() and int(name) < len(holder):
        return holder[int(name)]
    if isinstance(holder, dict):
        return holder.setdefault(name, {})
    raise UsageError(
        f"--set {assignment!r}: there is nothing with parts at {name!r}",
        hint="name what the data has, or set the whole of it with NAME:=JSON",
    )


def _put(holder: Any, name: str, value: Any, assignment: str) -> None:
    if isinstance(holder, list) and name.isdecimal() and int(name) < len(holder):
        holder[int(name)] = value
    elif isinstance(holder, dict):
        holder[name] = value
    else:
        raise UsageError(
            f"--set {assignment!r}: {name!r} has no place there",
            hint="name what the data has, or set the whole of it with NAME:=JSON",
        )
