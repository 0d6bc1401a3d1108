"""One amcli.toml: read, checked throughout with its profiles, each value with file and line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from amcli.errors import ConfigurationError
from amcli.files import read_bounded
from amcli.settings_rows import ROW_KINDS, rows_from_toml
from amcli.settings_table import BY_KEY, SECTIONS, Entry, Source, Value
from amcli.settings_values import Place, unknown, value_from_toml
from amcli.strict_toml import NotToml, parse_toml

_MAX_FILE_BYTES = 1024 * 1024


class SettingsFile:
    """One amcli.toml: read, checked throughout, profiles included.

    Messages name it as seen from the folder ``start``, when it lies there.
    """

    def __init__(self, path: Path, start: Path) -> None:
        self.folder = path.absolute().parent
        self.path = path.relative_to(start) if path.is_relative_to(start) else path
        content = read_bounded(
            path, _MAX_FILE_BYTES, what="settings file", error=ConfigurationError
        )
        try:
            self.tables = parse_toml(content)
        except NotToml as error:
            raise ConfigurationError(error.at(str(self.path)), hint=error.hint) from None
        self.all_entries: tuple[Entry, ...] = ()
        """Those of every profile, once ``entries`` has been asked."""
        self.lines = dict(_line_numbers(content.decode("utf-8-sig")))

    def entries(self, profile: str | None) -> Iterator[Entry]:
        """Yield the file's own settings, then those of the profile."""
        tables = dict(self.tables)
        profiles = self._table("profile", tables.pop("profile", {}))
        checked = {
            name: list(self._entries(self._table(f"profile.{name}", sections), name))
            for name, sections in profiles.items()
        }
        own = list(self._entries(tables))
        self.all_entries = (*own, *(entry for entries in checked.values() for entry in entries))
        yield from own
        if profile is not None:
            if profile not in checked:
                raise unknown(str(self.path), "profile", profile, checked)
            yield from checked[profile]

    def _entries(self, tables: dict[str, Any], profile: str | None = None) -> Iterator[Entry]:
        prefix = f"profile.{profile}." if profile is not None else ""
        source = Source.FILE if profile is None else Source.PROFILE
        for section, values in tables.items():
            if section not in SECTIONS:
                raise unknown(self._where(prefix + section), "section", section, SECTIONS)
            for name, raw in self._table(prefix + section, values).items():
                where = self._where(f"{prefix}{section}.{name}")
                setting = BY_KEY.get(f"{section}.{name}")
                if setting is None:
                    known = [key for key in BY_KEY if key.startswith(f"{section}.")]
                    raise unknown(where, "setting", f"{section}.{name}", known)
                value: Value
                if setting.kind in ROW_KINDS:
                    below = partial(self._where_below, f"{prefix}{setting.key}")
                    value = rows_from_toml(setting.kind, setting.key, raw, below)
                    where = value[0].where if value else where
                else:
                    with Place(where):
                        value = value_from_toml(setting, raw, self.folder)
                yield Entry(setting, value, source, where)

    def _table(self, name: str, value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        raise ConfigurationError(
            f"{self._where(name)}: {name} must be a section", hint=f"write [{name}] above its keys"
        )

    def _where_below(self, key: str, name: str) -> str:
        """Return the place of a name below a setting, or of what is known around it."""
        full = _tidy(f"{key}.{name}")
        while full != key and full not in self.lines:
            full = full.rpartition(".")[0]
        return self._where(full)

    def _where(self, key: str) -> str:
        line = self.lines.get(key)
        return f"{self.path}:{line}" if line else str(self.path)


_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""\s*["']?([A-Za-z0-9_-]+)["']?\s*=""")


def _line_numbers(text: str) -> Iterator[tuple[str, int]]:
    # tomllib gives no positions. Headers and plain keys are all that a message needs; for a
    # dotted key or an inline table the message names the file alone.
    section = ""
    lists: Counter[str] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            section = _tidy(header[2])
            if header[1] == "[[":
                lists[section] += 1
                section = f"{section}.{lists[section] - 1}"
            yield section, number
        elif key := _KEY.match(line):
            yield f"{section}.{key[1]}".lstrip("."), number


def _tidy(name: str) -> str:
    return re.sub(r"[\s\"']", "", name)
