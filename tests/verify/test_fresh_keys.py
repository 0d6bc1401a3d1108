"""When keys are asked for, and what counts meanwhile: a clock that is set, an issuer that obeys."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from token_mint import KID, NOW, OTHER_TENANT, SECONDS, TENANT, Mint, claims, jwk

from amcli.errors import NetworkError
from amcli.verify.clouds import find_cloud
from amcli.verify.fresh_keys import PAUSE, in_a_thread
from amcli.verify.key_ring import KeyRing
from amcli.verify.keyset import NoKey, TokenKey
from amcli.verify.published import KeysAtUrl, PublishedKeys
from amcli.verify.token import AnyTenant, VerifiedToken, verify_token, verify_token_async
from amcli.verify.token_errors import KeysUnreachable, TenantRefused, UnknownKey
from amcli.verify.token_kind import TokenKind

V2 = find_cloud("global").authority(TokenKind.ENTRA_V2, TENANT)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MINT = Mint()
URL = "https://keys.example/jwks"


@dataclass
class Issuer:
    """A key set at an address, and how often it was asked for."""

    shows: list[str] = field(default_factory=lambda: [KID])
    reachable: bool = True
    seconds: float = 0
    asked: int = 0

    def __call__(self, _url: str) -> bytes:
        self.asked += 1
        time.sleep(self.seconds)
        if not self.reachable:
            raise NetworkError("no answer in time")
        return json.dumps(
            {"keys": [jwk(MINT.key.public_key(), kid) for kid in self.shows]}
        ).encode()


@dataclass
class Time:
    """A clock that stands until it is told to go on."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def at_once(work: Callable[[], None]) -> None:
    """Do in the foreground what is meant for the background."""
    work()


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def keys(issuer: Issuer, clock: Time) -> KeysAtUrl:
    return KeysAtUrl(URL, issuer, clock=clock, start=at_once)


def knows(keys: KeysAtUrl, kid: str) -> bool:
    return isinstance(keys.find(kid, V2), TokenKey)


# What is on the ring


def test_a_key_that_vanishes_and_comes_back_counts_all_the_while(
    keys: KeysAtUrl, issuer: Issuer, clock: Time
) -> None:
    assert knows(keys, KID)
    issuer.shows = ["another"]
    for _ in range(71):
        clock.now += HOUR
        assert knows(keys, KID)
    issuer.shows = [KID]
    clock.now += HOUR
    knows(keys, KID)
    issuer.shows = ["another"]
    clock.now += 60 * HOUR
    assert knows(keys, KID)


def test_a_key_that_was_withdrawn_counts_no_longer_than_three_days(
    keys: KeysAtUrl, issuer: Issuer, clock: Time
) -> None:
    assert knows(keys, KID)
    issuer.shows = ["another"]
    clock.now += timedelta(hours=72, seconds=1)
    assert not knows(keys, KID)


def test_a_new_key_takes_the_place_of_one_with_its_id(issuer: Issuer, clock: Time) -> None:
    other = Mint()
    sets = [MINT.jwks(), other.jwks()]
    keys = KeysAtUrl(URL, lambda _: json.dumps(sets.pop(0)).encode(), clock=clock, start=at_once)
    keys.find(KID, V2)
    clock.now += 2 * HOUR
    keys.find(KID, V2)
    found = keys.find(KID, V2)
    assert isinstance(found, TokenKey)
    assert found.public_key.public_numbers() == other.key.public_key().public_numbers()


# When the set is read


def test_a_set_is_read_again_in_the_background_after_an_hour(issuer: Issuer, clock: Time) -> None:
    put_off: list[Callable[[], None]] = []
    in_background = False

    def start(work: Callable[[], None]) -> None:
        put_off.append(work) if in_background else work()

    keys = KeysAtUrl(URL, issuer, clock=clock, start=start)
    assert knows(keys, KID)
    in_background = True
    clock.now += HOUR - MINUTE
    assert knows(keys, KID)
    assert put_off == []
    clock.now += MINUTE
    assert knows(keys, KID)
    assert issuer.asked == 1
    put_off.pop()()
    assert issuer.asked == 2


def test_after_a_day_the_set_is_read_before_the_answer(
    keys: KeysAtUrl, issuer: Issuer, clock: Time
) -> None:
    assert knows(keys, KID)
    issuer.shows = [KID, "new"]
    clock.now += 25 * HOUR
    assert knows(keys, KID)
    assert issuer.asked == 2


def test_unknown_keys_make_one_request_in_five_minutes(
    keys: KeysAtUrl, issuer: Issuer, clock: Time
) -> None:
    assert knows(keys, KID)
    for second in range(1_800):
        clock.now = NOW + timedelta(seconds=second)
        assert not knows(keys, f"unknown-{second}")
    assert issuer.asked == 1 + 1_799 // int(PAUSE.total_seconds())


def test_a_clock_that_is_put_back_stops_nothing(
    keys: KeysAtUrl, issuer: Issuer, clock: Time
) -> None:
    assert knows(keys, KID)
    clock.now -= HOUR
    issuer.shows = ["new"]
    assert knows(keys, "new")
    assert knows(keys, KID)


# When the network is away


def test_an_outage_of_a_day_is_not_noticed(keys: KeysAtUrl, issuer: Issuer, clock: Time) -> None:
    assert knows(keys, KID)
    issuer.reachable = False
    for _ in range(48):
        clock.now += HOUR / 2
        assert knows(keys, KID)
    assert issuer.asked <= 48


def test_a_key_that_cannot_be_known_is_not_an_unknown_one(
    keys: KeysAtUrl, issuer: Issuer, clock: Time
) -> None:
    assert knows(keys, KID)
    issuer.reachable = False
    clock.now += 10 * MINUTE
    with pytest.raises(KeysUnreachable) as caught:
        keys.find("new", V2)
    assert 0 < caught.value.retry_after <= PAUSE.total_seconds() + 1
    clock.now += MINUTE
    with pytest.raises(KeysUnreachable):
        keys.find("new", V2)
    assert issuer.asked == 2


def test_a_first_request_that_fails_is_repeated_soon_and_then_more_rarely(
    keys: KeysAtUrl, issuer: Issuer, clock: Time
) -> None:
    issuer.reachable = False
    for second in range(3_600):
        clock.now = NOW + timedelta(seconds=second)
        with pytest.raises(KeysUnreachable):
            keys.find(KID, V2)
    assert 10 < issuer.asked < 20
    issuer.reachable = True
    clock.now += PAUSE
    assert knows(keys, KID)


def test_whatever_a_fetcher_raises_is_keys_out_of_reach(clock: Time) -> None:
    def broken(_url: str) -> bytes:
        raise RuntimeError("a bug")

    keys = KeysAtUrl(URL, broken, clock=clock)
    with pytest.raises(KeysUnreachable, match="a bug"):
        keys.find(KID, V2)


# An emergency: keys that are newer than what was read


@dataclass
class SlowStore:
    """Keeps rings, and takes its time."""

    kept: dict[str, KeyRing] = field(default_factory=dict)
    trouble: Exception | None = None

    def load(self, name: str) -> KeyRing | None:
        return self.kept.get(name)

    def save(self, name: str, ring: KeyRing) -> None:
        time.sleep(0.05)
        if self.trouble:
            raise self.trouble
        self.kept[name] = ring


def test_a_ring_is_kept_before_its_keys_are_answered_with(issuer: Issuer, clock: Time) -> None:
    store = SlowStore()
    assert knows(KeysAtUrl(URL, issuer, clock=clock, store=store), KID)
    assert list(store.kept) == [URL]


def test_what_another_process_has_kept_stays_and_counts(issuer: Issuer, clock: Time) -> None:
    store = SlowStore()
    ours, theirs = (KeysAtUrl(URL, issuer, clock=clock, store=store, start=at_once) for _ in "ab")
    assert knows(ours, KID)
    issuer.shows = ["another"]
    assert knows(theirs, "another")
    assert knows(theirs, KID)
    assert sorted(store.kept[URL].keys) == sorted([KID, "another"])
    issuer.reachable = False
    assert knows(KeysAtUrl(URL, issuer, clock=clock, store=store), KID)


def test_a_store_in_trouble_is_nobodys_trouble(issuer: Issuer, clock: Time) -> None:
    store = SlowStore(trouble=RuntimeError("the disk is full"))
    assert knows(KeysAtUrl(URL, issuer, clock=clock, store=store), KID)


def test_a_token_that_is_newer_than_the_key_set_is_not_called_forged(
    keys: KeysAtUrl, issuer: Issuer, clock: Time
) -> None:
    policy = MINT.policy(keys=keys)
    assert verify_token(MINT.token("v1"), policy, clock=clock)
    issuer.shows = ["emergency"]
    clock.now += MINUTE
    issued = {"iat": SECONDS + 60, "nbf": SECONDS + 60}
    token = MINT.sign(json.dumps(claims("v1", **issued)), kid="emergency")
    with pytest.raises(KeysUnreachable) as caught:
        verify_token(token, policy, clock=clock)
    clock.now += timedelta(seconds=caught.value.retry_after)
    assert verify_token(token, policy, clock=clock).tenant == TENANT


def test_a_token_that_is_older_than_the_key_set_has_an_unknown_key(
    keys: KeysAtUrl, issuer: Issuer, clock: Time
) -> None:
    policy = MINT.policy(keys=keys)
    assert verify_token(MINT.token("v1"), policy, clock=clock)
    clock.now += MINUTE
    with pytest.raises(UnknownKey):
        verify_token(MINT.sign(json.dumps(claims("v1")), kid="foreign"), policy, clock=clock)
    assert issuer.asked == 1


# Tenants


def test_invented_tenants_make_no_requests_where_every_tenant_is_served(clock: Time) -> None:
    asked: list[str] = []

    def microsoft(url: str) -> bytes:
        asked.append(url)
        if "discovery" in url:
            return json.dumps(MINT.jwks()).encode()
        keys = "https://login.microsoftonline.com/common/discovery/keys"
        issuer = "https://sts.windows.net/{tenantid}/"
        return json.dumps({"issuer": issuer, "jwks_uri": keys}).encode()

    policy = MINT.policy(tenants=AnyTenant(), keys=PublishedKeys(microsoft, clock=clock))
    for number in range(100):
        tenant = f"{number:08x}{OTHER_TENANT[8:]}"
        token = MINT.token("v1", tid=tenant, iss=f"https://sts.windows.net/{tenant}/")
        assert verify_token(token, policy, clock=clock).tenant == tenant
    assert asked == [
        "https://login.microsoftonline.com/common/.well-known/openid-configuration",
        "https://login.microsoftonline.com/common/discovery/keys",
    ]


def test_tenants_that_are_not_served_make_no_requests(issuer: Issuer, clock: Time) -> None:
    policy = MINT.policy(keys=PublishedKeys(issuer, clock=clock))
    with pytest.raises(TenantRefused):
        verify_token(
            MINT.token("v1", tid=OTHER_TENANT, iss=f"https://sts.windows.net/{OTHER_TENANT}/"),
            policy,
            clock=clock,
        )
    assert issuer.asked == 0


def test_metadata_for_all_tenants_must_be_that(clock: Time) -> None:
    def one_tenants(_url: str) -> bytes:
        keys = "https://login.microsoftonline.com/common/discovery/keys"
        issuer = f"https://sts.windows.net/{TENANT}/"
        return json.dumps({"issuer": issuer, "jwks_uri": keys}).encode()

    policy = MINT.policy(tenants=AnyTenant(), keys=PublishedKeys(one_tenants, clock=clock))
    with pytest.raises(KeysUnreachable, match="another issuer"):
        verify_token(MINT.token("v1"), policy, clock=clock)


# Many at once


def test_32_threads_on_a_cold_ring_make_one_request(clock: Time) -> None:
    issuer = Issuer(seconds=0.2)
    policy = MINT.policy(keys=KeysAtUrl(URL, issuer, clock=clock))
    tokens = [MINT.token("v1", uti=str(number)) for number in range(32)]
    together = threading.Barrier(32)

    def check(token: str) -> str | None:
        together.wait()
        return verify_token(token, policy, clock=clock).token_id

    with ThreadPoolExecutor(32) as pool:
        assert sorted(pool.map(check, tokens), key=str) == sorted(map(str, range(32)))
    assert issuer.asked == 1


def test_1000_tasks_on_a_cold_ring_make_one_request(clock: Time) -> None:
    issuer = Issuer(seconds=0.2)
    policy = MINT.policy(keys=KeysAtUrl(URL, issuer, clock=clock))
    token = MINT.token("v1")

    async def many() -> list[VerifiedToken]:
        first = asyncio.create_task(verify_token_async(token, policy, clock=clock))
        asyncio.get_running_loop().call_soon(first.cancel)  # takes nobody along
        checks = (verify_token_async(token, policy, clock=clock) for _ in range(1_000))
        return await asyncio.gather(*checks)

    assert {verified.tenant for verified in asyncio.run(many())} == {TENANT}
    assert issuer.asked == 1


def test_the_event_loop_goes_on_while_keys_are_read(clock: Time) -> None:
    policy = MINT.policy(keys=KeysAtUrl(URL, Issuer(seconds=0.3), clock=clock))

    async def turns_meanwhile() -> int:
        task = asyncio.create_task(verify_token_async(MINT.token("v1"), policy, clock=clock))
        turns = 0
        while not task.done():
            await asyncio.sleep(0.01)
            turns += 1
        assert (await task).tenant == TENANT
        return turns

    assert asyncio.run(turns_meanwhile()) > 5


def test_tasks_learn_that_keys_are_out_of_reach(clock: Time) -> None:
    issuer = Issuer(reachable=False)
    policy = MINT.policy(keys=KeysAtUrl(URL, issuer, clock=clock))
    with pytest.raises(KeysUnreachable):
        asyncio.run(verify_token_async(MINT.token("v1"), policy, clock=clock))
    assert issuer.asked == 1


def test_tasks_learn_why_even_where_the_request_took_so_long_that_the_next_may_begin(
    clock: Time,
) -> None:
    def hanging(_url: str) -> bytes:
        clock.now += MINUTE
        time.sleep(0.1)
        raise NetworkError("no answer in time")

    policy = MINT.policy(keys=KeysAtUrl(URL, hanging, clock=clock))
    with pytest.raises(KeysUnreachable, match="no answer in time"):
        asyncio.run(verify_token_async(MINT.token("v1"), policy, clock=clock))


def test_a_request_whose_thread_is_gone_is_given_up(
    clock: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a process that was forked while another thread was reading the keys."""
    monkeypatch.setattr("amcli.verify.fresh_keys.PATIENCE_SECONDS", 0.05)
    lost = [True]

    def start(work: Callable[[], None]) -> None:
        if not lost:
            in_a_thread(work)

    keys = KeysAtUrl(URL, Issuer(), clock=clock, start=start)
    with pytest.raises(KeysUnreachable, match="in time"):
        keys.find(KID, V2)
    lost.clear()
    clock.now += PAUSE
    assert knows(keys, KID)


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    yield
    for thread in threading.enumerate():
        if thread.name == "amcli-keys":
            thread.join(2)
            assert not thread.is_alive()


def test_what_is_missing_says_so(keys: KeysAtUrl) -> None:
    found = keys.find("unknown", V2)
    assert isinstance(found, NoKey)
    assert found.reason == f'{URL} has no key "unknown"; it has 1'
