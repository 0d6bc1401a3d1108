"""A whole mail, inspected: the checks in their order, and the lint of what is inside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from amcli.card.document import CardDocument, CardKind
from amcli.errors import MailError
from amcli.linting.engine import check
from amcli.linting.surroundings import Provider
from amcli.mail.body import embed, script_element
from amcli.mail.message import compose
from amcli.mail.sending import Route, SendRequest, Signing, prepare
from amcli.signing.dkim_key import DkimKey
from amcli.signing.keygen import GeneratedDkimKey, generate_dkim_key
from amcli.signing.keys import SigningKey
from amcli.signing.rsa_key_value import to_xml
from amcli.verify.checks import Outcome
from amcli.verify.inspect import Inspection, inspect

ORIGINATOR = "8a2d1f0e-7c1b-4d7e-9f3a-0c5d6e7f8a9b"
ROUTE = Route.between("approvals@contoso.com", ["anna@contoso.com"], ["ben@contoso.com"])
CARD = CardDocument(
    {
        "type": "AdaptiveCard",
        "version": "1.0",
        "body": [{"type": "TextBlock", "text": "Please decide", "wrap": True}],
    },
    CardKind.ADAPTIVE,
    "card.json",
)


@pytest.fixture(scope="module")
def pair() -> GeneratedDkimKey:
    return generate_dkim_key("contoso.com", "cards")


@pytest.fixture(scope="module")
def key(pair: GeneratedDkimKey) -> SigningKey:
    return SigningKey(pair.private)


def outcomes(seen: Inspection) -> dict[str, Outcome]:
    return {check.name: check.outcome for check in seen.verdict.checks}


def test_a_mail_as_send_makes_it_passes_everything(pair: GeneratedDkimKey, key: SigningKey) -> None:
    request = SendRequest(
        CARD,
        ROUTE,
        signing=Signing(key, ORIGINATOR),
        dkim=DkimKey("contoso.com", "cards", pair.private),
    )
    content = prepare(request).message.content
    seen = inspect(content, "mail", key=key.public, dkim_record=pair.record.text)
    assert seen.ok
    assert set(outcomes(seen).values()) == {Outcome.PASSED}
    names = list(outcomes(seen))
    assert names[0] == "embedding"
    assert names.index("signature") < names.index("sender") < names.index("dkim")
    assert seen.card.document is not None
    assert seen.card.document.value == CARD.value


def test_the_time_of_a_signature_is_judged_by_the_clock_that_was_given(key: SigningKey) -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    request = SendRequest(CARD, ROUTE, signing=Signing(key, ORIGINATOR))
    content = prepare(request, clock=lambda: noon).message.content
    seen = inspect(content, "mail", key=key.public, clock=lambda: noon + timedelta(hours=3))
    (times,) = (check for check in seen.verdict.checks if check.name == "times")
    assert "3 h ago" in times.reason


def test_another_sender_or_recipient_fails_the_claims(key: SigningKey) -> None:
    request = SendRequest(CARD, ROUTE, signing=Signing(key, ORIGINATOR))
    content = prepare(request).message.content
    forwarded = content.replace(b"To: anna@", b"To: eve@").replace(b"From: app", b"From: other.app")
    seen = inspect(forwarded, "mail", key=key.public)
    assert outcomes(seen)["sender"] is Outcome.FAILED
    assert outcomes(seen)["recipients"] is Outcome.FAILED
    assert not seen.ok


def test_an_unsigned_card_fails_where_a_signature_was_asked_for(key: SigningKey) -> None:
    message = compose(
        embed(check(CARD, allow_all=True)), sender=ROUTE.sender, to=ROUTE.to, subject="x"
    )
    assert outcomes(inspect(message.content, "mail"))["signature"] is Outcome.SKIPPED
    seen = inspect(message.content, "mail", key=key.public)
    assert outcomes(seen)["signature"] is Outcome.FAILED


def test_the_card_inside_is_linted() -> None:
    bad = CardDocument({**CARD.value, "version": 1}, CardKind.ADAPTIVE, "card.json")
    message = compose(
        embed(check(bad, allow_all=True)), sender=ROUTE.sender, to=ROUTE.to, subject="x"
    )
    seen = inspect(message.content, "mail")
    assert seen.findings
    assert not seen.ok


@pytest.mark.parametrize("head", [b"", b"From: a@x.de\r\nFrom: b@x.de\r\n"])
def test_there_must_be_one_sender(head: bytes) -> None:
    content = head + b"Subject: x\r\nContent-Type: text/html\r\n\r\n" + (
        embed(check(CARD, allow_all=True)).html.encode()
    )  # fmt: skip
    assert outcomes(inspect(content, "mail"))["from"] is Outcome.FAILED


def test_a_header_in_front_of_a_signed_mail_fails(pair: GeneratedDkimKey) -> None:
    request = SendRequest(
        CARD, ROUTE, dkim=DkimKey("contoso.com", "cards", pair.private), allow=["AM901"]
    )
    content = prepare(request).message.content
    assert inspect(content, "mail", dkim_record=pair.record.text).ok
    for header in (b"Subject: Other", b"Date: x", b"MIME-Version: 1.0", b"To: e@x.de"):
        seen = inspect(header + b"\r\n" + content, "mail", dkim_record=pair.record.text)
        assert outcomes(seen)["headers"] is Outcome.FAILED
        assert not seen.ok


def test_a_carriage_return_cannot_hide_a_second_mail_from_the_signature(
    pair: GeneratedDkimKey,
) -> None:
    request = SendRequest(
        CARD, ROUTE, dkim=DkimKey("contoso.com", "cards", pair.private), allow=["AM901"]
    )
    genuine = prepare(request).message.content
    forged = (
        b"X-A: b\rFrom: approvals@contoso.com\rTo: victim@x.com\rContent-Type: text/html\r\r"
        b"<html>" + script_element(CARD).encode() + b"<!--\r\n"
    )
    with pytest.raises(MailError, match="without a line feed"):
        inspect(forged + genuine, "mail", dkim_record=pair.record.text)


def test_mixed_line_ends_fail_and_line_feeds_alone_do_not() -> None:
    body = embed(check(CARD, self_addressed=True))
    content = compose(body, sender="a@x.de", to=["a@x.de"], subject="x").content
    assert outcomes(inspect(content.replace(b"\r\n", b"\n"), "mail"))["lines"] is Outcome.PASSED
    assert outcomes(inspect(content + b"\n", "mail"))["lines"] is Outcome.FAILED


def test_a_signed_mail_is_checked_with_the_registered_key(key: SigningKey) -> None:
    content = prepare(SendRequest(CARD, ROUTE, signing=Signing(key, ORIGINATOR))).message.content
    provider = Provider(public_key=to_xml(key.public.public))
    assert outcomes(inspect(content, "mail"))["signature"] is not Outcome.PASSED
    assert outcomes(inspect(content, "mail", provider=provider))["signature"] is Outcome.PASSED


def test_the_card_of_a_mail_is_held_against_its_registration() -> None:
    document = CardDocument({**CARD.value, "originator": ORIGINATOR}, CARD.kind, CARD.source)
    content = prepare(SendRequest(document, ROUTE)).message.content
    provider = Provider(originator=ORIGINATOR, senders=("others@contoso.com",))
    assert inspect(content, "mail").findings == ()
    assert [f.rule for f in inspect(content, "mail", provider=provider).findings] == ["AM912"]
