"""``docs/purpose-tokens.md``: its programs run, and its tables are what the program does."""

from __future__ import annotations

import re
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest

from amcli.cli.group import root
from amcli.service import purpose
from amcli.service.purpose_keys import PurposeKeys, write_purpose_keys
from amcli.service.store import KEPT

PAGE = (Path(__file__).parents[2] / "docs" / "purpose-tokens.md").read_text("utf-8")

SETTINGS = """
[verify]
audience = ["api://auth-am-1/2"]
tenants = ["6c2d9a4e-1f3b-4c5d-8e7f-0a1b2c3d4e5f"]
[send]
from = "expenses@contoso.com"
[service]
purpose_key_file = "purpose-keys.txt"
store = "actions.sqlite"
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_programs_run_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_purpose_keys(tmp_path, PurposeKeys.generate("2026-11"))
    (tmp_path / "service.toml").write_text(SETTINGS)
    names: dict[str, Any] = {}
    for program in blocks("python"):
        exec(compile(program, "docs/purpose-tokens.md", "exec", dont_inherit=True), names)

    assert names["find"]("adele@contoso.com") is not None
    assert names["endpoint"].store.transactional
    with closing(sqlite3.connect("service.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM amcli_actions").fetchone() == (0,)


def test_the_commands_have_these_options() -> None:
    context = click.Context(root)
    for line in "".join(blocks("sh")).splitlines():
        _, name, *words = shlex.split(line)
        command = root.get_command(context, name)
        if isinstance(command, click.Group):
            command = command.get_command(context, words[0])
        assert command is not None
        known = {option for param in command.params for option in param.opts}
        assert {word for word in words if word.startswith("-")} <= known


def test_the_fields_and_limits_are_those_of_the_program() -> None:
    fields = re.findall(r"^\| `(\w+)` \| (?:text|list|integer)", PAGE, re.MULTILINE)

    assert fields == ["id", "from", "tmpl", "sub", "to", "act", "exp"]
    assert f"{purpose.MAX_TOKEN_CHARACTERS:,} characters" in PAGE
    assert f"at most {purpose.LONGEST_LIFETIME.days} days" in PAGE
    assert f"the {purpose.DEFAULT_LIFETIME.days} days that `send` gives" in PAGE
    assert f"forget after {KEPT.days} days" in PAGE
