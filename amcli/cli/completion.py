"""What Tab offers beside commands and options: templates, lint rules and profiles.

A mistake in amcli.toml must not write into somebody's command line: then nothing of it is offered.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

from amcli.errors import AmcliError

if TYPE_CHECKING:
    import click


def complete_target(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the templates whose names begin so, and that files will do as well."""
    from amcli.resources import resource_folder
    from amcli.settings import load_settings

    folders = [resource_folder("templates")]
    with contextlib.suppress(AmcliError):
        folders.append(load_settings().get("templates.folder"))
    names = {file.parent.name for folder in folders for file in folder.glob("*/template.toml")}
    # The kind of file comes first: shells forget the names that stand before it.
    return [CompletionItem(incomplete, type="file"), *_beginning(incomplete, names)]


def complete_rule(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the ids and names of lint rules that begin so; of a list its last."""
    from amcli.linting.registry import RULES

    before, comma, begun = incomplete.rpartition(",")
    return [
        CompletionItem(f"{before}{comma}{name}", help=help_)
        for rule in RULES
        for name, help_ in ((rule.id, rule.slug), (rule.slug, rule.id))
        if name.lower().startswith(begun.lower())
    ]


def complete_client(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the Outlooks that begin so."""
    from amcli.linting.surroundings import Client

    return _beginning(incomplete, {client.value for client in Client})


def complete_profile(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the profiles of amcli.toml that begin so."""
    from amcli.settings import load_settings
    from amcli.settings_file import SettingsFile

    try:
        file = load_settings(environ={}).file
        profiles = SettingsFile(file, Path.cwd()).tables.get("profile") if file else None
    except AmcliError:
        return []
    return _beginning(incomplete, set(profiles) if isinstance(profiles, dict) else set())


def _beginning(incomplete: str, names: set[str]) -> list[CompletionItem]:
    return [CompletionItem(name) for name in sorted(names) if name.startswith(incomplete)]
