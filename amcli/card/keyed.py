"""Data that knows its key: text and numbers that say which value of the data they are.

Whatever computes with them gets plain text and plain numbers back, so one that still knows its key
is the value itself, unchanged.
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


def keyed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain data with keys for its text and its numbers; true, false and null have none."""
    return {name: _keyed(value, step_of("", name)) for name, value in data.items()}


def key_of(value: object) -> str | None:
    """Return the key of a value that came unchanged from data."""
    key = getattr(value, "key", None) if isinstance(value, (str, int, float)) else None
    return key if isinstance(key, str) else None


def given(value: Any) -> Any:
    """Return the very object that the data had, or the value itself."""
    return value.given if isinstance(value, (KeyedText, KeyedInteger, KeyedNumber)) else value


def step_of(key: str, name: str | int) -> str:
    """Return a key and one step more: ``a.b``, ``a[2]``, ``a["b c"]``."""
    if isinstance(name, int):
        return f"{key}[{name}]"
    if not name.isidentifier():
        return f"{key}[{json.dumps(name, ensure_ascii=False)}]"
    return f"{key}.{name}" if key else name


def _keyed(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return PlainDict({name: _keyed(v, step_of(key, name)) for name, v in value.items()})
    if isinstance(value, list):
        return PlainList(_keyed(item, step_of(key, n)) for n, item in enumerate(value))
    kind = _KINDS.get(type(value))
    if kind is None:
        return value
    found = kind(value)
    found.key, found.given = key, value
    return found


_KINDS: Mapping[type, Any] = {str: KeyedText, int: KeyedInteger, float: KeyedNumber}
