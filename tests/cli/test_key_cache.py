"""``verify-token`` keeps the keys of one run for the next ones."""

from __future__ import annotations

from pathlib import Path

from loopback_microsoft import LoopbackMicrosoft
from token_mint import APP_ID_URI, SECONDS, TENANT, Mint

from amcli.cli import run

POLICY = ("--audience", APP_ID_URI, "--tenant", TENANT, "--at", str(SECONDS), "--no-config")


def cache_file(tmp_path: Path) -> Path:
    return next((tmp_path / "cache" / "amcli" / "keys").iterdir())


def test_the_second_run_asks_nobody(microsoft: LoopbackMicrosoft, mint: Mint) -> None:
    command = ["verify-token", mint.token("v1"), *POLICY]
    assert run(command) == 0
    assert len(microsoft.asked) == 2
    assert run(command) == 0
    assert run([*command, "--offline"]) == 0
    assert len(microsoft.asked) == 2


def test_a_damaged_cache_is_read_anew(
    microsoft: LoopbackMicrosoft, mint: Mint, tmp_path: Path
) -> None:
    command = ["verify-token", mint.token("v1"), *POLICY]
    assert run(command) == 0
    cache_file(tmp_path).write_text("{", encoding="utf-8")
    assert run([*command, "--offline"]) == 6
    assert run(command) == 0
    assert len(microsoft.asked) == 4
    assert run([*command, "--offline"]) == 0


def test_the_cache_is_of_the_issuer_that_it_was_read_from(
    microsoft: LoopbackMicrosoft, mint: Mint
) -> None:
    assert run(["verify-token", mint.token("v1"), *POLICY]) == 0
    version_2 = ["verify-token", mint.token("v2", aud=APP_ID_URI.rpartition("/")[2])]
    client = ["--audience", APP_ID_URI.rpartition("/")[2]]
    assert run([*version_2, *POLICY, *client, "--offline"]) == 6
