"""``docs/service.md`` takes a Flask developer from nothing to a verified approval, as it stands."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from amcli.cli import run

PAGE = (Path(__file__).parents[2] / "docs" / "service.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_ends_in_a_verified_approval(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    commands = [shlex.split(line[2:]) for line in blocks("console")[0].splitlines()]
    for command in commands:
        if command[0] == "cd":
            monkeypatch.chdir(command[1])
        elif command[0] == "amcli":
            assert run(command[1:]) == 0
    Path("amcli.toml").write_text(blocks("toml")[0])
    Path("app.py").write_text(blocks("python")[0])
    Path("test_app.py").write_text(blocks("python")[1])

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "test_app.py"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert "1 passed" in done.stdout, done.stdout + done.stderr
    copying, sending = (shlex.split(line[2:]) for line in blocks("console")[2].splitlines())
    shutil.copy(*copying[1:])
    assert run([*sending[1:], "--dry-run"]) == 0


@pytest.mark.parametrize("block", blocks("python"))
def test_every_example_is_python(block: str) -> None:
    ast.parse(block)
