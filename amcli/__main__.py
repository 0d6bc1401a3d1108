"""``python -m amcli`` and the console script."""

from __future__ import annotations

import sys


def main() -> None:
    """Run amcli and leave the process with its exit code, also when interrupted while loading."""
    try:
        from amcli.cli import main as command_line

        code = command_line(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
