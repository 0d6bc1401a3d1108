"""Options that several commands share, and options that settings can give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from amcli.cli.session import Session
from amcli.settings_table import Source

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
        return entry.value, _CLICK_SOURCE[entry.source]


_CLICK_SOURCE = {
    Source.COMMAND_LINE: ParameterSource.COMMANDLINE,
    Source.ENVIRONMENT: ParameterSource.ENVIRONMENT,
    Source.PROFILE: ParameterSource.DEFAULT_MAP,
    Source.FILE: ParameterSource.DEFAULT_MAP,
    Source.DEFAULT: ParameterSource.DEFAULT,
}
"""Sources of settings in Click's words, for ``ctx.get_parameter_source``."""


def setting_option(*names: str, setting: str, **kwargs: Any) -> Callable[[F], F]:
    """Return a decorator for an option that a setting can give."""
    return click.option(*names, cls=SettingOption, setting=setting, **kwargs)


def format_option(*formats: str, help: str) -> Callable[[F], F]:  # noqa: A002 - Click's own word
    """Return a decorator that adds ``--format``, the first being the default, as output_format."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help=help,
    )


def output_options(command: F) -> F:
    """Add ``--output`` and ``--force``."""
    output = click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Write to this file; an existing one is left alone unless --force is given.",
    )
    force = click.option("--force", is_flag=True, help="Overwrite the output file.")
    return output(force(command))


def key_option(*, required: bool = False) -> Callable[[F], F]:
    """Return a decorator that adds ``--key``, the private card key, as key_file."""
    return setting_option(
        "--key",
        "key_file",
        setting="sign.key",
        type=click.Path(path_type=Path),
        required=required,
        metavar="FILE",
        help="Private card key: PEM (PKCS#1, PKCS#8, encrypted or not), DER or PFX.",
    )


def key_passphrase_option(command: F) -> F:
    """Add ``--key-passphrase-file``."""
    return setting_option(
        "--key-passphrase-file",
        setting="sign.passphrase_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="The card key's passphrase is the first line of this file.",
    )(command)


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
