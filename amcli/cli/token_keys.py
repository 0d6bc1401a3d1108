"""Where ``verify-token`` takes keys from: a file, an address, the issuer, or the last run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from amcli.errors import NetworkError

if TYPE_CHECKING:
    from amcli.verify.keyset import KeySource


def find_keys(jwks: str | None, *, offline: bool) -> KeySource:
    """Return the keys that ``--jwks`` names, or those that the token's issuer publishes.

    What the network gave is kept for the next runs; ``offline`` uses nothing else. Raises
    UsageError for an address that is none, and UnreadableInput for a file that has no keys.
    """
    if jwks is not None and "://" not in jwks:  # the network's modules are not loaded for a file
        from amcli.verify.keyset import StaticKeys

        return StaticKeys.from_file(Path(jwks))
    from amcli.verify.key_folder import KeyFolder
    from amcli.verify.published import keys_from

    fetch = _refuse if offline else _fetch
    return keys_from(jwks, fetch, store=KeyFolder(_cache_folder() / "keys"))


def _cache_folder() -> Path:
    """Return the folder for what can be fetched again (XDG Base Directory Specification)."""
    given = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME", "")
    root = Path(given) if Path(given).is_absolute() else Path.home() / ".cache"
    return root / "amcli"


def _fetch(url: str) -> bytes:
    from amcli.verify.fetch import https_fetcher

    return https_fetcher()(url)


def _refuse(url: str) -> bytes:
    raise NetworkError(
        f"--offline, and no earlier run has read {url}",
        hint="run once without --offline, or give a key set that you have: --jwks FILE",
    )
