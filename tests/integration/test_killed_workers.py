"""Over HTTP, in a server with several processes: clicks that race, workers killed by kill -9."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPException
from pathlib import Path

import pytest
from click_service import Answer, ClickService
from served_clicks import Running, running

pytestmark = pytest.mark.integration

APPS = {False: "stopping_app:app()", True: "stopping_app:app(transactional=True)"}
TOKENS = 25


@contextmanager
def workers(folder: Path, *, transactional: bool, count: int = 4) -> Iterator[Running]:
    options = ["--preload", "--workers", str(count), "--bind", "fd://{fd}"]
    command = ["gunicorn", *options, APPS[transactional]]
    with running(command, ClickService.create(folder)) as server:
        yield server


def work_done(server: Running) -> list[list[str]]:
    """Token's id, action and process of each piece of work."""
    lines = server.service.decided
    with closing(sqlite3.connect(server.service.folder / "clicks.sqlite")) as database:
        if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'decided'").fetchone():
            lines += [line for (line,) in database.execute("SELECT line FROM decided")]
    return [line.split() for line in lines]


@pytest.mark.parametrize("transactional", [False, True])
def test_of_clicks_that_race_for_a_token_one_is_worked_on(
    tmp_path: Path, transactional: bool
) -> None:
    with workers(tmp_path, transactional=transactional) as server, ThreadPoolExecutor(8) as pool:
        headers = server.service.bearer()
        clicks = []
        for _ in range(TOKENS):
            token = server.service.mint()
            approve, pay = (server.service.body(action, token) for action in ("approve", "pay"))
            clicks.append([pool.submit(server.post, headers, b) for b in (approve, pay) * 3])
        answers = [[(c.result().status, c.result().shown) for c in six] for six in clicks]
        done = work_done(server)

    for six in answers:
        (first,) = {shown for status, shown in six if status == 200}
        assert first in {"approve is done.", "pay is done."}
        assert {status for status, _ in six} == {200, 409}
    assert len({token for token, _, _ in done}) == len(done) == TOKENS
    assert len({process for _, _, process in done}) > 1


@pytest.mark.parametrize(
    ("transactional", "step", "next_status", "told", "done"),
    [
        (False, "claimed", 409, "An earlier click was begun but not finished.", 0),
        (False, "worked", 409, "An earlier click was begun but not finished.", 1),
        (False, "answered", 200, "approve is done.", 1),
        (True, "claimed", 200, "approve is done.", 1),
        (True, "worked", 200, "approve is done.", 1),
        (True, "answered", 200, "approve is done.", 1),
    ],
)
def test_after_a_kill_the_work_was_done_once_or_the_next_click_is_told(
    tmp_path: Path, transactional: bool, step: str, next_status: int, told: str, done: int
) -> None:
    """In a transaction nothing stays half done, so the next click begins anew."""
    with workers(tmp_path, transactional=transactional, count=2) as server:
        headers, body = server.service.bearer(), server.service.body()
        killed_at(step, server, body)

        answers = [server.post(headers, body) for _ in range(2)]
        done_then, log = work_done(server), server.log.read_text()

    for answer in answers:
        assert answer.status == next_status, log
        assert (answer.shown or "").startswith(told)
    assert len(done_then) == done
    assert ("begun at" in log and "never finished" in log) == (next_status == 409)


def killed_at(step: str, server: Running, body: bytes) -> None:
    """Click, and kill the worker (kill -9) when it gets there: the click is never answered."""
    folder = server.service.folder
    (folder / "stop_at").write_text(step)
    with ThreadPoolExecutor(1) as pool:
        click = pool.submit(_answer_or_none, server, body)
        os.kill(_worker_that_stopped(folder / "stopped"), signal.SIGKILL)
        assert click.result(30) is None


def _answer_or_none(server: Running, body: bytes) -> Answer | None:
    try:
        return server.post(server.service.bearer(), body)
    except (HTTPException, OSError):
        return None


def _worker_that_stopped(note: Path) -> int:
    deadline = time.monotonic() + 60
    while not note.exists():
        assert time.monotonic() < deadline, "no worker came to this step"
        time.sleep(0.01)
    return int(note.read_text())
