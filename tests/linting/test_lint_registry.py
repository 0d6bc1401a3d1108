"""The list of rules: ids, names, texts, and the table in the docs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from amcli.errors import UsageError
from amcli.linting import rules
from amcli.linting.registry import RULES, find_rule
from amcli.linting.rule import Rule
from amcli.linting.rule_pages import names_schema, pages
from amcli.linting.rule_text import HEADINGS, fix_kind, sections, why
from amcli.resources import resource_folder

DOCS = Path(__file__).resolve().parents[2] / "docs" / "rules"
EXAMPLES = Path(__file__).resolve().parents[1] / "rules"


def table(page: str) -> list[list[str]]:
    """The cells of the rows of a table whose first column is an id."""
    lines = (DOCS / page).read_text("utf-8").splitlines()
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines if re.match(r"\| [A-Z]", line)]
    return [[cell.strip() for cell in row] for row in rows]


def test_ids_and_names_are_unique_and_in_order() -> None:
    ids = [rule.id for rule in RULES]
    assert ids == sorted(set(ids))
    assert len({rule.slug for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_well_documented(rule: Rule) -> None:
    assert re.fullmatch(r"AM[1-9][0-9]{2}", rule.id)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.slug)
    assert rule.summary.endswith(".")
    assert tuple(sections(rule)) == HEADINGS
    assert all(sections(rule).values())
    assert fix_kind(rule) in {"safe", "unsafe", "none"}
    assert why(rule).endswith((".", "!", "?"))
    assert rule.source


def test_every_rule_that_is_written_is_in_the_list() -> None:
    folder = Path(rules.__file__).parent
    written = sum(len(re.findall(r"^@rule\(", p.read_text(), re.M)) for p in folder.glob("*.py"))
    assert written == len(RULES)


@pytest.mark.parametrize("name", ["AM601", "am601", "missing-alt-text", " Missing-Alt-Text "])
def test_a_rule_is_found_by_id_and_by_name(name: str) -> None:
    assert find_rule(name).id == "AM601"


def test_a_rule_that_does_not_exist_gets_a_suggestion() -> None:
    with pytest.raises(UsageError) as caught:
        find_rule("missing-alt")
    assert caught.value.hint == "did you mean 'missing-alt-text'?"


def test_the_pages_are_those_of_the_rules() -> None:
    written = {path.name: path.read_text("utf-8") for path in DOCS.glob("*.md")}
    by_hand = {"severities.md", "not-checked.md", "coverage.md"}

    again = "write them again: python docs/rules/write.py"
    assert {name: text for name, text in written.items() if name not in by_hand} == pages(RULES), (
        again
    )


def test_an_editor_knows_the_rules_of_amcli_toml() -> None:
    schema = json.loads((resource_folder("schemas") / "amcli-toml.schema.json").read_text("utf-8"))
    again = "write them again: python docs/rules/write.py"
    assert schema["$defs"]["rule"] == names_schema(RULES), again

    def fits(name: str) -> bool:
        validator = jsonschema.Draft202012Validator(schema)
        return validator.is_valid({"lint": {"ignore": [name], "severity": {name: "error"}}})

    assert all(fits(name) for name in ("AM601", "missing-alt-text", "AM6", "AM"))
    assert not any(fits(name) for name in ("AM999", "missing-alt-txt", "6"))


def test_every_rule_has_a_folder_of_examples() -> None:
    assert {path.name for path in EXAMPLES.glob("AM*")} == {r.id for r in RULES}


def test_every_severity_has_been_thought_about() -> None:
    rows = table("severities.md")
    assert [row[:4] for row in rows] == [
        [rule.id, f"`{rule.slug}`", rule.severity.value, rule.certainty.value] for rule in RULES
    ]
    assert not [row for row in rows if len(row) != 5 or len(row[4]) < 15]


def test_what_is_not_checked_has_its_reason() -> None:
    rows = table("not-checked.md")
    assert rows
    assert not [row for row in rows if len(row) != 3 or not all(row)]
    assert len({row[0] for row in rows}) == len(rows)


@pytest.mark.parametrize("page", ["severities.md", "not-checked.md"])
def test_what_is_written_by_hand_names_rules_that_exist(page: str) -> None:
    named = set(re.findall(r"AM[0-9]{3}", (DOCS / page).read_text("utf-8")))
    assert named <= {rule.id for rule in RULES}
