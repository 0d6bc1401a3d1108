"""Choosing rules, targets, severities and files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from amcli.errors import ConfigurationError, UsageError
from amcli.linting.choosing.configured import configured_choice, configured_limits
from amcli.linting.choosing.selection import (
    Choice,
    FileChoice,
    PathChoice,
    clients_named,
    rules_named,
)
from amcli.linting.registry import RULES
from amcli.linting.run import lint_paths
from amcli.linting.surroundings import Client
from amcli.settings import load_settings

BARE_PICTURE = {
    "type": "AdaptiveCard",
    "version": "1.0",
    "originator": "0f5b2c1e-6a4d-4f1b-9c55-2f3f0f3d7a10",
    "body": [
        {"type": "Image", "url": "https://contoso.com/a.png"},
        {"type": "Container", "items": [{"type": "Image", "url": "http://contoso.com/a.png"}]},
    ],
}


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def configured(toml: str, **more: Any) -> Choice:
    Path("amcli.toml").write_text(toml, "utf-8")
    return configured_choice(load_settings(environ={}, **more))


def refused(toml: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        configured(toml)
    return f"{caught.value.message} {caught.value.hint}"


def lint(choice: Choice, file: str = "card.json") -> tuple[list[str], list[str]]:
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    Path(file).write_text(json.dumps(BARE_PICTURE))
    report = lint_paths([file], choice=choice)
    told = [f"{f.rule} {f.severity.value} {f.pointer}".rstrip() for f in report.findings]
    return told, [f.rule for f in report.ignored]


BOTH = ["AM601 warning /body/0", "AM601 warning /body/1/items/0"]


def of_pictures(toml: str, file: str = "card.json") -> tuple[list[str], list[str]]:
    return lint(configured(f'[lint]\nselect = ["AM601", "AM120"]\n{toml}'), file)


def test_ids_names_and_beginnings_of_ids_choose_rules() -> None:
    assert rules_named(["am601", "missing-originator,AM504"]) == {"AM601", "AM901", "AM504"}
    assert rules_named(["AM4"]) == {rule.id for rule in RULES if rule.id.startswith("AM4")}
    assert rules_named(["AM"]) == {rule.id for rule in RULES}


@pytest.mark.parametrize("name", ["AM99999", "no-such-rule", "AM099", "A", "*"])
def test_another_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="there is no rule"):
        rules_named([name])


def test_a_target_asks_the_rules_that_matter_there() -> None:
    asked = {rule.slug for rule in Choice(targets=clients_named(["windows"])).rules}
    assert "message-card-not-on-mobile" not in asked
    assert "missing-alt-text" in asked
    assert clients_named(["IOS", "mac,android"]) == {Client.IOS, Client.MAC, Client.ANDROID}


def test_an_unknown_target_is_answered_with_the_one_that_may_be_meant() -> None:
    with pytest.raises(UsageError, match="no target") as caught:
        clients_named(["windwos"])
    assert caught.value.hint == "did you mean 'windows'?"


def test_what_is_not_configured_is_told() -> None:
    assert of_pictures("") == (BOTH, [])


def test_a_severity_may_be_another_one() -> None:
    told, _ = of_pictures('[lint.severity]\nmissing-alt-text = "error"\n')
    assert told == ["AM601 error /body/0", "AM601 error /body/1/items/0"]


@pytest.mark.parametrize(
    ("pattern", "file"),
    [
        ("old/**", "old/a/card.json"),
        ("old", "old/a/card.json"),
        ("*.json", "deep/card.json"),
        ("**/card.json", "card.json"),
        ("**/card.json", "a/b/card.json"),
        ("a/*/card.json", "a/b/card.json"),
        ("./old/car?.json", "old/card.json"),
        ("old/**/card.json", "old/card.json"),
        ("o[l]d/*", "o[l]d/card.json"),
    ],
)
def test_a_pattern_leaves_rules_out_of_the_files_that_it_matches(pattern: str, file: str) -> None:
    told, ignored = of_pictures(f'[lint.per_path."{pattern}"]\nignore = ["AM601"]\n', file)
    assert (told, ignored) == ([], ["AM601", "AM601"])


@pytest.mark.parametrize(
    ("pattern", "file"),
    [
        ("old/*", "older/card.json"),
        ("a/*.json", "a/b/card.json"),
        ("o[l]d/*", "old/card.json"),
        ("*a" * 500, "a" * 200),  # the time of neither grows with what could be tried
        ("**/" * 500 + "none", "a/b/c/d/e/card.json"),
    ],
)
def test_a_pattern_leaves_other_files_alone(pattern: str, file: str) -> None:
    told, _ = of_pictures(f'[lint.per_path."{pattern}"]\nignore = ["AM601"]\n', file)
    assert told == BOTH


def test_a_pattern_may_choose_severities() -> None:
    toml = '[lint.per_path."old/**".severity]\nAM601 = "info"\n[lint.severity]\nAM601 = "error"\n'
    assert [line.split()[1] for line in of_pictures(toml, "old/card.json")[0]] == ["info"] * 2
    assert [line.split()[1] for line in of_pictures(toml, "new/card.json")[0]] == ["error"] * 2


def ignore_at(pointer: str, rule: str = "AM601", file: str = "card.json") -> str:
    return (
        f'[[lint.ignore_at]]\nfile = "{file}"\npointer = "{pointer}"\nrules = ["{rule}"]\n'
        'reason = "a decoration"\n'
    )


def test_a_place_of_a_json_file_is_left_out_with_what_is_below_it() -> None:
    assert of_pictures(ignore_at("/body/1")) == ([BOTH[0]], ["AM601"])


def test_an_entry_that_nothing_needs_is_told_at_its_line() -> None:
    choice = configured(f'[lint]\nselect = ["AM601", "AM120"]\n{ignore_at("/body/7")}')
    Path("card.json").write_text(json.dumps(BARE_PICTURE))
    idle = [f for f in lint_paths(["card.json"], choice=choice).findings if f.rule == "AM120"]
    assert [(f.message, f.place.file, f.place.line) for f in idle if f.place] == [
        ("AM601 finds nothing at /body/7 of card.json", "amcli.toml", 3)
    ]


def test_an_entry_for_a_file_that_was_not_linted_is_not_told() -> None:
    assert of_pictures(ignore_at("/body/0", file="other.json")) == (BOTH, [])


def test_sizes_are_configured() -> None:
    Path("amcli.toml").write_text("[lint]\nmax_depth = 3\n")
    assert configured_limits(load_settings(environ={})).depth == 3


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('[lint]\nignore = ["AM99"]\n', "amcli.toml:2: there is no rule"),
        ('[lint]\nselect = ["missing-alt-txt"]', "did you mean 'missing-alt-text'?"),
        ('[lint]\ntargets = ["windwos"]', "amcli.toml:2: there is no target"),
        ('[lint.severity]\nAM6011 = "error"', 'amcli.toml:2: there is no rule "AM6011"'),
        ('[lint.severity]\nAM601 = "off"', "amcli.toml:2: lint.severity.AM601 must be error"),
        ('[lint]\nseverity = "error"', "amcli.toml:2: lint.severity must be a table"),
        ('[lint.per_path."a"]\nignore = ["AM99"]', "amcli.toml:1: there is no rule"),
        ('[lint.per_path."a"]\nignroe = []', "did you mean 'ignore'?"),
        ('[lint.per_path."a".severity]\nAM601 = 1', 'amcli.toml:2: lint.per_path."a".severity'),
        ('[[lint.ignore_at]]\nfile = "a"', "amcli.toml:1: lint.ignore_at.pointer is missing"),
        (f"[lint]\n{ignore_at('/a', 'AM99')}", "amcli.toml:2: there is no rule"),
        ('[lint.ignore_at]\nfile = "a"', "lint.ignore_at must be a list of tables"),
        ("[lint]\nmax_depth = 0", "amcli.toml:2: lint.max_depth must be a whole number above 0"),
        ('[profile.ci.lint]\nignore = ["AM99"]', "amcli.toml:2: there is no rule"),
        ('[profile.ci.lint.severity]\nAM99 = "info"', "amcli.toml:2: there is no rule"),
    ],
)
def test_a_mistake_is_named_with_its_place(toml: str, message: str) -> None:
    assert message in refused(toml)


def test_tables_are_shown_with_their_place() -> None:
    Path("amcli.toml").write_text('[lint.per_path."old/**"]\nseverity = {AM504 = "info"}\n')
    entry = load_settings(environ={}).by_key["lint.per_path"]
    assert (entry.shown, entry.where) == (["old/**: severity AM504: info"], "amcli.toml:1")


def test_tables_belong_into_the_file() -> None:
    with pytest.raises(ConfigurationError, match=r"amcli\.toml alone can hold"):
        load_settings(environ={"AMCLI_LINT_SEVERITY": "AM601=info"})


def test_a_file_choice_is_about_the_path_below_the_project(tmp_path: Path) -> None:
    choice = Choice(project=tmp_path, per_path=(PathChoice("a/*"),))
    found = choice.for_file(str(tmp_path / "a" / "card.json"))
    assert found == FileChoice(choice, Path("a/card.json"))
