"""``amcli config show``: what is in force and where it comes from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from amcli.cli import run
from amcli.settings_table import SETTINGS


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an amcli.toml, as working folder."""
    (tmp_path / "amcli.toml").write_text(
        '[smtp]\nhost = "localhost"\nport = 2525\n[profile.production.smtp]\nhost = "mail"\n'
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_value_stands_beside_its_origin(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMCLI_SMTP_PASSWORD", "hunter2")

    code = run(["--profile", "production", "config", "show", "--setting", "smtp.timeout=5"])

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert code == 0
    assert ["smtp.host", "mail", "profile", "(amcli.toml:5)"] in lines
    assert ["smtp.port", "2525", "file", "(amcli.toml:3)"] in lines
    assert ["smtp.timeout", "5.0", "command", "line"] in lines
    assert ["smtp.password", "***", "environment", "(AMCLI_SMTP_PASSWORD)"] in lines
    assert ["sign.enabled", "false", "default"] in lines


def test_the_json_answer_lists_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "show", "--json"]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert (answer["amcli"], answer["command"], answer["ok"]) == (1, "config show", True)
    assert [s["key"] for s in answer["settings"]] == [s.key for s in SETTINGS]
    host = next(s for s in answer["settings"] if s["key"] == "smtp.host")
    assert host == {
        "key": "smtp.host",
        "value": "localhost",
        "source": "file",
        "where": "amcli.toml:2",
    }


def test_without_a_file_it_says_why(
    capsys: pytest.CaptureFixture[str], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(["--no-config", "config", "show"])
    assert "file     none, because of --no-config" in capsys.readouterr().out
    (project / "amcli.toml").unlink()
    run(["config", "show"])
    assert "file     no amcli.toml was found" in capsys.readouterr().out


def test_a_name_like_no_other_is_not_answered_with_all_of_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["--setting", "foo.bar=1", "config", "show"]) == 2
    assert "hint: all of them: amcli config show --all" in capsys.readouterr().err


def test_all_lists_what_is_not_set(capsys: pytest.CaptureFixture[str]) -> None:
    run(["config", "show", "--all"])

    captured = capsys.readouterr()
    assert all(setting.key in captured.out for setting in SETTINGS)
    assert "more are not set" not in captured.err


@pytest.mark.parametrize("as_json", [False, True])
def test_a_mistake_in_the_file_is_a_usage_error(
    project: Path, capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    (project / "amcli.toml").write_text("[smtp]\nhots = 1")

    code = run(["config", "show", *(["--json"] if as_json else [])])

    captured = capsys.readouterr()
    assert code == 2
    assert "amcli.toml:2: unknown setting smtp.hots" in captured.err
    if as_json:
        error = json.loads(captured.out)["error"]
        assert error["hint"] == "did you mean 'smtp.host'?"


def test_a_misspelt_variable_is_said_unless_quiet(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMCLI_SMPT_HOST", "x")

    run(["config", "show"])
    assert "did you mean 'AMCLI_SMTP_HOST'?" in capsys.readouterr().err
    run(["config", "show", "-q"])
    assert capsys.readouterr().err == ""
