"""SMTP AUTH: PLAIN, LOGIN and XOAUTH2, by what the server offers, and only inside TLS."""

from __future__ import annotations

import base64
import smtplib
from dataclasses import dataclass

from amcli.errors import DeliveryError, UsageError
from amcli.mail.smtp_reply import Reply, ask
from amcli.secrets import Secret

_ACCEPTED = 235  # RFC 4954, section 6
_GO_ON = 334


@dataclass(frozen=True)
class Credentials:
    """Who logs in: a user with a password, or with an OAuth 2.0 access token (XOAUTH2)."""

    user: str
    password: Secret | None = None
    token: Secret | None = None

    def __post_init__(self) -> None:
        if (self.password is None) == (self.token is None):
            raise UsageError("SMTP needs a password or an access token, and not both")
        # NUL parts the fields of PLAIN (RFC 4616), U+0001 those of XOAUTH2.
        if not self.user or not self.user.isprintable():
            raise UsageError("the SMTP user is empty or holds control characters")
        if not _SEPARATORS.isdisjoint(self.secret.reveal()):
            raise UsageError("the SMTP password or token holds control characters")

    @property
    def secret(self) -> Secret:
        """Return the password or the token."""
        secret = self.password or self.token
        assert secret is not None  # noqa: S101 - __post_init__
        return secret

    @property
    def traces(self) -> tuple[bytes, ...]:
        """Return the secret in every form in which a server gets it, and may repeat it."""
        secret = self.secret.reveal()
        sent = (_plain_message(self), _xoauth2_message(self), secret)
        return (*(_base64(text).encode("ascii") for text in sent), secret.encode("utf-8"))


_SEPARATORS = frozenset("\0\1\r\n")


def log_in(connection: smtplib.SMTP, credentials: Credentials, server: str) -> None:
    """Log in with the mechanism that fits; the connection is inside TLS and hides the traces.

    A token needs XOAUTH2, a password PLAIN or LOGIN, in this order. Raises DeliveryError, with the
    server's reply and never with the secret, when none is offered or the login is refused.
    """
    mechanism = _mechanism(connection, credentials, server)
    reply = _EXCHANGES[mechanism](connection, credentials)
    if reply.code != _ACCEPTED:
        raise DeliveryError(
            f"{server}: refused the login of {credentials.user!r} ({mechanism}): {reply}",
            hint="check user and password; some servers want an app password or a token",
        )


def _mechanism(connection: smtplib.SMTP, credentials: Credentials, server: str) -> str:
    offered = connection.esmtp_features.get("auth", "").upper().split()
    wanted = ("XOAUTH2",) if credentials.token else ("PLAIN", "LOGIN")
    found = next((name for name in wanted if name in offered), None)
    if found is None:
        has = ", ".join(name for name in offered[:10] if name.isprintable()) or "no login at all"
        raise DeliveryError(
            f"{server}: offers {has[:100]}; needed is {' or '.join(wanted)}",
            hint="a token works with XOAUTH2 only, a password with PLAIN and LOGIN",
        )
    return found


def _plain(connection: smtplib.SMTP, credentials: Credentials) -> Reply:
    return ask(connection, "AUTH", f"PLAIN {_base64(_plain_message(credentials))}")


def _plain_message(credentials: Credentials) -> str:
    return f"\0{credentials.user}\0{credentials.secret.reveal()}"  # RFC 4616


def _login(connection: smtplib.SMTP, credentials: Credentials) -> Reply:
    reply = ask(connection, "AUTH", "LOGIN")
    for answer in (credentials.user, credentials.secret.reveal()):
        if reply.code != _GO_ON:
            return reply
        reply = ask(connection, _base64(answer))
    return reply


def _xoauth2(connection: smtplib.SMTP, credentials: Credentials) -> Reply:
    reply = ask(connection, "AUTH", f"XOAUTH2 {_base64(_xoauth2_message(credentials))}")
    # A refusal comes as a challenge that explains it; the empty answer asks for the real reply.
    return ask(connection, "") if reply.code == _GO_ON else reply


def _xoauth2_message(credentials: Credentials) -> str:
    return f"user={credentials.user}\1auth=Bearer {credentials.secret.reveal()}\1\1"


_EXCHANGES = {"PLAIN": _plain, "LOGIN": _login, "XOAUTH2": _xoauth2}


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")
