"""A simulated year of a service whose issuer rolls its keys over: the table in docs/tokens.md.

Exit code 1 when a valid token was refused, or the issuer was asked too often.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

from key_year import SCENARIOS, Simulation, Year, forgetful

DAYS, FLOOD_SECONDS = 365, 10
MOST_REQUESTS = DAYS * 24 * 12 * 2
"""Two documents every five minutes."""


def main() -> int:
    """Print the table and return the exit code."""
    print("| a year in which | valid tokens | refused | told to come back | foreign | requests |")
    print("|---|---|---|---|---|---|")
    held = True
    for name, scenario in SCENARIOS.items():
        year = scenario(DAYS).run()
        print(row(name, year))
        held &= not year.tokens["refused"] and year.requests <= MOST_REQUESTS
        held &= not year.attacks["accepted"]
    print(row("a start every day, and no folder", forgetful(DAYS).run()))
    flooded = Simulation()
    flooded.flood(FLOOD_SECONDS)
    count = flooded.year.attacks.total()
    print(f"\n{count:,} foreign key ids in {FLOOD_SECONDS} s: {flooded.year.requests} requests")
    return 0 if held and flooded.year.requests == 2 else 1


def row(name: str, year: Year) -> str:
    """Return a row of the table."""
    tokens, foreign = year.tokens, year.attacks.total()
    return (
        f"| {name} | {tokens.total():,} | {tokens['refused']} | {tokens['come back']} "
        f"| {foreign:,} | {year.requests:,} |"
    )


if __name__ == "__main__":
    sys.exit(main())
