"""The TOKEN argument: where a captured bearer token is found."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from amcli.cli.session import current

if TYPE_CHECKING:
    from amcli.verify.request import FoundToken


def find_given_token(argument: str) -> FoundToken:
    """Return the token that was typed, or that stands in stdin (``-``) or a file (``@FILE``)."""
    from amcli.verify.request import find_token, read_input

    text, origin = read_input(argument, sys.stdin.buffer)
    if origin == "the argument":
        current().note(
            "the token is in the shell's history now; give it as - or @FILE to keep it out"
        )
    return find_token(text, origin)
