"""``amcli demo``: the whole road on one machine, one line a step."""

from __future__ import annotations

import dataclasses
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from amcli.cli.command import Command
from amcli.cli.options import json_option
from amcli.cli.session import current
from amcli.printable import printable

if TYPE_CHECKING:
    from amcli.demo.road import DemoResult
    from amcli.demo.trip import StepReport


@click.command(
    cls=Command,
    not_done="the demo did not come to its end",
    examples="""
amcli demo
amcli demo -o somewhere-else
""",
)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("amcli-demo"),
    show_default=True,
    metavar="DIR",
    help="Folder for everything that is made; a new one, or that of an earlier demo.",
)
@json_option
def demo(folder: Path, as_json: bool) -> None:
    """See the whole life of an actionable message on this machine.

    Renders, lints, signs and delivers an expense approval, clicks its buttons, and shows how a
    web service answers. Needs no account, no configuration and no network.
    """
    import logging

    from amcli.demo.road import run_demo

    # The steps tell what the service refused; its own lines would stand between them.
    logging.getLogger("amcli.service").addHandler(logging.NullHandler())
    reports: list[StepReport] = []
    quiet = as_json or current().quiet
    result = run_demo(folder, report=reports.append if quiet else _print_step)
    current().done = f"everything is in {printable(str(folder))}"
    if as_json:
        current().answer(
            ok=True,
            steps=[dataclasses.asdict(report) for report in reports],
            folder=str(result.folder),
            files=result.files,
            try_next=result.try_next,
        )
    else:
        _print_end(result)


def _print_step(step: StepReport) -> None:
    milliseconds = round(step.seconds * 1000)
    click.echo(f"{step.number:>2}  {step.name:<8} {printable(step.checked)} ({milliseconds} ms)")


def _print_end(result: DemoResult) -> None:
    before = "" if current().quiet else "\n"
    place = printable(str(result.folder))
    click.echo(f"{before}Everything is in {place}: {len(result.files)} files")
    if not current().quiet:
        click.echo("\nTry next:")
        for command in result.try_next:
            click.echo(f"  {printable(command.replace('amcli', _program(), 1))}")


def _program() -> str:
    """Return how amcli is called here: by its name only where the shell finds it."""
    if shutil.which("amcli"):
        return "amcli"
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m amcli"
    return shlex.quote(str(called))
