"""``amcli config``: what amcli.toml, profiles and the environment come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from amcli.cli.command import Command, CommandGroup
from amcli.cli.options import json_option
from amcli.cli.session import current
from amcli.printable import printable

if TYPE_CHECKING:
    from amcli.settings import Settings
    from amcli.settings_table import Entry


@click.group(
    cls=CommandGroup,
    examples="""
amcli config show
amcli --profile production config show --json
""",
)
def config() -> None:
    """Show the settings in force and where they come from.

    Settings come from the command line (--setting), AMCLI_... variables, the chosen profile,
    amcli.toml and amcli's defaults; the first that has one wins.
    """


@config.command(
    cls=Command,
    examples="""
amcli config show
amcli config show --all
amcli config show --profile production
AMCLI_SMTP_HOST=mail.example.com amcli config show --json
""",
)
@click.option("--all", "show_all", is_flag=True, help="List the settings that nothing sets, too.")
@json_option
def show(show_all: bool, as_json: bool) -> None:
    """Print every setting in force, its value, and where the value comes from.

    Secrets are shown as ***. A mistake in amcli.toml is reported with its line.
    """
    settings = current().settings
    if as_json:
        _answer(settings)
        return
    shown = [e for e in settings.entries() if show_all or e.value is not None]
    none = "none, because of --no-config" if current().no_config else "no amcli.toml was found"
    click.echo(f"file     {printable(str(settings.file or none))}")
    click.echo(f"profile  {settings.profile or 'none'}\n")
    for line in _table(shown):
        click.echo(printable(line))
    if unset := len(settings.entries()) - len(shown):
        current().note(f"\n{unset} more are not set; --all lists them")
    for name, near in settings.strangers:
        if not near:  # the others have been noted when the settings were read
            current().note(f"amcli: {name} is no setting of amcli")


def _answer(settings: Settings) -> None:
    current().answer(
        ok=True,
        file=str(settings.file) if settings.file else None,
        profile=settings.profile,
        settings=[
            {
                "key": entry.setting.key,
                "value": entry.shown,
                "source": entry.source.value,
                "where": entry.where,
            }
            for entry in settings.entries()
        ],
        unknown_variables=[name for name, _ in settings.strangers],
    )


def _table(entries: list[Entry]) -> list[str]:
    rows = [(entry.setting.key, _value(entry), _origin(entry)) for entry in entries]
    keys = max(len(row[0]) for row in rows)
    values = min(max(len(row[1]) for row in rows), 48)
    return [f"{key:<{keys}}  {value:<{values}}  {origin}" for key, value, origin in rows]


def _value(entry: Entry) -> str:
    if entry.shown is None:
        return "-"
    if isinstance(entry.shown, list):
        return ", ".join(entry.shown)
    return str(entry.shown).lower() if isinstance(entry.shown, bool) else str(entry.shown)


def _origin(entry: Entry) -> str:
    if entry.value is None:
        return "not set"
    return f"{entry.source.value} ({entry.where})" if entry.where else entry.source.value
