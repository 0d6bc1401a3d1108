"""What amcli.toml chooses for lint, with every rule that it names checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from amcli.errors import ConfigurationError, UsageError
from amcli.linting.choosing.selection import (
    Choice,
    IgnoredPlace,
    PathChoice,
    clients_named,
    each_named,
    rules_named,
)
from amcli.linting.finding import Severity
from amcli.linting.registry import find_rule
from amcli.linting.surroundings import Limits
from amcli.settings import Settings
from amcli.settings_table import Entry, Row

T = TypeVar("T")


def configured_choice(settings: Settings) -> Choice:
    """Return what the settings choose.

    Raises ConfigurationError, with file and line, for a rule or a target that does not exist; in
    profiles that are not in use as well.
    """
    for entry in settings.in_file:
        _read(entry)
    read = {key: _read(entry) for key, entry in settings.by_key.items() if key in _READERS}
    return Choice(
        select=read["lint.select"],
        ignore=read["lint.ignore"] or frozenset(),
        targets=read["lint.targets"] or clients_named(()),
        severity=read["lint.severity"] or {},
        per_path=read["lint.per_path"] or (),
        ignore_at=read["lint.ignore_at"] or (),
        project=settings.project,
    )


def configured_limits(settings: Settings) -> Limits:
    """Return the sizes above which a card is called large."""
    return Limits(
        card_bytes=settings.get("lint.max_card_bytes"),
        inputs=settings.get("lint.max_inputs"),
        show_cards=settings.get("lint.max_show_cards"),
        depth=settings.get("lint.max_depth"),
    )


def _read(entry: Entry) -> Any:
    reader = _READERS.get(entry.setting.key)
    if reader is None or entry.value is None:
        return None
    return reader(entry.value, entry.where or entry.setting.key)


def _rules(names: Iterable[str], where: str) -> frozenset[str]:
    return _placed(rules_named, names, where)


def _targets(names: Iterable[str], where: str) -> Any:
    return _placed(clients_named, names, where)


def _severities(rows: Iterable[Row], _where: str = "") -> dict[str, Severity]:
    return {_placed(find_rule, row.name, row.where).id: Severity(row.value) for row in rows}


def _per_path(rows: Iterable[Row], _where: str) -> tuple[PathChoice, ...]:
    return tuple(
        PathChoice(
            row.name, _rules(row.value["ignore"], row.where), _severities(row.value["severity"])
        )
        for row in rows
    )


def _ignore_at(rows: Iterable[Row], _where: str) -> tuple[IgnoredPlace, ...]:
    return tuple(
        IgnoredPlace(
            row.value["file"],
            row.value["pointer"],
            _placed(each_named, row.value["rules"], row.where),
            row.value["reason"],
            row.where,
        )
        for row in rows
    )


def _placed(read: Callable[[Any], T], value: Any, where: str) -> T:
    try:
        return read(value)
    except UsageError as error:
        raise ConfigurationError(f"{where}: {error.message}", hint=error.hint) from None


_READERS: dict[str, Callable[[Any, str], Any]] = {
    "lint.select": _rules,
    "lint.ignore": _rules,
    "lint.targets": _targets,
    "lint.severity": _severities,
    "lint.per_path": _per_path,
    "lint.ignore_at": _ignore_at,
}
