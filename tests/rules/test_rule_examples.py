"""Every rule finds its bad cards, at the right place and nothing else, and no good one.

The cards lie beside this file, in ``AMnnn/bad`` and ``AMnnn/good``: a finished card
(``case.json``), a template (``case.json.j2``), or a template's folder (``case/``). A bad one has a
``case.expect.toml`` beside it, with the source that the rule follows, the rule, the pointer, line
and column (and the file, where it is not the card's own). ``[provider]``, ``[mail]`` and
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

# Said of every card of a format, so only in the examples of its own rule.
ALWAYS_SAID = {"AM211"}


BAD, GOOD = cases("bad"), cases("good")


def findings(path: Path) -> tuple[Finding, ...]:
    report = lint_paths([str(path)], surroundings=surroundings(expectations(path)))
    assert report.troubles == ()
    assert report.cards >= 1
    elsewhere = ALWAYS_SAID - {path.parent.parent.name}
    return tuple(f for f in report.findings if f.rule not in elsewhere)


def told(finding: Finding) -> dict[str, Any]:
    assert finding.place is not None
    return {
        "rule": finding.rule,
        "pointer": finding.pointer,
        "file": Path(finding.place.file).name,
        "line": finding.place.line,
        "column": finding.place.column,
    }


@pytest.mark.parametrize("path", BAD, ids=name)
def test_a_bad_card_gives_exactly_the_finding_it_shows(path: Path) -> None:
    expected = {"file": "card.json.j2" if path.is_dir() else path.name, **expectations(path)}
    about = ("rule", "pointer", "file", "line", "column")
    assert list(map(told, findings(path))) == [{key: expected[key] for key in about}]


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


def test_a_bad_card_names_where_it_is_known_from() -> None:
    assert [name(path) for path in BAD if not expectations(path).get("source")] == []


def test_every_rule_has_a_bad_template() -> None:
    templates = {path.parent.parent.name for path in BAD if path.suffix != ".json"}
    assert {rule.id for rule in RULES} - templates == set()
