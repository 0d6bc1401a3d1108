"""Real processes: two that race, and one that is killed (kill -9) between any two steps."""

from __future__ import annotations

import multiprocessing
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
import store_worker
from local_redis import Redis, running_redis
from store_worker import TOKENS, Desk

pytestmark = pytest.mark.integration

# Children are forked from a process that has amcli loaded and no threads.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["store_worker"])
SECONDS = 60


@dataclass(frozen=True)
class Child:
    process: Any
    connection: Connection

    def says(self) -> Any:
        assert self.connection.poll(SECONDS)
        return self.connection.recv()


@contextmanager
def child(desk: Desk, what: Callable[[Desk, Connection, str], None], more: str) -> Iterator[Child]:
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=what, args=(desk, theirs, more))
    process.start()
    try:
        yield Child(process, ours)
    finally:
        process.kill()
        process.join()


@pytest.fixture(scope="module")
def redis(
    required_program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Redis]:
    with running_redis(required_program("redis-server"), tmp_path_factory.mktemp("r")) as server:
        yield server


@pytest.fixture(params=["sqlite", "transactional", "redis"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    where = str(tmp_path / "actions.sqlite")
    if request.param == "redis":
        server: Redis = request.getfixturevalue("redis")
        with closing(server.client()) as client:
            client.flushall()
        where = server.url
    return Desk(request.param, where, tmp_path / "ledger")


def work_done(desk: Desk) -> list[str]:
    if desk.kind != "transactional":
        return desk.ledger.read_text().split() if desk.ledger.exists() else []
    with closing(sqlite3.connect(desk.where)) as database:
        return [token for (token,) in database.execute("SELECT token FROM ledger")]


def race(desk: Desk, *actions: str) -> list[list[str]]:
    """What two processes were answered, each of which makes every click."""
    with (
        child(desk, store_worker.many, actions[0]) as one,
        child(desk, store_worker.many, actions[1]) as other,
    ):
        assert one.says() == other.says() == "here"
        one.connection.send("go")
        other.connection.send("go")
        return [one.says(), other.says()]


def test_two_processes_do_each_piece_of_work_once_and_give_the_same_answer(desk: Desk) -> None:
    first, second = race(desk, "approve", "approve")

    assert first == second
    assert sorted(work_done(desk)) == sorted(TOKENS)


def test_of_two_decisions_at_the_same_moment_one_counts(desk: Desk) -> None:
    approvals, rejections = race(desk, "approve", "reject")

    for approval, rejection in zip(approvals, rejections, strict=True):
        assert (approval == "refused") != (rejection == "refused")
    assert sorted(work_done(desk)) == sorted(TOKENS)


@pytest.mark.parametrize(
    ("step", "next_click", "done_then"),
    [
        ("before", "New", 1),
        ("claimed", "Unfinished", 0),
        ("worked", "Unfinished", 1),
        ("completed", "Done", 1),
    ],
)
def test_after_a_kill_the_work_was_done_once_or_the_next_click_is_told(
    desk: Desk, step: str, next_click: str, done_then: int
) -> None:
    """In a transaction nothing stays half done, so the next click begins anew."""
    if desk.kind == "transactional" and next_click == "Unfinished":
        next_click, done_then = "New", 1
    with child(desk, store_worker.once, step) as killed:
        assert killed.says() == "here"

    with child(desk, store_worker.once, "nowhere") as later:
        assert later.says() == next_click
    assert len(work_done(desk)) == done_then
