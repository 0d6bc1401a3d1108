"""An issuer whose keys come, vanish, return and are replaced overnight, and a service beside it.

The figures are those of Microsoft's key sets as they were recorded for 142 days (the history of
panva/wellknown): a key is in view for a month, half of the gaps in which it is not shown are over
after three hours, a tenth last a day and more, the longest 48 hours. One rule is harsher here:
the issuer goes on signing with a key while it does not show it.
"""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from token_mint import NOW, TENANT, Mint, b64, claims, jwk

from amcli.errors import NetworkError, TokenRejected
from amcli.verify.clouds import Authority
from amcli.verify.key_ring import KeyRing
from amcli.verify.keyset import KeySource, NoKey, TokenKey
from amcli.verify.published import PublishedKeys
from amcli.verify.token import TokenPolicy, verify_token
from amcli.verify.token_errors import KeysUnreachable

LOGIN = "https://login.microsoftonline.com"
KEYS_URL = f"{LOGIN}/{TENANT}/discovery/keys"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
KEYS_AT_ONCE = 8
MEDIAN_GAP_HOURS, LONGEST_GAP_HOURS = 3.0, 48.0


@dataclass(frozen=True)
class PublishedKey:
    """A key of the issuer, and when it is not shown."""

    kid: str
    born: datetime
    retired: datetime
    gaps: tuple[tuple[datetime, datetime], ...]

    def lives(self, now: datetime) -> bool:
        return self.born <= now < self.retired

    def is_shown(self, now: datetime) -> bool:
        return self.lives(now) and not any(start <= now < end for start, end in self.gaps)


@dataclass
class Year:
    """What happened to a service: tokens by what became of them, and requests to the issuer."""

    requests: int = 0
    tokens: Counter[str] = field(default_factory=Counter)
    attacks: Counter[str] = field(default_factory=Counter)


class Kept(dict[str, KeyRing]):
    """A place for rings that outlives the service."""

    def load(self, name: str) -> KeyRing | None:
        return self.get(name)

    def save(self, name: str, ring: KeyRing) -> None:
        self[name] = ring


class Restarted:
    """The keys of a service that starts anew every day, with a place to keep them or without."""

    origin = "a service that starts anew every day"

    def __init__(self, simulation: Simulation, kept: Kept | None) -> None:
        self._simulation = simulation
        self._kept = kept
        self._day: int | None = None

    def find(self, kid: str, authority: Authority, *, wait: bool = True) -> TokenKey | NoKey:
        day = (self._simulation.now - NOW).days
        if day != self._day:
            self._day, self._keys = day, kept_fresh(self._simulation, self._kept)
        return self._keys.find(kid, authority, wait=wait)


def kept_fresh(simulation: Simulation, kept: Kept | None = None) -> KeySource:
    """Return the keys as a service has them, with the background in the foreground."""
    fetch, clock = simulation.fetch, simulation.clock
    return PublishedKeys(fetch, clock=clock, store=kept, start=lambda work: work())


@dataclass
class Simulation:
    """A service and an issuer from ``NOW`` on; days are counted from there."""

    days: int = 365
    emergency_on: int | None = None
    """The day on which all keys are replaced and the new one signs at once."""
    outage_on: int | None = None
    """The day on which nothing can be reached."""
    step: timedelta = timedelta(minutes=30)
    attacker: bool = False
    """Whether a foreign key id comes with every step."""
    source: Callable[[Simulation], KeySource] = kept_fresh
    mint: Mint = field(default_factory=Mint)
    now: datetime = NOW
    year: Year = field(default_factory=Year)

    def __post_init__(self) -> None:
        self._random = random.Random(2026)
        self._numbers = itertools.count()
        self.keys = self._regular_keys()
        self._emergency = None if self.emergency_on is None else NOW + self.emergency_on * DAY
        if self._emergency is not None:
            self._replace_all(self._emergency)
        self.policy: TokenPolicy = self.mint.policy(keys=self.source(self))

    def clock(self) -> datetime:
        return self.now

    def run(self) -> Year:
        """Let the time go by, with a click at every step and a new token every six hours."""
        for count in range(int(self.days * DAY / self.step)):
            self.now = NOW + count * self.step
            if count % int(6 * HOUR / self.step) == 0:
                token = self._token()
            if self.now == self._emergency:
                token = self._sign_at_once()
            self._judge(token, self.year.tokens)
            if self.attacker:
                self._judge(self.foreign(), self.year.attacks)
        return self.year

    def _sign_at_once(self) -> str:
        """Return a token of the new key, after clicks every minute; the old set was just read."""
        start = self.now
        self.now = start - timedelta(seconds=1)
        self._judge(self.foreign(), self.year.attacks)
        self.now = start
        token = self._token()
        for minute in range(int(self.step / timedelta(minutes=1))):
            self.now = start + timedelta(minutes=minute)
            self._judge(token, self.year.tokens)
        return token

    def flood(self, seconds: int, a_second: int = 1_000) -> Counter[str]:
        """Let that many tokens with key ids that nobody has come at once."""
        start = self.now
        for number in range(seconds * a_second):
            self.now = start + timedelta(seconds=number / a_second)
            self._judge(self.foreign(), self.year.attacks)
        return self.year.attacks

    def fetch(self, url: str) -> bytes:
        """Answer as the issuer does at this moment."""
        self.year.requests += 1
        if self.outage_on is not None and (self.now - NOW).days == self.outage_on:
            raise NetworkError(f"{url}: no answer in time")
        if url == KEYS_URL:
            shown = [key.kid for key in self.keys if key.is_shown(self.now)]
            members = [jwk(self.mint.key.public_key(), kid) for kid in shown]
            return json.dumps({"keys": members}).encode()
        issuer = f"https://sts.windows.net/{TENANT}/"
        return json.dumps({"issuer": issuer, "jwks_uri": KEYS_URL}).encode()

    def foreign(self) -> str:
        """Return a token with a key id of its own; it is not worth signing."""
        kid = f"unknown-{next(self._numbers)}"
        now = int(self.now.timestamp())
        times = {"iat": now - 600, "nbf": now - 600, "exp": now + 3600}
        header = b64(json.dumps({"alg": "RS256", "kid": kid}).encode())
        return f"{header}.{b64(json.dumps(claims('v1', **times)).encode())}.{b64(bytes(256))}"

    def _judge(self, token: str, count: Counter[str]) -> None:
        try:
            verify_token(token, self.policy, clock=self.clock)
            count["accepted"] += 1
        except TokenRejected:
            count["refused"] += 1
        except KeysUnreachable:
            count["come back"] += 1

    def _token(self) -> str:
        # Any key may sign that has been there for a day; after an emergency, the newest one.
        known = [key for key in self.keys if key.lives(self.now) and key.born <= self.now - DAY]
        signer = self._random.choice(known or [key for key in self.keys if key.lives(self.now)])
        now = int(self.now.timestamp())
        return self.mint.sign(
            json.dumps(claims("v1", iat=now, nbf=now, exp=now + 24 * 3600)), kid=signer.kid
        )

    def _regular_keys(self) -> list[PublishedKey]:
        life = timedelta(days=34)
        apart = life / KEYS_AT_ONCE
        births = int(self.days * DAY / apart) + KEYS_AT_ONCE + 1
        return [self._key(NOW - life + number * apart + HOUR, life) for number in range(births)]

    def _key(self, born: datetime, life: timedelta) -> PublishedKey:
        # A service that starts while a key is not shown cannot know it: here it starts with all.
        gaps = tuple(gap for gap in self._gaps(born, born + life) if gap[0] > NOW)
        return PublishedKey(f"key-{next(self._numbers)}", born, born + life, gaps)

    def _gaps(self, born: datetime, retired: datetime) -> Iterator[tuple[datetime, datetime]]:
        start = born + timedelta(days=self._random.uniform(1, 8))
        while start < retired:
            hours = min(LONGEST_GAP_HOURS, MEDIAN_GAP_HOURS * self._random.lognormvariate(0, 1.6))
            yield start, start + hours * HOUR
            start += hours * HOUR + timedelta(days=self._random.uniform(1, 10))

    def _replace_all(self, when: datetime) -> None:
        old = [
            PublishedKey(key.kid, key.born, min(key.retired, when), key.gaps)
            for key in self.keys
            if key.born < when
        ]
        new = [key for key in self.keys if key.born >= when]
        self.keys = [*old, self._key(when, timedelta(days=40)), *new]


SCENARIOS: dict[str, Callable[[int], Simulation]] = {
    "keys come, vanish and return": Simulation,
    "the same, all keys replaced at once": lambda days: Simulation(days, emergency_on=days // 2),
    "the same, an outage of a day": lambda days: Simulation(days, outage_on=days // 3),
    "the same, a start every day, with a key folder": lambda days: Simulation(
        days, source=lambda simulation: Restarted(simulation, Kept())
    ),
    "all of it, and foreign key ids all the time": lambda days: Simulation(
        days,
        emergency_on=days // 2,
        outage_on=days // 3,
        attacker=True,
        step=timedelta(minutes=10),
    ),
}


def forgetful(days: int) -> Simulation:
    """Return a service that starts anew every day and keeps nothing."""
    return Simulation(days, source=lambda simulation: Restarted(simulation, None))
