"""The inbox: real SMTP, verified TLS, and the same bytes out as in."""

from __future__ import annotations

import smtplib
import ssl

import pytest

from amcli.errors import NothingFound
from amcli.outlook.authority import LocalAuthority
from amcli.outlook.inbox import Inbox

MAIL = b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\n.one dot\r\n..two\r\n\xc3\xa4\r\n"


def connect(inbox: Inbox) -> smtplib.SMTP:
    host, port = inbox.url.removeprefix("smtp://").split(":")
    return smtplib.SMTP(host, int(port), timeout=5)


def trusting(authority: LocalAuthority) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=authority.certificate_pem.decode())


def test_a_delivered_mail_comes_out_byte_for_byte() -> None:
    with Inbox() as inbox, connect(inbox) as client:
        client.starttls(context=trusting(inbox.authority))
        client.sendmail("a@contoso.com", ["b@contoso.com", "c@contoso.com"], MAIL)
        mail = inbox.next_mail()

    assert mail.content == MAIL
    assert (mail.sender, mail.recipients) == ("a@contoso.com", ("b@contoso.com", "c@contoso.com"))
    assert mail.encrypted


def test_without_starttls_no_mail_is_taken() -> None:
    with Inbox() as inbox, connect(inbox) as client:
        with pytest.raises(smtplib.SMTPException, match="STARTTLS"):
            client.sendmail("a@contoso.com", ["b@contoso.com"], MAIL)
        with pytest.raises(NothingFound):
            inbox.next_mail(timeout_seconds=0)


def test_a_client_that_trusts_somebody_else_does_not_connect() -> None:
    with Inbox() as inbox, connect(inbox) as client, pytest.raises(ssl.SSLError):
        client.starttls(context=trusting(LocalAuthority.create()))


def test_a_closed_inbox_has_no_address_and_frees_its_port() -> None:
    with Inbox() as inbox:
        host, port = inbox.url.removeprefix("smtp://").split(":")

    with pytest.raises(NothingFound):
        _ = inbox.url
    with pytest.raises(OSError, match="refused"):
        smtplib.SMTP(host, int(port), timeout=1)


def test_the_authority_never_shows_its_key() -> None:
    assert "PrivateKey" not in repr(LocalAuthority.create())
