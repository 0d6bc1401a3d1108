"""``amcli demo`` as a person runs it: its lines, its folder, and the commands that it ends with."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from amcli.cli import run


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_one_line_a_step_then_where_everything_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:10]] == [str(n) for n in range(1, 11)]
    assert all(line.endswith(" ms)") for line in lines[:10])
    assert "Everything is in amcli-demo: 23 files" in lines


def test_quiet_it_says_only_where_everything_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "-q"]) == 0
    assert capsys.readouterr().out == "Everything is in amcli-demo: 23 files\n"


def test_the_log_of_its_service_does_not_stand_between_the_steps() -> None:
    command = [sys.executable, "-m", "amcli", "demo"]
    # A process of its own, as pytest has set logging up in this one.
    assert subprocess.run(command, capture_output=True, check=True).stderr == b""


@pytest.mark.parametrize(
    ("called", "found", "shown"),
    [
        (".venv/bin/amcli", True, "amcli"),
        (".venv/bin/amcli", False, ".venv/bin/amcli"),
        ("/a b/amcli/__main__.py", False, f"{sys.executable} -m amcli"),
    ],
)
def test_it_ends_with_commands_as_they_are_called_here(
    called: str,
    found: bool,
    shown: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", [called])
    monkeypatch.setattr("shutil.which", lambda _name: "/usr/bin/amcli" if found else None)
    assert run(["demo"]) == 0
    assert f"\n  {shown} inspect amcli-demo/mail.eml" in capsys.readouterr().out


def test_every_command_that_it_ends_with_works(capsys: pytest.CaptureFixture[str]) -> None:
    run(["demo", "--json", "-o", "with a space"])
    commands = json.loads(capsys.readouterr().out)["try_next"]

    assert len(commands) == 5
    for command in commands:
        program, *arguments = shlex.split(command)
        assert program == "amcli"
        assert run(arguments) == 0, command


def test_json_has_the_steps_and_the_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--json"]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"]
    assert [step["name"] for step in answer["steps"]][-3:] == ["click", "refresh", "refuse"]
    assert "mail.eml" in answer["files"]


def test_it_runs_twice_in_a_row() -> None:
    assert [run(["demo"]), run(["demo"])] == [0, 0]


def test_a_folder_of_somebody_else_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "amcli-demo").mkdir()
    (tmp_path / "amcli-demo" / "thesis.txt").write_text("mine")

    assert run(["demo"]) == 2

    assert [path.name for path in (tmp_path / "amcli-demo").iterdir()] == ["thesis.txt"]
    assert "not a folder of the demo" in capsys.readouterr().err


def test_a_failing_step_is_named_and_the_exit_code_is_not_zero(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["demo"])
    # Somebody's own file where the demo wants to write: it is not written over.
    (tmp_path / "amcli-demo" / "mail.eml").unlink()
    marker = tmp_path / "amcli-demo" / ".amcli-demo"
    marker.write_text(marker.read_text().replace("mail.eml\n", ""))
    (tmp_path / "amcli-demo" / "mail.eml").write_text("mine")
    capsys.readouterr()

    assert run(["demo"]) == 2

    assert "step 6 (deliver) failed" in capsys.readouterr().err
    assert (tmp_path / "amcli-demo" / "mail.eml").read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console")
def test_ctrl_c_ends_it_at_once(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "amcli", "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    process.stdout.readline()  # the first step is done
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)

    # Ctrl-C may come after the last step; what counts is that nothing stays and nothing is traced.
    assert process.returncode in {130, 0, -signal.SIGINT}
    assert "Traceback" not in errors
