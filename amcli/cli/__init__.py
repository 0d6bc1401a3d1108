"""The command line: one module a command, and the boundary where errors become exit codes.

Nothing heavy is imported here: a command's module is loaded when the command is called.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import select
import sys
from pathlib import Path
from typing import TextIO

import click

from amcli.cli.group import root
from amcli.cli.session import Session
from amcli.errors import INTERRUPTED, AmcliError

_COMPLETE = "_AMCLI_COMPLETE"


def main(arguments: list[str]) -> int:
    """Run amcli as the process's own command line and return the exit code."""
    _complete_streams()
    if instruction := os.environ.get(_COMPLETE):
        from click.shell_completion import shell_complete

        return shell_complete(root, {}, "amcli", _COMPLETE, instruction)
    return run(arguments)


def _complete_streams() -> None:
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by the caller, as in `amcli templates >&-`
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        # A lone surrogate in a card, or a terminal without UTF-8, must not end in a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; errors are printed, never raised.

    With ``--debug`` the traceback is printed too.
    """
    session = Session(json=_wants_json(arguments))
    try:
        try:
            code = _invoke(session, arguments)
        except Exception as error:  # noqa: BLE001 - the boundary: no traceback reaches a user
            if _reader_went_away(error):
                return 0
            code = _failed(session, error)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return session.failed("interrupted", INTERRUPTED)
    except OSError as error:
        return 0 if _reader_went_away(error) else session.file_failed(error)
    return code


def _invoke(session: Session, arguments: list[str]) -> int:
    try:
        with root.make_context("amcli", list(arguments), obj=session, color=_colour()) as context:
            result = root.invoke(context)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    return result if isinstance(result, int) else 0


def _failed(session: Session, error: Exception) -> int:
    session.trace()
    if isinstance(error, click.exceptions.Abort):
        return session.failed("interrupted", INTERRUPTED)
    if isinstance(error, click.ClickException):
        return session.usage_failed(error)
    if isinstance(error, AmcliError):
        return session.failed(error.message, error.exit_code, error.hint)
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


def _reader_went_away(error: Exception) -> bool:
    """Return whether nobody reads our output any more, and silence what is still buffered.

    ``amcli templates | head -1`` is not an error. A connection to a server breaks with the same
    exception, and that must not count as success: hence the look at the streams themselves.
    """
    if not isinstance(error, BrokenPipeError):
        return False
    gone = [stream for stream in (sys.stdout, sys.stderr) if _is_broken(stream)]
    for stream in gone:
        # Python flushes at exit, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return bool(gone)


def _is_broken(stream: TextIO) -> bool:
    if not hasattr(select, "poll"):  # Windows has neither poll nor EPIPE here
        return False
    with contextlib.suppress(OSError, ValueError):
        poll = select.poll()
        poll.register(stream.fileno(), select.POLLOUT)
        return any(state & select.POLLERR for _, state in poll.poll(0))
    return False
