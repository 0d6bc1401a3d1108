"""Where a command's result goes: stdout, a file, the browser."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path

import click

from amcli.cli.session import current
from amcli.errors import UnreadableInput, WouldOverwrite


def write_output(
    content: bytes, output: Path | None, *, force: bool, open_it: bool = False, suffix: str = ""
) -> None:
    """Write a result to a file or to stdout, and open it in the browser where asked.

    A file is written beside its place and moved there, so that a failure leaves no half of it.
    Raises WouldOverwrite unless ``force``.
    """
    if output is None and open_it:
        handle, name = tempfile.mkstemp(prefix="amcli-", suffix=suffix)
        os.close(handle)
        output, force = Path(name), True
    if output is None or output == Path("-"):
        sys.stdout.buffer.write(content)
        return
    write_file(output, content, force=force)
    current().note(f"wrote {output}")
    if open_it:
        click.launch(output.resolve().as_uri())


def write_file(path: Path, content: bytes, *, force: bool = False) -> None:
    """Write a whole file or nothing."""
    if path.exists() and not force:
        raise WouldOverwrite(
            f"{path} exists already", hint="choose another name, or say --force to replace it"
        )
    beside = path.with_name(f".{path.name}.amcli-part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        raise UnreadableInput(f"{path}: cannot be written: {error.strerror}") from None
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
