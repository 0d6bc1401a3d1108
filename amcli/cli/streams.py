"""Standard output and standard error, also where they are closed, full, or read by nobody."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path
from typing import TextIO


def complete_streams() -> None:
    """Put something in the place of closed streams, and let the others take every character."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by the caller, as in `amcli templates >&-`
            stream = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - stays open
            setattr(sys, name, stream)
    for stream in (sys.stdout, sys.stderr):
        # A lone surrogate in a card, or a terminal without UTF-8, must not end in a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def flush_streams() -> None:
    """Write out what is buffered; a stream that takes nothing is silenced."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            silence(stream)


def silence(stream: TextIO) -> None:
    """Let a stream that takes nothing lose its text: Python flushes at exit, and would complain."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def reader_went_away(error: Exception) -> bool:
    """Return whether nobody reads our output any more, and silence what is still buffered.

    ``amcli templates | head -1`` is not an error. A connection to a server breaks with the same
    exception, and that must not count as success: hence the look at the streams themselves.
    """
    if not isinstance(error, BrokenPipeError):
        return False
    gone = [stream for stream in (sys.stdout, sys.stderr) if _is_broken(stream)]
    for stream in gone:
        silence(stream)
    return bool(gone)


def _is_broken(stream: TextIO) -> bool:
    import select  # needed only where a pipe broke

    if not hasattr(select, "poll"):  # Windows has neither poll nor EPIPE here
        return False
    with contextlib.suppress(OSError, ValueError):
        poll = select.poll()
        poll.register(stream.fileno(), select.POLLOUT)
        return any(state & select.POLLERR for _, state in poll.poll(0))
    return False
