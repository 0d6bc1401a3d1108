"""``amcli render`` and ``amcli templates`` as a person types them."""

from __future__ import annotations

import json
from email import message_from_bytes
from pathlib import Path

import pytest

from amcli.cli import run

Captured = pytest.CaptureFixture[str]

CARD = (
    '{"type": "AdaptiveCard", "version": "1.0", "body": [{"type": "TextBlock", "text": "Hi <b>"}]}'
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, the working folder."""
    (tmp_path / "card.json").write_text(CARD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_card_on_stdout_and_the_note_on_stderr(project: Path, capsys: Captured) -> None:
    assert run(["render", "survey"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["type"] == "AdaptiveCard"
    assert "using the sample sample.json" in err


def test_quiet_leaves_the_result_only(project: Path, capsys: Captured) -> None:
    assert run(["render", "survey", "-q"]) == 0
    assert capsys.readouterr().err == ""


def test_a_finished_card_is_taken_as_it_is(project: Path, capsys: Captured) -> None:
    assert run(["render", "card.json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(CARD)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("html", '<script type="application/adaptivecard+json">'),
        ("html", "Hi &lt;b&gt;"),
        ("html", "Hi \\u003cb"),
        ("text", "Hi <b>"),
    ],
)
def test_forms(form: str, expected: str, project: Path, capsys: Captured) -> None:
    assert run(["render", "card.json", "--format", form]) == 0
    assert expected in capsys.readouterr().out


def test_a_mail_to_look_at(project: Path) -> None:
    assert run(["render", "survey", "--format", "eml", "-o", "draft.eml"]) == 0
    mail = message_from_bytes((project / "draft.eml").read_bytes())
    assert mail.get_content_type() == "multipart/alternative"
    assert "help desk" in str(mail["Subject"])


def test_an_existing_file_is_left_alone(project: Path, capsys: Captured) -> None:
    (project / "out.json").write_text("mine")
    assert run(["render", "survey", "-o", "out.json"]) == 2
    assert (project / "out.json").read_text() == "mine"
    assert "nothing was rendered" in capsys.readouterr().err
    assert run(["render", "survey", "-o", "out.json", "--force"]) == 0
    assert json.loads((project / "out.json").read_text())


def test_json_beside_a_file_writes_both(project: Path, capsys: Captured) -> None:
    assert run(["render", "card.json", "--json", "-o", "made.json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert json.loads((project / "made.json").read_text()) == answer["card"]
    assert run(["render", "card.json", "--json", "-o", "-"]) == 0
    assert json.loads(capsys.readouterr().out) == answer


def test_open_shows_html_only_and_says_where_no_browser_is(
    project: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)  # which returns None: not opened
    assert run(["render", "card.json", "--open"]) == 2
    assert "add --format html" in capsys.readouterr().err
    assert run(["render", "card.json", "--open", "--format", "html", "-o", "card.html"]) == 0
    assert opened == [(project / "card.html").as_uri()]
    assert "no browser was found to open it; the result is in card.html" in capsys.readouterr().err


def test_a_failure_leaves_no_file(project: Path) -> None:
    assert run(["render", "survey", "--set", "app_url=nonsense", "-o", "out.json"]) == 4
    assert not (project / "out.json").exists()


def test_json_says_what_was_rendered(project: Path, capsys: Captured) -> None:
    assert run(["render", "expense-approval", "--json", "-q"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["command"], answer["ok"], answer["sample"]) == ("render", True, "sample.json")
    assert answer["card"]["type"] == "AdaptiveCard"
    assert answer["subject"].startswith("Please decide")


def test_json_of_what_cannot_be_rendered(project: Path, capsys: Captured) -> None:
    (project / "bad.json.j2").write_text('{"type": "AdaptiveCard",\n"a": "{{ nobody }}"}')
    assert run(["render", "bad.json.j2", "--json"]) == 4
    answer = json.loads(capsys.readouterr().out)
    assert answer["error"]["message"] == "bad.json.j2:2: 'nobody' is undefined"


def test_untrusted_gives_the_same_card(project: Path, capsys: Captured) -> None:
    assert run(["render", "survey", "-q"]) == 0
    trusted = capsys.readouterr().out
    assert run(["render", "survey", "-q", "--untrusted"]) == 0
    assert capsys.readouterr().out == trusted


def test_the_originator_of_a_template(project: Path, capsys: Captured) -> None:
    assert run(["render", "survey", "-q", "--originator", "my-provider"]) == 0
    assert json.loads(capsys.readouterr().out)["originator"] == "my-provider"


def test_templates_as_a_table_and_as_json(project: Path, capsys: Captured) -> None:
    assert run(["templates"]) == 0
    assert "expense-approval-messagecard" in capsys.readouterr().out
    assert run(["templates", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["templates"]
    assert len(found) == 12
    assert all(template["built_in"] for template in found)


def test_a_name_that_exists_twice_is_said(project: Path, capsys: Captured) -> None:
    own = project / "templates" / "survey"
    own.mkdir(parents=True)
    (own / "template.toml").write_text('title = "Ours"\nkind = "adaptive"\n')
    (own / "card.json.j2").write_text(CARD)
    assert run(["templates"]) == 0
    assert "hides the built-in one" in " ".join(capsys.readouterr().out.split())
    assert run(["render", "survey"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == json.loads(CARD)
    assert "hides the built-in template of the same name" in err


@pytest.mark.parametrize(
    ("arguments", "code", "said", "hint"),
    [
        (["/no/such/folder/"], 3, "there is no file '/no/such/folder/'", "check the path"),
        (["./nothing"], 3, "there is no file './nothing'", "check the path"),
        (["nope/x"], 3, "no file 'nope/x' and no template 'nope'", "amcli templates"),
        (["/dev/zero"], 4, "/dev/zero: not a regular file", "name the card itself"),
        (["text.json"], 4, "this is a string", "a card begins with {"),
        (["open.j2"], 4, "open.j2:1: Unexpected end", "check the braces"),
        (["list.j2"], 4, "makes no JSON object", "begins with {"),
        (["wide.j2"], 4, "`| center` with a number above", "prepare the value"),
        (["range.j2"], 4, "range() of more than 100,000", "ask for fewer"),
        (["again.j2"], 4, "nested without end", "comes back to itself"),
        (["survey", "--data", "none.json"], 4, "No such file", "check the path"),
        (["survey", "-o", "none/x"], 2, "No such file", "make the folder first"),
        (["survey", "-o", "card.json"], 2, "exists already", "say --force"),
    ],
)
def test_what_cannot_be_rendered_is_told_with_what_to_do_next(
    project: Path, capsys: Captured, arguments: list[str], code: int, said: str, hint: str
) -> None:
    (project / "text.json").write_text('"x"')
    (project / "open.j2").write_text("{% if x %}{")
    (project / "list.j2").write_text("[]")
    (project / "wide.j2").write_text('{"a": {{ "x" | center(9999) }}}')
    (project / "range.j2").write_text("{% for i in range(100001) %}{% endfor %}")
    (project / "again.j2").write_text('{% include "again.j2" %}')
    assert run(["render", *arguments]) == code
    message, _, advice = capsys.readouterr().err.partition("  hint: ")
    assert said in message
    assert hint in advice
