"""The way of a click through a service: each check, and the work done once."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from amcli.card.reserved import PURPOSE_TOKEN_PLACEHOLDER
from amcli.errors import UsageError
from amcli.outlook.issuer import LocalIssuer, Person, Registration
from amcli.secrets import Secret
from amcli.service import StatusLineWarning
from amcli.service.action_response import ActionResponse, RequestRefused
from amcli.service.endpoint import ActionEndpoint, VerifiedClick
from amcli.service.purpose import Purpose, mint
from amcli.service.purpose_keys import PurposeKeys
from amcli.service.sqlite_store import SqliteStore
from amcli.service.store import StoreUnavailable, Unfinished
from amcli.verify.keyset import StaticKeys
from amcli.verify.token import TokenPolicy
from amcli.verify.token_errors import KeysUnreachable

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ADELE = Person.create("adele@contoso.com", "Adele Vance")
EVE = Person.create("eve@contoso.com", "Eve")
EXPENSES = Registration(
    "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"
)
PURPOSE = Purpose(
    "expenses@contoso.com", "expense-approval", "EXP-1", ADELE.address, ("approve", "reject")
)
PURPOSE_KEYS = PurposeKeys.generate("k1")


def clock() -> datetime:
    return NOW


@pytest.fixture(scope="module")
def issuer() -> LocalIssuer:
    return LocalIssuer.create(clock=clock)


@dataclass
class Ledger:
    """The work of this service: what was decided, in order."""

    decided: list[tuple[str, str]] = field(default_factory=list)

    def approve(self, click: VerifiedClick) -> ActionResponse:
        self.decided.append((click.action, click.purpose.subject))
        return ActionResponse.success("Approved.", card={"type": "AdaptiveCard"})

    def reject(self, click: VerifiedClick) -> ActionResponse:
        if not click.body.get("comment"):
            return ActionResponse.failure(400, "Please give a reason.")
        self.decided.append((click.action, click.purpose.subject))
        return ActionResponse.success("Rejected.")


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def endpoint(issuer: LocalIssuer, ledger: Ledger, tmp_path: Path) -> ActionEndpoint:
    keys = StaticKeys.from_mapping(issuer.jwks())
    return ActionEndpoint(
        policy=TokenPolicy((EXPENSES.app_id_uri,), frozenset({issuer.tenant}), keys),
        purpose_keys=PURPOSE_KEYS,
        sender=PURPOSE.sender,
        template=PURPOSE.template,
        handlers={"approve": ledger.approve, "reject": ledger.reject},
        store=SqliteStore(tmp_path / "actions.sqlite", clock=clock),
        clock=clock,
    )


def bearer(token: Secret) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.reveal()}"}


def body(action: str = "approve", token: str | None = None, **more: Any) -> bytes:
    purpose_token = mint(PURPOSE, PURPOSE_KEYS, clock=clock) if token is None else token
    return json.dumps({"action": action, "token": purpose_token, **more}).encode()


def test_a_verified_click_is_carried_out(
    endpoint: ActionEndpoint, ledger: Ledger, issuer: LocalIssuer
) -> None:
    answer = endpoint.answer(bearer(issuer.mint(ADELE, EXPENSES)), body())

    assert (answer.status_code, answer.status) == (200, "Approved.")
    assert ledger.decided == [("approve", "EXP-1")]


def test_the_same_click_again_gets_the_first_answer_and_no_work(
    endpoint: ActionEndpoint, ledger: Ledger, issuer: LocalIssuer
) -> None:
    content = body()
    # Every click has a bearer token of its own: that is not what counts.
    answers = [endpoint.answer(bearer(issuer.mint(ADELE, EXPENSES)), content) for _ in range(3)]

    assert answers[0] == answers[1] == answers[2]
    assert len(ledger.decided) == 1


def test_another_action_after_the_decision_is_refused(
    endpoint: ActionEndpoint, ledger: Ledger, issuer: LocalIssuer
) -> None:
    token = mint(PURPOSE, PURPOSE_KEYS, clock=clock)
    headers = bearer(issuer.mint(ADELE, EXPENSES))
    endpoint.answer(headers, body("approve", token))

    answer = endpoint.answer(headers, body("reject", token, comment="no"))

    assert (answer.status_code, answer.status) == (409, "This was already decided.")
    assert len(ledger.decided) == 1


def test_a_click_that_the_handler_declines_can_be_made_again(
    endpoint: ActionEndpoint, ledger: Ledger, issuer: LocalIssuer
) -> None:
    token = mint(PURPOSE, PURPOSE_KEYS, clock=clock)
    headers = bearer(issuer.mint(ADELE, EXPENSES))

    assert endpoint.answer(headers, body("reject", token)).status_code == 400
    assert endpoint.answer(headers, body("reject", token, comment="no")).status_code == 200


def test_a_double_click_at_the_same_moment_gets_one_answer_twice(
    endpoint: ActionEndpoint, ledger: Ledger, issuer: LocalIssuer
) -> None:
    both_there = threading.Barrier(2)

    def slowly(click: VerifiedClick) -> ActionResponse:
        threading.Event().wait(0.2)
        return ledger.approve(click)

    def once() -> ActionResponse:
        both_there.wait()
        return slow.answer(headers, content)

    slow = replace(endpoint, handlers={"approve": slowly})
    headers, content = bearer(issuer.mint(ADELE, EXPENSES)), body()
    with ThreadPoolExecutor(2) as pool:
        answers = [future.result() for future in [pool.submit(once), pool.submit(once)]]

    assert answers[0] == answers[1]
    assert len(ledger.decided) == 1


def test_a_click_whose_work_broke_off_is_unfinished_and_the_service_decides(
    endpoint: ActionEndpoint, issuer: LocalIssuer
) -> None:
    def broken(_click: VerifiedClick) -> ActionResponse:
        raise ZeroDivisionError

    later = replace(
        endpoint, handlers={"approve": broken}, clock=lambda: NOW + timedelta(minutes=1)
    )
    headers, content = bearer(issuer.mint(ADELE, EXPENSES)), body()
    with pytest.raises(ZeroDivisionError):
        later.answer(headers, content)

    answer = later.answer(headers, content)

    assert answer.status_code == 409
    assert "not finished" in answer.status


@pytest.mark.parametrize("asynchronous", [False, True])
def test_an_unfinished_click_is_taken_over_and_completed_once(
    endpoint: ActionEndpoint, ledger: Ledger, issuer: LocalIssuer, asynchronous: bool
) -> None:
    def take_over(click: VerifiedClick, unfinished: Unfinished) -> ActionResponse:
        ours = unfinished.take_over()
        assert ours is not None
        answer = ledger.approve(click)
        ours.complete(answer)
        return answer

    async def take_over_async(click: VerifiedClick, unfinished: Unfinished) -> ActionResponse:
        return take_over(click, unfinished)

    headers, content = bearer(issuer.mint(ADELE, EXPENSES)), body()
    broken = replace(endpoint, handlers={"approve": lambda _click: 1 // 0})
    with pytest.raises(ZeroDivisionError):
        broken.answer(headers, content)
    decide = take_over_async if asynchronous else take_over
    later = replace(endpoint, on_unfinished=decide, clock=lambda: NOW + timedelta(minutes=1))
    assert later.is_async is asynchronous

    answers = [asyncio.run(later.answer_async(headers, content)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(ledger.decided) == 1


@pytest.mark.parametrize("asynchronous", [False, True])
def test_an_unfinished_click_that_the_store_cannot_hand_over_is_answered_later(
    endpoint: ActionEndpoint, issuer: LocalIssuer, asynchronous: bool
) -> None:
    def locked(_click: VerifiedClick, _unfinished: Unfinished) -> ActionResponse:
        raise StoreUnavailable("clicks.sqlite: database is locked")

    async def locked_async(click: VerifiedClick, unfinished: Unfinished) -> ActionResponse:
        return locked(click, unfinished)

    headers, content = bearer(issuer.mint(ADELE, EXPENSES)), body()
    broken = replace(endpoint, handlers={"approve": lambda _click: 1 // 0})
    with pytest.raises(ZeroDivisionError):
        broken.answer(headers, content)
    late = replace(endpoint, clock=lambda: NOW + timedelta(minutes=1))

    if asynchronous:
        waiting = replace(late, on_unfinished=locked_async)
        answer = asyncio.run(waiting.answer_async(headers, content))
    else:
        answer = replace(late, on_unfinished=locked).answer(headers, content)

    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)


def test_bearer_tokens_that_do_not_count(
    endpoint: ActionEndpoint, ledger: Ledger, issuer: LocalIssuer
) -> None:
    forged = LocalIssuer.create(issuer.tenant, clock=clock).mint(ADELE, EXPENSES)
    expired = issuer.mint(ADELE, EXPENSES, lifetime=timedelta(hours=-1))
    elsewhere = issuer.mint(ADELE, EXPENSES, changes={"aud": "api://another"})

    answers = [endpoint.answer(bearer(t), body()) for t in (forged, expired, elsewhere)]

    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert {answer.status for answer in answers} == {"This request could not be verified."}
    assert ledger.decided == []


@pytest.mark.parametrize(
    ("content", "status", "shown"),
    [
        (body(token=PURPOSE_TOKEN_PLACEHOLDER), 403, "cannot be used"),
        (body(token=mint(PURPOSE, PurposeKeys.generate("k1"), clock=clock)), 403, "cannot be used"),
        (
            body(token=mint(PURPOSE, PURPOSE_KEYS, clock=clock, lifetime=timedelta(0))),
            403,
            "too old",
        ),
        (
            body(token=mint(replace(PURPOSE, template="survey"), PURPOSE_KEYS, clock=clock)),
            403,
            "cannot be used",
        ),
        (
            body(token=mint(replace(PURPOSE, sender="eve@contoso.com"), PURPOSE_KEYS, clock=clock)),
            403,
            "cannot be used",
        ),
        (
            body(token=mint(replace(PURPOSE, actions=("reject",)), PURPOSE_KEYS, clock=clock)),
            403,
            "does not offer",
        ),
        (body(action="delete"), 403, "does not offer"),
        (b'{"action": "approve"}', 400, "cannot read"),
        (b'{"action": ["approve"], "token": 1}', 400, "cannot read"),
        (b"action=approve", 400, "cannot read"),
    ],
)
def test_bodies_that_do_not_count(
    endpoint: ActionEndpoint,
    ledger: Ledger,
    issuer: LocalIssuer,
    content: bytes,
    status: int,
    shown: str,
) -> None:
    answer = endpoint.answer(bearer(issuer.mint(ADELE, EXPENSES)), content)

    assert answer.status_code == status
    assert shown in answer.status
    assert ledger.decided == []


def test_another_performer_than_the_recipient_is_refused(
    endpoint: ActionEndpoint, ledger: Ledger, issuer: LocalIssuer
) -> None:
    answer = endpoint.answer(bearer(issuer.mint(EVE, EXPENSES)), body())

    assert (answer.status_code, answer.status) == (403, "This card was sent to somebody else.")
    assert ledger.decided == []


@pytest.mark.parametrize(
    ("recipient", "upn"),
    [
        ("mike@contoso.com", "mi\u212ae@contoso.com"),
        ("strauss@contoso.com", "strau\xdf@contoso.com"),
    ],
)
def test_a_performer_whose_name_only_unicode_takes_for_the_recipients_is_refused(
    endpoint: ActionEndpoint,
    ledger: Ledger,
    issuer: LocalIssuer,
    recipient: str,
    upn: str,
) -> None:
    content = body(token=mint(replace(PURPOSE, recipient=recipient), PURPOSE_KEYS, clock=clock))
    stranger = issuer.mint(EVE, EXPENSES, changes={"upn": upn})
    themselves = issuer.mint(EVE, EXPENSES, changes={"upn": recipient.upper()})

    assert endpoint.answer(bearer(stranger), content).status_code == 403
    assert ledger.decided == []
    assert endpoint.answer(bearer(themselves), content).ok


def test_a_token_without_object_id_names_nobody(
    endpoint: ActionEndpoint, ledger: Ledger, issuer: LocalIssuer
) -> None:
    token = issuer.mint(ADELE, EXPENSES, changes={"oid": None})

    assert endpoint.answer(bearer(token), body()).status_code in {401, 403}
    assert ledger.decided == []


def test_keys_that_cannot_be_read_are_no_forgery(
    endpoint: ActionEndpoint, issuer: LocalIssuer
) -> None:
    class Unreachable:
        origin = "nowhere"

        def find(self, _kid: str, _authority: object) -> Any:
            raise KeysUnreachable("the metadata server does not answer", retry_after=240)

    unsure = replace(endpoint, policy=replace(endpoint.policy, keys=Unreachable()))

    answer = unsure.answer(bearer(issuer.mint(ADELE, EXPENSES)), body())

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "240"


def test_a_store_that_cannot_be_used_is_503(endpoint: ActionEndpoint, issuer: LocalIssuer) -> None:
    class Broken:
        def claim(self, *_click: str) -> Any:
            raise StoreUnavailable("disk full")

    answer = replace(endpoint, store=Broken()).answer(bearer(issuer.mint(ADELE, EXPENSES)), body())

    assert answer.status_code == 503


def test_the_log_says_why_and_holds_no_token(
    endpoint: ActionEndpoint, issuer: LocalIssuer, caplog: pytest.LogCaptureFixture
) -> None:
    token = issuer.mint(EVE, EXPENSES)
    content = body()
    with caplog.at_level(logging.WARNING, "amcli.service"):
        endpoint.answer(bearer(token), content)

    assert "the performer is not the recipient (by upn; where that is not" in caplog.text
    assert token.reveal() not in caplog.text
    assert json.loads(content)["token"] not in caplog.text


def test_the_log_says_what_was_clicked_on_what_and_by_whom(
    endpoint: ActionEndpoint, issuer: LocalIssuer, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_click: VerifiedClick) -> ActionResponse:
        raise RequestRefused("closed", ActionResponse.failure(409, "The books are closed."))

    adele, token = bearer(issuer.mint(ADELE, EXPENSES)), mint(PURPOSE, PURPOSE_KEYS, clock=clock)
    eve = bearer(issuer.mint(EVE, EXPENSES))
    closed = replace(endpoint, handlers={**endpoint.handlers, "approve": refuse})
    with caplog.at_level(logging.INFO, "amcli.service"):
        endpoint.answer(eve, body(token=token))
        closed.answer(adele, body(token=token))
        asyncio.run(closed.answer_async(adele, body(token=token)))
        endpoint.answer(adele, body(token=token))
        endpoint.answer(adele, body("reject", token=token))

    logged = [(r.levelname, r.getMessage().partition(" [")[0]) for r in caplog.records]
    on = f'"approve" on "EXP-1" by "{issuer.tenant}/{ADELE.object_id}"'
    by_eve = f'"approve" on "EXP-1" by "{issuer.tenant}/{EVE.object_id}"'
    assert logged[0][1].startswith(f"click answered 403: {by_eve}: the performer is not")
    assert logged[1:4] == [
        ("WARNING", f"click answered 409: {on}: closed"),
        ("WARNING", f"click answered 409: {on}: closed"),
        ("INFO", f"click answered 200: {on}"),
    ]
    assert logged[4][1].endswith("'approve' was done with this limited-purpose token before")


def test_refusals_are_written_where_nobody_has_set_logging_up(tmp_path: Path) -> None:
    program = """
from amcli.service import ServiceSettings
from amcli.service.action_verifier import refusal
from amcli.service.action_request import ActionRequest, RequestRefused
try:
    ActionRequest.read({}, b"{}")
except RequestRefused as refused:
    refusal(refused, {})
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stderr == (
        "click answered 401: no bearer token in Authorization or Action-Authorization [no ids]\n"
    )


def test_an_action_cannot_be_handled_once_and_refreshed_each_time(
    endpoint: ActionEndpoint, ledger: Ledger
) -> None:
    with pytest.raises(UsageError, match="both handler and refresher: approve"):
        replace(endpoint, refreshers={"approve": ledger.approve})


def test_coroutine_functions_run_on_the_loop_and_many_clicks_at_once_do_the_work_once(
    endpoint: ActionEndpoint, ledger: Ledger, issuer: LocalIssuer
) -> None:
    threads: set[int] = set()

    async def slowly(click: VerifiedClick) -> ActionResponse:
        threads.add(threading.get_ident())
        await asyncio.sleep(0.2)
        return ledger.approve(click)

    async def all_at_once() -> list[ActionResponse]:
        # More than the loop has threads: those who wait must not keep the first from finishing.
        return await asyncio.gather(*(on_loop.answer_async(headers, content) for _ in range(50)))

    on_loop = replace(endpoint, handlers={"approve": slowly})
    headers, content = bearer(issuer.mint(ADELE, EXPENSES)), body()
    answers = asyncio.run(all_at_once())

    assert {(answer.status_code, answer.status) for answer in answers} == {(200, "Approved.")}
    assert len(ledger.decided) == 1
    assert threads == {threading.get_ident()}


def test_other_handlers_run_in_a_thread_of_an_async_service(
    endpoint: ActionEndpoint, ledger: Ledger, issuer: LocalIssuer
) -> None:
    threads: set[int] = set()

    def blocking(click: VerifiedClick) -> ActionResponse:
        threads.add(threading.get_ident())
        return ledger.approve(click)

    answering = replace(endpoint, handlers={"approve": blocking})
    headers = bearer(issuer.mint(ADELE, EXPENSES))
    answer = asyncio.run(answering.answer_async(headers, body()))

    assert answer.status == "Approved."
    assert threading.get_ident() not in threads


def test_a_coroutine_function_in_a_sync_service_is_told(
    endpoint: ActionEndpoint, issuer: LocalIssuer
) -> None:
    async def approve(_click: VerifiedClick) -> ActionResponse:
        raise AssertionError("never called")

    wrong = replace(endpoint, handlers={"approve": approve})

    assert wrong.is_async
    with pytest.raises(UsageError, match="coroutine function"):
        wrong.answer(bearer(issuer.mint(ADELE, EXPENSES)), body())


def test_a_handler_that_answers_nothing_is_told(
    endpoint: ActionEndpoint, issuer: LocalIssuer
) -> None:
    wrong = replace(endpoint, handlers={"approve": lambda _click: None})  # type: ignore[dict-item]

    with pytest.raises(UsageError, match="ActionResponse, not NoneType"):
        wrong.answer(bearer(issuer.mint(ADELE, EXPENSES)), body())


@pytest.mark.parametrize("is_async", [False, True])
def test_a_handler_can_refuse_and_the_click_can_be_made_again(
    endpoint: ActionEndpoint, ledger: Ledger, issuer: LocalIssuer, is_async: bool
) -> None:
    def refuse(_click: VerifiedClick) -> ActionResponse:
        raise RequestRefused("over the limit", ActionResponse.failure(403, "Too much for you."))

    async def refuse_async(click: VerifiedClick) -> ActionResponse:
        return refuse(click)

    refusing = replace(endpoint, handlers={"approve": refuse_async if is_async else refuse})
    headers, content = bearer(issuer.mint(ADELE, EXPENSES)), body()
    if is_async:
        answer = asyncio.run(refusing.answer_async(headers, content))
    else:
        answer = refusing.answer(headers, content)

    assert (answer.status_code, answer.status) == (403, "Too much for you.")
    assert endpoint.answer(headers, content).ok


def test_work_in_the_stores_own_transaction_is_done_with_the_answer_or_not_at_all(
    endpoint: ActionEndpoint, issuer: LocalIssuer, tmp_path: Path
) -> None:
    path = tmp_path / "expenses.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE decision (number TEXT)")
    headers, content = bearer(issuer.mint(ADELE, EXPENSES)), body()
    broken = [True]

    def decide(click: VerifiedClick) -> ActionResponse:
        assert click.transaction is not None
        click.transaction.execute("INSERT INTO decision VALUES (?)", (click.purpose.subject,))
        if broken.pop():
            broken.append(False)
            raise ZeroDivisionError
        return ActionResponse.success("Approved.")

    own = SqliteStore(path, transactional=True, clock=clock)
    whole = replace(endpoint, store=own, handlers={"approve": decide})
    with pytest.raises(ZeroDivisionError):
        whole.answer(headers, content)
    answers = [whole.answer(headers, content) for _ in range(2)]

    assert [answer.status for answer in answers] == ["Approved.", "Approved."]
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT number FROM decision").fetchall() == [("EXP-1",)]


def test_what_only_looks_uses_nothing_up(
    endpoint: ActionEndpoint, ledger: Ledger, issuer: LocalIssuer
) -> None:
    asked: list[str] = []

    def look(click: VerifiedClick) -> ActionResponse:
        asked.append(click.purpose.subject)
        return ActionResponse.not_modified()

    purpose = replace(PURPOSE, actions=("approve", "look"))
    token = mint(purpose, PURPOSE_KEYS, clock=clock)
    both = replace(endpoint, refreshers={"look": look})
    headers = bearer(issuer.mint(ADELE, EXPENSES))
    answers = [both.answer(headers, body(name, token)) for name in ("look", "approve", "look")]

    assert [answer.status_code for answer in answers] == [204, 200, 204]
    assert asked == ["EXP-1", "EXP-1"]


@pytest.mark.parametrize("line", ["Approved by Adele Vance.", "adele@contoso.com did it"])
@pytest.mark.filterwarnings("ignore:the status line names an e-mail address")
@pytest.mark.filterwarnings("always::amcli.service.StatusLineWarning")
def test_a_status_line_that_names_who_clicked_is_told_to_the_test(
    endpoint: ActionEndpoint, issuer: LocalIssuer, line: str
) -> None:
    naming = replace(endpoint, handlers={"approve": lambda _click: ActionResponse.success(line)})

    with pytest.warns(StatusLineWarning, match="names who clicked"):
        naming.answer(bearer(issuer.mint(ADELE, EXPENSES)), body())
