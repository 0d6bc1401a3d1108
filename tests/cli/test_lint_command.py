"""amcli lint: what it opens, what it prints, how it exits."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from amcli.cli import run

CLEAN = {
    "type": "AdaptiveCard",
    "version": "1.0",
    "originator": "0f5b2c1e-6a4d-4f1b-9c55-2f3f0f3d7a10",
    "body": [{"type": "TextBlock", "text": "Hello"}],
}
WRONG: dict[str, Any] = {**CLEAN, "body": [{"type": "TextBlok", "text": "Hello"}]}
WARNED: dict[str, Any] = {**CLEAN, "body": [{"type": "Image", "url": "https://contoso.com/a.png"}]}


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, card: object) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(card if isinstance(card, str) else json.dumps(card))
    return name


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = run(["lint", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def make_template(folder: str = "templates/leave") -> None:
    write(
        f"{folder}/template.toml",
        'title = "Leave"\nkind = "adaptive"\nversion = "1.0"\n'
        'samples = ["short.json", "long.json"]\n'
        '[refresh.done]\ncard = "done.json.j2"\nsamples = ["done.json"]\n',
    )
    head = '{"type": "AdaptiveCard", "version": "1.0", "originator": "{{ originator }}", "body": ['
    write(
        f"{folder}/card.json.j2",
        head
        + '{"type": "TextBlock", "text": "{{ name }}"{% if long %}, "colour": "good"{% endif %}}]}',
    )
    submit = '], "actions": [{"type": "Action.Submit", "title": "x"}]}'
    write(f"{folder}/done.json.j2", head + submit)
    write(f"{folder}/short.json", {"name": "Ann", "long": False})
    write(f"{folder}/long.json", {"name": "Ann", "long": True})
    write(f"{folder}/done.json", {})


def test_a_clean_card_is_one_quiet_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", write("card.json", CLEAN)]) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "1 card in 1 file: 0 errors, 0 warnings\n"


def test_quiet_removes_even_that(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "-q", write("card.json", CLEAN)]) == 0
    assert capsys.readouterr() == ("", "")


def test_an_error_is_shown_with_rule_place_message_and_hint(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["lint", write("card.json", json.dumps(WRONG, indent=2))]) == 1
    assert capsys.readouterr().out.splitlines() == [
        'error[AM101] unknown-type: "TextBlok" is no type that Outlook knows here',
        "  --> card.json:7:15  /body/0/type",
        ' 7 |       "type": "TextBlok",',
        "   |               ^^^^^^^^^^",
        "  why: Outlook leaves the element or the button out without a word.",
        "  hint: did you mean 'TextBlock'?",
        '  fix: --unsafe-fixes writes "TextBlock"',
        "  more: amcli rule AM101",
    ]


def test_a_warning_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = answer(capsys, write("card.json", WARNED))
    assert (code, said["ok"], said["errors"], said["warnings"]) == (0, True, 0, 1)


@pytest.mark.parametrize("option", [["--json"], ["--format", "json"]])
def test_json_has_every_field_of_a_finding(
    option: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["lint", write("card.json", WRONG), *option]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["amcli"], said["command"], said["ok"]) == (1, "lint", False)
    assert said["findings"] == [
        {
            "rule": "AM101",
            "slug": "unknown-type",
            "severity": "error",
            "message": '"TextBlok" is no type that Outlook knows here',
            "source": "card.json",
            "pointer": "/body/0/type",
            "hint": "did you mean 'TextBlock'?",
            "file": "card.json",
            "line": 1,
            "column": 116,
            "end_line": 1,
            "end_column": 126,
            "data_file": None,
            "data_key": None,
            "data_others": 0,
            "expression": None,
            "samples": [],
            "fix": "unsafe",
        }
    ]


def test_an_ignored_rule_is_counted_and_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", write("card.json", WRONG), "--ignore", "unknown-type"]) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "1 ignored (AM101 unknown-type)" in printed.err


def test_rules_can_be_ignored_in_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    write("amcli.toml", '[lint]\nignore = ["AM101"]\n')
    assert run(["lint", write("card.json", WRONG)]) == 0
    assert run(["lint", write("card.json", WRONG), "--no-config"]) == 1


def test_a_rule_that_does_not_exist_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", write("card.json", CLEAN), "--ignore", "unknown-typ"]) == 2
    assert "did you mean 'unknown-type'?" in capsys.readouterr().err


def test_a_template_folder_is_rendered_with_each_sample_and_its_refresh_cards(
    capsys: pytest.CaptureFixture[str],
) -> None:
    make_template()
    code, said = answer(capsys, "templates/leave")
    assert (code, said["files"], said["cards"]) == (1, 2, 3)
    assert [(f["slug"], f["source"], f["samples"]) for f in said["findings"]] == [
        ("unknown-property", "templates/leave/card.json.j2", ["long.json"]),
        ("unsupported-action", "templates/leave/done.json.j2", []),
    ]


def test_an_unknown_rule_is_answered_with_those_near_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["lint", write("card.json", CLEAN), "--ignore", "AM999"]) == 2
    assert "near it: AM909" in capsys.readouterr().err


def test_debug_shows_where_an_input_failed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--debug", "lint", write("card.json", "{")]) == 4
    assert "Traceback" in capsys.readouterr().err


def test_a_name_that_hides_a_built_in_template_is_pointed_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    make_template("templates/survey")
    run(["lint", "survey"])
    assert "it hides the built-in template of the same name" in capsys.readouterr().err


def test_a_template_is_found_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    make_template()
    write("amcli.toml", '[templates]\nfolder = "templates"\n')
    assert answer(capsys, "leave")[1]["cards"] == 3
    assert answer(capsys, "leave/done")[1]["cards"] == 1


def test_a_folder_is_searched_for_templates_and_cards(capsys: pytest.CaptureFixture[str]) -> None:
    make_template("project/templates/leave")
    write("project/cards/one.json", CLEAN)
    write("project/package.json", {"name": "no card"})
    write("project/.hidden/two.json", WRONG)
    code, said = answer(capsys, "project", "--ignore", "AM205")
    assert (code, said["files"], said["cards"], said["not_linted"]) == (0, 3, 4, [])


def test_nothing_is_linted_twice(capsys: pytest.CaptureFixture[str]) -> None:
    make_template()
    write("card.json", CLEAN)
    _, said = answer(capsys, ".", "templates", "templates/leave/done.json.j2", "./card.json")
    assert (said["files"], said["cards"]) == (3, 4)


def test_a_card_is_read_from_stdin() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "amcli", "lint", "-"],
        input=json.dumps(WRONG), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "<stdin>:1:116  /body/0/type" in done.stdout


def test_nothing_found_to_lint_is_no_silent_pass(capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty").mkdir()
    assert run(["lint", "empty"]) == 3
    assert "no card was found" in capsys.readouterr().err
    assert run(["lint", "no-such-card.json"]) == 3
    printed = capsys.readouterr().err
    assert "there is no file 'no-such-card.json'" in printed
    assert "no card was found" not in printed  # twice would be too much


def test_the_other_files_are_linted_when_one_cannot_be_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write("bad/broken.json", "{")
    write("bad/list.json", "[]")
    code, said = answer(capsys, "bad", "bad/list.json", write("card.json", WRONG))
    assert (code, said["cards"], said["errors"]) == (4, 1, 1)
    assert [trouble["exit_code"] for trouble in said["not_linted"]] == [4, 4]


def test_a_sample_that_cannot_be_rendered_is_told_and_the_others_are_linted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    make_template()
    write("templates/leave/short.json", {"long": False})
    code, said = answer(capsys, "templates/leave")
    assert (code, said["cards"], len(said["not_linted"])) == (4, 2, 1)
    assert "name" in said["not_linted"][0]["message"]
    assert said["not_linted"][0]["message"].endswith("(with short.json)")


def test_text_from_a_card_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    card = {**CLEAN, "x\u001b[2J\ud800": 1, "body": [{"type": "\u009b31m"}]}
    assert run(["lint", write("card.json", json.dumps(card))]) == 1
    printed = capsys.readouterr().out
    assert not [c for c in printed if not c.isprintable() and c != "\n"]
    assert run(["lint", "card.json", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["errors"] == 1
    assert "/x\u001b[2J\ud800" in {finding["pointer"] for finding in said["findings"]}


def test_colours_only_where_they_are_wanted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write("card.json", WRONG)
    run(["lint", "card.json"])
    assert "\u001b" not in capsys.readouterr().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    run(["lint", "card.json"])
    assert "\u001b[1;31merror[AM101]" in capsys.readouterr().out


def test_every_built_in_template_is_clean(capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(__file__).resolve().parents[2] / "templates"
    code, said = answer(capsys, str(folder))
    worth_mending = [f for f in said["findings"] if f["severity"] != "info"]
    assert (code, worth_mending, said["not_linted"]) == (0, [], [])
    assert said["cards"] >= len(list(folder.glob("*/template.toml")))


def test_what_is_asked_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    card = write("card.json", {**WRONG, "potentialAction": [], "colour": 1})
    rules = {
        f["rule"] for f in answer(capsys, card, "--select", "AM107,unknown-type")[1]["findings"]
    }
    assert rules == {"AM101", "AM107"}
    assert answer(capsys, card, "--select", "AM2")[1]["findings"] == []


def test_what_is_typed_wins_over_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    write("amcli.toml", '[lint]\nselect = ["AM6"]\nignore = ["AM601"]\n')
    card = write("card.json", WARNED)
    assert answer(capsys, card)[1]["warnings"] == 0
    assert answer(capsys, card, "--ignore", "AM504")[1]["warnings"] == 1


def test_a_target_narrows_by_client(capsys: pytest.CaptureFixture[str]) -> None:
    card = write("card.json", {"@type": "MessageCard", "@context": "https://schema.org/extensions",
                               "summary": "Hello", "text": "Hello"})  # fmt: skip
    everywhere = {f["slug"] for f in answer(capsys, card)[1]["findings"]}
    there = {f["slug"] for f in answer(capsys, card, "--target", "windows")[1]["findings"]}
    assert everywhere - there == {"message-card-not-on-mobile"}
    assert run(["lint", card, "--target", "windwos"]) == 2
    assert "did you mean 'windows'?" in capsys.readouterr().err


def test_ignores_can_be_switched_off(capsys: pytest.CaptureFixture[str]) -> None:
    write("card.json.j2", json.dumps(WARNED).replace("[{", "[{# amcli: ignore[AM601] why #}{"))
    assert (answer(capsys, "card.json.j2")[1]["warnings"]) == 0
    assert (answer(capsys, "card.json.j2", "--no-ignores")[1]["warnings"]) == 1


def test_a_baseline_is_written_and_held_against_later_findings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write("amcli.toml", '[lint]\nbaseline = "known.json"\n')
    write("card.json", WRONG)
    assert run(["lint", "card.json", "--write-baseline", "known.json"]) == 0
    assert "1 finding is known from now on: known.json" in capsys.readouterr().err
    code, said = answer(capsys, "card.json")
    assert (code, said["findings"], len(said["held_back"])) == (0, [], 1)
    write("card.json", CLEAN)
    run(["lint", "card.json"])
    assert "no longer occurs (AM101 in card.json)" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["concise", "json", "sarif", "github", "gitlab", "junit", "text"])
def test_every_format_can_go_to_a_file(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("card.json", WRONG)
    assert run(["lint", "card.json", "--format", form]) == 1
    shown = capsys.readouterr().out
    assert run(["lint", "card.json", "--format", form, "--output-file", "out"]) == 1
    printed = capsys.readouterr()
    assert Path("out").read_text("utf-8") == shown
    assert printed.out == ""
    assert "1 card in 1 file: 1 error" in printed.err


@pytest.mark.parametrize(
    "options",
    [
        ["--json", "--format", "sarif"],
        ["--statistics", "--format", "concise"],
        ["--statistics", "--json"],
        ["--write-baseline", "b.json", "--format", "junit"],
        ["--write-baseline", "b.json", "-o", "x.txt"],
    ],
)
def test_options_of_which_one_would_do_nothing_are_refused(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["lint", write("card.json", WRONG), *options]) == 2
    assert "contradict each other" in capsys.readouterr().err


def test_findings_can_be_counted_by_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", write("card.json", WRONG), "--statistics"]) == 1
    printed = capsys.readouterr().out
    assert "AM101" in printed
    assert "-->" not in printed


def test_exit_zero_is_about_findings_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", write("card.json", WRONG), "--exit-zero"]) == 0
    assert run(["lint", "none.json", "--exit-zero"]) == 3
    assert run(["lint", write("broken.json", "{"), "--exit-zero"]) == 4
    capsys.readouterr()


def test_nothing_counts_where_nobody_sees_it(capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", write("card.json", CLEAN)])
    assert "\r" not in capsys.readouterr().err


def test_the_provider_of_the_settings_is_known_to_the_rules(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write("amcli.toml", '[provider]\noriginator = "11111111-2222-3333-4444-555555555555"\n')
    found = answer(capsys, write("card.json", CLEAN))[1]["findings"]
    assert "unknown-originator" in {finding["slug"] for finding in found}
