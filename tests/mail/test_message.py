"""The composed bytes: what stands in the head, how the parts travel, that the card survives."""

from __future__ import annotations

import email
import email.policy
import json
import re
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.card.document import CardDocument, CardKind
from amcli.errors import AddressError
from amcli.linting.finding import CheckedCard
from amcli.mail.body import HtmlBody, embed
from amcli.mail.message import CORRELATION_HEADER, MailMessage, compose
from amcli.received.eml import read_mail
from amcli.verify.embedded import extract

SENDER, ANNA, BEN = "approvals@contoso.com", "anna@contoso.com", "ben@fabrikam.com"


def composed(subject: str = "Please decide", **more: object) -> MailMessage:
    arguments: dict[str, object] = {"sender": SENDER, "to": [ANNA], "subject": subject, **more}
    return compose(HtmlBody("<p>Grüße</p>\n", "Grüße\n"), **arguments)  # type: ignore[arg-type]  # any argument may be given


def read(message: MailMessage) -> EmailMessage:
    return email.message_from_bytes(message.content, policy=email.policy.default)  # type: ignore[return-value]  # the policy decides the class


def test_the_head_says_who_when_and_what() -> None:
    message = compose(
        HtmlBody("<p>x</p>", "x"),
        sender=SENDER,
        to=[ANNA],
        cc=[BEN],
        subject="Bitte entscheiden: 12 €",
        clock=lambda: datetime(2026, 7, 4, 12, 0, tzinfo=UTC),
        random=lambda count: bytes(range(count)),
    )
    head = read(message)
    assert (head["From"], head["To"], head["Cc"]) == (SENDER, ANNA, BEN)
    assert head["Subject"] == "Bitte entscheiden: 12 €"
    assert head["Date"] == "Sat, 04 Jul 2026 12:00:00 +0000"
    assert head["Message-ID"] == "<20260704120000.000102030405060708090a0b@contoso.com>"
    assert message.message_id == head["Message-ID"]
    assert head[CORRELATION_HEADER] == "00010203-0405-4607-8809-0a0b0c0d0e0f"
    assert head["Bcc"] is None


def test_text_comes_first_and_both_parts_are_utf8() -> None:
    parts = list(read(composed()).iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [part.get_content_charset() for part in parts] == ["utf-8", "utf-8"]
    assert [part.get_content().strip() for part in parts] == ["Grüße", "<p>Grüße</p>"]  # type: ignore[attr-defined]  # the parts are EmailMessages


@given(st.text(max_size=300), st.text(max_size=300))
def test_every_text_arrives_and_every_line_is_short_ascii_ended_by_crlf(
    html: str, text: str
) -> None:
    encodable = [t.encode("utf-8", "replace").decode() for t in (html, text)]
    message = compose(HtmlBody(*encodable), sender=SENDER, to=[ANNA], subject="x")
    lines = message.content.split(b"\r\n")
    assert message.content.isascii()
    assert max(map(len, lines)) <= 78
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    parts = [p.get_payload(decode=True).decode() for p in read(message).iter_parts()]  # type: ignore[union-attr]  # the parts are EmailMessages
    assert parts == [re.sub(r"\r\n|\r|\n", "\r\n", t) for t in reversed(encodable)]


@pytest.mark.parametrize("line", ["From here on", ".", "..", "--", "a  ", "\t"])
def test_lines_that_relays_like_to_change_are_encoded(line: str) -> None:
    message = compose(HtmlBody(f"{line}\n" * 3, "x"), sender=SENDER, to=[ANNA], subject="x")
    body = message.content.partition(b"\r\n\r\n")[2]
    assert not re.search(rb"(?m)^(From |\.)|[ \t]\r$", body)


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(_json, st.sampled_from(CardKind), st.text(max_size=80))
def test_whatever_json_is_in_the_card_arrives_as_the_same_value(
    value: object, kind: CardKind, words: str
) -> None:
    name = {"type": "AdaptiveCard"} if kind is CardKind.ADAPTIVE else {"@type": "MessageCard"}
    card = {**name, "body": [{"type": "TextBlock", "text": words}], "data": value, "sections": []}
    document = CardDocument(card, kind, "card.json")
    message = compose(embed(CheckedCard(document, ())), sender=SENDER, to=[ANNA], subject="x")
    arrived = extract(read_mail(message.content, "mail"))
    assert arrived.document is not None
    assert json.dumps(arrived.document.value) == json.dumps(card)
    assert all(check.outcome.value == "passed" for check in arrived.checks)
    assert arrived.notes == ()


@pytest.mark.parametrize(
    "subject", ["plain", "=?utf-8?q?no?=", "ü" * 300, "x" * 900, "two  spaces", "🎉 party", "~ -"]
)
def test_subjects_arrive_as_they_are(subject: str) -> None:
    message = composed(subject)
    assert read_mail(message.content, "mail").subject[:400] == " ".join(subject.split())[:400]
    assert max(map(len, message.content.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    "injected",
    [
        {"subject": "x\r\nBcc: eve@evil.com"},
        {"subject": "x\nBcc: eve@evil.com"},
        {"sender": "a@contoso.com\r\nBcc: eve@evil.com"},
        {"to": [ANNA, "b@contoso.com\nBcc: eve@evil.com"]},
        {"cc": ["b@contoso.com>\r\nRCPT TO:<eve@evil.com"]},
        {"correlation_id": "1\r\nBcc: eve@evil.com"},
        {"correlation_id": "with space"},
    ],
)
def test_header_injection_is_refused(injected: dict[str, object]) -> None:
    with pytest.raises(AddressError):
        composed(**injected)  # type: ignore[arg-type]  # wrong on purpose


@given(st.text(max_size=60))
def test_no_subject_adds_a_header(subject: str) -> None:
    try:
        message = composed(subject)
    except AddressError:
        return
    assert set(read(message).keys()) == set(read(composed()).keys())


def test_a_mail_without_recipients_in_to_is_refused() -> None:
    with pytest.raises(AddressError, match="nobody"):
        composed(to=[], cc=[BEN])


def test_recipients_are_everybody_once_to_before_cc() -> None:
    message = composed(to=[ANNA, ANNA], cc=[BEN, ANNA])
    assert message.recipients == (ANNA, BEN)
    assert (read(message)["To"], read(message)["Cc"]) == (ANNA, BEN)


def test_two_mails_have_different_ids() -> None:
    first, second = composed(), composed()
    assert first.message_id != second.message_id
    assert read(first)[CORRELATION_HEADER] != read(second)[CORRELATION_HEADER]
