"""How much the linter finds of what people get wrong by hand: the table in docs/rules/coverage.md.

Every card gets one mistake at a time: a required property removed, a JSON type changed, a value
that is in no list, a property or a type misspelt or made up, an element moved to where it may not
stand, a reference broken. Found means: exactly one finding that was not there before, at the
mistake, by a rule of the right sort. Exit code 1 where something is not found and not explained.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

from mutations import findings_before, mutations  # noqa: E402 - found by the line before

from amcli.card.document import CardDocument, parse_card  # noqa: E402
from amcli.linting.sources.cards import sources  # noqa: E402
from amcli.linting.sources.search import found_paths  # noqa: E402

OFFICIAL = Path(os.environ.get("AMCLI_OFFICIAL_CARDS") or ROOT.parent / "shared" / "cards")
SETS = {
    "built-in templates": [ROOT / "templates"],
    "Microsoft's cards for Outlook": [
        OFFICIAL / "outlook" / "valid",
        OFFICIAL / "outlook" / "wild",
    ],
    "Microsoft's other Adaptive Cards": [OFFICIAL / "adaptive-cards" / "valid"],
}


class Missed(NamedTuple):
    """A mistake that is not found as it should be."""

    card: str
    kind: str
    pointer: str
    outcome: str

    def __str__(self) -> str:
        """The mistake in a line."""
        return f"{self.card} {self.kind} at {self.pointer or 'the card'}: {self.outcome}"


class Explained(NamedTuple):
    """Why some mistakes in one card cannot be found."""

    card: str
    """How the name of its file ends."""
    pointer: str
    """Where they all are."""
    outcome: str
    why: str

    def explains(self, missed: Missed) -> bool:
        """Whether it is about a mistake."""
        same = missed.card.endswith(self.card) and missed.outcome == self.outcome
        return same and f"{missed.pointer}/".startswith(f"{self.pointer}/")


_NO_VERSION = "cut out of a card: without its Action.Execute it is of no known version"
_EMPTY = "its originator is empty anyway"
EXPLAINED = (
    Explained("c73688.json", "/body", "and missing-version", _NO_VERSION),
    Explained("c4431b.json", "/body", "and missing-version", _NO_VERSION),
    Explained(
        "c795b0.json",
        "/potentialAction/3/targets/0",
        "missed",
        "written with @@type, so that nobody knows what it holds",
    ),
    Explained("e67542.json", "/origiantor", "missed", _EMPTY),
    Explained("47767a.json", "/origiantor", "missed", _EMPTY),
)


def is_explained(missed: Missed) -> bool:
    """Whether it is known why a mistake cannot be found."""
    return any(known.explains(missed) for known in EXPLAINED)


def cards(folder: Path) -> Iterator[CardDocument]:
    """Every card of a folder; of templates with each sample."""
    if folder.parent == ROOT:
        for found in found_paths(str(folder)):
            for source in sources(found):
                yield from (card.load() for card in source.cards)
        return
    for path in sorted(folder.glob("*.json")):
        yield parse_card(path.read_bytes(), path.name)


def measured(folders: list[Path]) -> tuple[Counter[str], Counter[str], list[Missed]]:
    """By kind: how many mistakes, how many found as they should be, and the others."""
    made: Counter[str] = Counter()
    found: Counter[str] = Counter()
    rest: list[Missed] = []
    for card in (card for folder in folders for card in cards(folder)):
        before = findings_before(card)
        for mutation in mutations(card):
            outcome = mutation.outcome(before)
            made[mutation.kind] += 1
            found[mutation.kind] += outcome == "found"
            if outcome != "found":
                rest.append(Missed(card.source, mutation.kind, min(mutation.pointers), outcome))
    return made, found, rest


def main() -> int:
    """Print the table, and what was not found."""
    unexplained = []
    print("| mistake | in | made | found | share |\n|---|---|---:|---:|---:|")
    for name, folders in SETS.items():
        if not all(folder.is_dir() for folder in folders):
            print(f"{name}: not here, left out", file=sys.stderr)
            continue
        made, found, rest = measured(folders)
        for kind in made:
            share = f"{100 * found[kind] / made[kind]:.1f} %"
            print(f"| {kind} | {name} | {made[kind]:,} | {found[kind]:,} | {share} |")
        unexplained += [missed for missed in rest if not is_explained(missed)]
        print(*rest, sep="\n", file=sys.stderr)
    for missed in unexplained:
        print(f"not found and not explained: {missed}", file=sys.stderr)
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
