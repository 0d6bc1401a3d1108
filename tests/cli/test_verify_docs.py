"""``docs/tokens.md`` says what the program does, and its examples run."""

from __future__ import annotations

import io
import json
import re
import shlex
import sys
import time
from pathlib import Path

import pytest
from token_mint import Mint

from amcli.cli import run
from amcli.verify import token_errors
from amcli.verify.clouds import CLOUDS
from amcli.verify.token import CHECKS

PAGE = (Path(__file__).parents[2] / "docs" / "tokens.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines()]


@pytest.fixture
def captured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that the page's examples read, in the working folder."""
    mint, now = Mint(), int(time.time())
    times = {"iat": now, "nbf": now, "exp": now + 3600}
    monkeypatch.chdir(tmp_path)
    v1 = mint.token("v1", **times)
    request = f"POST / HTTP/1.1\r\nAction-Authorization: Bearer {v1}\r\n\r\n"
    Path("request.txt").write_text(request, encoding="utf-8")
    Path("keys.json").write_text(json.dumps(mint.jwks()), encoding="utf-8")
    Path("token.txt").write_text(v1, encoding="utf-8")
    v2 = mint.token("v2", **times)
    Path("token-v2.txt").write_text(v2, encoding="utf-8")
    header = {"name": "Authorization", "value": f"Bearer {v2}"}
    har = {"log": {"entries": [{"request": {"method": "POST", "headers": [header]}}]}}
    Path("proxy.har").write_text(json.dumps(har), encoding="utf-8")
    Path("service.log").write_text(f"INFO token {v2}\n" * 3, encoding="utf-8")


@pytest.mark.usefixtures("captured")
@pytest.mark.parametrize("line", COMMANDS)
def test_commands_run(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    command, _, source = line.partition(" < ")
    if source:
        content = Path("token-v2.txt" if "--any-tenant" in command else source).read_bytes()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert run(shlex.split(command)[1:]) == 0


@pytest.mark.usefixtures("captured")
def test_the_programs_run(capsys: pytest.CaptureFixture[str]) -> None:
    for program in blocks("python"):
        exec(compile(program, "docs/tokens.md", "exec"), {})
    assert capsys.readouterr().out.startswith("clicked by 6c2d9a4e")


def test_every_check_is_explained_in_order() -> None:
    rows = re.findall(r"^\| (\d+) \| ([a-z ]+) \|", PAGE, re.MULTILINE)
    assert rows == [(str(number), name) for number, name in enumerate(CHECKS, start=1)]


def test_every_reason_is_listed_with_its_class() -> None:
    classes = (found for found in vars(token_errors).values() if isinstance(found, type))
    own = [found.__name__ for found in classes if found.__module__ == token_errors.__name__]
    internal = {"KeysOnTheirWay"}  # never reaches a caller
    assert [name for name in own if f"`{name}`" not in PAGE and name not in internal] == []


def test_every_cloud_is_named() -> None:
    for cloud in CLOUDS.values():
        assert f"`{cloud.name}`" in PAGE or f"--cloud {cloud.name}`" in PAGE
        assert cloud.login_host in PAGE
        assert cloud.v1_issuer_host in PAGE
