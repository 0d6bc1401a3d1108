"""Options that several commands share, and options that settings can give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from amcli.cli.session import Session

F = TypeVar("F", bound=Callable[..., Any])


class SettingOption(click.Option):
    """An option whose value, when not typed, comes from a setting such as ``smtp.url``."""

    def __init__(self, *args: Any, setting: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.setting = setting
        self.help = f"{self.help or ''}  [setting: {setting}]".strip()

    def consume_value(self, ctx: click.Context, opts: Any) -> tuple[Any, ParameterSource]:
        """Return the typed value, else the setting's, else the default."""
        value, source = super().consume_value(ctx, opts)
        session = ctx.find_root().obj
        if source is not ParameterSource.DEFAULT or not isinstance(session, Session):
            return value, source
        if ctx.resilient_parsing:
            return value, source
        entry = session.settings.by_key[self.setting]
        if entry.value is None:
            return value, source
        return entry.value, _CLICK_SOURCE[entry.source.name]


_CLICK_SOURCE = {
    "COMMAND_LINE": ParameterSource.COMMANDLINE,
    "ENVIRONMENT": ParameterSource.ENVIRONMENT,
    "PROFILE": ParameterSource.DEFAULT_MAP,
    "FILE": ParameterSource.DEFAULT_MAP,
    "DEFAULT": ParameterSource.DEFAULT,
}
"""Sources of settings in Click's words, for ``ctx.get_parameter_source``."""


def setting_option(*names: str, setting: str, **kwargs: Any) -> Callable[[F], F]:
    """Return a decorator for an option that a setting can give."""
    return click.option(*names, cls=SettingOption, setting=setting, **kwargs)


def _want_json(ctx: click.Context, _param: click.Parameter, value: bool) -> bool:
    if value and isinstance(ctx.find_root().obj, Session):
        ctx.find_root().obj.json = True
    return value


def json_option(command: F) -> F:
    """Add ``--json``; the command reads it as ``as_json``."""
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        is_eager=True,
        callback=_want_json,
        help="Answer with one JSON object.",
    )(command)
