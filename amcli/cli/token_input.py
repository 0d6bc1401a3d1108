"""The TOKEN argument: where a captured bearer token is found."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from amcli.cli.session import current
from amcli.errors import UsageError

if TYPE_CHECKING:
    from amcli.verify.request import FoundToken

token_argument = click.argument(
    "token",
    metavar="TOKEN|-|@FILE",
    help="The token or a captured request: itself, - for stdin, or in a file behind an @.",
)


def find_given_token(argument: str) -> FoundToken:
    """Return the token that was typed, or that stands in stdin (``-``) or a file (``@FILE``)."""
    from amcli.verify.request import find_token, read_input

    if _is_file(argument):
        raise UsageError(f"{argument} is a file's name, not a token", hint=f"write @{argument}")
    text, origin = read_input(argument, sys.stdin.buffer)
    if origin == "the argument" and text.strip():
        current().note(
            "the token is in the shell's history now; give it as - or @FILE to keep it out"
        )
    return find_token(text, origin)


def _is_file(argument: str) -> bool:
    with contextlib.suppress(OSError, ValueError):  # a token is too long for a name
        return argument != "-" and Path(argument).is_file()
    return False
