"""Data for templates: JSON or TOML files, merged, and single values set by name."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from amcli.card.rendering.limits import MAX_DATA_CHARACTERS, MAX_NESTING
from amcli.card.reserved import RESERVED_VARIABLES
from amcli.errors import DataError, UsageError


def load_data(files: Iterable[Path], sets: Iterable[str] = ()) -> dict[str, Any]:
    """Return the data of all files and settings: later ones win, mappings merge, lists replace.

    A file is a JSON object or, by its ending, TOML; UTF-8, at most 32 MB in all. ``a.b=text`` sets
    a string, ``a.b:=JSON`` a value. Raises DataError and UsageError.
    """
    data: dict[str, Any] = {}
    room = MAX_DATA_CHARACTERS
    for file in files:
        content = _read(file, room)
        room -= len(content)
        data = _merged(data, _parsed(content, file))
    for assignment in sets:
        _assign(data, assignment)
    return checked_data(data, "data")


def checked_data(data: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return data as plain values of plain types; ``source`` is named in errors.

    Raises DataError for reserved names, for nesting beyond 100 levels, and for values that are
    neither text, numbers, booleans, null, dates, lists nor mappings.
    """
    reserved = sorted(RESERVED_VARIABLES.intersection(data))
    if reserved:
        raise DataError(
            f"{source}: {reserved[0]!r} is a reserved name",
            hint="amcli sets it itself, from --originator, --from and --to",
        )
    return {str(name): _plain(value, source, 1) for name, value in data.items()}


def _plain(value: Any, source: str, depth: int) -> Any:
    if depth > MAX_NESTING:
        raise DataError(f"{source}: nested deeper than {MAX_NESTING} levels")
    if isinstance(value, str):
        return str.__str__(value)  # not Markup or another subclass with ideas of its own
    if value is None or isinstance(value, (bool, int, float, Decimal, date, time)):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(item, source, depth + 1) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, source, depth + 1) for item in value]
    raise DataError(f"{source}: a value of type {type(value).__name__} cannot be used in a card")


def _read(file: Path, room: int) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(room + 1)
    except OSError as error:
        raise DataError(f"{file}: cannot be read: {error.strerror}") from None
    if len(content) > room:
        raise DataError(
            f"{file}: more than {MAX_DATA_CHARACTERS // 1024**2} MB of data",
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
