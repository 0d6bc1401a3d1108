"""Key rings in a folder, so that a command need not ask the network each time it runs.

What is in the folder decides which tokens count. So it is read only where folder and file belong
to this user and nobody else may write to them; and whatever in it is not as it was written here,
is as if it were not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from amcli import base64url
from amcli.errors import AmcliError
from amcli.files import read_bounded, write_new
from amcli.seams import Clock, utc_now
from amcli.strict_json import NotStrictJson, parse_json_object
from amcli.verify.key_ring import KeyRing, Seen
from amcli.verify.keyset import MAX_KEY_SET_BYTES, StaticKeys, TokenKey

_VERSION = 1
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


class KeyFolder:
    """A ``RingStore`` on the disk; what cannot be read or written is left out without a word."""

    def __init__(self, folder: Path, *, clock: Clock = utc_now) -> None:
        self._folder = folder
        self._clock = clock

    def load(self, name: str) -> KeyRing | None:
        """Return the ring of that name, or None where there is none that can be believed."""
        path = self._path(name)
        try:
            if not (_is_ours(self._folder) and _is_ours(path)):
                return None
            value = parse_json_object(read_bounded(path, MAX_KEY_SET_BYTES, what="key cache"))
            return _ring(value, name, self._clock())
        except (AmcliError, NotStrictJson, OSError, KeyError, TypeError, ValueError):
            return None  # damaged, or of another version

    def save(self, name: str, ring: KeyRing) -> None:
        """Write the ring, whole or not at all."""
        path = self._path(name)
        beside = path.with_name(f".{os.urandom(8).hex()}.part")
        with contextlib.suppress(AmcliError, OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_new(beside, json.dumps(_as_json(name, ring)).encode(), private=True)
            try:
                beside.replace(path)
            finally:
                beside.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.json"


def _is_ours(path: Path) -> bool:
    """Return whether nobody but this user can have written here; Windows cannot tell."""
    if not hasattr(os, "getuid"):
        return True
    found = path.lstat()
    return found.st_uid == os.getuid() and not found.st_mode & _WRITABLE_BY_OTHERS


def _ring(value: Mapping[str, Any], name: str, now: datetime) -> KeyRing | None:
    read_at = datetime.fromisoformat(value["read_at"])
    if (value["amcli"], value["name"]) != (_VERSION, name) or read_at > now:
        return None
    keys: dict[str, Seen] = {}
    for entry in value["keys"]:
        seen = datetime.fromisoformat(entry["last_seen"])
        if seen > read_at:
            return None
        one = StaticKeys.from_mapping({"keys": [entry["key"]]}, entry["from"])
        keys |= {kid: Seen(key, seen) for kid, key in one.keys.items()}
    return KeyRing(keys, read_at)


def _as_json(name: str, ring: KeyRing) -> dict[str, Any]:
    return {
        "amcli": _VERSION,
        "name": name,
        "read_at": ring.read_at.isoformat() if ring.read_at else None,
        "keys": [
            {"last_seen": seen.last.isoformat(), "from": seen.key.origin, "key": _jwk(seen.key)}
            for seen in ring.keys.values()
            if isinstance(seen.key, TokenKey)  # the others are useless, and are told from the set
        ],
    }


def _jwk(key: TokenKey) -> dict[str, str]:
    numbers = key.public_key.public_numbers()
    issuer = {} if key.issuer is None else {"issuer": key.issuer}
    members = {"kty": "RSA", "use": "sig", "kid": key.kid}
    return {**members, "n": _number(numbers.n), "e": _number(numbers.e), **issuer}


def _number(value: int) -> str:
    return base64url.encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))
