"""The example with Flask, as ``python app.py`` starts it, clicked over HTTP."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from example_service import ADELE, EXAMPLES, MEGAN, REGISTRATION, Example, running

from amcli.card.document import CardDocument
from amcli.outlook.issuer import LocalIssuer
from amcli.verify.token_kind import TokenKind

pytestmark = pytest.mark.integration
TEMPLATE = "expense-decision"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Example]:
    with running("expense-approval", tmp_path) as example:
        yield example


@pytest.fixture
def card(service: Example) -> CardDocument:
    sample = EXAMPLES / "expense-approval" / "templates" / TEMPLATE / "sample.json"
    return service.mail(TEMPLATE, sample, ADELE)


def state(service: Example) -> tuple[str, str]:
    with closing(sqlite3.connect(service.folder / "expenses.sqlite")) as database:
        found: tuple[str, str] = database.execute("SELECT state, reason FROM expenses").fetchone()
        return found


def test_a_click_approves_and_brings_the_new_card(service: Example, card: CardDocument) -> None:
    outcome = service.click(card, "Approve", ADELE)
    assert (outcome.response.status, outcome.shown) == (200, "The expense was approved.")
    assert outcome.notes == ()
    assert outcome.card is not None
    assert "**Approved** by Adele Vance" in outcome.card.compact()
    assert outcome.card.originator == card.originator
    assert state(service) == ("approved", "")


def test_the_same_click_again_is_answered_and_not_worked_on(
    service: Example, card: CardDocument
) -> None:
    with ThreadPoolExecutor(4) as pool:
        clicks = [pool.submit(service.click, card, "Approve", ADELE) for _ in range(4)]
    assert {click.result().shown for click in clicks} == {"The expense was approved."}
    late = service.click(card, "Reject", ADELE, {"reason": "Changed my mind"})
    assert late.response.status == 409
    assert state(service) == ("approved", "")


def test_a_rejection_needs_a_reason_and_can_then_be_made(
    service: Example, card: CardDocument
) -> None:
    without = service.click(card, "Reject", ADELE)
    assert (without.response.status, state(service)[0]) == (400, "waiting")
    reason = 'Second class, "please"\nThank you'
    assert service.click(card, "Reject", ADELE, {"reason": reason}).carried_out
    assert state(service) == ("rejected", reason)


def test_opening_the_mail_shows_the_decision_within_two_seconds(
    service: Example, card: CardDocument
) -> None:
    opened = CardDocument({**card.value, "actions": [
        {**card.value["autoInvokeAction"], "title": "open"}]}, card.kind, "opened")  # fmt: skip
    assert service.click(opened, "open", ADELE).card is None
    service.click(card, "Approve", ADELE)
    before = time.monotonic()
    again = service.click(opened, "open", ADELE)
    assert time.monotonic() - before < 2  # Outlook waits no longer for autoInvokeAction
    assert again.card is not None
    assert "**Approved**" in again.card.compact()


def test_nobody_else_decides(service: Example, card: CardDocument) -> None:
    forged = LocalIssuer.create(service.issuer.tenant)
    assert service.click(card, "Approve", MEGAN).response.status == 403
    stranger = forged.mint(ADELE, REGISTRATION)
    assert service.click(card, "Approve", ADELE, token=stranger).response.status == 401
    other = service.issuer.mint(ADELE, REGISTRATION, kind=TokenKind.ENTRA_V2)
    assert service.click(card, "Approve", ADELE, token=other).response.status in {401, 403}
    assert state(service)[0] == "waiting"
