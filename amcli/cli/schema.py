"""``amcli schema``."""

from __future__ import annotations

from pathlib import Path

import click

from amcli.cli.command import Command
from amcli.cli.options import json_option, output_options

_FILES = {
    "adaptive-card": "adaptive-card-outlook",
    "message-card": "message-card",
    "template": "template-toml",
    "config": "amcli-toml",
    "lint-report": "lint-report",
    "lint-baseline": "lint-baseline",
}
"""What people call a schema, and the file in ``schemas/``."""


@click.command(
    cls=Command,
    examples="""
amcli schema adaptive-card -o .vscode/adaptive-card.schema.json
amcli schema config
""",
)
@click.argument(
    "name",
    type=click.Choice(tuple(_FILES)),
    metavar="NAME",
    help="Which one: adaptive-card or message-card, template (for template.toml), config (for "
    "amcli.toml), lint-report (what amcli lint --format json answers), or lint-baseline.",
)
@output_options
@json_option
def schema(name: str, output: Path | None, force: bool, as_json: bool) -> int:
    """Print a JSON Schema for your editor, so that it completes and checks while you type.

    The card schemas describe cards as Outlook reads them.
    """
    from amcli.cli.output import write_output
    from amcli.cli.session import current
    from amcli.resources import resource_folder

    content = (resource_folder("schemas") / f"{_FILES[name]}.schema.json").read_bytes()
    if output is None:
        click.echo(content, nl=False)  # with --json too: a schema is JSON
        return 0
    write_output(content, output, force=force)
    if as_json:
        current().answer(ok=True, schema=name, output=str(output))
    return 0
