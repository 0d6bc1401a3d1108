"""The README's examples run as they stand, in order, in an empty folder."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from amcli.cli import run
from amcli.cli.group import COMMANDS
from amcli.errors import AmcliError

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def _examples() -> list[list[str]]:
    block = README.partition("<!-- a test runs this block -->")[2].split("```")[1]
    return [shlex.split(line.removeprefix("$ amcli ")) for line in block.splitlines()[1:]]


def test_the_examples_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments in _examples():
        exit_code = run(arguments)
        assert exit_code == 0, (arguments, capsys.readouterr().err)


def test_the_linter_says_what_the_readme_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["new", str(tmp_path), "-q"]) == 0
    monkeypatch.chdir(tmp_path)
    part = Path("templates/my-expense-approval/_report.json.j2")
    part.write_text(part.read_text("utf-8").replace("FactSet", "FactsSet"), "utf-8")
    capsys.readouterr()

    assert run(["lint", "templates"]) == 1
    said = capsys.readouterr()
    block = README.partition("<!-- a test runs this one too -->")[2].split("```")[1]
    assert block == f"console\n$ amcli lint templates\n{said.out}{said.err}"


def test_every_command_has_an_example() -> None:
    assert {arguments[0] for arguments in _examples()} == {entry.name for entry in COMMANDS}


def test_the_exit_codes_are_the_real_ones() -> None:
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    assert documented == {0, 130} | {kind.exit_code for kind in _family(AmcliError)}


def _family(kind: type[AmcliError]) -> set[type[AmcliError]]:
    return {kind}.union(*map(_family, kind.__subclasses__()))


def test_what_the_readme_links_to_is_there() -> None:
    root = Path(__file__).parent.parent
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (root / target).is_file(), target
