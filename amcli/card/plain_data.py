"""Data as templates get it: plain values of plain types, and no reserved names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from amcli.card.reserved import RESERVED_VARIABLES
from amcli.errors import DataError

MAX_INTEGER_BITS = 4_096
"""In data, and in what templates compute: a good thousand digits."""
MAX_NESTING = 100
"""Levels of lists and mappings."""


class PlainList(list[Any]):
    """A list of plain values; known to hold nothing that a template captured."""


class PlainDict(dict[str, Any]):
    """A mapping of plain values; known to hold nothing that a template captured."""


def plain_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return data as plain values: text, numbers, booleans, null, dates, lists and mappings.

    Raises DataError for reserved names, for nesting beyond 100 levels, and for other types.
    """
    reserved = sorted(RESERVED_VARIABLES.intersection(data))
    if reserved:
        raise DataError(
            f"the data has {reserved[0]!r}, which is a reserved name",
            hint="amcli sets it itself, from --originator, --from and --to",
        )
    return {str(name): _plain(value, 1) for name, value in data.items()}


def _plain(value: Any, depth: int) -> Any:
    if depth > MAX_NESTING:
        raise DataError(
            f"the data is nested deeper than {MAX_NESTING} levels",
            hint="give the template only what the card shows",
        )
    if isinstance(value, str):
        return str.__str__(value)  # not Markup or another subclass with ideas of its own
    if isinstance(value, int) and value.bit_length() > MAX_INTEGER_BITS:
        raise DataError(
            "a number in the data has more than a thousand digits", hint="give it as text"
        )
    if value is None or isinstance(value, (bool, int, float, Decimal, date, time)):
        return value
    if isinstance(value, Mapping):
        return PlainDict({str(name): _plain(item, depth + 1) for name, item in value.items()})
    if isinstance(value, (list, tuple)):
        return PlainList(_plain(item, depth + 1) for item in value)
    raise DataError(
        f"a value of type {type(value).__name__} cannot be used in a card",
        hint="give text, numbers, booleans, dates, lists and mappings",
    )
