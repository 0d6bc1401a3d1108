"""The memory of a service: which limited-purpose token was used, for what, and the answer given.

A store has one method, ``claim``. Of any number of identical clicks, at the same moment and from
several processes, exactly one gets ``New`` and does the work.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from amcli.errors import AmcliError
from amcli.seams import Clock, utc_now
from amcli.service.action_response import ActionResponse


class StoreUnavailable(AmcliError):
    """The store cannot answer right now: locked, full, read-only or no store at all."""


@dataclass(frozen=True)
class New:
    """Nobody did this yet: do the work, then complete it or give it back."""

    complete: Callable[[ActionResponse], None]
    """Stores the answer; from now on the same click gets it again."""
    give_back: Callable[[], None]
    """Forgets the claim, for work that was declined and changed nothing."""


@dataclass(frozen=True)
class Done:
    """The same click was answered before."""

    response: ActionResponse


@dataclass(frozen=True)
class Refused:
    """Something else was done with this token: another action, performer or input."""

    action: str
    """What was done."""


@dataclass(frozen=True)
class Unfinished:
    """The same click was claimed but not answered: it is being worked on, or its process died."""

    since: datetime
    complete: Callable[[ActionResponse], None]


Claim = New | Done | Refused | Unfinished


class ActionStore(Protocol):
    """What ``amcli.service`` needs of a store."""

    def claim(self, id: str, action: str, performer: str, body_hash: str) -> Claim:  # noqa: A002 - the token's own word
        """Return, atomically over all processes, what to do with this click."""
        ...


_SCHEMA = """
CREATE TABLE IF NOT EXISTS action (
    id TEXT PRIMARY KEY,
    action TEXT NOT NULL,
    performer TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    claimed REAL NOT NULL,  -- Unix time
    response TEXT           -- NULL until the work is done
)
"""


class SqliteStore:
    """An ActionStore in one SQLite file, for any number of threads and processes on one machine.

    ``busy_seconds`` is how long a claim waits for another one's lock. Raises StoreUnavailable
    from every method when the file cannot be used.
    """

    def __init__(self, path: Path, *, busy_seconds: float = 5.0, clock: Clock = utc_now) -> None:
        self._path = path
        self._busy_seconds = busy_seconds
        self._clock = clock
        with self._transaction() as database:
            database.execute(_SCHEMA)

    def claim(self, id: str, action: str, performer: str, body_hash: str) -> Claim:  # noqa: A002 - the protocol's word
        """Return what to do with this click; the first to ask gets ``New``."""
        click = (action, performer, body_hash)
        with self._transaction() as database:
            first = database.execute(
                "INSERT INTO action VALUES (?, ?, ?, ?, ?, NULL) ON CONFLICT DO NOTHING",
                (id, *click, self._clock().timestamp()),
            )
            if first.rowcount:
                return New(lambda answer: self._complete(id, answer), lambda: self._forget(id))
            *known, claimed, response = database.execute(
                "SELECT action, performer, body_hash, claimed, response FROM action WHERE id = ?",
                (id,),
            ).fetchone()
        if tuple(known) != click:
            return Refused(known[0])
        if response is not None:
            return Done(ActionResponse.from_json(response))
        since = datetime.fromtimestamp(claimed, UTC)
        return Unfinished(since, lambda answer: self._complete(id, answer))

    def _complete(self, token_id: str, response: ActionResponse) -> None:
        with self._transaction() as database:
            # The first answer stays, whoever finishes an unfinished click again.
            database.execute(
                "UPDATE action SET response = ? WHERE id = ? AND response IS NULL",
                (response.to_json(), token_id),
            )

    def _forget(self, token_id: str) -> None:
        with self._transaction() as database:
            database.execute("DELETE FROM action WHERE id = ? AND response IS NULL", (token_id,))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        # A connection for each transaction: safe under threads and forks, and nothing stays open.
        try:
            database = sqlite3.connect(self._path, timeout=self._busy_seconds, isolation_level=None)
        except sqlite3.Error as error:
            raise StoreUnavailable(f"{self._path}: {error}") from None
        try:
            # IMMEDIATE takes the write lock at once, so that two claims cannot both read first.
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreUnavailable(f"{self._path}: {error}") from None
        finally:
            database.close()  # an open transaction is rolled back
