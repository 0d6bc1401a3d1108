"""pre-commit itself, with the hook from this repository, on a project that ``amcli new`` made."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from offline_pip import copy_of_the_repository, offline_environment

from amcli.cli import run

pytestmark = pytest.mark.integration

NAMED = {"GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@contoso.com",
         "GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "ann@contoso.com",
         "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}  # fmt: skip


class Project:
    """A git repository with a template, and the hook in it."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=self.environment, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout.strip()

    def commit(self) -> subprocess.CompletedProcess[str]:
        """Commit everything, through the hook."""
        self.git("add", "--all")
        return subprocess.run(
            ["git", "commit", "-m", "x"], cwd=self.folder, env=self.environment, check=False,
            capture_output=True, text=True,
        )  # fmt: skip


@pytest.fixture(scope="module")
def project(
    tmp_path_factory: pytest.TempPathFactory, required_program: Callable[[str], str]
) -> Project:
    """A project whose commits go through the hook, installed as pre-commit does it."""
    required_program("git")
    pytest.importorskip("pre_commit", reason="pre-commit is not installed")
    base = tmp_path_factory.mktemp("pre-commit")
    environment = {**offline_environment(base / "packages"), **NAMED,
                   "PRE_COMMIT_HOME": str(base / "cache")}  # fmt: skip
    hook = Project(copy_of_the_repository(base / "amcli"), environment)
    hook.git("init", "--quiet")
    assert hook.commit().returncode == 0
    assert run(["new", str(base / "cards"), "-q"]) == 0
    made = Project(base / "cards", environment)
    made.git("init", "--quiet")
    configuration = {
        "repos": [
            {
                "repo": str(hook.folder),
                "rev": hook.git("rev-parse", "HEAD"),
                "hooks": [{"id": "amcli-lint"}],
            }
        ]
    }
    (made.folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(configuration))
    subprocess.run(
        [sys.executable, "-m", "pre_commit", "install"], cwd=made.folder, env=environment,
        check=True, capture_output=True,
    )  # fmt: skip
    return made


def test_a_clean_template_is_committed(project: Project) -> None:
    done = project.commit()

    assert done.returncode == 0, done.stdout + done.stderr
    assert "amcli lint" in done.stderr
    assert "Passed" in done.stderr


def test_a_template_with_an_error_is_not(project: Project) -> None:
    (template,) = project.folder.glob("templates/*/card.json.j2")
    good = template.read_text("utf-8")
    template.write_text(good.replace('"TextBlock"', '"TextBlok"', 1), "utf-8")
    before = project.git("rev-parse", "HEAD")

    done = project.commit()

    template.write_text(good, "utf-8")
    assert done.returncode == 1
    assert "error[AM101] unknown-type" in done.stderr
    assert "card.json.j2:" in done.stderr
    assert project.git("rev-parse", "HEAD") == before


def test_what_is_no_card_is_not_linted(project: Project) -> None:
    (project.folder / "notes.txt").write_text("nothing to lint here\n")
    done = project.commit()

    assert done.returncode == 0
    assert "no files to check" in done.stderr
