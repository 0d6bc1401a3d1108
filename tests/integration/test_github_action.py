"""The GitHub action: its steps run in bash with the variables that they would have."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from offline_pip import REPOSITORY, copy_of_the_repository, offline_environment

from amcli.cli import run

pytestmark = pytest.mark.integration

ACTION = yaml.safe_load((REPOSITORY / "action.yml").read_text("utf-8"))
INSTALL, LINT, UPLOAD = ACTION["runs"]["steps"]
EXPRESSION = re.compile(r"\$\{\{ inputs\.([a-z-]+) \}\}")


class Runner:
    """What a runner gives a step: variables, a folder for files, and the job's own checkout."""

    def __init__(self, base: Path, environment: dict[str, str]) -> None:
        self.checkout = base / "checkout"
        self.temp = base / "temp"
        self.temp.mkdir()
        self.path = base / "path"
        self.path.touch()
        self.environment = {**environment, "RUNNER_TEMP": str(self.temp),
                            "GITHUB_PATH": str(self.path),
                            "GITHUB_ACTION_PATH": str(base / "amcli")}  # fmt: skip

    def step(self, step: dict[str, Any], **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run a step as GitHub does: inputs that were not given have their defaults."""
        given = {name: said["default"] for name, said in ACTION["inputs"].items()}
        given |= {name.replace("_", "-"): text for name, text in inputs.items()}
        variables = {
            name: EXPRESSION.sub(lambda found: given[found[1]], text)
            for name, text in step["env"].items()
        }
        path = ":".join([*self.path.read_text().splitlines(), self.environment["PATH"]])
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=self.checkout, env={**self.environment, "PATH": path, **variables},
            check=False, capture_output=True, text=True,
        )  # fmt: skip


@pytest.fixture(scope="module")
def runner(
    tmp_path_factory: pytest.TempPathFactory, required_program: Callable[[str], str]
) -> Runner:
    """A runner on which the first step has installed amcli, with a project checked out."""
    required_program("bash")
    base = tmp_path_factory.mktemp("runner")
    copy_of_the_repository(base / "amcli")
    made = Runner(base, offline_environment(base / "packages"))
    assert run(["new", str(made.checkout), "-q"]) == 0
    done = made.step(INSTALL, python=sys.executable)
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture
def broken(runner: Runner) -> Path:
    """A card with an error, in a folder with a space in its name."""
    folder = runner.checkout / "old cards"
    folder.mkdir(exist_ok=True)
    card = folder / "card.json"
    card.write_text('{"type": "AdaptiveCard", "version": "1.0", "body": [{"type": "TextBlok"}]}')
    return card


def test_inputs_reach_scripts_as_variables_only() -> None:
    for step in (INSTALL, LINT):
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"
        named = EXPRESSION.findall(" ".join(step["env"].values()))
        assert set(named) <= set(ACTION["inputs"])
        assert all(EXPRESSION.fullmatch(text) for text in step["env"].values())


def test_what_is_given_to_code_scanning_is_what_was_written() -> None:
    assert UPLOAD["with"]["sarif_file"] == "${{ runner.temp }}/amcli.sarif"
    assert '"$RUNNER_TEMP/amcli.sarif"' in LINT["run"]


def test_the_templates_of_a_new_project_pass(runner: Runner) -> None:
    done = runner.step(LINT)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "::error" not in done.stdout
    assert "0 errors" in done.stderr


def test_an_error_is_shown_beside_its_line_and_fails(runner: Runner, broken: Path) -> None:
    done = runner.step(LINT, paths="templates\nold cards\n")

    assert done.returncode == 1
    assert "::error file=old cards/card.json,line=1,col=62," in done.stdout


def test_options_are_one_a_line(runner: Runner, broken: Path) -> None:
    done = runner.step(LINT, paths="old cards", args="--select=AM6\n--quiet\n")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_code_scanning_gets_the_findings_though_the_step_fails(
    runner: Runner, broken: Path
) -> None:
    done = runner.step(LINT, paths="old cards", code_scanning="true")

    assert done.returncode == 1
    log = json.loads((runner.temp / "amcli.sarif").read_text("utf-8"))
    assert "AM101" in {result["ruleId"] for result in log["runs"][0]["results"]}


@pytest.mark.parametrize(
    "nasty", ["$(touch pwned)", "; touch pwned", "`touch pwned`", "a'\"b && x"]
)
def test_nothing_in_an_input_is_run(runner: Runner, nasty: str) -> None:
    done = runner.step(LINT, paths=f"templates\n{nasty}\n")

    assert done.returncode == 3 or "not linted" in done.stdout
    refused = runner.step(LINT, args=nasty)
    assert refused.returncode != 0
    assert not (runner.checkout / "pwned").exists()


def test_a_path_is_no_option(runner: Runner) -> None:
    done = runner.step(LINT, paths="--exit-zero")

    assert done.returncode == 3
