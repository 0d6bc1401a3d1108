"""The table of refusals in ``docs/service.md`` is what happens: each row, its status, its line."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click_service import BAD_CLICKS, ClickService

from amcli.errors import NetworkError
from amcli.service import (
    ActionEndpoint,
    ActionResponse,
    ServiceSettings,
    SqliteStore,
    VerifiedClick,
)
from amcli.verify.published import KeysAtUrl

PAGE = (Path(__file__).parents[2] / "docs" / "service.md").read_text("utf-8")

ROW_OF: dict[str, str] = {
    **dict.fromkeys(
        ("no header", "an empty header", "two tokens", "the header twice", "another scheme",
         "Bearer and nothing"),
        "no token, two tokens, another scheme than Bearer"),
    **dict.fromkeys(
        ("no token at all", "a token of 6,000 letters", "a forged signature", "a stranger's key",
         "another audience", "another tenant", "another application", "no person behind it"),
        "a token that fails a check"),
    **dict.fromkeys(
        ("a clock that is an hour ahead of the token", "a clock that is an hour behind the token"),
        "a token of an hour ago or ahead"),
    "a body that is too long": "a body over 256 KiB",
    **dict.fromkeys(
        ("a body that is no JSON", "a body that is a list", "no body", "a name twice",
         "an action in a list", "no purpose token"),
        "a body that is no JSON object, or lacks action or token"),
    **dict.fromkeys(
        ("an action that the card never had", "an action that breaks lines",
         "an action that the token does not allow", "an action that the service does not know"),
        "an action that the card never had"),
    **dict.fromkeys(
        ("the placeholder", "a purpose token of an unknown key", "a forged purpose token",
         "a purpose token of another template"),
        "a limited-purpose token of an unknown key, another template, or the placeholder"),
    "a purpose token that has expired": "one that has expired",
    **dict.fromkeys(
        ("a purpose token for another recipient", "another performer"),
        "one for another recipient"),
}  # fmt: skip
"""Bad clicks, which the adapters and real servers answer in their tests, and the row of each."""


@dataclass(frozen=True)
class Told:
    """What the page says of one row."""

    status: int
    shown: str


def table() -> dict[str, Told]:
    rows: dict[str, Told] = {}
    section = PAGE.partition("## What is refused, and what is said")[2].partition("\n## ")[0]
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) == 4 and cells[1].isdigit():
            shown = list(rows.values())[-1].shown if cells[2] == "the same" else cells[2]
            rows[cells[0]] = Told(int(cells[1]), shown)
    return rows


@pytest.mark.parametrize("name", BAD_CLICKS)
def test_every_bad_click_has_its_row(name: str) -> None:
    bad = BAD_CLICKS[name]

    assert table()[ROW_OF[name]] == Told(bad.status, bad.shown)


def endpoint(service: ClickService) -> ActionEndpoint:
    done = ActionResponse.success("Done.")
    settings = ServiceSettings.from_file(service.folder / "amcli.toml")
    handlers = {"approve": lambda _click: done, "pay": lambda _click: done}
    return replace(settings.endpoint("expense-approval", handlers), patience_seconds=0)


def decided(service: ClickService) -> ActionResponse:
    taking, token = endpoint(service), service.mint()
    assert taking.answer(service.bearer(), service.body("approve", token)).ok
    return taking.answer(service.bearer(), service.body("pay", token))


def being_worked_on(service: ClickService) -> ActionResponse:
    taking, token, answers = endpoint(service), service.mint(), []

    def approve(_click: VerifiedClick) -> ActionResponse:
        answers.append(taking.answer(service.bearer(), service.body("pay", token)))
        return ActionResponse.success("Approved.")

    working = replace(taking, handlers={"approve": approve})
    assert working.answer(service.bearer(), service.body("approve", token)).ok
    return answers[0]


def never_finished(service: ClickService) -> ActionResponse:
    taking, body = endpoint(service), service.body()
    broken = replace(taking, handlers={"approve": lambda _click: 1 // 0})
    with pytest.raises(ZeroDivisionError):
        broken.answer(service.bearer(), body)
    return taking.answer(service.bearer(), body)


def without_keys(service: ClickService) -> ActionResponse:
    def fetch(url: str) -> bytes:
        raise NetworkError(f"{url}: no answer in time")

    taking = endpoint(service)
    keys = KeysAtUrl("https://keys.example/keys", fetch)
    policy = replace(taking.policy, keys=keys)
    return replace(taking, policy=policy).answer(service.bearer(), service.body())


def without_store(service: ClickService) -> ActionResponse:
    store = SqliteStore(service.folder / "clicks.sqlite", busy_seconds=0)
    taking = replace(endpoint(service), store=store)
    with service.locked_store():
        return taking.answer(service.bearer(), service.body())


MADE: dict[str, tuple[Callable[[ClickService], ActionResponse], str]] = {
    "another button after the decision": (decided, "'approve' was done"),
    "another button while the first is being worked on": (being_worked_on, "'approve' was begun"),
    "a click whose first try never finished": (never_finished, "and never finished"),
    "keys that cannot be read: no answer, a redirect, an error, HTML, gigabytes": (
        without_keys, "https://keys.example/keys: no answer in time"),
    "a store that is locked, full or read-only": (without_store, "database is locked"),
}  # fmt: skip
"""Rows that depend on what the service has or did before, and what the operator reads."""


@pytest.mark.parametrize("row", MADE)
def test_what_happens_is_what_the_row_says(
    row: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make, logged = MADE[row]
    with caplog.at_level(logging.WARNING, "amcli.service"):
        answer = make(ClickService.create(tmp_path))

    assert table()[row] == Told(answer.status_code, answer.status)
    assert ("Retry-After" in answer.headers) is (answer.status_code == 503)
    assert logged in caplog.text


def test_the_table_has_no_other_rows() -> None:
    assert set(table()) == {*ROW_OF.values(), *MADE}
    assert set(ROW_OF) == set(BAD_CLICKS)
