"""``python -m amcli`` and the console script."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run amcli and leave the process with its exit code, also when interrupted while loading."""
    try:
        from amcli.cli import main as command_line

        code = command_line(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    # What is left goes with the process: to look through all of it for garbage once more, as
    # Python does before it ends, takes an eighth of a short command.
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
