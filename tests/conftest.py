"""What every test shares: where the official data is, and an environment without surprises."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says more about the machine than about amcli.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

REPOSITORY = Path(__file__).resolve().parent.parent


def _official_cards() -> Path:
    return Path(
        os.environ.get("AMCLI_OFFICIAL_CARDS", REPOSITORY.parent / "shared" / "cards")
    ).resolve()


OFFICIAL_CARDS = _official_cards()  # read before the environment is scrubbed


@pytest.fixture(scope="session")
def official_cards() -> Path:
    """The folder with Microsoft's cards; tests that need it are skipped where it is not."""
    if not (OFFICIAL_CARDS / "manifest.json").is_file():
        pytest.skip(f"official cards are not at {OFFICIAL_CARDS}; set AMCLI_OFFICIAL_CARDS")
    return OFFICIAL_CARDS


@pytest.fixture(scope="session")
def official_vectors(official_cards: Path) -> Path:
    """The folder with known answers, beside the official cards."""
    return official_cards.parent / "vectors"


@pytest.fixture(scope="session")
def required_program() -> Callable[[str], str]:
    """Gives the path of a program; without it the test is skipped, and in CI it fails."""

    def find(name: str) -> str:
        found = shutil.which(name)
        if found is None and os.environ.get("CI"):
            pytest.fail(f"{name} is not installed, and in CI no integration test may be skipped")
        if found is None:
            pytest.skip(f"{name} is not installed")
        return found

    return find


@pytest.fixture(autouse=True)
def scrubbed_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests, nor of the terminal, reaches a test."""
    for name in list(os.environ):
        if name.startswith("AMCLI_") or name in {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}:
            monkeypatch.delenv(name)
    # Nothing can be kept below a device: a test that is about the cache names a folder.
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null/cache")
