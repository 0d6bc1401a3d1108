"""A service's process in small, to be raced and killed: it makes clicks and keeps a ledger.

The work is a line in a file, or, with the kind ``transactional``, a row beside the store's own.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from amcli.service.action_response import ActionResponse
from amcli.service.redis_store import RedisStore
from amcli.service.sqlite_store import SqliteStore
from amcli.service.store import ActionStore, Done, New, Refused

TOKENS = [f"token-{number}" for number in range(30)]
_LONG_ENOUGH = 60.0


@dataclass(frozen=True)
class Desk:
    """A store of one kind (``sqlite``, ``transactional``, ``redis``) and a ledger."""

    kind: str
    where: str
    """A file, or Redis' address."""
    ledger: Path

    def open_store(self) -> ActionStore:
        if self.kind == "redis":
            return RedisStore.from_url(self.where)
        return SqliteStore(
            Path(self.where), transactional=self.kind == "transactional", busy_seconds=30
        )

    def work(self, claim: New, token: str) -> None:
        if claim.transaction is not None:
            claim.transaction.execute("CREATE TABLE IF NOT EXISTS ledger (token TEXT)")
            claim.transaction.execute("INSERT INTO ledger VALUES (?)", (token,))
            return
        with self.ledger.open("ab", buffering=0) as file:
            file.write(f"{token}\n".encode())
            os.fsync(file.fileno())


def once(desk: Desk, parent: Connection, stop_at: str) -> None:
    """Make one click, and say what came of the claim; tell the parent at one step, and sleep."""

    def reached(step: str) -> None:
        if step == stop_at:
            parent.send("here")
            time.sleep(_LONG_ENOUGH)

    store = desk.open_store()
    reached("before")
    claim = store.claim("token", "approve", "tenant/adele", "hash")
    if isinstance(claim, New):
        reached("claimed")
        desk.work(claim, "token")
        reached("worked")
        claim.complete(ActionResponse.success("Approved."))
        reached("completed")
    parent.send(type(claim).__name__)


def many(desk: Desk, parent: Connection, action: str) -> None:
    """When the parent says go, make every click until it is answered, and send the answers."""
    store = desk.open_store()
    parent.send("here")
    parent.recv()
    parent.send([_answer(desk, store, token, action) for token in TOKENS])


def _answer(desk: Desk, store: ActionStore, token: str, action: str) -> str:
    while True:
        claim = store.claim(token, action, "tenant/adele", "hash")
        match claim:
            case New():
                desk.work(claim, token)
                answer = ActionResponse.success(f"{action}, process {os.getpid()}")
                claim.complete(answer)
                return answer.status
            case Done(response):
                return response.status
            case Refused(finished=True):
                return "refused"
        time.sleep(0.001)
