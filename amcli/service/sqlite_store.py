"""An ActionStore in one SQLite file: the default, with nothing to install and nothing to run.

Every claim is a transaction of its own that takes the write lock at once. With
``transactional=True`` it stays open for the work: claim, work and answer are kept together or not
at all, and while one click is worked on the others wait for it.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

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

_TABLE = """
CREATE TABLE IF NOT EXISTS amcli_actions (
    id TEXT PRIMARY KEY,
    action TEXT NOT NULL,
    performer TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    claimed REAL NOT NULL,  -- Unix time
    owner TEXT NOT NULL,    -- who may answer it
    response TEXT           -- NULL until the work is done
)
"""
_INDEX = "CREATE INDEX IF NOT EXISTS amcli_actions_claimed ON amcli_actions (claimed)"
_FORGET = """
DELETE FROM amcli_actions WHERE id IN (
    SELECT id FROM amcli_actions WHERE claimed < ? LIMIT 100
)
"""
"""So many at once at most, so that no click has to wait for a great cleaning."""


@dataclass(frozen=True)
class SqliteStore:
    """An ActionStore for any number of threads and processes on one machine.

    ``path`` is a file on a local disk; it may be the service's own database, in which the store
    has one table, ``amcli_actions``. ``busy_seconds`` is how long a claim waits for somebody
    else's lock. Entries older than ``keep``, which must not be shorter than tokens live, are
    forgotten. Raises StoreUnavailable, also when it is made, where the file cannot be used.
    """

    path: Path
    transactional: bool = False
    busy_seconds: float = 5.0
    keep: timedelta = KEPT
    clock: Clock = utc_now
    random: RandomSource = random_bytes

    def __post_init__(self) -> None:
        with self._transaction() as database:
            database.execute(_TABLE)
            database.execute(_INDEX)
            self._forget_old(database)  # which writes: a read-only store is found out at once

    def claim(self, id: str, action: str, performer: str, body_hash: str) -> Claim:  # noqa: A002 - the protocol's word
        """Return what to do with this click; the first to ask gets ``New``."""
        click = (action, performer, body_hash)
        owner = new_owner(self.random)
        with ExitStack() as opened:
            database = opened.enter_context(self._transaction())
            self._forget_old(database)
            first = database.execute(
                "INSERT INTO amcli_actions VALUES (?, ?, ?, ?, ?, ?, NULL) ON CONFLICT DO NOTHING",
                (id, *click, self.clock().timestamp(), owner),
            )
            if not first.rowcount:
                return self._known(database, id, click)
            return self._new(id, owner, database, opened)

    def _forget_old(self, database: sqlite3.Connection) -> None:
        database.execute(_FORGET, ((self.clock() - self.keep).timestamp(),))

    def _known(
        self, database: sqlite3.Connection, token_id: str, click: tuple[str, str, str]
    ) -> Claim:
        *first, claimed, owner, response = database.execute(
            "SELECT action, performer, body_hash, claimed, owner, response"
            " FROM amcli_actions WHERE id = ?",
            (token_id,),
        ).fetchone()
        if tuple(first) != click:
            return Refused(first[0], finished=response is not None)
        if response is not None:
            return Done(stored_response(response, str(self.path)))
        since = datetime.fromtimestamp(claimed, UTC)
        return Unfinished(since, lambda: self._take_over(token_id, owner))

    def _take_over(self, token_id: str, from_owner: str) -> New | None:
        owner = new_owner(self.random)
        with ExitStack() as opened:
            database = opened.enter_context(self._transaction())
            taken = database.execute(
                "UPDATE amcli_actions SET owner = ?, claimed = ?"
                " WHERE id = ? AND owner = ? AND response IS NULL",
                (owner, self.clock().timestamp(), token_id, from_owner),
            )
            return self._new(token_id, owner, database, opened) if taken.rowcount else None

    def _new(
        self, token_id: str, owner: str, database: sqlite3.Connection, opened: ExitStack
    ) -> New:
        entry = _Entry(token_id, owner)
        later = New(lambda answer: self._complete(entry, answer), lambda: self._give_back(entry))
        if not self.transactional:
            return later
        work = _OpenWork(entry, database, opened.pop_all(), later)
        return New(work.complete, work.give_back, database)

    def _complete(self, entry: _Entry, response: ActionResponse) -> None:
        with self._transaction() as database:
            entry.answer(database, response)

    def _give_back(self, entry: _Entry) -> None:
        with self._transaction() as database:
            entry.forget(database)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        # A connection for each transaction: safe under threads and forks, and nothing stays open.
        with self._trouble(), contextlib.closing(self._connect()) as database:
            # IMMEDIATE takes the write lock at once, so that two claims cannot both read first.
            database.execute("BEGIN IMMEDIATE")
            yield database
            if database.in_transaction:  # what is not committed is rolled back by closing
                database.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        # The work of a transactional store may be done in another thread than its claim.
        return sqlite3.connect(
            self.path, timeout=self.busy_seconds, isolation_level=None, check_same_thread=False
        )

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreUnavailable(f"{self.path}: {error}", hint=_hint(error)) from None


def _hint(error: sqlite3.Error) -> str | None:
    # An error of the module and not of SQLite has no code.
    if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_CANTOPEN:
        return None
    return "its folder must be there, and the service must be able to write into it"


@dataclass(frozen=True)
class _Entry:
    """A row and who may answer it."""

    id: str
    owner: str

    def answer(self, database: sqlite3.Connection, response: ActionResponse) -> None:
        """Store the answer; the first one stays. Raises ClaimLost."""
        found = database.execute(
            "UPDATE amcli_actions SET response = coalesce(response, ?) WHERE id = ? AND owner = ?",
            (response.to_json(), self.id, self.owner),
        )
        if not found.rowcount:
            raise ClaimLost("the click was taken over or given back before it was completed")

    def forget(self, database: sqlite3.Connection) -> None:
        """Take the row away, unless it is answered or somebody else's by now."""
        database.execute(
            "DELETE FROM amcli_actions WHERE id = ? AND owner = ? AND response IS NULL",
            (self.id, self.owner),
        )


@dataclass
class _OpenWork:
    """A claim whose transaction is still open; the first call of either method ends it."""

    entry: _Entry
    database: sqlite3.Connection
    opened: ExitStack
    later: New
    """Takes the calls that come when the transaction is over."""
    over: bool = False

    def complete(self, response: ActionResponse) -> None:
        """Keep claim, work and answer."""
        if self._ends():
            with self.opened:
                self.entry.answer(self.database, response)
        else:
            self.later.complete(response)

    def give_back(self) -> None:
        """Keep none of them."""
        if self._ends():
            with self.opened:
                self.database.execute("ROLLBACK")
        else:
            self.later.give_back()

    def _ends(self) -> bool:
        was_open, self.over = not self.over, True
        return was_open
