"""The examples' templates lint clean, and what their READMEs say to type does what they say."""

from __future__ import annotations

import ast
import re
import shlex
import sys
import tomllib
from pathlib import Path

import pytest
from example_service import EXAMPLES, copy_of

from amcli.card.template import load_template
from amcli.cli import run

NAMES = sorted(path.name for path in EXAMPLES.iterdir() if (path / "app.py").is_file())
PROJECT = tomllib.loads((EXAMPLES.parent / "pyproject.toml").read_text("utf-8"))["project"]
# By other tests: integration/test_example_*.py start the services and take a request back.
TRIED_ELSEWHERE = {"python", "gunicorn", "uvicorn", "curl"}


@pytest.fixture(params=NAMES)
def example(request: pytest.FixtureRequest) -> Path:
    path: Path = EXAMPLES / request.param
    return path


@pytest.fixture
def copy(example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy to type commands in, with the keys that the service makes when it is started."""
    folder = copy_of(example.name, tmp_path)
    monkeypatch.chdir(folder)
    assert run(["keygen", "purpose", "-o", ".", "-q"]) == 0
    return folder


def readme(example: Path) -> str:
    return (example / "README.md").read_text("utf-8")


def commands(example: Path) -> list[list[str]]:
    blocks = re.findall(r"^```\n(.*?)^```$", readme(example), re.DOTALL | re.MULTILINE)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def test_both_are_here() -> None:
    assert NAMES == ["expense-approval", "group-join"]


def test_the_templates_lint_clean(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "templates"]) == 0
    assert ": 0 errors, 0 warnings, " in capsys.readouterr().err


def test_every_state_has_a_sample(example: Path) -> None:
    for folder in (example / "templates").iterdir():
        template = load_template(folder)
        assert template.samples
        assert all(refresh.samples for refresh in template.refresh.values())


def test_the_commands_of_the_readme_work(
    copy: Path, example: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = [command for command in commands(example) if command[0] == "amcli"]
    assert {command[1] for command in typed} == {"lint", "render", "send"}
    for command in typed:
        held = ["--dry-run"] if command[1] == "send" else []
        assert run([*command[1:], *held]) == 0, (command, capsys.readouterr().err)


def test_every_command_of_the_readme_is_tried(example: Path) -> None:
    assert {command[0] for command in commands(example)} <= {"amcli", "pip"} | TRIED_ELSEWHERE


def test_what_the_readme_installs_is_what_the_code_imports(example: Path) -> None:
    installed = {"amcli"}
    for command in commands(example):
        if command[0] == "pip":
            installed |= distributions(command[2:])
    ours = {path.stem for path in example.glob("*.py")}
    imported = {name for path in example.glob("*.py") for name in imports(path)}
    assert imported - ours - sys.stdlib_module_names <= installed


def distributions(arguments: list[str]) -> set[str]:
    """The names that ``pip install`` gets, with those of an extra of ours."""
    names = set()
    for argument in arguments:
        if extra := re.fullmatch(r"\.\./\.\.\[(\w+)\]", argument):
            names |= {re.split(r"\W", need)[0] for need in extra_of_ours(extra[1])}
        else:
            names.add(argument)
    return names


def extra_of_ours(name: str) -> list[str]:
    needs: list[str] = PROJECT["optional-dependencies"][name]
    return needs


def imports(path: Path) -> set[str]:
    """The top-level modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def test_what_the_readme_points_at_is_there(example: Path) -> None:
    linked = re.findall(r"\]\(([^)#:]+)\)", readme(example))
    listed = re.findall(r"^\| `([^`]+)` \|", readme(example), re.MULTILINE)
    assert {"app.py", "amcli.toml"} <= set(listed)
    for target in (*linked, *listed):
        assert (example / target).exists(), target
    (test,) = re.findall(r"`(tests/[\w/]+\.py)`", readme(example))
    assert (EXAMPLES.parent / test).is_file()
