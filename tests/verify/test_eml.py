"""Mails are hostile bytes: what is read from them, and what is refused."""

from __future__ import annotations

import time
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.errors import AmcliError, MailError
from amcli.received.eml import MAX_MAIL_BYTES, read_mail

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


@pytest.mark.parametrize(
    "content",
    [
        b"X-A: b\rFrom: me@contoso.com\rTo: victim@x.com\r\r<html>\r\n" + HEAD + b"\r\nhello",
        HEAD + b"X: a\r \r\n\r\nhello",
        HEAD + b"\r\nhello\rworld",
    ],
)
def test_a_carriage_return_alone_is_refused_since_readers_disagree_about_it(content: bytes) -> None:
    with pytest.raises(MailError, match="without a line feed"):
        read_mail(content, "mail")


@pytest.mark.parametrize("line", [b"no colon here", b"Subject : x", b"From anna today", b"\xff: x"])
def test_a_line_in_the_head_that_is_no_header_is_refused(line: bytes) -> None:
    with pytest.raises(MailError, match="header 4"):
        read_mail(HEAD + line + b"\r\nX-Last: 1\r\n\r\nhello", "mail")


def test_lines_may_all_end_in_line_feeds_and_what_differs_is_known() -> None:
    content = HEAD + b"\r\nhello\r\n"
    saved = read_mail(content.replace(b"\r\n", b"\n"), "mail")
    assert saved.form.content == content
    assert not saved.form.mixed_line_ends
    assert read_mail(content + b"more\n", "mail").form.mixed_line_ends


def test_what_programs_put_in_front_is_no_part_of_the_mail() -> None:
    for front in (b"\xef\xbb\xbf", b"From anna@contoso.com Sat Nov 21 12:00:00 2026\r\n"):
        mail = read_mail(front + HEAD + b"\r\nhello", "mail")
        assert mail.sender == "anna@contoso.com"
        assert mail.form.content.startswith(b"From: Anna")


def test_headers_that_stand_twice_are_named_and_counted_by_field() -> None:
    mail = read_mail(HEAD + b"Subject: other\r\nFrom: undisclosed:;\r\n\r\n", "mail")
    assert mail.form.repeated == ("from", "subject")
    assert mail.sender == ""


@pytest.mark.parametrize("value", ["(" * 5000 + ")" * 5000, "g:" * 5000 + ";" * 5000])
def test_addresses_nested_too_deeply_are_refused(value: str) -> None:
    for name in ("From", "To", "Cc"):
        with pytest.raises(MailError):
            read_mail(f"{name}: {value}\r\n\r\n".encode(), "mail")


def test_no_mail_takes_long_to_read() -> None:
    words = HEAD[:-4] + b"=?a?q?" * 300_000 + b"\r\n\r\n"
    folded = HEAD + b"DKIM-Signature: v=1" + b"\r\n ;a=b" * 300_000 + b"\r\n\r\n"
    nested = HEAD + b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(150)
    )
    began = time.process_time()
    for content in (words, folded, nested + b"\r\n" + b"-\r\n" * 1_000_000):
        with pytest.raises(MailError):
            read_mail(content, "mail")
    assert time.process_time() - began < 3


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "idna"])
def test_what_is_no_charset_of_mail_is_noticed(charset: str) -> None:
    content = HEAD + f"Content-Type: text/html; charset={charset}\r\n\r\n<p>x</p>".encode()
    assert not read_mail(content, "mail").html_parts[0].charset_known


@pytest.mark.parametrize(
    ("encoded", "text", "damaged"),
    [
        (b"PHA+SGk8L3A+", "<p>Hi</p>", False),
        (b"PHA+\r\nSGk8L3A+\r\n", "<p>Hi</p>", False),
        (b"PHA+SGk8L3A+A", "<p>Hi</p>", True),
        (b"PHA+!SGk8L3A+", "<p>Hi</p>", True),
    ],
)
def test_damaged_base64_is_read_as_far_as_it_goes_and_noticed(
    encoded: bytes, text: str, damaged: bool
) -> None:
    head = HEAD + b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    part = read_mail(head + encoded, "mail").html_parts[0]
    assert (part.text, part.damaged_base64) == (text, damaged)


def test_parts_inside_parts_end_where_the_outer_boundary_says() -> None:
    content = (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=out\r\n\r\npreamble <p>0</p>\r\n--out\r\n"
        + b"Content-Type: multipart/alternative; boundary=in\r\n\r\n--in\r\n"
        + b"Content-Type: text/html\r\n\r\n<p>1</p>\r\n--out  \r\n"
        + b"Content-Type: text/html\r\n\r\n<p>2</p>\r\n--outer\r\n--out--\r\n<p>3</p>\r\n"
    )
    texts = [part.text for part in read_mail(content, "mail").html_parts]
    assert texts == ["<p>1</p>", "<p>2</p>\r\n--outer"]
