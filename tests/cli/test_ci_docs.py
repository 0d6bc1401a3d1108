"""``docs/ci.md``: its examples are YAML and JSON, and the commands in them run."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from amcli.cli import run

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "ci.md").read_text("utf-8")
HOOKS = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text("utf-8"))
ACTION = yaml.safe_load((REPOSITORY / "action.yml").read_text("utf-8"))


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


EXAMPLES = [yaml.safe_load(block) for block in blocks("yaml")]


def texts(value: Any) -> Iterator[str]:
    """Every text in a YAML document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)


COMMANDS = [
    line
    for text in [*blocks("sh"), *texts(EXAMPLES)]
    for line in text.splitlines()
    if line.startswith("amcli ")
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new project as working folder."""
    assert run(["new", str(tmp_path / "project"), "-q"]) == 0
    monkeypatch.chdir(tmp_path / "project")
    for folder in re.findall(r"^mkdir -p (\S+)$", PAGE, re.MULTILINE):
        Path(folder).mkdir()
    return tmp_path / "project"


def test_there_are_commands_of_every_kind() -> None:
    formats = set(re.findall(r"--format (\w+)", "\n".join(COMMANDS)))
    assert formats == {"github", "gitlab", "junit", "concise", "sarif"}
    assert any("--json" in command for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_runs_in_a_new_project(command: str, project: Path) -> None:
    assert run(shlex.split(command)[1:]) == 0


def test_the_commands_write_what_the_examples_pick_up(project: Path) -> None:
    for command in COMMANDS:
        run([*shlex.split(command)[1:], *(["--force"] if "schema" in command else [])])
    gitlab = next(example for example in EXAMPLES if "lint-cards" in example)["lint-cards"]
    azure = next(e for e in EXAMPLES if isinstance(e, dict) and "steps" in e)["steps"][-1]["inputs"]
    (settings,) = map(json.loads, blocks("json"))
    for name in (
        gitlab["artifacts"]["reports"]["codequality"],
        azure["testResultsFiles"],
        *(schema["url"] for schema in settings["json.schemas"]),
    ):
        assert (project / name).is_file()


def test_the_hook_is_named_as_it_is() -> None:
    hooks = [hook for example in EXAMPLES if "repos" in example
             for repo in example["repos"] for hook in repo["hooks"]]  # fmt: skip
    assert {hook["id"] for hook in hooks} == {hook["id"] for hook in HOOKS}


def test_the_hook_reacts_to_what_makes_cards() -> None:
    (hook,) = HOOKS
    for name in ("templates/leave/card.json.j2", "templates/leave/template.toml", "amcli.toml",
                 "templates/leave/sample.json", "cards/a.json", "templates/leave/sample.toml",
                 "templates/leave/_macros.j2", "mails/leave.eml"):  # fmt: skip
        assert re.search(hook["files"], name)
    for name in ("README.md", "pyproject.toml", "src/template.py"):
        assert not re.search(hook["files"], name)


def test_the_workflow_of_a_new_project_does_the_same(project: Path) -> None:
    workflow = yaml.safe_load(Path(".github/workflows/lint-cards.yml").read_text("utf-8"))
    runs = [step["run"] for step in workflow["jobs"]["lint"]["steps"] if "run" in step]

    assert [line for line in runs if line.startswith("amcli")] == [
        "amcli lint templates --format github"
    ]
    assert "amcli lint templates --format github" in COMMANDS


def test_the_action_is_given_what_it_takes() -> None:
    (job,) = [e["jobs"]["lint"] for e in EXAMPLES if isinstance(e, dict) and "jobs" in e]
    (step,) = [step for step in job["steps"] if "with" in step]
    assert set(step["with"]) <= set(ACTION["inputs"])
    for name in re.findall(r"`([a-z-]+):(?: true)?`", PAGE):
        assert name in {*ACTION["inputs"], "security-events"}
