"""A key ring that is kept fresh, with few requests and without making anybody wait in vain.

What is asked for, and when:

- A key that is on the ring is there at once. Where the set was read more than an hour ago, it is
  read again in the background; where more than a day ago, before the answer.
- A key that is not on the ring makes the set be read again, but no set is asked for more often
  than every five minutes, whatever tokens come. Only where no set was ever read is a failed
  request repeated sooner: after 10 seconds, 20, 40, up to five minutes.
- One request at a time: who needs it while it is under way waits for the same one.
- When a request fails, the keys on the ring go on to count. A key that is not there is then not
  unknown, it cannot be known: KeysUnreachable.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Protocol

from amcli.seams import Clock, utc_now
from amcli.verify.key_ring import KeyRing
from amcli.verify.keyset import NoKey, StaticKeys, TokenKey
from amcli.verify.token_errors import KeysOnTheirWay, KeysUnreachable
from amcli.verify.token_text import shown

REFRESH_AFTER = timedelta(hours=1)
READ_FIRST_AFTER = timedelta(hours=24)
PAUSE = timedelta(minutes=5)
"""How long a key set is not asked for again."""
FIRST_PAUSE = timedelta(seconds=10)
PATIENCE_SECONDS = 30.0
"""How long a request that somebody else made is waited for; the fetcher gives up earlier."""

Request = Future[KeysUnreachable | None]
"""Ends with why the keys could not be read, or None."""

Start = Callable[[Callable[[], None]], None]
"""Has some work done, now or in a thread."""


class RingStore(Protocol):
    """Where rings are kept from one run to the next; trouble with it is nobody's trouble."""

    def load(self, name: str) -> KeyRing | None:
        """Return the ring of that name, or None."""

    def save(self, name: str, ring: KeyRing) -> None:
        """Keep a ring."""


def in_a_thread(work: Callable[[], None]) -> None:
    """Have work done in a thread that keeps no process alive; without threads, do it here."""
    try:
        threading.Thread(target=work, name="amcli-keys", daemon=True).start()
    except RuntimeError:  # no more threads
        work()


class FreshKeys:
    """The keys at one place, for any number of threads and tasks."""

    def __init__(
        self,
        name: str,
        load: Callable[[], StaticKeys],
        *,
        clock: Clock = utc_now,
        store: RingStore | None = None,
        start: Start = in_a_thread,
    ) -> None:
        self._name = name
        self._load = load
        self._clock = clock
        self._store = store
        self._start = start
        self._lock = threading.Lock()
        self._ring = (store.load(name) if store else None) or KeyRing()
        self._asked_at = self._ring.read_at
        self._request: Request | None = None
        self._failure: KeysUnreachable | None = None
        self._failures = 0

    def find(self, kid: str, *, wait: bool = True) -> TokenKey | NoKey:
        """Return the key of that id, or why there is none.

        Raises KeysUnreachable where that cannot be known; and, where ``wait`` is False and only a
        request can tell, KeysOnTheirWay.
        """
        now = self._clock()
        ring = self._ring
        found = ring.find(kid, now)
        age = ring.age(now)
        if found is not None and age < REFRESH_AFTER:
            return found
        request = self._ask(now)
        # After a failure those who have a key do not wait for the next one.
        too_old = age >= READ_FIRST_AFTER and self._failure is None
        if request is not None and (found is None or too_old):
            self._wait(request, wait)
        found = self._ring.find(kid, now)
        return found or self._missing(kid, now, asked=request is not None)

    def _ask(self, now: datetime) -> Request | None:
        """Return the request that is under way, or a new one where one may be made."""
        with self._lock:
            if self._request is not None:
                return self._request
            if self._asked_at is not None and timedelta() <= now - self._asked_at < self._pause():
                return None
            self._asked_at = now
            request: Request = Future()
            request.set_running_or_notify_cancel()  # a task that is cancelled takes nobody along
            self._request = request
        self._start(lambda: self._read(request))
        return request

    def _read(self, request: Request) -> None:
        failure: KeysUnreachable | None = None
        try:
            self._ring = self._ring.with_set(self._load(), self._clock())
        except KeysUnreachable as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - whatever a fetcher raises, nobody waits for ever
            failure = KeysUnreachable(f"{self._name}: {type(error).__name__}: {error}")
        if failure is None:
            self._keep()
        with self._lock:
            self._failure = failure
            self._failures = 0 if failure is None else self._failures + 1
            self._done_with(request)
        request.set_result(failure)

    def _keep(self) -> None:
        """Save the ring before anybody is answered: a command ends with its answer.

        What other processes have kept meanwhile stays, and counts here too: their front end may
        have shown other keys.
        """
        if self._store is not None:
            with contextlib.suppress(Exception):
                if kept := self._store.load(self._name):
                    self._ring = self._ring.joined_with(kept)
                self._store.save(self._name, self._ring)

    def _wait(self, request: Request, wait: bool) -> None:
        if request.done():
            return
        if not wait:
            raise KeysOnTheirWay(request)
        try:
            request.result(PATIENCE_SECONDS)
        except TimeoutError:
            # Its thread is gone, as in a process that was forked meanwhile: ask anew next time.
            with self._lock:
                self._failure = KeysUnreachable(f"{self._name}: no answer in time")
                self._done_with(request)

    def _done_with(self, request: Request) -> None:
        if self._request is request:
            self._request = None

    def _pause(self) -> timedelta:
        if self._ring.read_at is not None or not self._failures:
            return PAUSE
        return min(PAUSE, FIRST_PAUSE * (1 << min(self._failures - 1, 10)))

    def _missing(self, kid: str, now: datetime, *, asked: bool) -> NoKey:
        retry = self._seconds_to_next(now)
        if self._failure is not None:
            raise KeysUnreachable(self._failure.message, hint=self._failure.hint, retry_after=retry)
        ring = self._ring
        return NoKey(
            f"{self._name} has no key {shown(kid)}; it has {len(ring.keys)}",
            "another issuer's key, another cloud's (--cloud), or one that is hidden for some hours",
            read_at=None if asked or ring.read_at is None else ring.read_at.timestamp(),
            retry_after=retry,
        )

    def _seconds_to_next(self, now: datetime) -> int:
        asked = self._asked_at or now
        return max(1, int((asked + self._pause() - now).total_seconds()) + 1)
