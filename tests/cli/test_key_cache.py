"""``verify-token`` keeps the keys of one run for the next ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_microsoft import LoopbackMicrosoft, loopback_microsoft
from token_mint import APP_ID_URI, SECONDS, TENANT, Mint

from amcli.cli import run

POLICY = ("--audience", APP_ID_URI, "--tenant", TENANT, "--at", str(SECONDS), "--no-config")


@pytest.fixture(scope="module")
def mint() -> Mint:
    return Mint()


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackMicrosoft]:
    with loopback_microsoft(tmp_path_factory.mktemp("tls")) as running:
        yield running


@pytest.fixture
def microsoft(
    servers: LoopbackMicrosoft, mint: Mint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> LoopbackMicrosoft:
    servers.publish(mint)
    servers.reach(monkeypatch)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return servers


def cache_file(tmp_path: Path) -> Path:
    return next((tmp_path / "amcli" / "keys").iterdir())


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
