"""DKIM of a mail: against a given record, against DNS, and against neither."""

from __future__ import annotations

import re
import time

import dkim
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from amcli.errors import NetworkError, UnreadableInput
from amcli.mail.body import HtmlBody
from amcli.mail.dkim import add_dkim
from amcli.mail.message import MailMessage, compose
from amcli.signing.dkim_key import DkimKey, Ed25519DkimKey
from amcli.signing.keygen import GeneratedDkimKey, generate_dkim_key
from amcli.verify.checks import Check, Outcome
from amcli.verify.dkim import check_dkim, dns_txt, record_text

SENDER = "approvals@contoso.com"


@pytest.fixture(scope="module")
def pair() -> GeneratedDkimKey:
    return generate_dkim_key("contoso.com", "mail2026", ed25519=True)


@pytest.fixture(scope="module")
def key(pair: GeneratedDkimKey) -> DkimKey:
    return DkimKey("contoso.com", "mail2026", pair.private)


def mail(html: str = "<p>Grüße</p>\n") -> MailMessage:
    return compose(HtmlBody(html, "Grüße\n"), sender=SENDER, to=["anna@contoso.com"], subject="x")


def outcomes(checks: list[Check]) -> list[tuple[str, str]]:
    return [(check.name, check.outcome.value) for check in checks]


def test_a_signature_verifies_with_the_record_that_keygen_wrote(
    key: DkimKey, pair: GeneratedDkimKey
) -> None:
    signed = add_dkim(mail(), key)
    checks = check_dkim(signed.content, record=pair.record.file_text(), sender=SENDER)
    assert outcomes(checks) == [("dkim", "passed"), ("dkim-alignment", "passed")]


@settings(max_examples=25)
@given(html=st.text(max_size=200))
def test_it_survives_any_body_and_mailboxes_that_store_bare_newlines(
    html: str, key: DkimKey, pair: GeneratedDkimKey
) -> None:
    signed = add_dkim(mail(html.encode("utf-8", "replace").decode()), key)
    for content in (signed.content, signed.content.replace(b"\r\n", b"\n")):
        checks = check_dkim(content, record=pair.record.text, sender=SENDER)
        assert checks[0].outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: x", b"Subject: y"),
        (b"anna@contoso.com", b"eve@contoso.com"),
        (b"text/html", b"text/plain"),
        (b"=C3=BC", b"=C3=A4"),
        (b"\r\nDate:", b"\r\nFrom: eve@evil.com\r\nDate:"),
    ],
)
def test_a_changed_mail_fails(old: bytes, new: bytes, key: DkimKey, pair: GeneratedDkimKey) -> None:
    signed = add_dkim(mail(), key).content
    changed = signed.replace(old, new)
    assert changed != signed
    checks = check_dkim(changed, record=pair.record.text, sender=SENDER)
    assert outcomes(checks) == [("dkim", "failed"), ("dkim-alignment", "failed")]
    assert "Authentication-Results" in str(checks[0].hint)


def test_without_record_or_dns_nothing_is_verified_and_it_is_said(key: DkimKey) -> None:
    checks = check_dkim(add_dkim(mail(), key).content, record=None, sender=SENDER)
    assert outcomes(checks) == [("dkim", "skipped"), ("dkim-alignment", "skipped")]
    assert "not asked for" in checks[0].reason
    assert "mail2026._domainkey.contoso.com" in checks[0].reason


def test_a_mail_without_signature(pair: GeneratedDkimKey) -> None:
    assert outcomes(check_dkim(mail().content, record=None)) == [("dkim", "skipped")]
    assert outcomes(check_dkim(mail().content, record=pair.record.text)) == [("dkim", "failed")]


def test_dns_is_asked_for_the_signatures_own_name(key: DkimKey, pair: GeneratedDkimKey) -> None:
    asked = []

    def resolver(name: str) -> str | None:
        asked.append(name)
        return pair.record.text

    content = add_dkim(mail(), key).content
    checks = check_dkim(content, record=None, resolver=resolver, sender=SENDER)
    assert asked == ["mail2026._domainkey.contoso.com"]
    assert checks[0].outcome is Outcome.PASSED


def test_dns_without_record_and_dns_without_answer_are_failures(key: DkimKey) -> None:
    def unreachable(name: str) -> str | None:
        raise NetworkError(f"DNS cannot be asked for {name}")

    content = add_dkim(mail(), key).content
    for resolver, reason in ((lambda _: None, "no TXT record"), (unreachable, "cannot be asked")):
        check = check_dkim(content, record=None, resolver=resolver, sender=SENDER)[0]
        assert check.outcome is Outcome.FAILED
        assert reason in check.reason


def test_of_two_signatures_the_one_that_fits_the_record_counts(
    pair: GeneratedDkimKey, key: DkimKey
) -> None:
    assert pair.ed25519 is not None
    second = Ed25519DkimKey("second", pair.ed25519)
    content = add_dkim(mail(), DkimKey("contoso.com", "mail2026", key.private, second)).content
    checks = check_dkim(content, record=pair.record.text, sender=SENDER)
    assert outcomes(checks) == [
        ("dkim", "skipped"),
        ("dkim", "passed"),
        ("dkim-alignment", "passed"),
    ]


def test_a_broken_signature_beside_one_that_holds_is_ignored_as_receivers_do(
    pair: GeneratedDkimKey, key: DkimKey
) -> None:
    broken = add_dkim(mail("<p>other</p>"), key).content.partition(b"From: ")[0]
    content = broken + add_dkim(mail(), key).content
    checks = check_dkim(content, record=pair.record.text, sender=SENDER)
    assert outcomes(checks) == [
        ("dkim", "skipped"),
        ("dkim", "passed"),
        ("dkim-alignment", "passed"),
    ]


@pytest.mark.parametrize(
    ("domain", "outcome"),
    [
        ("contoso.com", "passed"),
        ("mail.contoso.com", "passed"),
        ("evil.com", "failed"),
        ("notcontoso.com", "failed"),
    ],
)
def test_alignment_compares_the_signer_with_the_domain_in_from(
    domain: str, outcome: str, pair: GeneratedDkimKey, key: DkimKey
) -> None:
    content = add_dkim(mail(), DkimKey(domain, "mail2026", key.private)).content
    checks = check_dkim(content, record=pair.record.text, sender=SENDER)
    assert outcomes(checks) == [("dkim", "passed"), ("dkim-alignment", outcome)]


def test_alignment_takes_no_letter_for_another(pair: GeneratedDkimKey, key: DkimKey) -> None:
    content = add_dkim(mail(), DkimKey("kontoso.com", "mail2026", key.private)).content
    checks = check_dkim(content, record=pair.record.text, sender="x@\u212aontoso.com")
    assert checks[-1].outcome is Outcome.FAILED


def test_sisters_under_one_parent_stay_undecided(pair: GeneratedDkimKey, key: DkimKey) -> None:
    content = add_dkim(mail(), DkimKey("a.contoso.com", "mail2026", key.private)).content
    checks = check_dkim(content, record=pair.record.text, sender="x@b.contoso.com")
    assert checks[-1].outcome is Outcome.SKIPPED


@pytest.mark.parametrize("text", ["", "hello", "v=DKIM1; k=rsa", '"v=DKIM1;" "k=rsa"'])
def test_a_record_without_a_key_is_refused(text: str) -> None:
    with pytest.raises(UnreadableInput, match="no p="):
        record_text(text)


@given(st.binary(max_size=200), st.text(max_size=60))
def test_hostile_signatures_and_records_are_failures(header: bytes, record: str) -> None:
    tidy = header.replace(b"\n", b"").replace(b"\r", b"")
    content = b"DKIM-Signature: v=1; d=x.de; s=s; " + tidy + b"\r\nFrom: a@x.de\r\n\r\nhi"
    checks = check_dkim(content, record=f"v=DKIM1; p={record}".replace('"', ""), sender="a@x.de")
    assert Outcome.PASSED not in {check.outcome for check in checks}
    assert all(check.reason.isprintable() for check in checks)


# --- what dkimpy lets pass ----------------------------------------------------------------------


def signed_by_dkimpy(
    pair: GeneratedDkimKey, algorithm: str = "rsa-sha256", **more: object
) -> bytes:
    content = mail().content
    pem = pair.private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    header = dkim.sign(
        content, b"mail2026", b"contoso.com", pem,
        signature_algorithm=algorithm.encode(), canonicalize=(b"relaxed", b"relaxed"), **more,
    )  # fmt: skip
    return bytes(header) + content


def the_check(content: bytes, record: str) -> Check:
    return check_dkim(content, record=record, sender=SENDER)[0]


def test_another_programs_signature_verifies(pair: GeneratedDkimKey) -> None:
    assert the_check(signed_by_dkimpy(pair), pair.record.text).outcome is Outcome.PASSED


def test_nothing_may_be_appended_to_a_body_signed_in_part(pair: GeneratedDkimKey) -> None:
    content = signed_by_dkimpy(pair, length=True)
    whole = the_check(content, pair.record.text)
    assert whole.outcome is Outcome.PASSED
    assert "append" in str(whole.hint)
    more = the_check(content + b"<script>\r\n", pair.record.text)
    assert more.outcome is Outcome.FAILED
    assert "10 octets unsigned" in more.reason


def test_sha1_is_not_accepted(pair: GeneratedDkimKey) -> None:
    check = the_check(signed_by_dkimpy(pair, "rsa-sha1"), pair.record.text)
    assert check.outcome is Outcome.FAILED
    assert "RFC 8301" in check.reason


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ("v=DKIM1; h=sha1; ", "h=sha1"),
        ("v=DKIM1; t=s; ", "t=s forbids"),
        ("k=rsa; v=DKIM1; ", "in front"),
    ],
)
def test_a_record_that_forbids_the_signature(
    tags: str, reason: str, pair: GeneratedDkimKey
) -> None:
    content = signed_by_dkimpy(pair, identity=b"@sub.contoso.com")
    key_tag = pair.record.text.rpartition("; ")[2]
    check = the_check(content, tags + key_tag)
    assert check.outcome is Outcome.FAILED
    assert reason in check.reason


def test_a_record_in_test_mode_passes_and_says_so(pair: GeneratedDkimKey) -> None:
    check = the_check(signed_by_dkimpy(pair), pair.record.text + "; t=y")
    assert check.outcome is Outcome.PASSED
    assert "t=y" in str(check.hint)


def test_an_expired_signature_fails_at_once(key: DkimKey, pair: GeneratedDkimKey) -> None:
    content = add_dkim(mail(), key).content.replace(b"; t=", b"; x=1700000000; t=", 1)
    check = the_check(content, pair.record.text)
    assert check.outcome is Outcome.FAILED
    assert "expired on 2023-11-14" in check.reason


@pytest.mark.parametrize("sender", ["x@bank.co.uk", "x@bank.com"])
def test_a_signer_below_which_everybody_registers_speaks_for_nobody(
    sender: str, pair: GeneratedDkimKey, key: DkimKey
) -> None:
    for domain in (sender.partition(".")[2], "shop." + sender.partition(".")[2]):
        content = add_dkim(mail(), DkimKey(domain, "mail2026", key.private)).content
        checks = check_dkim(content, record=pair.record.text, sender=sender)
        assert checks[-1].outcome is Outcome.FAILED


def test_of_several_records_none_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dns.resolver.resolve", lambda *_, **__: ["one", "two"])
    with pytest.raises(NetworkError, match="2 TXT records"):
        dns_txt("mail2026._domainkey.contoso.com")


def test_long_stretches_of_white_space_take_no_long_time(
    key: DkimKey, pair: GeneratedDkimKey
) -> None:
    content = add_dkim(mail(), key).content + b" " * 200_000 + b"x\r\n"
    began = time.process_time()
    assert the_check(content, pair.record.text).outcome is Outcome.FAILED
    assert time.process_time() - began < 2


def test_headers_that_nobody_signed_are_named(pair: GeneratedDkimKey) -> None:
    content = signed_by_dkimpy(pair, include_headers=[b"from", b"to"])
    check = the_check(content, pair.record.text)
    assert check.outcome is Outcome.PASSED
    assert "content-type, date, subject" in str(check.hint)


def test_from_must_be_signed(key: DkimKey, pair: GeneratedDkimKey) -> None:
    content = re.sub(rb"\bh=[^;]*;", b"h=to:subject;", add_dkim(mail(), key).content)
    check = the_check(content, pair.record.text)
    assert check.outcome is Outcome.FAILED
    assert "From" in check.reason
