"""The command line: one module a help heading, and the boundary where errors become exit codes.

Nothing heavy is imported here: a command's module is loaded when the command is called.
"""

from __future__ import annotations

import os
import sys

import click

from amcli.cli.group import root
from amcli.cli.session import Session
from amcli.errors import AmcliError

INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> None:
    """Run ``amcli`` and leave the process with its exit code."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; errors are printed, never raised.

    With ``--debug`` the traceback is printed too.
    """
    session = Session()
    try:
        result = root.main(
            args=arguments, prog_name="amcli", standalone_mode=False, obj=session
        )
        sys.stdout.flush()
    except KeyboardInterrupt:
        return session.failed("interrupted", INTERRUPTED)
    except click.exceptions.Abort:
        return session.failed("interrupted", INTERRUPTED)
    except BrokenPipeError:
        return _reader_went_away()
    except click.ClickException as error:
        return session.usage_failed(error)
    except AmcliError as error:
        return session.amcli_failed(error)
    except Exception as error:  # noqa: BLE001 - the boundary: no traceback reaches a user
        return session.crashed(error)
    return result if isinstance(result, int) else 0


def _reader_went_away() -> int:
    # `amcli templates | head -1` is not an error; without this Python complains at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
