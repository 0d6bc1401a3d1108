"""``amcli lint --fix``: what it writes, what it only shows, and what it leaves alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from amcli.cli import run
from amcli.errors import UnreadableInput
from amcli.linting.fixing.files import Change, write
from amcli.resources import resource_folder

CARD = """{
  "type": "AdaptiveCard",
  "version": "1.0",
  "originator": "0f5b2c1e-6a4d-4f1b-9c55-2f3f0f3d7a10",
  "body": [{"type": "TextBlock", "text": "Grüße", "wrap": "true"}]
}
"""
MENDED = CARD.replace('"true"', "true")
UNSAFE = CARD.replace('"wrap": "true"', '"colour": "good"')


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def card(text: str = CARD, name: str = "card.json") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def test_fix_writes_what_is_safe_and_says_how_much(capsys: pytest.CaptureFixture[str]) -> None:
    path = card()
    assert run(["lint", "card.json", "--fix"]) == 0
    assert path.read_text("utf-8") == MENDED
    assert "1 fixed" in capsys.readouterr().err


def test_line_ends_a_byte_order_mark_and_the_mode_stay_as_they_are() -> None:
    path = card("\ufeff" + CARD.replace("\n", "\r\n"))
    path.chmod(0o640)
    assert run(["lint", "card.json", "--fix"]) == 0
    assert path.read_bytes().decode() == "\ufeff" + MENDED.replace("\n", "\r\n")
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link() -> None:
    target = card(name="cards/real.json")
    Path("link.json").symlink_to(target)
    assert run(["lint", "link.json", "--fix"]) == 0
    assert Path("link.json").is_symlink()
    assert target.read_text("utf-8") == MENDED


def test_what_is_not_safe_waits_for_unsafe_fixes(capsys: pytest.CaptureFixture[str]) -> None:
    path = card(UNSAFE)
    run(["lint", "card.json", "--fix"])
    assert path.read_text("utf-8") == UNSAFE
    assert "1 fixable with --unsafe-fixes" in capsys.readouterr().err
    run(["lint", "card.json", "--unsafe-fixes"])
    assert '"color": "good"' in path.read_text("utf-8")


def test_diff_shows_and_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    path = card()
    assert run(["lint", "card.json", "--diff"]) == 1
    assert path.read_text("utf-8") == CARD
    out, err = capsys.readouterr()
    assert out.startswith("--- a/card.json\n+++ b/card.json\n@@")
    assert '-  "body": [{"type": "TextBlock", "text": "Grüße", "wrap": "true"}]' in out
    assert "1 finding would be mended in 1 file; nothing was written" in err


def test_a_diff_shows_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    header = '[{"name": "Authorization", "value": "Bearer hunter2-hunter2"}]'
    action = f'{{"type": "Action.Http", "method": "POST", "url": "/", "headers": {header}}}'
    card(CARD.replace('"wrap": "true"}', f'"wrap": "true"}}, {action}'))
    assert run(["lint", "card.json", "--diff"]) == 1
    out, err = capsys.readouterr()
    assert "Bearer ***" in out
    assert "hunter2" not in out + err


def test_what_a_diff_shows_is_no_failure_with_exit_zero() -> None:
    card()
    assert run(["lint", "card.json", "--diff", "--exit-zero"]) == 0


def test_diff_of_a_card_that_needs_nothing_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    card(MENDED)
    assert run(["lint", "card.json", "--diff"]) == 0
    assert capsys.readouterr().out == ""


def test_the_json_answer_tells_what_was_fixed(capsys: pytest.CaptureFixture[str]) -> None:
    card()
    assert run(["lint", "card.json", "--fix", "--json"]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [finding["rule"] for finding in answer["fixed"]] == ["AM109"]


def test_a_value_from_data_is_never_written() -> None:
    template = CARD.replace('"true"', '"{{ wrap }}"')
    path = card(template, "leave/card.json.j2")
    card('{"wrap": "true"}', "leave/sample.json")
    described = 'title = "Leave"\nkind = "adaptive"\nsamples = ["sample.json"]\n'
    card(described, "leave/template.toml")
    run(["lint", "leave", "--fix", "--unsafe-fixes"])
    assert path.read_text("utf-8") == template
    assert Path("leave/sample.json").read_text() == '{"wrap": "true"}'


def test_a_part_that_two_cards_include_is_mended_once() -> None:
    part = card('{"type": "TextBlock", "text": "x", "wrap": "true"}', "leave/_part.json.j2")
    body = '"body": [{% include "_part.json.j2" %}, {% include "_part.json.j2" %}]'
    whole = CARD.replace(CARD[CARD.index('"body"') : CARD.index("]") + 1], body)
    for name in ("card", "done"):
        card(whole, f"leave/{name}.json.j2")
    assert run(["lint", "leave", "--fix"]) == 0
    assert part.read_text() == '{"type": "TextBlock", "text": "x", "wrap": true}'


def test_a_built_in_template_named_by_its_name_is_left_alone(tmp_path: Path) -> None:
    before = {p: p.read_bytes() for p in resource_folder("templates").rglob("*") if p.is_file()}
    run(["lint", "expense-approval", "--fix", "--unsafe-fixes", "--no-ignores"])
    assert {p: p.read_bytes() for p in before} == before


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["-", "--fix"], "a card from stdin cannot be mended"),
        (
            ["x.json", "--fix", "--write-baseline", "b.json"],
            "--write-baseline and --fix",
        ),
        (["x.json", "--diff", "--format", "sarif"], "--diff and --format sarif contradict"),
        (["x.json", "--diff", "--json"], "--diff and --json contradict"),
        (["x.json", "--diff", "-o", "x.patch"], "--diff and --output-file contradict"),
    ],
)
def test_contradictions_are_refused(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["lint", *arguments]) == 2
    told = capsys.readouterr()
    assert reason in told.err + told.out


def test_a_file_that_changed_meanwhile_is_left_as_it_is() -> None:
    path = card("{}")
    with pytest.raises(UnreadableInput, match="was changed by somebody else"):
        write((Change("card.json", CARD, MENDED),))
    assert path.read_text() == "{}"


def test_a_file_that_is_read_only_is_left_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    path, other = card(name="b.json"), card(name="a.json")
    path.chmod(0o444)
    assert run(["lint", "a.json", "b.json", "--fix"]) == 2
    assert "b.json is read-only, and no file was changed" in capsys.readouterr().err
    assert (path.read_text("utf-8"), other.read_text("utf-8")) == (CARD, CARD)


PART = '{"type": "TextBlock", "text": "x", "wrap": "true"}'
ROUNDS = """{% for n in range(3) %}{"type": "TextBlock", "text": "x", "Wrap": true
{%- if loop.first %}, "wrap": true{% endif %}}{{ "," if not loop.last }}{% endfor %}"""


def test_one_fix_that_breaks_a_card_keeps_none_of_the_others_from_being_made() -> None:
    parts = ",\n".join([PART] * 30 + [ROUNDS] + [PART] * 30)
    path = card(CARD.replace("[{", f"[{parts}, {{"), "leave/card.json.j2")
    run(["lint", "leave", "--fix"])
    once = path.read_text("utf-8")
    assert once.count('"wrap": "true"') == 0
    assert once.count('"Wrap": true') == 1
    run(["lint", "leave", "--fix"])
    assert path.read_text("utf-8") == once


def test_a_fix_is_not_made_where_it_gives_an_error_to_a_card_that_had_none() -> None:
    unread = MENDED.replace('"body"', '"Body"').replace('"TextBlock"', '"TextBlok"')
    path = card(unread)
    assert run(["lint", "card.json"]) == 0
    assert run(["lint", "card.json", "--fix", "--unsafe-fixes"]) == 0
    assert path.read_text("utf-8") == unread


def test_a_file_that_cannot_be_written_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    card(name="cards/card.json")
    shutil.copytree("cards", "copy")
    Path("copy/card.json").unlink()
    Path("copy/card.json").mkdir()
    with pytest.raises(UnreadableInput):
        write((Change("copy/card.json", CARD, MENDED),))
