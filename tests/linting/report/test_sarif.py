"""SARIF: valid by its schema, the rules explained, and what was left out marked as suppressed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from lint_reports import clean_report, hostile_report

from amcli.linting.outcome import Report
from amcli.linting.registry import RULES, find_rule
from amcli.linting.report import FORMATS

SCHEMA = json.loads(Path(__file__).with_name("sarif-2.1.0.schema.json").read_text("utf-8"))


def run_of(report: Report) -> dict[str, Any]:
    """The one run of the log, which is valid."""
    log = json.loads(FORMATS["sarif"](report))
    validator = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    validator.validate(log)
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


@pytest.mark.parametrize("make", [clean_report, hostile_report], ids=["clean", "hostile"])
def test_any_report_is_valid(make: Any) -> None:
    run_of(make())


def test_every_result_names_a_rule_that_is_explained(report: Report, in_a_folder: Path) -> None:
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    for found in rules:
        rule = find_rule(found["id"])
        assert found["shortDescription"]["text"] == rule.summary
        assert "Why it matters: " in found["help"]["text"]
        assert "**Why it matters**: " in found["help"]["markdown"]
        assert found["properties"]["slug"] == rule.slug


def test_every_rule_there_is_can_be_described(report: Report) -> None:
    (first, *_) = report.findings
    shown = replace(
        report, findings=tuple(first._replace(rule=rule.id, slug=rule.slug) for rule in RULES)
    )
    assert [r["id"] for r in run_of(shown)["tool"]["driver"]["rules"]] == [r.id for r in RULES]


def test_columns_are_characters_and_places_are_relative(report: Report, in_a_folder: Path) -> None:
    run = run_of(report)
    place = run["results"][0]["locations"][0]["physicalLocation"]

    assert run["columnKind"] == "unicodeCodePoints"
    assert place["artifactLocation"] == {"uri": "leave/card.json.j2", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 4, "startColumn": 15, "endLine": 4, "endColumn": 25}


def test_what_was_ignored_or_held_back_is_suppressed(report: Report, in_a_folder: Path) -> None:
    results = run_of(report)["results"]
    shown, (ignored, held_back) = results[:-2], results[-2:]

    assert {result["baselineState"] for result in shown} == {"new"}
    assert not any("suppressions" in result for result in shown)
    assert (ignored["ruleId"], ignored["baselineState"]) == ("AM601", "new")
    assert (held_back["ruleId"], held_back["baselineState"]) == ("AM504", "unchanged")
    assert all(result["suppressions"] for result in (ignored, held_back))


def test_without_a_baseline_nothing_is_said_of_one(report: Report) -> None:
    results = run_of(replace(report, held_back=()))["results"]

    assert not any("baselineState" in result for result in results)


def test_a_fix_is_a_change_of_characters(report: Report, in_a_folder: Path) -> None:
    (fix,) = run_of(report)["results"][0]["fixes"]
    (change,) = fix["artifactChanges"]

    assert change["artifactLocation"]["uri"] == "leave/card.json.j2"
    assert change["replacements"] == [
        {
            "deletedRegion": {"charOffset": 53, "charLength": 10},
            "insertedContent": {"text": '"TextBlock"'},
        }
    ]


def test_what_was_not_linted_is_told(report: Report) -> None:
    (invocation,) = run_of(report)["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [n["message"]["text"] for n in invocation["toolExecutionNotifications"]] == [
        "cards/broken.json: line 1: no JSON\nhint: look there",
        "leave/done.json.j2:3: name is undefined",
        "leave/_head.json.j2 is linted through the cards that use it",
    ]
    assert run_of(clean_report())["invocations"][0]["executionSuccessful"] is True
