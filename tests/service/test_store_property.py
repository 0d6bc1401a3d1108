"""Every order of claims, answers, returns and take-overs, compared with a model."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from store_machine import ANSWERS, CLICKS, Click, StoreMachine

from amcli.seams import Clock
from amcli.service.action_response import ActionResponse
from amcli.service.sqlite_store import SqliteStore
from amcli.service.store import Done, New, Refused

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # so that no disk is waited for
FOLDER = tempfile.TemporaryDirectory(dir=MEMORY)


class SqliteMachine(StoreMachine):
    def make(self, clock: Clock) -> SqliteStore:
        return SqliteStore(Path(FOLDER.name) / "actions.sqlite", clock=clock)


TestSqliteStore = SqliteMachine.TestCase
TestSqliteStore.settings = settings(max_examples=50, stateful_step_count=25)

ENDS = st.none() | st.just("given back") | ANSWERS


@given(st.lists(st.tuples(CLICKS, ENDS), max_size=12))
def test_a_transactional_store_keeps_the_work_with_its_answer_or_neither(
    clicks: list[tuple[Click, ActionResponse | str | None]],
) -> None:
    """Each click is answered, given back, or dies; a ledger in the same file has the work."""
    decided: dict[str, tuple[Click, ActionResponse]] = {}
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        store = SqliteStore(Path(folder) / "service.sqlite", transactional=True)
        for click, end in clicks:
            claim = store.claim(*click)
            if click[0] in decided:
                first, answer = decided[click[0]]
                assert claim == (Done(answer) if first == click else Refused(first[1]))
                continue
            assert isinstance(claim, New)
            assert claim.transaction is not None
            claim.transaction.execute("CREATE TABLE IF NOT EXISTS ledger (token TEXT)")
            claim.transaction.execute("INSERT INTO ledger VALUES (?)", (click[0],))
            if isinstance(end, ActionResponse):
                claim.complete(end)
                decided[click[0]] = click, end
            elif end == "given back":
                claim.give_back()
            else:
                claim.transaction.close()  # as the end of a process does
        assert ledger(store) == sorted(decided)


def ledger(store: SqliteStore) -> list[str]:
    claim = store.claim("look", "", "", "")
    assert isinstance(claim, New)
    assert claim.transaction is not None
    claim.transaction.execute("CREATE TABLE IF NOT EXISTS ledger (token TEXT)")
    rows = claim.transaction.execute("SELECT token FROM ledger ORDER BY token").fetchall()
    claim.give_back()
    return [token for (token,) in rows]
