"""The example with FastAPI, as ``python app.py`` starts it, clicked over HTTP."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace

import pytest
from example_service import EXAMPLES, MEGAN, PATTI, REGISTRATION, Example, running

from amcli.card.document import CardDocument
from amcli.errors import NetworkError
from amcli.outlook.issuer import LocalIssuer
from amcli.verify.token_kind import TokenKind

pytestmark = pytest.mark.integration
TEMPLATE = "join-request"
BEGUN = "SELECT count(*) FROM amcli_actions"
MEMBERS = "SELECT count(*) FROM members"
FORGETTING = {
    "clicks.sqlite": "DELETE FROM amcli_actions",
    "groups.sqlite": "DELETE FROM members; UPDATE requests SET state = 'waiting', message = ''",
}


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    with running("group-join", tmp_path_factory.mktemp("example")) as example:
        yield example


@pytest.fixture
def service(started: Example) -> Example:
    """The service, as if nobody had clicked yet."""
    for database, forgetting in FORGETTING.items():
        with closing(sqlite3.connect(started.folder / database)) as connection, connection:
            connection.executescript(forgetting)
    return started


@pytest.fixture
def card(service: Example) -> CardDocument:
    sample = EXAMPLES / "group-join" / "templates" / TEMPLATE / "sample.json"
    return service.mail(TEMPLATE, sample, PATTI)


def opened(card: CardDocument) -> CardDocument:
    """The card as opening the mail clicks it."""
    invoked = {**card.value["autoInvokeAction"], "title": "open"}
    return CardDocument({**card.value, "actions": [invoked]}, card.kind, "opened")


def asked(service: Example, database: str, query: str) -> int:
    with closing(sqlite3.connect(service.folder / database)) as connection:
        found: int = connection.execute(query).fetchone()[0]
        return found


def state(service: Example) -> tuple[str, str, int]:
    """State of the request, the message with it, and how many members the group has."""
    with closing(sqlite3.connect(service.folder / "groups.sqlite")) as database:
        row = database.execute("SELECT state, message FROM requests").fetchone()
    return (*row, asked(service, "groups.sqlite", MEMBERS))


def withdraw(service: Example) -> None:
    done = subprocess.run(
        [sys.executable, "groups.py", "withdraw", "R-501"],
        cwd=service.folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "withdrawn\n"


@contextmanager
def locked(service: Example, database: str) -> Iterator[None]:
    """Let nobody write to one of the service's databases for a while."""
    path = service.folder / database
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


def wait_until_there(service: Example, database: str, query: str) -> None:
    for _ in range(400):
        if asked(service, database, query):
            return
        time.sleep(0.01)
    raise AssertionError(f"{query} stays 0: {service.log.read_text()}")


def test_accepting_makes_a_member_and_brings_the_new_card(
    service: Example, card: CardDocument
) -> None:
    outcome = service.click(card, "Accept", PATTI, {"message": 'Welcome, "Alex"!\n**Now**'})
    assert (outcome.response.status, outcome.shown) == (200, "The request was accepted.")
    assert outcome.notes == ()
    assert outcome.card is not None
    assert "Alex Wilber is now a member of Spring launch" in outcome.card.compact()
    assert "**Accepted** by Patti Fernandez" in outcome.card.compact()
    assert outcome.card.originator == card.originator
    assert state(service) == ("accepted", 'Welcome, "Alex"!\n**Now**', 1)


def test_declining_makes_none(service: Example, card: CardDocument) -> None:
    outcome = service.click(card, "Decline", PATTI)
    assert outcome.shown == "The request was declined."
    assert outcome.card is not None
    assert "Alex Wilber did not join Spring launch" in outcome.card.compact()
    assert state(service) == ("declined", "", 0)


def test_the_same_click_again_gets_the_first_answer_and_another_is_refused(
    service: Example, card: CardDocument
) -> None:
    first, again = (service.click(card, "Accept", PATTI) for _ in range(2))
    assert (again.shown, again.response.body) == (first.shown, first.response.body)
    late = service.click(card, "Decline", PATTI)
    assert (late.response.status, late.shown) == (409, "This was already decided.")
    assert state(service) == ("accepted", "", 1)


def test_a_double_click_is_worked_on_once(service: Example, card: CardDocument) -> None:
    with ThreadPoolExecutor(8) as pool:
        clicks = [pool.submit(service.click, card, "Accept", PATTI) for _ in range(8)]
    answers = {(click.result().shown, click.result().response.body) for click in clicks}
    assert len(answers) == 1
    assert state(service) == ("accepted", "", 1)


def test_only_the_recipient_may_click_whatever_an_address_says(
    service: Example, card: CardDocument
) -> None:
    given_to_megan = replace(MEGAN, address=PATTI.address)
    for somebody in (MEGAN, given_to_megan):
        outcome = service.click(card, "Accept", somebody)
        assert (outcome.response.status, outcome.card) == (403, None)
        assert outcome.shown == "This card was sent to somebody else."
    assert state(service) == ("waiting", "", 0)
    married = replace(PATTI, address="patti.wilson@contoso.com")
    assert service.click(card, "Accept", married).carried_out


def test_a_token_without_upn_is_enough(service: Example, card: CardDocument) -> None:
    token = service.issuer.mint(PATTI, REGISTRATION, kind=TokenKind.ENTRA_V2)
    assert service.click(card, "Accept", PATTI, token=token).carried_out


def test_forged_tokens_are_refused_and_the_log_says_why(
    service: Example, card: CardDocument
) -> None:
    forged = LocalIssuer.create(service.issuer.tenant).mint(PATTI, REGISTRATION)
    outcome = service.click(card, "Accept", PATTI, token=forged)
    assert outcome.response.status == 401
    assert outcome.shown == "This request could not be verified."
    log = service.log.read_text()
    assert "click answered 401" in log
    assert forged.reveal() not in log
    assert state(service) == ("waiting", "", 0)


def test_a_request_that_was_withdrawn_meanwhile_is_not_decided(
    service: Example, card: CardDocument
) -> None:
    withdraw(service)
    outcome = service.click(card, "Accept", PATTI)
    assert outcome.shown == "The request was withdrawn in the meantime."
    assert outcome.card is not None
    assert "There is nothing left to decide." in outcome.card.compact()
    assert state(service) == ("withdrawn", "", 0)


def test_opening_the_mail_shows_what_has_become_of_it_within_two_seconds(
    service: Example, card: CardDocument
) -> None:
    nothing_new = service.click(opened(card), "open", PATTI)
    assert (nothing_new.response.status, nothing_new.card) == (204, None)
    service.click(card, "Decline", PATTI)
    before = time.monotonic()
    again = service.click(opened(card), "open", PATTI)
    assert time.monotonic() - before < 2  # Outlook waits no longer for autoInvokeAction
    assert again.card is not None
    assert "**Declined**" in again.card.compact()
    assert service.click(opened(card), "open", MEGAN).response.status == 403


def test_killed_between_work_and_answer_the_next_click_only_answers(
    service: Example, card: CardDocument
) -> None:
    with ExitStack() as no_answer, ThreadPoolExecutor(1) as pool:
        with locked(service, "groups.sqlite"):
            first = pool.submit(service.click, card, "Accept", PATTI)
            wait_until_there(service, "clicks.sqlite", BEGUN)
            no_answer.enter_context(locked(service, "clicks.sqlite"))
        wait_until_there(service, "groups.sqlite", MEMBERS)
        service.end(signal.SIGKILL)
    with pytest.raises(NetworkError):
        first.result()
    service.start()

    after = service.click(card, "Accept", PATTI)

    assert (after.response.status, after.shown) == (200, "The request was accepted.")
    assert after.card is not None
    assert "**Accepted** by Patti Fernandez" in after.card.compact()
    assert "R-501: done, but not answered since" in service.log.read_text()
    assert service.click(card, "Accept", PATTI).response.body == after.response.body
    assert state(service) == ("accepted", "", 1)


def test_killed_before_the_work_the_next_click_does_it(
    service: Example, card: CardDocument
) -> None:
    with locked(service, "groups.sqlite"), ThreadPoolExecutor(1) as pool:
        first = pool.submit(service.click, card, "Accept", PATTI)
        wait_until_there(service, "clicks.sqlite", BEGUN)
        service.end(signal.SIGKILL)
    with pytest.raises(NetworkError):
        first.result()
    assert state(service) == ("waiting", "", 0)
    service.start()

    other = service.click(card, "Decline", PATTI)
    after = service.click(card, "Accept", PATTI)

    assert (other.response.status, other.card) == (409, None)
    assert (after.response.status, after.shown) == (200, "The request was accepted.")
    assert "and not done; done now" in service.log.read_text()
    assert state(service) == ("accepted", "", 1)
