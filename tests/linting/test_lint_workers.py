"""Many files are linted by several processes, with the same report."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from amcli.linting.outcome import Report
from amcli.linting.run import lint_paths
from amcli.linting.workers import made_apart, usable

MANY = range(200)

pytestmark = pytest.mark.skipif(usable() < 2, reason="needs Linux and two processors")


@pytest.fixture(autouse=True)
def no_threads_of_other_tests() -> None:
    """Servers of other tests may still be at an answer that nobody waits for."""
    until = time.monotonic() + 60
    while threading.active_count() > 1 and time.monotonic() < until:
        time.sleep(0.02)
    assert threading.active_count() == 1, threading.enumerate()


def where(number: int) -> tuple[int, int]:
    return number, os.getpid()


def test_many_things_are_made_by_others_in_their_order() -> None:
    made = [found for found in made_apart(where, MANY, 2) if found is not None]
    assert [number for number, _ in made] == list(MANY)
    assert len({process for _, process in made}) == 2
    assert os.getpid() not in {process for _, process in made}


def test_a_few_things_are_left_to_this_process() -> None:
    assert list(made_apart(where, range(5), 2)) == [None] * 5


def test_nothing_is_forked_beside_other_threads() -> None:
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        assert list(made_apart(where, MANY, 2)) == [None] * len(MANY)
    finally:
        done.set()
        other.join()


def test_what_fails_there_is_left_to_this_process() -> None:
    def odd(number: int) -> int:
        if number % 2:
            return number
        raise LookupError

    made = list(made_apart(odd, MANY, 2))
    assert made == [number if number % 2 else None for number in MANY]


def test_what_cannot_be_sent_is_left_to_this_process() -> None:
    made = list(made_apart(lambda number: lambda: number, MANY, 2))
    assert made == [None] * len(MANY)


def test_the_share_of_a_process_that_was_killed_is_left_to_this_one() -> None:
    first = os.getpid()

    def killed(number: int) -> int:
        if number == 100:
            assert os.getpid() != first
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    made = list(made_apart(killed, MANY, 2))
    assert made[100] is None
    assert all(found in (None, number) for number, found in enumerate(made))
    assert set(MANY[:96]) <= set(made)


def test_no_process_stays_when_nobody_wants_more() -> None:
    made = made_apart(where, MANY, 2)
    _, process = next(made) or (0, 0)
    made.close()  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Cards, files that are none, a card twice, and a template with its sample."""
    body = '"body": [{"type": "TextBlock", "text": "Hello", "colour": "good"}]'
    for number in MANY:
        text = f'{{"type": "AdaptiveCard", "version": "1.{number % 7}",\n {body}}}'
        (tmp_path / f"{number}.json").write_text(text, encoding="utf-8")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    (tmp_path / "other.json").write_text("[]", encoding="utf-8")
    (tmp_path / "again.json").symlink_to("7.json")
    text = '{"type": "AdaptiveCard", "version": "1.2", "body": {{ missing }} }'
    (tmp_path / "card.json.j2").write_text(text, encoding="utf-8")
    return tmp_path


def plain(report: Report) -> Report:
    """The report without what is never the same: an error is itself only."""
    troubles = [(type(trouble), trouble.message, trouble.hint) for trouble in report.troubles]
    return replace(report, troubles=troubles)  # type: ignore[arg-type]


def test_the_report_is_the_same(folder: Path) -> None:
    paths = [str(folder), str(folder / "3.json"), str(folder / "nowhere" / "*.json")]
    alone, together = (lint_paths(paths, workers=number) for number in (1, 3))
    assert len(alone.findings) > len(MANY)
    assert len(alone.troubles) == 3
    assert plain(together) == plain(alone)


def test_the_count_goes_up_by_one_with_each_file(folder: Path) -> None:
    told: list[int] = []
    report = lint_paths([str(folder)], workers=2, progress=told.append)
    assert told == list(range(report.files))
