"""Delivery: one mail, one connection, TLS always verified, and every phase with its own error.

The commands are sent one by one (RFC 5321, section 3.3), so that an error can say how far the mail
got. All recipients are named before the mail is sent: when one is refused, nobody gets it.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass

from amcli.errors import DeliveryError, DeliveryUnknown, UsageError
from amcli.mail.connection import Security, SmtpServer, open_connection
from amcli.mail.message import MailMessage
from amcli.mail.smtp_auth import Credentials, log_in
from amcli.mail.smtp_reply import Reply, ask, phase, shown_reply

__all__ = ["Credentials", "InterruptedAtTheEnd", "Receipt", "Security", "SmtpServer", "deliver"]

_SEND_IT = 354


@dataclass(frozen=True)
class Receipt:
    """What the server said about one recipient."""

    recipient: str
    accepted: bool
    code: int
    reply: str


class InterruptedAtTheEnd(KeyboardInterrupt):
    """Somebody interrupted when the mail was sent already: the server may have taken it."""


def deliver(
    message: MailMessage,
    server: SmtpServer,
    *,
    credentials: Credentials | None = None,
    partial: bool = False,
) -> list[Receipt]:
    """Hand the mail to the server, byte for byte, and return a receipt for each recipient.

    A refused recipient stops the mail for all; with ``partial`` it goes to the others, and the
    receipts say who was left out. Credentials are never sent without TLS.

    Raises DeliveryError when nothing was delivered, DeliveryUnknown when the connection broke after
    the mail was sent and before the server answered or its answer was none, UsageError for
    credentials without TLS, and InterruptedAtTheEnd for an interruption that came too late.
    """
    if credentials is not None and server.security is Security.NONE:
        raise UsageError(
            "user and password are not sent without TLS",
            hint="drop --smtp-plaintext, or the login",
        )
    handed_over = False
    try:
        with open_connection(
            server, hidden=credentials.traces if credentials else ()
        ) as connection:
            _check_size(connection, message, server)
            _log_in(connection, credentials, server)
            _name_sender(connection, message, server)
            receipts = _name_recipients(connection, message, server, partial)
            _send_content(connection, message, server)
            handed_over = True
            final = _final_reply(connection, message, server)
    except KeyboardInterrupt:
        if handed_over:
            raise InterruptedAtTheEnd from None
        raise
    return [
        Receipt(r.recipient, True, final.code, final.text) if r.accepted else r for r in receipts
    ]


def _check_size(connection: smtplib.SMTP, message: MailMessage, server: SmtpServer) -> None:
    limit = connection.esmtp_features.get("size", "")  # RFC 1870, section 4
    if limit.isdecimal() and 0 < int(limit[:20]) < len(message.content):
        raise DeliveryError(
            f"{server.name}: takes mails up to {int(limit)} bytes, this one has "
            f"{len(message.content)}"
        )


def _log_in(connection: smtplib.SMTP, credentials: Credentials | None, server: SmtpServer) -> None:
    if credentials is not None:
        with phase(server.name, "logging in (AUTH)"):
            log_in(connection, credentials, server.name)


def _name_sender(connection: smtplib.SMTP, message: MailMessage, server: SmtpServer) -> None:
    with phase(server.name, "naming the sender (MAIL FROM)"):
        reply = ask(connection, "MAIL", f"FROM:<{message.sender}>{_options(connection, message)}")
    if not _done(reply):
        raise DeliveryError(
            f"{server.name}: refused the sender {message.sender}: {reply}",
            hint="it may want a login (--smtp-user), or another sender",
        )


def _options(connection: smtplib.SMTP, message: MailMessage) -> str:
    size = f" SIZE={len(message.content)}" if connection.has_extn("size") else ""
    if message.content.isascii():
        return size
    if not connection.has_extn("8bitmime"):
        raise DeliveryError("the server takes ASCII only, and this mail has other bytes in it")
    return f"{size} BODY=8BITMIME"


def _name_recipients(
    connection: smtplib.SMTP, message: MailMessage, server: SmtpServer, partial: bool
) -> list[Receipt]:
    receipts = []
    for recipient in message.recipients:
        with phase(server.name, f"naming the recipient {recipient} (RCPT TO)"):
            reply = ask(connection, "RCPT", f"TO:<{recipient}>")
        receipts.append(Receipt(recipient, _done(reply), reply.code, reply.text))
    refused = [receipt for receipt in receipts if not receipt.accepted]
    if refused and (not partial or len(refused) == len(receipts)):
        raise _refusal(server, refused, others=len(receipts) - len(refused))
    return receipts


def _refusal(server: SmtpServer, refused: Sequence[Receipt], others: int) -> DeliveryError:
    who = "; ".join(f"{receipt.recipient} ({receipt.code} {receipt.reply})" for receipt in refused)
    hint = "correct the address; where it is right, the server may want a login (--smtp-user)"
    if others:
        hint = (
            "the other recipients did not get it either; correct the address, or send to the "
            "others with --partial"
        )
    return DeliveryError(
        f"{server.name}: refused {who}",
        hint=hint,
        fields={"receipts": [vars(receipt) for receipt in refused]},
    )


def _send_content(connection: smtplib.SMTP, message: MailMessage, server: SmtpServer) -> None:
    """Send the mail without its end: until then the server must not deliver it."""
    with phase(server.name, "announcing the mail (DATA)"):
        reply = ask(connection, "DATA")
    if reply.code != _SEND_IT:
        raise DeliveryError(f"{server.name}: refused the mail (DATA): {reply}")
    with phase(server.name, "sending the mail"):
        connection.send(_dot_stuffed(message.content))


def _final_reply(connection: smtplib.SMTP, message: MailMessage, server: SmtpServer) -> Reply:
    """Send the end of the mail and return the server's word on it; from here on it may have it."""
    try:
        if connection.sock is not None:
            connection.sock.settimeout(server.final_timeout)
        connection.send(b".\r\n")
        reply = shown_reply(*connection.getreply())
    except (OSError, smtplib.SMTPException):
        raise _unknown("the connection broke", message, server) from None
    if _done(reply):
        return reply
    if reply.code < 400:  # noqa: PLR2004 - RFC 5321, section 4.2.1: 4yz and 5yz refuse
        raise _unknown(f"the server answered {reply}", message, server)
    raise DeliveryError(f"{server.name}: did not take the mail: {reply}")


def _unknown(what: str, message: MailMessage, server: SmtpServer) -> DeliveryUnknown:
    return DeliveryUnknown(
        f"{server.name}: {what} after the mail was sent and before it said that it has it: "
        f"nobody can tell whether it was taken ({message.message_id})",
        hint="look for this Message-ID in a mailbox or in the server's log before you send it "
        "again",
    )


def _dot_stuffed(content: bytes) -> bytes:
    """Return what goes over the wire: the server undoes it (RFC 5321, section 4.5.2)."""
    stuffed = re.sub(rb"(?m)^\.", b"..", content)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _done(reply: Reply) -> bool:
    return 200 <= reply.code < 300  # noqa: PLR2004 - RFC 5321, section 4.2.1
