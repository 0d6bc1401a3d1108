"""The Redis store with a real server: the same promises, and what happens when the server fails."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from hypothesis import settings
from local_redis import Redis, running_redis
from store_machine import StoreMachine

from amcli.seams import Clock
from amcli.service.action_response import ActionResponse
from amcli.service.redis_store import RedisStore
from amcli.service.store import Done, New, StoreUnavailable, Unfinished

pytestmark = pytest.mark.integration

ANSWER = ActionResponse.success("Approved.", card={"type": "AdaptiveCard", "text": "Ångström ✓"})


@pytest.fixture(scope="module")
def program(required_program: Callable[[str], str]) -> str:
    return required_program("redis-server")


@pytest.fixture(scope="module")
def server(program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with running_redis(program, tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture
def click() -> tuple[str, str, str, str]:
    """A click that no other test makes."""
    return (uuid.uuid4().hex, "approve", "tenant/adele", "hash")


Click = tuple[str, str, str, str]


def test_every_order_of_claims_answers_returns_and_take_overs(server: Redis) -> None:
    class RedisMachine(StoreMachine):
        def make(self, clock: Clock) -> RedisStore:
            return RedisStore(client, clock=clock)

    with closing(server.client()) as client:
        case = RedisMachine.TestCase
        case.settings = settings(max_examples=40, stateful_step_count=25)
        case("runTest").runTest()  # type: ignore[attr-defined]


@pytest.mark.parametrize("as_text", [True, False])
def test_the_same_click_gets_the_first_answer_whatever_client(
    server: Redis, click: Click, as_text: bool
) -> None:
    with closing(redis.Redis(port=server.port, decode_responses=as_text)) as client:
        store = RedisStore(client)
        claim = store.claim(*click)
        assert isinstance(claim, New)
        claim.complete(ANSWER)

        assert store.claim(*click) == Done(ANSWER)
        assert claim.transaction is None


def test_redis_forgets_an_entry_when_no_token_can_be_genuine(server: Redis, click: Click) -> None:
    with closing(server.client()) as client:
        RedisStore(client, keep=timedelta(days=31)).claim(*click)

        assert client.pttl(f"amcli:action:{click[0]}") == pytest.approx(31 * 86_400_000, rel=1e-3)


def test_a_claim_that_the_client_repeats_is_still_ours(server: Redis, click: Click) -> None:
    """The answer to the first try was lost on its way, so the client sends the same again."""
    with closing(server.client()) as client:
        same_owner = RedisStore(client, random=bytes)
        assert isinstance(same_owner.claim(*click), New)
        again = same_owner.claim(*click)
        assert isinstance(again, New)
        again.complete(ANSWER)

        assert same_owner.claim(*click) == Done(ANSWER)


def test_a_server_that_is_not_there_hangs_or_dies_is_said_and_loses_nothing(
    program: str, tmp_path: Path, click: Click
) -> None:
    with running_redis(program, tmp_path) as server:
        store = RedisStore.from_url(server.url, timeout_seconds=0.2)
        assert isinstance(store.claim(*click), New)

        with server.hanging(), pytest.raises(StoreUnavailable, match="Redis"):
            store.claim(*click)
        server.kill()
        with pytest.raises(StoreUnavailable, match="Redis"):
            store.claim(*click)
        server.start()

        assert isinstance(store.claim(*click), Unfinished)
        store.close()


def test_a_full_server_is_said_before_any_work_is_begun(
    program: str, tmp_path: Path, click: Click
) -> None:
    options = ("--maxmemory", "1mb", "--maxmemory-policy", "noeviction")
    with running_redis(program, tmp_path, *options) as server, closing(server.client()) as client:
        with suppress(redis.OutOfMemoryError):
            while True:
                client.append("others", "x" * 100_000)

        with pytest.raises(StoreUnavailable, match="maxmemory"):
            RedisStore(client).claim(*click)


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
def test_a_server_that_may_throw_actions_away_is_not_used(
    program: str, tmp_path: Path, click: Click, policy: str
) -> None:
    options = ("--maxmemory", "64mb", "--maxmemory-policy", policy)
    with running_redis(program, tmp_path, *options) as server, closing(server.client()) as client:
        with pytest.raises(StoreUnavailable, match="throw actions away") as caught:
            RedisStore(client).claim(*click)

        assert "noeviction" in str(caught.value.hint)
        assert client.dbsize() == 0


def test_a_server_that_may_not_be_written_to_is_said(
    program: str, tmp_path: Path, click: Click
) -> None:
    with running_redis(program, tmp_path) as server, closing(server.client()) as client:
        client.replicaof("127.0.0.1", "1")

        with pytest.raises(StoreUnavailable, match="read only"):
            RedisStore(client).claim(*click)


def test_a_wrong_password_is_said_without_it(program: str, tmp_path: Path, click: Click) -> None:
    with running_redis(program, tmp_path) as server:
        with closing(server.client()) as client:
            client.config_set("requirepass", "right")
        store = RedisStore.from_url(f"redis://:wrong-password@127.0.0.1:{server.port}/0")

        with pytest.raises(StoreUnavailable) as caught:
            store.claim(*click)
        store.close()

    assert "wrong-password" not in caught.value.message
