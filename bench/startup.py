"""How long ``amcli --version`` and ``amcli --help`` take, beside ``python -c "import click"``.

Whole processes, run in turns so that a busy moment of the machine hits all of them; medians.
Exit code 1 when one takes more than twice as long as importing Click.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 21
LIMIT = 2.0

SCRIPT = str(Path(sys.executable).with_name("amcli"))
BASELINE = 'python -c "import click"'
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    BASELINE: [sys.executable, "-c", "import click"],
    "amcli --version": [SCRIPT, "--version"],
    "amcli --help": [SCRIPT, "--help"],
}


def main() -> int:
    """Print the table and return the exit code."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    medians = {name: statistics.median(found) for name, found in times.items()}
    for name, median in medians.items():
        print(f"{name:26} {median * 1000:7.1f} ms  {median / medians[BASELINE]:5.2f}x")
    worst = max(medians["amcli --version"], medians["amcli --help"]) / medians[BASELINE]
    print(f"slowest: {worst:.2f} times the import of Click, at most {LIMIT} is allowed")
    return 0 if worst <= LIMIT else 1


def seconds(command: list[str]) -> float:
    """Return how long the process took, from its start to its end."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
