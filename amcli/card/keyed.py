"""Data that knows its key: values that say which value of the data they are.

Whatever computes with them gets plain text, numbers and lists back, so one that still knows its
key is the value itself, unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from amcli.card.plain_data import PlainDict, PlainList


class KeyedText(str):
    """Text from data, with its key, ``items[2].name``."""

    key: str
    given: object
    """The very object that the data had."""


class KeyedInteger(int):
    """A whole number from data, with its key."""

    key: str
    given: object


class KeyedNumber(float):
    """A number from data, with its key."""

    key: str
    given: object


class KeyedList(PlainList):
    """A list from data, with its key."""

    key: str
    given: object


class KeyedDict(PlainDict):
    """A mapping from data, with its key."""

    key: str
    given: object


_KEYED = (KeyedText, KeyedInteger, KeyedNumber, KeyedList, KeyedDict)


def keyed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain data with keys for all but true, false, null and dates."""
    return {name: _keyed(value, step_of("", name)) for name, value in data.items()}


def key_of(value: object) -> str | None:
    """Return the key of a value that came unchanged from data."""
    key = getattr(value, "key", None) if isinstance(value, (str, int, float, list, dict)) else None
    return key if isinstance(key, str) else None


def like(copied: Any, value: object) -> Any:
    """Return the copy of a list or mapping, with its key where it has one."""
    key = key_of(value)
    if key is None or not isinstance(value, (KeyedList, KeyedDict)):
        return copied
    found = type(value)(copied)
    found.key = key
    return found


def given(value: Any) -> Any:
    """Return the very object that the data had, or the value itself."""
    return getattr(value, "given", value) if isinstance(value, _KEYED) else value


def step_of(key: str, name: str | int) -> str:
    """Return a key and one step more: ``a.b``, ``a[2]``, ``a["b c"]``."""
    if isinstance(name, int):
        return f"{key}[{name}]"
    if not name.isidentifier():
        return f"{key}[{json.dumps(name, ensure_ascii=False)}]"
    return f"{key}.{name}" if key else name


def _keyed(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        items = {name: _keyed(item, step_of(key, name)) for name, item in value.items()}
        return _with(KeyedDict(items), key, value)
    if isinstance(value, list):
        listed = KeyedList(_keyed(item, step_of(key, n)) for n, item in enumerate(value))
        return _with(listed, key, value)
    kind = _SCALARS.get(type(value))
    return value if kind is None else _with(kind(value), key, value)


def _with(found: Any, key: str, value: Any) -> Any:
    found.key, found.given = key, value
    return found


_SCALARS: Mapping[type, Any] = {str: KeyedText, int: KeyedInteger, float: KeyedNumber}
