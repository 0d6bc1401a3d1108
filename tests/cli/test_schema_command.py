"""``amcli schema``: the schemas for editors, as they lie in ``schemas/``."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from amcli.cli import run
from amcli.resources import resource_folder

NAMES = {
    "adaptive-card": "adaptive-card-outlook",
    "message-card": "message-card",
    "template": "template-toml",
    "config": "amcli-toml",
    "lint-report": "lint-report",
    "lint-baseline": "lint-baseline",
}


def test_every_schema_has_a_name() -> None:
    files = {
        path.name.removesuffix(".schema.json") for path in resource_folder("schemas").iterdir()
    }
    assert set(NAMES.values()) == files


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_schema_is_printed_as_it_is(
    name: str, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["schema", name, *more]) == 0

    printed = capsys.readouterr().out
    assert printed == (resource_folder("schemas") / f"{NAMES[name]}.schema.json").read_text("utf-8")
    jsonschema.Draft202012Validator.check_schema(json.loads(printed))


def test_a_schema_is_written_to_a_file_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "card.schema.json"

    assert run(["schema", "adaptive-card", "-o", str(file)]) == 0
    written = file.read_bytes()
    assert run(["schema", "message-card", "-o", str(file)]) == 2
    assert file.read_bytes() == written
    assert run(["schema", "message-card", "-o", str(file), "--force", "--json"]) == 0
    assert file.read_bytes() != written
    assert json.loads(capsys.readouterr().out)["output"] == str(file)


def test_a_name_that_is_none_lists_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "confg"]) == 2
    assert "'config'" in capsys.readouterr().err


@pytest.mark.parametrize("template", ["expense-approval", "survey"])
def test_an_editor_finds_nothing_wrong_in_a_built_in_template(
    template: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["render", template]) == 0
    card = json.loads(capsys.readouterr().out)
    assert run(["schema", "adaptive-card"]) == 0
    jsonschema.validate(card, json.loads(capsys.readouterr().out))
    assert run(["schema", "template"]) == 0
    description = resource_folder("templates") / template / "template.toml"
    jsonschema.validate(
        tomllib.loads(description.read_text("utf-8")), json.loads(capsys.readouterr().out)
    )
