"""An ActionStore in Redis, for services on several machines: ``pip install "amcli[redis]"``.

Each step is one script, which Redis runs whole or not at all, and which may come twice: the client
repeats what got no answer, and the script knows its own claim again by the owner.

Redis keeps an action for sure only where it throws nothing away and writes everything down:
``maxmemory-policy noeviction`` (with another policy, and a limit, the store refuses to work) and
``appendonly yes`` with ``appendfsync always``; a replica that takes over may lack the last claims.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import redis

from amcli.seams import Clock, RandomSource, random_bytes, utc_now
from amcli.service.action_response import ActionResponse
from amcli.service.store import (
    KEPT,
    Claim,
    ClaimLost,
    Done,
    New,
    Refused,
    StoreUnavailable,
    Unfinished,
    new_owner,
    stored_response,
)

_CLAIM = """
local known = redis.call('HMGET', KEYS[1],
    'action', 'performer', 'body_hash', 'claimed', 'owner', 'response')
if known[5] == ARGV[5] and not known[6] then return 'new' end
if known[5] then return known end
redis.call('HSET', KEYS[1], 'action', ARGV[1], 'performer', ARGV[2], 'body_hash', ARGV[3],
    'claimed', ARGV[4], 'owner', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return 'new'
"""
_COMPLETE = """
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
redis.call('HSETNX', KEYS[1], 'response', ARGV[2])
return 1
"""
_GIVE_BACK = """
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
if redis.call('HEXISTS', KEYS[1], 'response') == 1 then return 0 end
return redis.call('DEL', KEYS[1])
"""
_TAKE_OVER = """
local owner = redis.call('HGET', KEYS[1], 'owner')
if redis.call('HEXISTS', KEYS[1], 'response') == 1 then return 0 end
if owner == ARGV[2] then return 1 end
if owner ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'owner', ARGV[2], 'claimed', ARGV[3])
return 1
"""


class RedisStore:
    """An ActionStore for any number of processes on any number of machines.

    ``prefix`` begins each key, one a token. Redis forgets it after ``keep``, which must not be
    shorter than tokens live. Nothing is asked of Redis before the first claim, so a service starts
    without it and answers 503 until it is there.
    """

    def __init__(
        self,
        client: redis.Redis,
        *,
        prefix: str = "amcli:action:",
        keep: timedelta = KEPT,
        clock: Clock = utc_now,
        random: RandomSource = random_bytes,
    ) -> None:
        self._client = client
        self._prefix = prefix
        self._keep = keep
        self._clock = clock
        self._random = random
        self._may_evict: bool | None = None

    @classmethod
    def from_url(cls, url: str, *, timeout_seconds: float = 2.0) -> RedisStore:
        """Return a store at ``redis://host:6379/0``, ``rediss://`` (TLS) or ``unix://``.

        A claim that gets no answer within the time raises StoreUnavailable. Raises ValueError for
        other addresses.
        """
        return cls(
            redis.Redis.from_url(
                url, socket_timeout=timeout_seconds, socket_connect_timeout=timeout_seconds
            )
        )

    def claim(self, id: str, action: str, performer: str, body_hash: str) -> Claim:  # noqa: A002 - the protocol's word
        """Return what to do with this click; the first to ask gets ``New``."""
        self._refuse_eviction()
        owner, click = new_owner(self._random), (action, performer, body_hash)
        claimed, kept = self._clock().timestamp(), int(self._keep.total_seconds() * 1000)
        known = self._run(_CLAIM, id, *click, str(claimed), owner, str(kept))
        if not isinstance(known, list):
            return self._new(id, owner)
        return self._known(id, click, [_text(value) for value in known])

    def close(self) -> None:
        """Close the client's connections."""
        self._client.close()

    def _known(self, token_id: str, click: tuple[str, str, str], known: list[str]) -> Claim:
        *first, claimed, owner, response = known
        if tuple(first) != click:
            return Refused(first[0], finished=bool(response))
        if response:
            return Done(stored_response(response, f"Redis, {self._prefix}{token_id}"))
        since = datetime.fromtimestamp(float(claimed), UTC)
        return Unfinished(since, lambda: self._take_over(token_id, owner))

    def _new(self, token_id: str, owner: str) -> New:
        return New(
            lambda response: self._complete(token_id, owner, response),
            lambda: self._give_back(token_id, owner),
        )

    def _complete(self, token_id: str, owner: str, response: ActionResponse) -> None:
        if not self._run(_COMPLETE, token_id, owner, response.to_json()):
            raise ClaimLost("the click was taken over or given back before it was completed")

    def _give_back(self, token_id: str, owner: str) -> None:
        self._run(_GIVE_BACK, token_id, owner)

    def _take_over(self, token_id: str, from_owner: str) -> New | None:
        owner = new_owner(self._random)
        now = str(self._clock().timestamp())
        taken = self._run(_TAKE_OVER, token_id, from_owner, owner, now)
        return self._new(token_id, owner) if taken else None

    def _run(self, script: str, token_id: str, *arguments: str) -> object:
        with _trouble():
            return self._client.eval(script, 1, self._prefix + token_id, *arguments)

    def _refuse_eviction(self) -> None:
        if self._may_evict is None:
            with _trouble():
                self._may_evict = _may_evict(self._client)
        if self._may_evict:
            raise StoreUnavailable(
                "Redis may throw actions away when its memory is full; they would be done twice",
                hint="set maxmemory-policy to noeviction, or give the store a Redis of its own",
            )


@contextmanager
def _trouble() -> Iterator[None]:
    try:
        yield
    except redis.RedisError as error:
        raise StoreUnavailable(f"Redis: {error}") from None


def _may_evict(client: redis.Redis) -> bool:
    try:
        memory = client.info("memory")
    except redis.ResponseError:  # not every user may ask
        return False
    return bool(memory.get("maxmemory")) and memory.get("maxmemory_policy") != "noeviction"


def _text(value: bytes | str | None) -> str:
    # Clients give bytes or text, as they were made.
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value or ""
