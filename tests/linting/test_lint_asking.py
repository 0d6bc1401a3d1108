"""Only rules that may find something in a card are asked, and the same is found as by all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from mutations import mutations
from rule_examples import cases, expectations, name, surroundings

from amcli.card.document import CardDocument, parse_card
from amcli.errors import CardError
from amcli.linting.engine import lint
from amcli.linting.facts.card import CardFacts
from amcli.linting.registry import RULES
from amcli.linting.rule import Problem, Rule
from amcli.linting.sources.cards import sources
from amcli.linting.sources.search import FoundPath
from amcli.linting.surroundings import Correspondence, Provider, Surroundings

ALL_ASKED = tuple(replace(rule, only_with=None) for rule in RULES)

# So that the rules about provider and mail have something to say.
AROUND = Surroundings(
    provider=Provider(
        originator="11111111-2222-3333-4444-555555555555",
        scope="global",
        target_urls=("https://api.contoso.com",),
        token_type="eat",
        application_id="66666666-2222-3333-4444-555555555555",
    ),
    mail=Correspondence("service@contoso.com", ("a@outlook.com", "b@gmail.com")),
)


def cards(folder: Path) -> Iterator[CardDocument]:
    for path in sorted(folder.rglob("*.json")):
        try:
            yield parse_card(path.read_bytes(), path.name)
        except CardError:  # a sample of a template, or text that is no card
            continue


def assert_same(card: CardDocument, around: Surroundings = AROUND) -> None:
    of_those, of_all = (lint(card, surroundings=around, rules=r) for r in (RULES, ALL_ASKED))
    assert of_those == of_all


@pytest.mark.parametrize("path", [*cases("bad"), *cases("good")], ids=name)
def test_the_same_is_found_in_every_example(path: Path) -> None:
    around = surroundings(expectations(path))
    for source in sources(FoundPath(str(path))):
        first = source.first() if source.first else None
        for made in source.cards:
            written = made.written if source.folder else None
            assert_same(made.load(), replace(around, first=first, written=written))


@pytest.mark.parametrize("kind", ["adaptive-cards", "outlook"])
def test_the_same_is_found_in_official_cards(official_cards: Path, kind: str) -> None:
    for card in cards(official_cards / kind):
        assert_same(card)


def test_the_same_is_found_in_cards_with_a_mistake(official_cards: Path) -> None:
    for number, card in enumerate(cards(official_cards / "outlook")):
        for mutation in list(mutations(card))[number % 5 :: 5]:
            assert_same(mutation.card)


def test_most_rules_are_not_asked_about_a_card_of_one_text() -> None:
    asked: list[str] = []

    def noting(rule: Rule) -> Rule:
        def question(_: CardFacts) -> Iterator[Problem]:
            asked.append(rule.id)
            return iter(())

        return replace(rule, question=question)

    text = '{"type": "AdaptiveCard", "body": [{"type": "TextBlock", "text": "Hello"}]}'
    lint(parse_card(text, "card.json"), rules=tuple(map(noting, RULES)))
    assert {"AM602", "AM610"} <= set(asked)
    assert len(asked) < len(RULES) / 2
