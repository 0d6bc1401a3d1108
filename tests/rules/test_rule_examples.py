"""Every rule finds its bad cards, at the right place and nothing else, and no good one.

The cards lie beside this file: ``AMnnn/bad/case.json`` with ``case.expect.toml``, and
``AMnnn/good/case.json``.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from amcli.card.document import parse_card
from amcli.linting.engine import lint
from amcli.linting.registry import RULES

HERE = Path(__file__).parent
BAD = sorted(HERE.glob("AM*/bad/*.json"))
GOOD = sorted(HERE.glob("AM*/good/*.json"))


def name(path: Path) -> str:
    return f"{path.parent.parent.name}-{path.stem}"


@pytest.mark.parametrize("path", BAD, ids=name)
def test_a_bad_card_gives_exactly_the_finding_it_shows(path: Path) -> None:
    expected = tomllib.loads(path.with_suffix(".expect.toml").read_text())
    found = [(f.rule, f.pointer) for f in lint(parse_card(path.read_bytes(), path.name))]
    assert found == [(expected["rule"], expected["pointer"])]


@pytest.mark.parametrize("path", GOOD, ids=name)
def test_nothing_is_found_in_a_good_card(path: Path) -> None:
    assert lint(parse_card(path.read_bytes(), path.name)) == []


def test_every_rule_has_both_kinds_of_examples_and_no_folder_is_left_over() -> None:
    rules = {rule.id for rule in RULES}
    assert {path.parent.parent.name for path in BAD} == rules
    assert {path.parent.parent.name for path in GOOD} == rules


def test_a_bad_card_stands_in_the_folder_of_its_rule() -> None:
    for path in BAD:
        expected = tomllib.loads(path.with_suffix(".expect.toml").read_text())
        assert expected["rule"] == path.parent.parent.name
