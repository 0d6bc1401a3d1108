"""A line that counts on a terminal while something takes long."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

import click

from amcli.cli.session import current

_PATIENCE = 1.0
_PAUSE = 0.1


@contextlib.contextmanager
def counting() -> Iterator[Callable[[int], None] | None]:
    """Yield what to call with the number of files so far; None where nobody would see it.

    After a second a line on stderr counts, and is taken away at the end.
    """
    if current().quiet or not sys.stderr.isatty():
        yield None
        return
    next_at = time.monotonic() + _PATIENCE
    shown = False

    def count(number: int) -> None:
        nonlocal next_at, shown
        if time.monotonic() >= next_at:
            next_at, shown = time.monotonic() + _PAUSE, True
            click.echo(f"\r{number} files linted", nl=False, err=True)

    try:
        yield count
    finally:
        if shown:
            click.echo("\r\x1b[K", nl=False, err=True)
