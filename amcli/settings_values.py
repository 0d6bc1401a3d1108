"""How a text or a TOML value becomes the value of a setting, or is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from amcli.errors import ConfigurationError
from amcli.secrets import Secret
from amcli.settings_rows import ROW_KINDS
from amcli.settings_table import Kind, Setting, Value, redacted
from amcli.suggestion import did_you_mean

_WORDS = {"1": True, "true": True, "yes": True, "on": True,
          "0": False, "false": False, "no": False, "off": False}  # fmt: skip
_MOST = {
    Kind.PORT: 65535,
    Kind.SECONDS: 86400,
    Kind.COUNT: 10**9,
}  # sockets take no time that is much longer
_SHOWN = 10**9  # Python refuses to write down a number of very many digits
_WRITTEN_OUT = {Kind.LOCATION: "://", Kind.PUBLIC_KEY: "<"}  # what no path has in it
_PRIVATE_FIELD = re.compile(r"<\s*(?:D|P|Q|DP|DQ|InverseQ)\s*>|PRIVATE KEY")
_FEW_NAMES = 15
"""As many are listed for somebody whose name resembles none; the largest section has eleven."""


class Place:
    """Puts the place in front of the message of a ConfigurationError that passes through."""

    def __init__(self, where: str) -> None:
        self.where = where

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, ConfigurationError):
            raise ConfigurationError(f"{self.where}: {error.message}", hint=error.hint) from None


def unknown(where: str, what: str, name: str, known: Iterable[str]) -> ConfigurationError:
    """Return the error for a name that is none of the known ones."""
    names = list(known)
    listed = f"known: {', '.join(names)}" if names else f"the file defines no {what}"
    if len(names) > _FEW_NAMES:
        listed = "all of them: amcli config show --all"
    hint = did_you_mean(name, names) or listed
    return ConfigurationError(f"{where}: unknown {what} {name[:80]}", hint=hint)


def value_from_toml(setting: Setting, raw: Any, folder: Path) -> Value:
    """Return the value of a setting as it stands in amcli.toml, which lies in ``folder``.

    Raises ConfigurationError, without a place, for a value of another kind and for secrets:
    amcli.toml is a file that people commit.
    """
    if setting.kind is Kind.SECRET:
        raise ConfigurationError(
            f"{setting.key} is a secret and does not belong into a file that is shared",
            hint=f"set {setting.variable}, or name a file that holds it: {setting.key}_file",
        )
    if not _OF_TOML[setting.kind](raw):
        raise _wrong(setting, f"this is {_toml_type(raw)}")
    if isinstance(raw, str) and redacted(raw) != raw:
        raise ConfigurationError(
            f"{setting.key} has a password in its URL, and amcli.toml is a file that is shared",
            hint="write the URL without it"
            + (", and set smtp.user and smtp.password_file" if setting.section == "smtp" else ""),
        )
    return _typed(setting, raw, folder)


def value_from_text(setting: Setting, text: str, folder: Path) -> Value:
    """Return the value that a text from the environment or the command line means.

    Lists are separated by commas; paths are relative to ``folder``. Raises ConfigurationError.
    """
    if setting.kind is Kind.SECRET:
        return Secret(text)
    if setting.kind in ROW_KINDS:
        raise _wrong(setting, "which amcli.toml alone can hold", f"write it as [{setting.key}]")
    return _typed(setting, _raw_from_text(setting, text.strip()), folder)


def _raw_from_text(setting: Setting, text: str) -> Any:
    if setting.kind is Kind.LIST:
        return [item.strip() for item in text.split(",") if item.strip()]
    if setting.kind is Kind.FLAG:
        if text.lower() not in _WORDS:
            raise _wrong(setting, f"not {text[:40]!r}")
        return _WORDS[text.lower()]
    if setting.kind in _MOST:
        try:
            return float(text) if setting.kind is Kind.SECONDS else int(text)
        except ValueError:
            raise _wrong(setting, f"not {text[:40]!r}") from None
    return text


def _typed(setting: Setting, raw: Any, folder: Path) -> Value:
    most = _MOST.get(setting.kind)
    if most is not None and not 0 < raw <= most:
        raise _wrong(setting, f"not {raw}" if abs(raw) < _SHOWN else "this is far from it")
    if setting.kind is Kind.LIST:
        return tuple(raw)
    if setting.kind is Kind.PATH:
        return folder / Path(raw).expanduser()
    if setting.kind is Kind.TIME:
        return _moment(setting, raw)
    if setting.kind is Kind.CHOICE:
        return _choice(setting, raw)
    if setting.kind is Kind.PUBLIC_KEY and _PRIVATE_FIELD.search(raw):
        raise _wrong(setting, "this is a PRIVATE key")
    if setting.kind in _WRITTEN_OUT and _WRITTEN_OUT[setting.kind] not in raw:
        return str(folder / Path(raw).expanduser())
    value: Value = raw
    return value


def _choice(setting: Setting, raw: str) -> str:
    if raw.lower() in setting.choices:
        return raw.lower()
    hint = did_you_mean(raw, setting.choices)
    raise _wrong(setting, f"not {raw[:40]!r}", hint)


def _moment(setting: Setting, raw: str | date) -> datetime:
    """Return a time in UTC; a date is its beginning, and a time without offset is in UTC."""
    try:
        found = datetime.fromisoformat(raw) if isinstance(raw, str) else raw
        if not isinstance(found, datetime):
            found = datetime.combine(found, time.min)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        shown = f"not {str(raw)[:40]!r}"
        raise _wrong(setting, shown, "write it as in 2026-03-31 or 2026-03-31T14:00:00Z") from None


def _wrong(setting: Setting, found: str, hint: str | None = None) -> ConfigurationError:
    return ConfigurationError(f"{setting.key} must be {setting.must_be}, {found}", hint=hint)


def _is_whole(raw: Any) -> bool:
    return isinstance(raw, int) and not isinstance(raw, bool)


def _is_text(raw: Any) -> bool:
    return isinstance(raw, str)


def _is_texts(raw: Any) -> bool:
    return isinstance(raw, list) and all(isinstance(item, str) for item in raw)


_OF_TOML: dict[Kind, Callable[[Any], bool]] = {
    Kind.TEXT: _is_text,
    Kind.PATH: _is_text,
    Kind.LOCATION: _is_text,
    Kind.CHOICE: _is_text,
    Kind.PUBLIC_KEY: _is_text,
    Kind.TIME: lambda raw: isinstance(raw, str | date),
    Kind.LIST: _is_texts,
    Kind.PORT: _is_whole,
    Kind.COUNT: _is_whole,
    Kind.SECONDS: lambda raw: _is_whole(raw) or isinstance(raw, float),
    Kind.FLAG: lambda raw: isinstance(raw, bool),
}


def _toml_type(raw: Any) -> str:
    if isinstance(raw, list):
        return "a list with something else in it" if raw else "an empty list"
    names = {str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(raw), "a table" if isinstance(raw, dict) else "a date or time")
