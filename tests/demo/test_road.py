"""The ten steps, and what happens when one of them does not go as it must."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from amcli.demo import inbound, outbound
from amcli.demo.road import run_demo
from amcli.demo.trip import StepFailed, StepReport, Taken, Trip, expect
from amcli.errors import KeyMaterialError
from amcli.seams import utc_now

STEPS = [
    "render", "lint", "keys", "sign", "compose", "deliver", "inspect", "click", "refresh", "refuse",
]  # fmt: skip


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[StepReport]]:
    folder = tmp_path_factory.mktemp("demo") / "amcli-demo"
    reports: list[StepReport] = []
    run_demo(folder, report=reports.append)
    return folder, reports


def test_ten_steps_are_taken_in_order(walked: tuple[Path, list[StepReport]]) -> None:
    assert [report.name for report in walked[1]] == STEPS
    assert [report.number for report in walked[1]] == list(range(1, 11))


def test_every_artefact_is_in_the_folder(walked: tuple[Path, list[StepReport]]) -> None:
    files = {path.name for path in walked[0].iterdir()}

    assert files >= {
        "card.json", "card.html", "card.txt", "signed-card.jws", "mail.eml",
        "card-public.pem", "card-public.jwk", "card-public.xml", "dkim-record.txt", "smtp-ca.pem",
        "jwks.json", "token.txt", "request.http", "response.http",
        "refresh-card.json", "refresh-card.txt",
        "refused-forged.txt", "refused-expired.txt",
        "refused-other-audience.txt", "refused-other-performer.txt",
    }  # fmt: skip


def test_what_is_secret_is_the_owners_only(walked: tuple[Path, list[StepReport]]) -> None:
    for name in ("card-private.pem", "dkim-private.pem", "token.txt", "request.http"):
        assert (walked[0] / name).stat().st_mode & 0o777 == 0o600, name


def test_the_click_was_posted_with_what_was_typed(walked: tuple[Path, list[StepReport]]) -> None:
    request = (walked[0] / "request.http").read_bytes()
    head, _, body = request.partition(b"\r\n\r\n")

    assert head.startswith(b"POST /expenses/EXP-2041 HTTP/1.1\r\n")
    assert json.loads(body)["comment"] == 'Fine, but please book the "standard" room next time.'


def test_the_refresh_card_keeps_the_originator_and_shows_the_decision(
    walked: tuple[Path, list[StepReport]],
) -> None:
    card, refreshed = (
        json.loads((walked[0] / name).read_text()) for name in ("card.json", "refresh-card.json")
    )

    assert refreshed["originator"] == card["originator"]
    assert "Approved" in (walked[0] / "refresh-card.txt").read_text()


def test_it_runs_twice_in_a_row_and_makes_new_keys(walked: tuple[Path, list[StepReport]]) -> None:
    before = (walked[0] / "card-public.pem").read_text()

    run_demo(walked[0], report=lambda _: None)

    assert (walked[0] / "card-public.pem").read_text() != before


def test_nothing_is_left_running(tmp_path: Path) -> None:
    before = threading.active_count()

    run_demo(tmp_path / "demo", report=lambda _: None)

    assert threading.active_count() == before


def leaping_after(step: str, leap: timedelta) -> tuple[Callable[[], datetime], list[StepReport]]:
    """A clock that jumps when a step is done, and the reports that it watches."""
    reports: list[StepReport] = []

    def clock() -> datetime:
        late = any(report.name == step for report in reports)
        return utc_now() + (leap if late else timedelta(0))

    return clock, reports


def test_a_step_that_fails_is_named_and_ends_the_road(tmp_path: Path) -> None:
    # The card's limited-purpose token lives for a week.
    clock, reports = leaping_after("inspect", timedelta(days=8))
    running_before = threading.active_count()

    with pytest.raises(StepFailed, match=r"step 8 \(click\) failed: .*403.*too old"):
        run_demo(tmp_path / "demo", report=reports.append, clock=clock)
    assert [report.name for report in reports] == STEPS[:7]
    assert threading.active_count() == running_before


def test_a_decision_that_was_not_taken_once_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decided_twice(*arguments: object) -> Taken[object]:
        taken = inbound_refresh(*arguments)  # type: ignore[arg-type]  # passed on as they came
        arguments[1].desk.decisions.append("once more")  # type: ignore[attr-defined]  # the second is the trip
        return taken  # type: ignore[return-value]  # its own type

    inbound_refresh = inbound.show_refresh_card
    monkeypatch.setattr(inbound, "show_refresh_card", decided_twice)

    with pytest.raises(StepFailed, match=r"step 10 \(refuse\) failed: a bad token made"):
        run_demo(tmp_path / "demo", report=lambda _: None)


def test_a_mail_that_was_changed_on_its_way_does_not_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspect_mail = outbound.inspect_mail
    monkeypatch.setattr(
        outbound,
        "inspect_mail",
        lambda story, content, sent: inspect_mail(
            story, content.replace(b"contoso", b"c0ntoso", 1), sent
        ),
    )

    with pytest.raises(StepFailed, match=r"step 7 \(inspect\) failed: .*dkim"):
        run_demo(tmp_path / "demo", report=lambda _: None)


def broken() -> Taken[None]:
    raise KeyMaterialError("no key", hint="make one")


def test_a_failed_step_keeps_exit_code_and_hint_of_its_reason() -> None:
    with pytest.raises(StepFailed) as caught:
        Trip(lambda _: None).step("keys", broken)

    assert caught.value.exit_code == 5
    assert caught.value.hint == "make one"
    assert caught.value.message == "step 1 (keys) failed: no key"


def test_an_unforeseen_error_names_its_step_too() -> None:
    with pytest.raises(StepFailed, match=r"step 1 \(sum\) failed: ZeroDivisionError") as caught:
        Trip(lambda _: None).step("sum", lambda: Taken(1 / 0, "never"))
    assert caught.value.exit_code == 1


def test_ctrl_c_is_no_failed_step() -> None:
    def interrupted() -> Taken[None]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Trip(lambda _: None).step("keys", interrupted)


def test_expect_says_what_is_there_instead() -> None:
    expect(True, "unused")
    with pytest.raises(Exception, match="the server answered 500"):
        expect(False, "the server answered 500")
