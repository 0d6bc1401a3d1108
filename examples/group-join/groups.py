"""The service's own data: people, groups, and who asks to join; one SQLite file.

    python groups.py withdraw R-501

takes a request back, which stands for the page on which people ask.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from amcli.service import UserId

TABLES = """
CREATE TABLE IF NOT EXISTS people (
    address TEXT PRIMARY KEY COLLATE NOCASE, name TEXT NOT NULL,
    tenant TEXT NOT NULL, object_id TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS groups (id TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS members (group_id TEXT, address TEXT, PRIMARY KEY (group_id, address));
CREATE TABLE IF NOT EXISTS requests (
    id TEXT PRIMARY KEY, group_id TEXT NOT NULL, address TEXT NOT NULL, reason TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting', decided_by TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT ''
);
"""
TENANT = "6c2d9a4e-1f3b-4c5d-8e7f-0a1b2c3d4e5f"
# Who is who: the object ids are those of the directory, and stay when an address changes.
PEOPLE = [
    ("patti.fernandez@contoso.com", "Patti Fernandez", TENANT,
     "ef73a8d5-09a1-51a7-a34d-26b34adb58b5"),
    ("alex.wilber@contoso.com", "Alex Wilber", TENANT, "512ec7a8-00fb-5376-9320-aaffe5db6a07"),
]  # fmt: skip
GROUP = ("spring-launch", "Spring launch")
REQUEST = (
    "R-501", "spring-launch", "alex.wilber@contoso.com",
    "I take over the posters from Joni and need the schedule.",
)  # fmt: skip

FIND = """
SELECT requests.id, group_id, groups.name, people.name, reason, state, decided_by, message
FROM requests JOIN groups ON groups.id = group_id JOIN people USING (address)
WHERE requests.id = ?
"""
# Only a request that waits is decided: whoever comes second changes nothing.
DECIDE = """
UPDATE requests SET state = ?, decided_by = ?, message = ? WHERE id = ? AND state = 'waiting'
"""
ADD_MEMBER = "INSERT OR IGNORE INTO members SELECT group_id, address FROM requests WHERE id = ?"
ADD_PERSON = "INSERT OR IGNORE INTO people VALUES (?, ?, ?, ?)"
ADD_GROUP = "INSERT OR IGNORE INTO groups VALUES (?, ?)"
ADD_REQUEST = "INSERT OR IGNORE INTO requests (id, group_id, address, reason) VALUES (?, ?, ?, ?)"


@dataclass(frozen=True)
class JoinRequest:
    """Somebody asks to join a group."""

    id: str
    group_id: str
    group: str
    person: str
    reason: str
    state: str
    """``waiting``, ``accepted``, ``declined`` or ``withdrawn``."""
    decided_by: str
    message: str

    def as_card_data(self) -> dict[str, Any]:
        """Return what the templates know as ``request``."""
        return asdict(self)


@dataclass(frozen=True)
class Groups:
    """The database, for an event loop: each call is one transaction in a thread."""

    path: Path

    def prepare(self) -> None:
        """Make the tables, with one request to decide."""
        with self._transaction() as database:
            database.executescript(TABLES)
            database.executemany(ADD_PERSON, PEOPLE)
            database.execute(ADD_GROUP, GROUP)
            database.execute(ADD_REQUEST, REQUEST)

    def user(self, address: str) -> UserId | None:
        """Return who somebody is in Entra ID; the endpoint asks from a thread of its own."""
        with self._transaction() as database:
            row = database.execute(
                "SELECT tenant, object_id FROM people WHERE address = ?", (address,)
            ).fetchone()
        return UserId(*row) if row else None

    async def find(self, number: str) -> JoinRequest:
        """Return a request; raises LookupError."""
        return await asyncio.to_thread(self._find, number)

    async def decide(self, decided: JoinRequest) -> JoinRequest:
        """Return the request as it stands afterwards; one that no longer waits stays as it is."""
        return await asyncio.to_thread(self._decide, decided)

    def withdraw(self, number: str) -> bool:
        """Return whether the request still waited, and could be taken back."""
        with self._transaction() as database:
            return database.execute(DECIDE, ("withdrawn", "", "", number)).rowcount > 0

    def _find(self, number: str) -> JoinRequest:
        with self._transaction() as database:
            return _found(database, number)

    def _decide(self, decided: JoinRequest) -> JoinRequest:
        values = (decided.state, decided.decided_by, decided.message, decided.id)
        with self._transaction() as database:
            if database.execute(DECIDE, values).rowcount and decided.state == "accepted":
                database.execute(ADD_MEMBER, (decided.id,))
            return _found(database, decided.id)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path)) as database, database:
            yield database


def _found(database: sqlite3.Connection, number: str) -> JoinRequest:
    row = database.execute(FIND, (number,)).fetchone()
    if row is None:
        raise LookupError(number)
    return JoinRequest(*row)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["withdraw"])
    parser.add_argument("number")
    asked = parser.parse_args()
    done = Groups(Path(__file__).parent / "groups.sqlite").withdraw(asked.number)
    print("withdrawn" if done else "no request of this number waits")  # noqa: T201
