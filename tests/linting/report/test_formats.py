"""The same findings in every format: as in the golden files, and whatever a card has in it.

``AMCLI_UPDATE_GOLDEN=1`` writes the golden files anew; look at what changed before committing.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from lint_reports import HOSTILE, clean_report, hostile_report

from amcli.cli import lint_options
from amcli.linting.finding import Place
from amcli.linting.outcome import Report
from amcli.linting.report import FORMATS
from amcli.resources import resource_folder

GOLDEN = Path(__file__).parents[2] / "golden" / "report"
SUFFIXES = {"text": "txt", "concise": "concise.txt", "json": "json", "sarif": "sarif",
            "github": "github.txt", "gitlab": "gitlab.json", "junit": "xml"}  # fmt: skip
UPDATE = "AMCLI_UPDATE_GOLDEN" in os.environ  # read before the environment is scrubbed


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_reads_as_in_the_golden_file(name: str, report: Report, in_a_folder: Path) -> None:
    made = FORMATS[name](report)
    if name == "sarif":
        made = without_rules(made)
    expected = GOLDEN / f"report.{SUFFIXES[name]}"
    if UPDATE:
        expected.write_text(made, encoding="utf-8")
    assert made == expected.read_text(encoding="utf-8")


def test_the_command_line_offers_every_format() -> None:
    assert tuple(FORMATS) == lint_options.FORMATS


def without_rules(sarif: str) -> str:
    """SARIF without the texts of the rules, which change with the rules and have their own test."""
    log = json.loads(sarif)
    del log["runs"][0]["tool"]["driver"]["rules"]
    return json.dumps(log, indent=2) + "\n"


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_in_a_card_can_steer_a_terminal_or_break_a_line(name: str) -> None:
    made = FORMATS[name](hostile_report())

    assert not [c for c in made if not c.isprintable() and c != "\n"]
    made.encode("utf-8")


@pytest.mark.parametrize("name", ["concise", "github"])
def test_a_finding_is_one_line_whatever_it_says(name: str) -> None:
    report = hostile_report()
    lines = FORMATS[name](report).splitlines()

    assert len(lines) == len(report.findings) + (name == "github")


def test_no_text_ends_a_workflow_command() -> None:
    for line in FORMATS["github"](hostile_report()).splitlines():
        _, head, text = line.split("::", 2)
        assert head.split(" ")[0] in {"error", "warning", "notice"}
        properties = dict(part.split("=", 1) for part in head.split(" ", 1)[1].split(","))
        assert set(properties) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert "%0A,a" not in text  # the card's own %0A is no line break
        assert "%250A,a" in text


def test_junit_is_xml_with_a_suite_a_file(report: Report, in_a_folder: Path) -> None:
    root = ET.fromstring(FORMATS["junit"](report))
    counts = {
        suite.get("name"): tuple(suite.get(n) for n in ("tests", "failures", "errors", "skipped"))
        for suite in root
    }
    assert counts == {
        "<stdin>": ("1", "0", "0", "1"),
        "cards/one line.json": ("1", "1", "0", "0"),
        "leave/card.json.j2": ("5", "2", "0", "3"),
        "not linted": ("2", "0", "2", "0"),
    }


def test_hostile_text_is_still_xml() -> None:
    root = ET.fromstring(FORMATS["junit"](hostile_report()))

    said = [case.get("message") or "" for case in root.iter("failure")]
    assert len(said) == 1
    assert "]]>" in said[0]


def test_a_clean_report_has_one_case_that_passed() -> None:
    root = ET.fromstring(FORMATS["junit"](clean_report()))

    (case,) = root.iter("testcase")
    assert list(case) == []
    assert case.get("name") == "cards: 2, files: 1"


@pytest.mark.parametrize(("name", "written"), [("text", ""), ("concise", ""), ("github", "")])
def test_a_clean_report_says_nothing(name: str, written: str) -> None:
    assert FORMATS[name](clean_report()) == written


def test_gitlab_gets_what_it_requires_of_an_issue(report: Report, in_a_folder: Path) -> None:
    issues = json.loads(FORMATS["gitlab"](report))

    assert len(issues) == len(report.findings) + len(report.troubles)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert issue["location"]["lines"]["begin"] >= 1
    assert json.loads(FORMATS["gitlab"](clean_report())) == []


SCHEMA = json.loads((resource_folder("schemas") / "lint-report.schema.json").read_text("utf-8"))


def closed(schema: Any) -> Any:
    """The schema without room for a field that it does not describe."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    return {**made, "additionalProperties": False} if "properties" in made else made


@pytest.mark.parametrize("kind", ["full", "hostile", "clean"])
def test_json_is_as_its_schema_says(kind: str, report: Report) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    shown = {"full": report, "hostile": hostile_report(), "clean": clean_report()}[kind]

    answer = json.loads(FORMATS["json"](shown))

    jsonschema.validate(answer, closed(SCHEMA), cls=jsonschema.Draft202012Validator)


def test_json_gives_back_what_the_card_says() -> None:
    (finding, _) = json.loads(FORMATS["json"](hostile_report()))["findings"]

    assert finding["message"] == HOSTILE


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_name_that_is_no_text_is_written_all_the_same(name: str, report: Report) -> None:
    file = os.fsdecode(b"caf\xe9 #1?.json")
    (first, *_) = report.findings
    shown = replace(report, findings=(first._replace(source=file, place=Place(file, 1, 1, 1, 2)),))

    made = FORMATS[name](replace(shown, texts={file: "{}"}))

    made.encode("utf-8")
    assert name != "sarif" or '"uri": "caf%E9%20%231%3F.json"' in made


def test_a_path_below_the_working_folder_is_relative(report: Report, in_a_folder: Path) -> None:
    file = str(in_a_folder / "leave" / "card.json.j2")
    place = Place(file, 1, 1, 1, 2)
    (first, *_) = report.findings
    shown = replace(report, findings=(first._replace(place=place),), texts={file: "{}"})

    assert "file=leave/card.json.j2," in FORMATS["github"](shown)
    assert FORMATS["concise"](shown).startswith("leave/card.json.j2:1:1: AM101")
    away = place._replace(file=str(in_a_folder.parent / "card.json"))
    outside = first._replace(place=away)
    assert f'"file://{in_a_folder.parent}/card.json"' in FORMATS["sarif"](
        replace(report, findings=(outside,))
    )
