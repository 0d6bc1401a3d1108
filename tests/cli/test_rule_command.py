"""``amcli rule``: what a person and what a program is told of a rule."""

from __future__ import annotations

import json

import pytest

from amcli.cli import run
from amcli.linting.registry import RULES, find_rule
from amcli.linting.rule_text import HEADINGS, sections


@pytest.mark.parametrize("name", ["AM601", "am601", "missing-alt-text"])
def test_a_rule_is_explained_by_id_or_name(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", name]) == 0

    shown = capsys.readouterr().out
    lines = shown.splitlines()
    assert lines[:2] == [
        "AM601 missing-alt-text",
        "A picture without words for those who do not see it.",
    ]
    assert "  severity  warning" in lines
    assert "  how sure  stated by Microsoft" in lines
    assert [line[:-1] for line in lines if line[:-1] in HEADINGS] == list(HEADINGS)
    for text in sections(find_rule(name)).values():
        assert all(f"  {line}" in lines for line in text.splitlines())


def test_several_are_explained_in_the_order_they_were_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["rule", "post-without-body", "AM101"]) == 0

    shown = capsys.readouterr().out
    assert 0 <= shown.index("AM301 post-without-body") < shown.index("AM101 unknown-type")


def test_without_a_name_every_rule_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines] == [
        [rule.id, rule.slug, rule.severity.value] for rule in RULES
    ]


def test_all_are_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", "--all"]) == 0

    shown = capsys.readouterr().out.splitlines()
    assert [line for line in shown if line.startswith("AM")] == [
        f"{rule.id} {rule.slug}" for rule in RULES
    ]


def test_a_program_gets_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", "--all", "--json"]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert (answer["amcli"], answer["command"], answer["ok"]) == (1, "rule", True)
    assert [rule["id"] for rule in answer["rules"]] == [rule.id for rule in RULES]
    for said in answer["rules"]:
        assert list(said) == [
            "id", "slug", "summary", "severity", "certainty", "source", "kinds", "versions",
            "clients", "fix", "what_it_finds", "why_it_matters", "example", "use_instead",
            "fix_text",
        ]  # fmt: skip
        assert said["fix"] in {"safe", "unsafe", "none"}
        assert said["kinds"] in (["adaptive"], ["message"], ["adaptive", "message"])


def test_a_rule_that_does_not_exist_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", "missing-alt"]) == 2
    assert "did you mean 'missing-alt-text'?" in capsys.readouterr().err


def test_names_and_all_are_too_much(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", "AM601", "--all"]) == 2
    assert "leave one of them out" in capsys.readouterr().err
