"""Mails are hostile bytes: what is read from them, and what is refused."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.errors import AmcliError, MailError
from amcli.verify.eml import MAX_MAIL_BYTES, read_mail

HEAD = b"From: Anna <anna@contoso.com>\r\nTo: ben@fabrikam.com\r\nSubject: Hi\r\n"


def mail_of(*parts: tuple[str, str, str]) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "anna@contoso.com", "ben@fabrikam.com"
    message.set_content("text")
    for content, subtype, charset in parts:
        message.add_alternative(content, subtype=subtype, charset=charset)
    return message.as_bytes()


def test_addresses_come_without_their_names() -> None:
    mail = read_mail(
        b'From: "eve@evil.com" <anna@contoso.com>\nTo: a@x.de, "B, C" <b@x.de>,\n c@x.de\n'
        b"Cc: d@x.de\nSubject: =?utf-8?q?Gr=C3=B6=C3=9Fe?=\nMessage-ID: <1@x.de>\n\nhello",
        "mail",
    )
    assert mail.sender == "anna@contoso.com"
    assert mail.recipients == ("a@x.de", "b@x.de", "c@x.de", "d@x.de")
    assert (mail.subject, mail.message_id) == ("Größe", "<1@x.de>")


def test_two_senders_are_no_sender() -> None:
    mail = read_mail(b"From: a@x.de\r\nFrom: b@x.de\r\n\r\n", "mail")
    assert mail.senders == ("a@x.de", "b@x.de")
    assert mail.sender == ""


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252"])
def test_html_is_decoded_as_declared(charset: str) -> None:
    mail = read_mail(mail_of(("<p>Grüße</p>", "html", charset)), "mail")
    assert [part.text.strip() for part in mail.html_parts] == ["<p>Grüße</p>"]
    assert mail.html_parts[0].charset_known


@pytest.mark.parametrize("declared", [b"x-none", b"utf-8"])
def test_a_charset_that_does_not_fit_is_noticed(declared: bytes) -> None:
    content = HEAD + b"Content-Type: text/html; charset=" + declared + b"\r\n\r\n<p>\xff</p>"
    part = read_mail(content, "mail").html_parts[0]
    assert not part.charset_known
    assert "<p>" in part.text


def test_attached_mails_and_files_are_not_looked_into() -> None:
    inner = EmailMessage()
    inner.set_content("<p>inner</p>", subtype="html")
    outer = EmailMessage()
    outer["From"] = "anna@contoso.com"
    outer.set_content("text")
    outer.add_attachment(inner)
    outer.add_attachment("<p>file</p>", subtype="html", filename="a.html")
    assert read_mail(outer.as_bytes(), "mail").html_parts == ()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b" \r\n\r\n", "empty"),
        (b"hello\r\n", "no mail"),
        (b'{"type": "AdaptiveCard"}', "no mail"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 100, "msg"),
        (b"\x89PNG\r\n", "no mail"),
    ],
)
def test_what_is_no_mail_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(MailError, match=why) as refused:
        read_mail(content, "file.eml")
    assert refused.value.message.startswith("file.eml: ")


def test_a_mail_over_the_limit_is_refused() -> None:
    with pytest.raises(MailError, match="32 MB"):
        read_mail(b"From: x\r\n\r\n" + b"x" * MAX_MAIL_BYTES, "mail")


def test_deeply_nested_and_endlessly_many_parts_are_refused() -> None:
    nested = HEAD + b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n)
        for n in range(5000)
    )
    many = (
        HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 2000
    )
    for content in (nested, many):
        with pytest.raises(MailError):
            read_mail(content, "mail")


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(tail: bytes) -> None:
    for content in (tail, b"From: a@x.de\r\n" + tail, HEAD + b"Content-Type: text/html;" + tail):
        try:
            mail = read_mail(content, "mail")
        except AmcliError:
            continue
        assert isinstance(mail.subject, str)
        assert mail.subject.isprintable()
