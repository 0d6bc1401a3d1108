"""``amcli new``: a project that works at once, and overwrites nothing."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from amcli.card.document import parse_card
from amcli.card.rendering import CardTemplate, render
from amcli.card.scaffold import project_from_card, template_name, template_text
from amcli.cli import run
from amcli.files import write_new_files
from amcli.settings import load_settings

TRICKY = {
    "type": "AdaptiveCard",
    "version": "1.0",
    "body": [
        {"type": "TextBlock", "text": '100 {{ not jinja }} {% if %} {# # #} }} %} \\ " é \u2028'},
        {"type": "TextBlock", "text": "{{{nested}}} {{other.value}} {{my-comment.value}}"},
        {"type": "Input.Text", "id": "comment"},
        {"type": "Input.Text", "id": "my-comment"},
        {"type": "Input.Text", "id": "originator"},
    ],
    "actions": [
        {
            "type": "Action.Http",
            "title": "Send",
            "method": "POST",
            "url": "https://example.com/{{comment.value}}",
            "body": '{"a":"{{comment.value}}","b":"{{my-comment.value}}{{originator.value}}"}',
        }
    ],
}


def rendered(folder: Path, text: str) -> object:
    (folder / "card.json.j2").write_text(text, "utf-8")
    return render(CardTemplate(folder, "card.json.j2", "card"), {}).document().value


def test_the_project_renders_lints_and_is_configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["new", str(tmp_path / "cards")]) == 0
    captured = capsys.readouterr()
    assert "amcli lint templates" in captured.err
    monkeypatch.chdir(tmp_path / "cards")

    assert run(["render", "my-expense-approval"]) == 0
    assert run(["lint", "templates"]) == 0
    assert run(["config", "show"]) == 0
    assert all(Path(line).is_file() for line in captured.out.splitlines())


def test_what_the_comments_of_amcli_toml_offer_is_understood(tmp_path: Path) -> None:
    write_new_files(tmp_path, project_from_card(parse_card(json.dumps(TRICKY), "card.json")))
    lines = (tmp_path / "amcli.toml").read_text("utf-8").splitlines()
    offered = [ln.removeprefix("# ") for ln in lines if " = " in ln or ln.startswith("# [")]
    headers = [line for line in lines if line.startswith("[")]
    assert len(offered) > 10
    uncommented = [
        ln.removeprefix("# ") if ln.removeprefix("# ") in offered else ln for ln in lines
    ]
    (tmp_path / "amcli.toml").write_text("\n".join(uncommented), "utf-8")

    settings = load_settings(environ={}, start=tmp_path, profile="production")

    assert settings.get("sign.enabled") is True
    assert len(headers) == 7


def test_keys_stay_out_of_git(tmp_path: Path) -> None:
    run(["new", str(tmp_path / "cards")])

    ignored = (tmp_path / "cards" / ".gitignore").read_text().splitlines()
    assert {"*-private.pem", "*.pfx", "secrets/"} <= set(ignored)


def test_the_workflow_installs_nothing_until_it_is_said_from_where(tmp_path: Path) -> None:
    run(["new", str(tmp_path / "cards")])

    workflow = (tmp_path / "cards/.github/workflows/lint-cards.yml").read_text()
    lines = [line.strip() for line in workflow.splitlines()]
    assert 'AMCLI_SOURCE: ""' in lines
    assert lines.index("exit 1") < lines.index('- run: pip install "$AMCLI_SOURCE"')
    assert workflow.count("pip install") == 1
    assert "pypi.org" not in workflow + (tmp_path / "cards/README.md").read_text()


def test_a_finished_card_becomes_a_template_that_gives_it_back(tmp_path: Path) -> None:
    document = parse_card(json.dumps(TRICKY), "card.json")

    text = template_text(document)

    assert rendered(tmp_path, text) == TRICKY
    assert "https://example.com/{{comment.value}}" in text


def test_every_official_card_survives_the_way_through_a_template(
    tmp_path: Path, official_cards: Path
) -> None:
    cards = sorted((official_cards / "outlook").rglob("*.json"))
    assert cards
    for path in cards:
        document = parse_card(path.read_bytes(), str(path))
        assert rendered(tmp_path, template_text(document)) == document.value, path


def test_from_a_card_the_whole_project_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    card = tmp_path / "My Card (1).json"
    card.write_text(json.dumps(TRICKY), "utf-8")

    assert run(["new", str(tmp_path / "cards"), "--from", str(card), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["template"] == "my-card-1"

    monkeypatch.chdir(tmp_path / "cards")
    assert run(["render", "my-card-1"]) == 0
    assert json.loads(capsys.readouterr().out) == TRICKY
    described = tomllib.loads(Path("templates/my-card-1/template.toml").read_text())
    assert (described["title"], described["kind"], described["version"]) == (
        "My card 1",
        "adaptive",
        "1.0",
    )


@pytest.mark.parametrize(
    ("source", "name"),
    [("a/B c.json", "b-c"), ("<stdin>", "stdin"), ("é.json", "card"), ("x" * 99, "x" * 60)],
)
def test_the_template_is_named_after_the_card(source: str, name: str) -> None:
    assert template_name(source) == name


def test_nothing_is_overwritten_and_nothing_is_half_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "README.md").write_text("mine")

    assert run(["new", str(tmp_path)]) == 2

    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert (tmp_path / "README.md").read_text() == "mine"
    assert "nothing was made: already in" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "code"), [("[]", 4), ("{", 4), ('{"type": "Container"}', 4), (None, 3)]
)
def test_a_card_that_is_none_makes_nothing(tmp_path: Path, content: str | None, code: int) -> None:
    card = tmp_path / "card.json"
    if content is not None:
        card.write_text(content)

    assert run(["new", str(tmp_path / "cards"), "--from", str(card)]) == code
    assert not (tmp_path / "cards").exists()


def test_a_template_is_no_finished_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", str(tmp_path / "cards"), "--from", "survey"]) == 2
    assert "a template already" in capsys.readouterr().err


def test_a_file_in_the_way_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "cards").write_text("")

    assert run(["new", str(tmp_path / "cards")]) == 2
    assert (tmp_path / "cards").read_text() == ""
