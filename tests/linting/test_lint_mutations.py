"""One mistake put into a card is one finding, at the mistake: see docs/rules/coverage.md."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from mutations import findings_before, mutations

from amcli.card.document import CardDocument

ROOT = Path(__file__).resolve().parents[2]
COVERAGE = ROOT / "docs" / "rules" / "coverage.md"
EVERY = 23
"""One of so many mistakes is made here; ``bench/mutations.py`` makes them all."""


def table() -> ModuleType:
    """The script that makes the table."""
    spec = importlib.util.spec_from_file_location("mutation_table", ROOT / "bench" / "mutations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TABLE = table()
CARDS = list(TABLE.cards(ROOT / "templates"))


def told(card: CardDocument, first: int = 0) -> list[str]:
    """What is not found as it should be, and not explained."""
    before = findings_before(card)
    wrong = []
    for mutation in list(mutations(card))[first::EVERY]:
        outcome = mutation.outcome(before)
        missed = TABLE.Missed(card.source, mutation.kind, min(mutation.pointers), outcome)
        if outcome != "found" and not TABLE.is_explained(missed):
            wrong.append(str(missed))
    return wrong


@pytest.mark.parametrize("number", range(len(CARDS)))
def test_a_mistake_in_a_built_in_card_is_one_finding(number: int) -> None:
    assert told(CARDS[number], first=number % EVERY) == []


@pytest.mark.parametrize("folder", ["outlook/valid", "outlook/wild", "adaptive-cards/valid"])
def test_a_mistake_in_an_official_card_is_one_finding(official_cards: Path, folder: str) -> None:
    cards = enumerate(TABLE.cards(official_cards / folder))
    assert [line for number, card in cards for line in told(card, number % EVERY)] == []


def test_every_kind_of_mistake_is_in_the_table() -> None:
    kinds = {mutation.kind for card in CARDS for mutation in mutations(card)}
    rows = [line.split("|") for line in COVERAGE.read_text("utf-8").splitlines()]
    found = {row[1].strip() for row in rows if len(row) > 2 and row[2].strip() in TABLE.SETS}
    assert found == kinds
