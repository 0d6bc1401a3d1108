"""``python -m amcli`` and the console script."""

from __future__ import annotations

from amcli.cli import main

if __name__ == "__main__":
    main()
