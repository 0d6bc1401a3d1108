"""The way of a click through a service: each check, and the work done once."""

from __future__ import annotations

import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from amcli.card.reserved import PURPOSE_TOKEN_PLACEHOLDER
from amcli.outlook.issuer import LocalIssuer, Person, Registration
from amcli.secrets import Secret
from amcli.service.action_response import ActionResponse
from amcli.service.endpoint import ActionEndpoint, VerifiedClick
from amcli.service.purpose import Purpose, mint
from amcli.service.purpose_keys import PurposeKeys
from amcli.service.sqlite_store import SqliteStore
from amcli.service.store import StoreUnavailable
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
            raise KeysUnreachable("the metadata server does not answer")

    unsure = replace(endpoint, policy=replace(endpoint.policy, keys=Unreachable()))

    answer = unsure.answer(bearer(issuer.mint(ADELE, EXPENSES)), body())

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"


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

    assert "the performer is not the recipient" in caplog.text
    assert token.reveal() not in caplog.text
    assert json.loads(content)["token"] not in caplog.text
