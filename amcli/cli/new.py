"""``amcli new``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from amcli.cli.command import Command
from amcli.cli.options import json_option
from amcli.cli.session import current
from amcli.errors import UsageError
from amcli.printable import printable

if TYPE_CHECKING:
    from amcli.card.document import CardDocument


@click.command(
    cls=Command,
    not_done="nothing was made",
    examples="""
amcli new cards
amcli new cards --from exported-from-designer.json
""",
)
@click.argument(
    "folder", metavar="DIR", type=click.Path(path_type=Path), help="Made where it is missing."
)
@click.option(
    "--from",
    "card",
    metavar="CARD.JSON",
    help="Make the template from this finished card, such as one exported from the designer.",
)
@json_option
def new(folder: Path, card: str | None, as_json: bool) -> None:
    """Make a project to start from, in the folder DIR.

    It gets amcli.toml, a template with sample data, a .gitignore that keeps keys out, and a
    workflow that lints the cards. Nothing is overwritten: when one of the files is there already,
    none is written.
    """
    from amcli.card.scaffold import project_from_card, starter_project
    from amcli.files import write_new_files

    files = starter_project() if card is None else project_from_card(_finished_card(card))
    write_new_files(folder, files, hint="choose another folder")
    current().done = f"the project is in {printable(str(folder))}"
    template = next(Path(f.name).parent.name for f in files if f.name.startswith("templates/"))
    names = [file.name for file in files]
    if as_json:
        current().answer(ok=True, folder=str(folder), template=template, files=names)
    else:
        _print_made(folder, names, template)


def _finished_card(name: str) -> CardDocument:
    from amcli.card.target import CardTarget
    from amcli.cli.cards import open_card_target

    target = open_card_target(name)
    if isinstance(target, CardTarget):
        return target.document
    raise UsageError(
        f"--from {name}: this is a template already, a finished card was expected",
        hint="name a .json file",
    )


def _print_made(folder: Path, names: list[str], template: str) -> None:
    for name in names:
        click.echo(folder / name)
    current().note(
        f"\nNext:\n"
        f"  cd {folder}\n"
        f"  amcli render {template} --format html --open\n"
        f"  amcli lint templates\n"
        f"  amcli config show --all"
    )
