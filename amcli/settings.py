"""The settings in force: command line, environment, profile, amcli.toml, default, in this order.

Only commands read settings; the library and web services take arguments.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from amcli.errors import ConfigurationError
from amcli.settings_table import (
    BY_KEY,
    BY_VARIABLE,
    SETTINGS,
    Entry,
    Kind,
    Setting,
    Source,
)
from amcli.suggestion import closest

FILE_NAME = "amcli.toml"
_OTHER_VARIABLES = {"AMCLI_CONFIG", "AMCLI_PROFILE"}
"""Variables that are no settings: which file, and which profile."""


class Settings(NamedTuple):
    """All settings, each with its origin."""

    by_key: Mapping[str, Entry]
    file: Path | None
    """The amcli.toml that was read."""
    profile: str | None
    project: Path
    """The folder of amcli.toml, or the working folder where there is none."""
    in_file: tuple[Entry, ...] = ()
    """All that amcli.toml sets, in profiles that are not in use as well."""
    strangers: tuple[tuple[str, str | None], ...] = ()
    """``AMCLI_...`` variables that are no settings, each with the one that may be meant."""

    def get(self, key: str) -> Any:
        """Return the value of a setting in its own type, or None; a list is a tuple of str."""
        return self.by_key[key].value

    def entries(self) -> tuple[Entry, ...]:
        """Return every known setting in the order of the table."""
        return tuple(self.by_key[setting.key] for setting in SETTINGS)


def load_settings(
    config: Path | None = None,
    no_config: bool = False,
    profile: str | None = None,
    overrides: Iterable[str] = (),
    *,
    environ: Mapping[str, str] | None = None,
    start: Path | None = None,
) -> Settings:
    """Return the settings in force for a command that runs in ``start``.

    ``config`` names the file instead of looking for amcli.toml upwards from ``start``;
    ``overrides`` are ``key=value`` texts from the command line. ``AMCLI_CONFIG`` and
    ``AMCLI_PROFILE`` stand in for the first and the third argument. An empty variable counts as
    not set. Raises ConfigurationError for everything that is not understood.
    """
    environ = os.environ if environ is None else environ
    start = Path.cwd() if start is None else start
    if not no_config:
        profile = profile or environ.get("AMCLI_PROFILE") or None
    path = _choose_file(config, no_config, environ, start)
    project = start if path is None else path.absolute().parent
    layers: dict[str, Entry] = {s.key: _default(s, project) for s in SETTINGS}
    of_file, in_file = _from_file(path, start, profile)
    for entry in (*of_file, *_from_environment(environ, start), *_from_overrides(overrides, start)):
        layers[entry.setting.key] = entry  # a later entry is a stronger one
    return Settings(layers, path, profile, project, in_file, tuple(_strangers(environ)))


def _choose_file(
    config: Path | None, no_config: bool, environ: Mapping[str, str], start: Path
) -> Path | None:
    if no_config:
        if config is not None:
            raise ConfigurationError("--config and --no-config contradict each other")
        return None
    named = config or (Path(environ["AMCLI_CONFIG"]) if environ.get("AMCLI_CONFIG") else None)
    if named is not None:
        return named
    candidates = (folder / FILE_NAME for folder in (start, *start.absolute().parents))
    return next((path for path in candidates if path.is_file()), None)


def _default(setting: Setting, project: Path) -> Entry:
    value = setting.default
    return Entry(setting, project / value if isinstance(value, Path) else value, Source.DEFAULT)


def _from_file(
    path: Path | None, start: Path, profile: str | None
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Return what the file sets for this profile, and all that it sets."""
    if path is not None:
        from amcli.settings_file import SettingsFile  # slow to load, and many commands have none

        file = SettingsFile(path, start)
        return tuple(file.entries(profile)), file.all_entries
    if profile is not None:
        raise ConfigurationError(
            f"profile {profile}: no {FILE_NAME} was found that could define it",
            hint=f"run in the project's folder, or say where the file is: --config {FILE_NAME}",
        )
    return (), ()


def _from_environment(environ: Mapping[str, str], folder: Path) -> Iterator[Entry]:
    for variable, setting in BY_VARIABLE.items():
        if text := environ.get(variable):
            yield _from_text(setting, text, folder, Source.ENVIRONMENT, variable)


def _from_overrides(overrides: Iterable[str], folder: Path) -> Iterator[Entry]:
    for text in overrides:
        key, separator, value = text.partition("=")
        if not separator:
            raise ConfigurationError(
                f"--setting {key}: a value is missing", hint=f"write --setting {key}=VALUE"
            )
        if key not in BY_KEY:
            raise _unknown(key)
        if BY_KEY[key].kind is Kind.SECRET:
            raise ConfigurationError(
                f"--setting {key}: a secret on the command line stays in the shell's history",
                hint=f"set {BY_KEY[key].variable}, or use {key}_file",
            )
        yield _from_text(BY_KEY[key], value, folder, Source.COMMAND_LINE)


def _unknown(key: str) -> ConfigurationError:
    from amcli.settings_values import unknown

    return unknown("--setting", "setting", key, BY_KEY)


def _from_text(
    setting: Setting, text: str, folder: Path, source: Source, variable: str | None = None
) -> Entry:
    from amcli.settings_values import Place, value_from_text  # many commands read no text

    with Place(variable or "--setting"):
        return Entry(setting, value_from_text(setting, text, folder), source, variable)


def _strangers(environ: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    known = {*BY_VARIABLE, *_OTHER_VARIABLES}
    for name in sorted(environ):
        if name.startswith("AMCLI_") and name not in known:
            yield name, closest(name, known)
