"""The command line: one module a command, and the boundary where errors become exit codes.

Nothing heavy is imported here: a command's module is loaded when the command is called.
"""

from __future__ import annotations

import itertools
import os
import sys

import click

from amcli.cli.group import root
from amcli.cli.session import Session
from amcli.cli.streams import complete_streams, flush_streams, reader_went_away
from amcli.errors import INTERRUPTED, AmcliError

_COMPLETE = "_AMCLI_COMPLETE"


def main(arguments: list[str]) -> int:
    """Run amcli as the process's own command line and return the exit code."""
    complete_streams()
    if instruction := os.environ.get(_COMPLETE):
        from click.shell_completion import shell_complete

        return shell_complete(root, {}, "amcli", _COMPLETE, instruction)
    return run(arguments)


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; errors are printed, never raised.

    With ``--debug`` the traceback is printed too.
    """
    session = Session(json=_wants_json(arguments))
    try:
        code = _settle(session, arguments)
    except KeyboardInterrupt:
        code = session.failed("interrupted", INTERRUPTED)
    flush_streams()
    return code


def _settle(session: Session, arguments: list[str]) -> int:
    try:
        session.reached = _invoke(session, arguments)
        sys.stdout.flush()
    except Exception as error:  # noqa: BLE001 - the boundary: no traceback reaches a user
        return session.reached if reader_went_away(error) else _failed(session, error)
    return session.reached


def _invoke(session: Session, arguments: list[str]) -> int:
    try:
        with root.make_context("amcli", list(arguments), obj=session, color=_colour()) as context:
            result = root.invoke(context)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    return result if isinstance(result, int) else 0


def _failed(session: Session, error: Exception) -> int:
    session.trace(error)
    if isinstance(error, click.exceptions.Abort):
        return session.failed("interrupted", INTERRUPTED)
    if isinstance(error, click.ClickException):
        return session.usage_failed(error)
    if isinstance(error, AmcliError):
        return session.failed(error.message, error.exit_code, error.hint, error.fields)
    if isinstance(error, OSError):
        return session.file_failed(error)
    return session.crashed(error)


def _wants_json(arguments: list[str]) -> bool:
    # Read before anything is parsed, so that a mistake in the arguments is answered in JSON too.
    if "--json" in arguments or "--format=json" in arguments:
        return True
    return ("--format", "json") in itertools.pairwise(arguments)


def _colour() -> bool | None:
    # https://no-color.org and https://force-color.org: present and not empty.
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None
