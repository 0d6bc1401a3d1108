"""Settings that are tables of their own: ``[lint.severity]``, ``[lint.per_path."old/**"]``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from amcli.errors import ConfigurationError
from amcli.settings_table import Kind, Row
from amcli.suggestion import did_you_mean

SEVERITIES = ("error", "warning", "info")

Where = Callable[[str], str]
"""Returns file and line of a name below a setting: ``AM601``, ``old/**.ignore``."""


def rows_from_toml(kind: Kind, key: str, raw: Any, where: Where) -> tuple[Row, ...]:
    """Return the rows of a setting, checked but for the names of rules.

    Raises ConfigurationError with its place.
    """
    return tuple(_READERS[kind](key, raw, where))


def _severities(key: str, raw: Any, where: Where) -> Iterator[Row]:
    for name, value in _table(key, raw, where("")).items():
        yield Row(name, _severity(f"{key}.{name}", value, where(name)), where(name))


def _per_path(key: str, raw: Any, where: Where) -> Iterator[Row]:
    for pattern, value in _table(key, raw, where("")).items():
        full, place = f'{key}."{pattern}"', where(pattern)
        table = _known(full, _table(full, value, place), {"ignore", "severity"}, place)
        below = partial(_below, where, f"{pattern}.severity")
        severities = _severities(f"{full}.severity", table.get("severity", {}), below)
        ignore = _texts(f"{full}.ignore", table.get("ignore", []), where(f"{pattern}.ignore"))
        yield Row(pattern, {"ignore": ignore, "severity": tuple(severities)}, place)


def _places(key: str, raw: Any, where: Where) -> Iterator[Row]:
    if not isinstance(raw, list):
        raise ConfigurationError(
            f"{where('')}: {key} must be a list of tables", hint=f"write [[{key}]] above each"
        )
    for number, value in enumerate(raw):
        place = where(str(number))
        names = {"file", "pointer", "rules", "reason"}
        table = _known(key, _table(key, value, place), names, place)
        for name in sorted(names - table.keys()):
            raise ConfigurationError(
                f"{place}: {key}.{name} is missing",
                hint='each has file = "...", pointer = "...", rules = ["..."], reason = "..."',
            )
        made = {name: _text(f"{key}.{name}", table[name], place) for name in names - {"rules"}}
        rules = _texts(f"{key}.rules", table["rules"], place)
        yield Row(str(number), {**made, "rules": rules}, place)


def _below(where: Where, table: str, name: str) -> str:
    return where(f"{table}.{name}".rstrip("."))


def _table(key: str, raw: Any, place: str) -> Mapping[str, Any]:
    if isinstance(raw, dict):
        return raw
    raise ConfigurationError(
        f"{place}: {key} must be a table", hint=f"write [{key}] above its keys"
    )


def _known(key: str, table: Mapping[str, Any], names: set[str], place: str) -> Mapping[str, Any]:
    for name in table:
        if name not in names:
            hint = did_you_mean(name, sorted(names)) or f"known: {', '.join(sorted(names))}"
            raise ConfigurationError(f"{place}: unknown setting {key}.{name[:80]}", hint=hint)
    return table


def _severity(key: str, value: Any, place: str) -> str:
    if value in SEVERITIES:
        return str(value)
    raise ConfigurationError(
        f"{place}: {key} must be {' or '.join(SEVERITIES)}",
        hint=did_you_mean(value, SEVERITIES) or "to leave a rule out, name it in lint.ignore",
    )


def _text(key: str, value: Any, place: str) -> str:
    if isinstance(value, str):
        return value
    raise ConfigurationError(f"{place}: {key} must be a text", hint='a text stands in "quotes"')


def _texts(key: str, value: Any, place: str) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise ConfigurationError(f"{place}: {key} must be a list of texts", hint='write ["AM601"]')


_READERS: Mapping[Kind, Callable[[str, Any, Where], Iterator[Row]]] = {
    Kind.SEVERITIES: _severities,
    Kind.PER_PATH: _per_path,
    Kind.PLACES: _places,
}
ROW_KINDS = frozenset(_READERS)
