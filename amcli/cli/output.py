"""Where a command's result goes: stdout, a file, the browser."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from amcli.cli.session import current
from amcli.files import is_stream, replace_file, write_new, write_stream
from amcli.printable import printable

_STDOUT = (Path("-"), Path("/dev/stdout"))


def write_output(
    content: bytes, output: Path | None, *, force: bool, open_it: bool = False, suffix: str = ""
) -> None:
    """Write a result to a file or to stdout, and open it in the browser where asked.

    A failure leaves no half of a file; pipes and devices are written to as they stand. Raises
    OutputError, and WouldOverwrite unless ``force``.
    """
    if output is None and open_it:
        handle, name = tempfile.mkstemp(prefix="amcli-", suffix=suffix)
        os.close(handle)
        output, force = Path(name), True
    if output is None or output in _STDOUT:
        if not current().json:  # with --json stdout is the answer's, which has the result in it
            sys.stdout.buffer.write(content)
        return
    if is_stream(output):
        write_stream(output, content)
    elif force:
        replace_file(output, content)
    else:
        write_new(output, content, hint="choose another name, or say --force to replace it")
    current().done = f"{printable(str(output))} was written"
    current().note(f"wrote {printable(str(output))}")
    if open_it:
        _open_in_browser(output)


def _open_in_browser(path: Path) -> None:
    import webbrowser

    # Unlike what asks the desktop, this says so itself, and once, where there is no browser.
    if not webbrowser.open(path.resolve().as_uri()):
        current().note(f"no browser was found to open it; the result is in {printable(str(path))}")
