"""The TOKEN argument: where captured bearer tokens are found."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from amcli.cli.options import json_option
from amcli.cli.session import current
from amcli.errors import UsageError
from amcli.printable import printable_line
from amcli.secrets import without_tokens

if TYPE_CHECKING:
    from amcli.verify.captured import Capture

F = TypeVar("F", bound=Callable[..., Any])

token_argument = click.argument(
    "token",
    metavar="TOKEN|-|@FILE",
    help="The token or what was captured: itself, - for stdin, or in a file behind an @.",
)


def answer_options(command: F) -> F:
    """Add ``--json`` and ``--jsonl``; the command reads them as ``as_json`` and ``as_jsonl``."""
    each = click.option(
        "--jsonl", "as_jsonl", is_flag=True, help="Answer with a JSON object a line, one a token."
    )
    return json_option(each(command))


def refuse_both_answers(*, as_json: bool, as_jsonl: bool) -> None:
    """Raise UsageError where two forms of the answer were asked for."""
    if as_json and as_jsonl:
        raise UsageError("--json and --jsonl are two forms of the answer", hint="choose one")


def find_given_tokens(argument: str) -> Capture:
    """Return the tokens that were typed, or that stand in stdin (``-``) or a file (``@FILE``)."""
    from amcli.verify.captured import find_tokens

    text, origin = read_given(argument)
    capture = find_tokens(text, origin)
    for note in capture.notes:
        current().note(printable_line(without_tokens(f"{origin}: {note}")))
    return capture


def read_given(argument: str) -> tuple[str, str]:
    """Return the text of a TOKEN argument, and what to call it."""
    from amcli.verify.captured import read_input

    if _is_file(argument):
        raise UsageError(f"{argument} is a file's name, not a token", hint=f"write @{argument}")
    text, origin = read_input(argument, sys.stdin.buffer)
    if origin == "the argument" and text.strip():
        current().note(
            "the token is in the shell's history now; give it as - or @FILE to keep it out"
        )
    return text, origin


def _is_file(argument: str) -> bool:
    with contextlib.suppress(OSError, ValueError):  # a token is too long for a name
        return argument != "-" and Path(argument).is_file()
    return False
