"""Single use: whatever comes twice, from wherever, the work is done once."""

from __future__ import annotations

import sqlite3
import tempfile
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from store_trouble import files_of_at_most, not_as_root

from amcli.service.action_response import ActionResponse
from amcli.service.purpose import LONGEST_LIFETIME
from amcli.service.sqlite_store import SqliteStore
from amcli.service.store import ClaimLost, Done, New, Refused, StoreUnavailable, Unfinished

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


def test_threads_share_one_store(store: SqliteStore) -> None:
    with ThreadPoolExecutor(16) as pool:
        claims = list(pool.map(lambda _: store.claim(*CLICK), range(64)))

    assert sum(isinstance(claim, New) for claim in claims) == 1


def test_while_somebody_is_at_it_another_button_is_refused_as_not_finished(
    store: SqliteStore,
) -> None:
    store.claim(*CLICK)

    assert store.claim("token-1", "reject", *CLICK[2:]) == Refused("approve", finished=False)


def test_unfinished_work_is_taken_over_by_one_only(store: SqliteStore) -> None:
    slow = store.claim(*CLICK)
    seen = [store.claim(*CLICK) for _ in range(2)]
    assert isinstance(slow, New)

    first, second = (one.take_over() for one in seen if isinstance(one, Unfinished))

    assert first is not None
    assert second is None
    with pytest.raises(ClaimLost, match="taken over"):
        slow.complete(ANSWER)
    slow.give_back()
    first.complete(ANSWER)
    assert store.claim(*CLICK) == Done(ANSWER)


def test_old_entries_are_forgotten_a_little_at_a_time(tmp_path: Path) -> None:
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    store = SqliteStore(tmp_path / "actions.sqlite", keep=timedelta(days=31), clock=lambda: now)
    for number in range(150):
        store.claim(f"token-{number}", *CLICK[1:])
    now += timedelta(days=32)

    left = []
    for number in range(3):
        store.claim(f"later-{number}", *CLICK[1:])
        with closing(sqlite3.connect(tmp_path / "actions.sqlite")) as database:
            left += database.execute("SELECT count(*) FROM amcli_actions").fetchone()

    assert left == [51, 2, 3]


def test_nothing_is_forgotten_while_a_token_can_be_genuine(tmp_path: Path) -> None:
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    store = SqliteStore(tmp_path / "actions.sqlite", clock=lambda: now)
    finished(store)
    now += LONGEST_LIFETIME + timedelta(days=1)

    assert store.claim(*CLICK) == Done(ANSWER)


@pytest.fixture
def service_database(tmp_path: Path) -> Path:
    """A service's own database, with a table for its own work."""
    path = tmp_path / "service.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE decision (report TEXT)")
    return path


def decisions(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        (count,) = database.execute("SELECT count(*) FROM decision").fetchone()
    return int(count)


def begun(store: SqliteStore) -> tuple[New, sqlite3.Connection]:
    """Work that has written into the transaction of its claim."""
    claim = store.claim(*CLICK)
    assert isinstance(claim, New)
    assert claim.transaction is not None
    claim.transaction.execute("INSERT INTO decision VALUES ('EXP-1')")
    return claim, claim.transaction


def test_work_in_the_stores_transaction_is_kept_together_with_its_answer(
    service_database: Path,
) -> None:
    store = SqliteStore(service_database, transactional=True)
    claim, _ = begun(store)
    assert decisions(service_database) == 0

    claim.complete(ANSWER)

    assert decisions(service_database) == 1
    assert store.claim(*CLICK) == Done(ANSWER)


def test_work_in_the_stores_transaction_that_breaks_off_was_never_begun(
    service_database: Path,
) -> None:
    store = SqliteStore(service_database, transactional=True)
    begun(store)[0].give_back()
    begun(store)[1].close()  # as the end of a process does

    assert isinstance(store.claim(*CLICK), New)
    assert decisions(service_database) == 0


def test_calls_after_the_end_of_the_transaction_change_nothing(service_database: Path) -> None:
    store = SqliteStore(service_database, transactional=True)
    claim, _ = begun(store)
    claim.complete(ANSWER)

    claim.give_back()
    claim.complete(ActionResponse.success("Something else."))

    assert store.claim(*CLICK) == Done(ANSWER)
    assert decisions(service_database) == 1


def test_others_wait_for_a_transaction_and_then_get_its_answer(service_database: Path) -> None:
    store = SqliteStore(service_database, transactional=True)
    claim, _ = begun(store)
    with ThreadPoolExecutor(4) as pool:
        later = [pool.submit(store.claim, *CLICK) for _ in range(4)]
        wait(later, timeout=0.1)
        claim.complete(ANSWER)

    assert [waiting.result() for waiting in later] == [Done(ANSWER)] * 4


def test_what_was_begun_without_a_transaction_is_taken_over_with_one(
    service_database: Path,
) -> None:
    SqliteStore(service_database).claim(*CLICK)
    store = SqliteStore(service_database, transactional=True)

    unfinished = store.claim(*CLICK)

    assert isinstance(unfinished, Unfinished)
    work = unfinished.take_over()
    assert work is not None
    assert work.transaction is not None
    work.give_back()
    assert isinstance(store.claim(*CLICK), Unfinished)


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


def test_a_full_disk_says_so_and_the_click_can_be_made_again(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "actions.sqlite", busy_seconds=0.05)
    large = ActionResponse.success("Approved.", card={"text": "x" * 200_000})
    claim = store.claim(*CLICK)
    assert isinstance(claim, New)
    with files_of_at_most(100_000), pytest.raises(StoreUnavailable, match="disk"):
        claim.complete(large)

    assert isinstance(store.claim(*CLICK), Unfinished)


def test_a_full_disk_takes_the_work_in_a_transaction_back(service_database: Path) -> None:
    store = SqliteStore(service_database, transactional=True, busy_seconds=0.05)
    claim, _ = begun(store)
    large = ActionResponse.success("Approved.", card={"text": "x" * 200_000})
    with files_of_at_most(100_000), pytest.raises(StoreUnavailable, match="disk"):
        claim.complete(large)

    assert isinstance(store.claim(*CLICK), New)
    assert decisions(service_database) == 0


def test_a_read_only_store_says_so() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        with not_as_root():
            path = Path(folder) / "actions.sqlite"
            store = SqliteStore(path)
            path.chmod(0o444)

            with pytest.raises(StoreUnavailable, match="readonly"):
                store.claim(*CLICK)
            with pytest.raises(StoreUnavailable, match="readonly"):
                SqliteStore(path)


def test_an_answer_that_another_version_wrote_says_so(store: SqliteStore) -> None:
    finished(store)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as database:
        database.execute("UPDATE amcli_actions SET response = '[]'")

    with pytest.raises(StoreUnavailable, match="cannot be read"):
        store.claim(*CLICK)
