"""The keys that an issuer has shown lately, each by its id.

Real key sets flap: Entra's front ends serve different sets, so that keys vanish for hours and come
back. A set that was read therefore adds to the ring and never replaces it; a key counts until
three days after it was last seen, longer than any gap that was observed, and no longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from amcli.verify.keyset import NoKey, StaticKeys, TokenKey

KEPT = timedelta(hours=72)
"""How long a key counts after it was last seen; the longest observed gap was 48 hours."""


@dataclass(frozen=True)
class Seen:
    """A key, and when the issuer last showed it."""

    key: TokenKey | NoKey
    last: datetime


@dataclass(frozen=True)
class KeyRing:
    """Keys by id, and when a key set was last read; rings do not change, they are replaced."""

    keys: Mapping[str, Seen] = field(default_factory=dict)
    read_at: datetime | None = None

    def find(self, kid: str, now: datetime) -> TokenKey | NoKey | None:
        """Return the key of that id, or None where none was seen lately."""
        seen = self.keys.get(kid)
        return seen.key if seen is not None and now - seen.last <= KEPT else None

    def with_set(self, found: StaticKeys, now: datetime) -> KeyRing:
        """Return the ring after a key set was read: what is new counts, what is old is dropped."""
        kept = {kid: seen for kid, seen in self.keys.items() if now - seen.last <= KEPT}
        shown = {kid: Seen(key, now) for kid, key in found.keys.items()}
        return KeyRing({**kept, **shown}, now)

    def joined_with(self, other: KeyRing) -> KeyRing:
        """Return the ring with what another process has seen too; of each key the later look."""
        keys = dict(self.keys)
        for kid, seen in other.keys.items():
            if kid not in keys or seen.last > keys[kid].last:
                keys[kid] = seen
        return KeyRing(keys, self.read_at)

    def age(self, now: datetime) -> timedelta:
        """Return how long ago a set was read; one that is from the future is as old as can be."""
        if self.read_at is None or self.read_at > now:
            return timedelta.max
        return now - self.read_at
