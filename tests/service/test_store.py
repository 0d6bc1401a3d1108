"""Single use: whatever comes twice, from wherever, the work is done once."""

from __future__ import annotations

import multiprocessing
import sqlite3
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from amcli.service.action_response import ActionResponse
from amcli.service.sqlite_store import SqliteStore
from amcli.service.store import Done, New, Refused, StoreUnavailable, Unfinished

CLICK = ("token-1", "approve", "tenant/adele", "hash")
ANSWER = ActionResponse.success("Approved.", card={"type": "AdaptiveCard"})


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return SqliteStore(tmp_path / "actions.sqlite")


def finished(store: SqliteStore) -> SqliteStore:
    claim = store.claim(*CLICK)
    assert isinstance(claim, New)
    claim.complete(ANSWER)
    return store


def test_the_same_click_gets_the_first_answer(store: SqliteStore) -> None:
    again = finished(store).claim(*CLICK)

    assert isinstance(again, Done)
    assert again.response == ANSWER


@pytest.mark.parametrize(
    "other",
    [
        ("token-1", "reject", "tenant/adele", "hash"),
        ("token-1", "approve", "tenant/eve", "hash"),
        ("token-1", "approve", "tenant/adele", "other input"),
    ],
    ids=["another action", "another performer", "another input"],
)
def test_anything_else_with_the_same_token_is_refused(
    store: SqliteStore, other: tuple[str, str, str, str]
) -> None:
    assert finished(store).claim(*other) == Refused("approve")


def test_another_token_is_another_matter(store: SqliteStore) -> None:
    assert isinstance(finished(store).claim("token-2", *CLICK[1:]), New)


def test_a_click_whose_process_died_is_unfinished_and_can_be_finished(tmp_path: Path) -> None:
    started = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    store = SqliteStore(tmp_path / "actions.sqlite", clock=lambda: started)
    store.claim(*CLICK)  # and then the process died

    again = SqliteStore(tmp_path / "actions.sqlite").claim(*CLICK)

    assert isinstance(again, Unfinished)
    assert again.since == started
    work = again.take_over()
    assert work is not None
    work.complete(ANSWER)
    assert isinstance(store.claim(*CLICK), Done)


def test_declined_work_can_be_tried_again(store: SqliteStore) -> None:
    claim = store.claim(*CLICK)
    assert isinstance(claim, New)

    claim.give_back()

    assert isinstance(store.claim("token-1", "reject", *CLICK[2:]), New)


def test_an_answer_once_given_stays(store: SqliteStore) -> None:
    claim = store.claim(*CLICK)
    assert isinstance(claim, New)
    claim.complete(ANSWER)

    claim.give_back()
    claim.complete(ActionResponse.success("Something else."))

    assert store.claim(*CLICK) == Done(ANSWER)


def _race(path: Path) -> int:
    done = 0
    for number in range(40):
        claim = SqliteStore(path).claim(f"token-{number}", *CLICK[1:])
        if isinstance(claim, New):
            done += 1
            claim.complete(ANSWER)
    return done


def test_two_processes_racing_do_each_piece_of_work_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as pool:
        shares = list(pool.map(_race, [tmp_path / "actions.sqlite"] * 2))

    assert sum(shares) == 40


def test_threads_share_one_store(store: SqliteStore) -> None:
    with ThreadPoolExecutor(16) as pool:
        claims = list(pool.map(lambda _: store.claim(*CLICK), range(64)))

    assert sum(isinstance(claim, New) for claim in claims) == 1


def test_a_locked_store_says_so(tmp_path: Path) -> None:
    path = tmp_path / "actions.sqlite"
    store = SqliteStore(path, busy_seconds=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(StoreUnavailable, match="locked"):
            store.claim(*CLICK)
    finally:
        other.close()


def test_a_file_that_is_no_store_says_so(tmp_path: Path) -> None:
    path = tmp_path / "actions.sqlite"
    path.write_bytes(b"not a database, but long enough to look at" * 50)

    with pytest.raises(StoreUnavailable, match="not a database"):
        SqliteStore(path)
    with pytest.raises(StoreUnavailable):
        SqliteStore(tmp_path / "no" / "such" / "folder.sqlite")
