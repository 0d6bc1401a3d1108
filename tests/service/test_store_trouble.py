"""What users and operators are told when the store fails, and that nothing is done twice."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click_service import ClickService
from store_trouble import files_of_at_most, not_as_root

from amcli.service import (
    ActionEndpoint,
    ActionResponse,
    ServiceSettings,
    SqliteStore,
    Unfinished,
    VerifiedClick,
)

LARGE = {"type": "AdaptiveCard", "text": "x" * 200_000}
SHOWN = "Please try again in a minute."

Captured = pytest.LogCaptureFixture
OnUnfinished = Callable[[VerifiedClick, Unfinished], ActionResponse]


@pytest.fixture
def service(tmp_path: Path) -> ClickService:
    return ClickService.create(tmp_path)


def endpoint(
    service: ClickService, work: Callable[[VerifiedClick], ActionResponse]
) -> ActionEndpoint:
    settings = ServiceSettings.from_file(service.folder / "amcli.toml")
    return settings.endpoint("expense-approval", {"approve": work})


def test_a_disk_that_is_full_before_the_work_means_503_and_no_work(
    service: ClickService, caplog: Captured
) -> None:
    done: list[str] = []

    def approve(click: VerifiedClick) -> ActionResponse:
        done.append(click.action)
        return ActionResponse.success("Approved.")

    body = service.body()
    with files_of_at_most(100), caplog.at_level(logging.ERROR, "amcli.service"):
        answer = endpoint(service, approve).answer(service.bearer(), body)

    assert (answer.status_code, answer.status) == (503, SHOWN)
    assert answer.headers["Retry-After"] == "30"
    assert "the action store cannot be used" in caplog.text
    assert json.loads(body)["token"] not in caplog.text
    assert done == []
    assert endpoint(service, approve).answer(service.bearer(), body).ok
    assert done == ["approve"]


def test_a_disk_that_is_full_after_the_work_leaves_it_unfinished_and_not_done_twice(
    service: ClickService,
) -> None:
    done: list[str] = []

    def approve(click: VerifiedClick) -> ActionResponse:
        done.append(click.action)
        return ActionResponse.success("Approved.", LARGE)

    taking = replace(endpoint(service, approve), patience_seconds=0)
    body = service.body()
    with files_of_at_most(100_000):
        assert taking.answer(service.bearer(), body).status_code == 503
    again = taking.answer(service.bearer(), body)

    assert again.status_code == 409
    assert "not finished" in again.status
    assert done == ["approve"]


def test_a_service_that_looks_whether_it_was_done_finishes_a_click_once(
    service: ClickService,
) -> None:
    def broken(_click: VerifiedClick) -> ActionResponse:
        raise ZeroDivisionError

    def finish(_click: VerifiedClick, unfinished: Unfinished) -> ActionResponse:
        ours = unfinished.take_over()
        assert ours is not None
        assert unfinished.take_over() is None
        answer = ActionResponse.success("Approved after all.")
        ours.complete(answer)
        return answer

    taking = replace(endpoint(service, broken), patience_seconds=0, on_unfinished=finish)
    body = service.body()
    with pytest.raises(ZeroDivisionError):
        taking.answer(service.bearer(), body)

    first, second = (taking.answer(service.bearer(), body) for _ in range(2))

    assert first == second == ActionResponse.success("Approved after all.")


def test_who_was_too_slow_is_told_that_the_work_may_have_been_done_twice(
    service: ClickService, caplog: Captured
) -> None:
    body = service.body()

    def slow(_click: VerifiedClick) -> ActionResponse:
        """While it works, the same click comes again, to a process that takes it for dead."""
        assert impatient.answer(service.bearer(), body).ok
        return ActionResponse.success("Approved, late.")

    def finish(_click: VerifiedClick, unfinished: Unfinished) -> ActionResponse:
        ours = unfinished.take_over()
        assert ours is not None
        ours.complete(ActionResponse.success("Approved."))
        return ActionResponse.success("Approved.")

    patient = endpoint(service, slow)
    impatient = replace(patient, patience_seconds=0, on_unfinished=finish)
    with caplog.at_level(logging.ERROR, "amcli.service"):
        late = patient.answer(service.bearer(), body)

    assert late.status_code == 503
    assert "taken over" in caplog.text
    assert patient.answer(service.bearer(), body) == ActionResponse.success("Approved.")


def test_a_read_only_store_means_503(service: ClickService, caplog: Captured) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        taking = endpoint(service, lambda _click: ActionResponse.success("Approved."))
        with not_as_root():
            store = SqliteStore(Path(folder) / "clicks.sqlite")
            store.path.chmod(0o444)
            with caplog.at_level(logging.ERROR, "amcli.service"):
                answer = replace(taking, store=store).answer(service.bearer(), service.body())

    assert (answer.status_code, answer.status) == (503, SHOWN)
    assert "readonly" in caplog.text


@pytest.mark.parametrize("off_by", [timedelta(hours=-1), timedelta(hours=1)])
def test_a_store_whose_clock_is_an_hour_off_still_does_work_once(
    service: ClickService, off_by: timedelta
) -> None:
    done: list[str] = []

    def approve(click: VerifiedClick) -> ActionResponse:
        done.append(click.action)
        return ActionResponse.success("Approved.")

    right = endpoint(service, approve)
    path = service.folder / "clicks.sqlite"
    off = replace(right, store=SqliteStore(path, clock=lambda: right.clock() + off_by))
    body = service.body()

    answers = [taking.answer(service.bearer(), body) for taking in (off, right, off)]

    assert answers[0] == answers[1] == answers[2]
    assert done == ["approve"]
