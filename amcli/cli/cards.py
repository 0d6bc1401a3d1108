"""The TARGET argument and the data options, as every command that takes a card has them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from amcli.cli.completion import complete_target
from amcli.cli.session import current
from amcli.errors import UsageError
from amcli.printable import printable

if TYPE_CHECKING:
    from amcli.card.rendering import Envelope, PurposeToken
    from amcli.card.target import MadeCard, Target

F = TypeVar("F", bound=Callable[..., Any])

_DATA = click.option(
    "--data",
    "data_files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Data for the template, JSON or TOML; later files win. Without it the sample is used.",
)
_SET = click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="NAME=TEXT",
    help="Set one value, a.b=text, or a.b:=JSON for a number, list or mapping.",
)
_TARGET = click.argument(
    "target",
    metavar="TARGET",
    shell_complete=complete_target,
    help="A template's name, a template folder, a .j2 file, a finished .json card, or - for stdin.",
)


def card_options(command: F) -> F:
    """Add TARGET, ``--data`` and ``--set``; the command gets target, data_files and sets."""
    return _TARGET(_DATA(_SET(command)))


def open_card_target(text: str) -> Target:
    """Return the target that was named on the command line; says when a name exists twice."""
    from amcli.card.target import TemplateTarget, open_target

    opened = open_target(text, current().settings.get("templates.folder"), sys.stdin.buffer)
    if isinstance(opened, TemplateTarget) and opened.hides_built_in:
        note_hidden_template(text, opened.template.folder)
    return opened


def note_hidden_template(name: str, folder: Path) -> None:
    """Say that a name means the project's own template and not the built-in one."""
    own = printable(f"{name}: the project's own, in {folder}")
    current().note(f"{own}; it hides the built-in template of the same name")


def load_card(
    target: str,
    data_files: tuple[Path, ...],
    sets: tuple[str, ...],
    envelope: Envelope | None = None,
    tokens_of: Callable[[str], PurposeToken] | None = None,
    *,
    sample: bool = True,
) -> MadeCard:
    """Return the card of a target; says on stderr when sample data stands in.

    ``tokens_of`` gives a template of this name its ``purpose_token``. Without ``sample`` a template
    that got no data is refused with UsageError.
    """
    from amcli.card.target import DataSource, TemplateTarget, make_card

    opened = open_card_target(target)
    tokens = None
    if tokens_of is not None and isinstance(opened, TemplateTarget):
        tokens = tokens_of(opened.name)
    made = make_card(opened, DataSource(data_files, sets), envelope=envelope, purpose_token=tokens)
    if made.sample is not None and not sample:
        raise UsageError(
            f"no data was given, and {made.sample.name} is only the template's sample",
            hint="give --data FILE, or --sample to send the sample all the same",
        )
    return note_sample(made)


def note_sample(made: MadeCard) -> MadeCard:
    """Say on stderr when sample data stands in, and return the card."""
    if made.sample is not None:
        current().note(f"no --data given: using the sample {made.sample.name}")
    return made
