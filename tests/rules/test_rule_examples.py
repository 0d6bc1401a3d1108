"""Every rule finds its bad cards, at the right place and nothing else, and no good one.

The cards lie beside this file, in ``AMnnn/bad`` and ``AMnnn/good``: a finished card
(``case.json``), a template (``case.json.j2``), or a template's folder (``case/``). A bad one has a
``case.expect.toml`` beside it, with the source that the rule follows, the rule and the pointer, and
line and column (and the file, where it is not the card's own). ``[provider]``, ``[mail]`` and
``[limits]`` are what stands around the card, also of a good one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rule_examples import cases, expectations, name, surroundings

from amcli.linting.finding import Finding
from amcli.linting.registry import RULES
from amcli.linting.run import lint_paths

OF_EVERY_CARD = {
    "AM211": "every MessageCard",
}
"""Rules that speak of every card of a sort, and would be found in the examples of all others."""

# Said of every card of a format, so only in the examples of its own rule.
ALWAYS_SAID = {"AM211"}


BAD, GOOD = cases("bad"), cases("good")


def findings(path: Path) -> tuple[Finding, ...]:
    report = lint_paths([str(path)], surroundings=surroundings(expectations(path)))
    assert report.troubles == ()
    assert report.cards >= 1
    elsewhere = ALWAYS_SAID - {path.parent.parent.name}
    return tuple(f for f in report.findings if f.rule not in elsewhere)


def place(finding: Finding, asked: dict[str, Any]) -> dict[str, Any]:
    """What is told of the place, as far as it was asked."""
    assert finding.place is not None
    told = {"line": finding.place.line, "column": finding.place.column}
    told["file"] = Path(finding.place.file).name
    return {key: told[key] for key in told if key in asked}


@pytest.mark.parametrize("path", BAD, ids=name)
def test_a_bad_card_gives_exactly_the_finding_it_shows(path: Path) -> None:
    expected = expectations(path)
    found = [{"rule": f.rule, "pointer": f.pointer, **place(f, expected)} for f in findings(path)]
    about = ("rule", "pointer", "line", "column", "file")
    assert found == [{key: expected[key] for key in about if key in expected}]


@pytest.mark.parametrize("path", GOOD, ids=name)
def test_nothing_is_found_in_a_good_card(path: Path) -> None:
    assert findings(path) == ()


def test_every_rule_has_both_kinds_of_examples_and_no_folder_is_left_over() -> None:
    rules = {rule.id for rule in RULES}
    assert {path.parent.parent.name for path in BAD} == rules
    assert {path.parent.parent.name for path in GOOD} == rules


def test_a_bad_card_stands_in_the_folder_of_its_rule() -> None:
    for path in BAD:
        assert expectations(path)["rule"] == path.parent.parent.name
