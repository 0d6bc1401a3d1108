"""What tests of commands that ask Microsoft's key servers share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_microsoft import LoopbackMicrosoft, loopback_microsoft
from token_mint import Mint


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
    """Microsoft's servers as they are on a good day, and nothing cached."""
    servers.publish(mint)
    servers.reach(monkeypatch)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return servers
