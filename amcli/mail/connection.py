"""The way to a mail server: which one, how TLS is begun, and a connection ready for a mail."""

from __future__ import annotations

import contextlib
import enum
import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from amcli.errors import ConfigurationError, DeliveryError, UsageError
from amcli.mail.reply_reader import ReplyReader, without
from amcli.mail.server_url import parse_server_url
from amcli.mail.smtp_reply import Reply, ask, phase, shown_reply

_DONE = 250
_GOODBYE_SECONDS = 2.0
_LONGEST_TIMEOUT = 24 * 60 * 60.0
_BEGINS_WITH_TLS = "a server that begins with TLS says nothing here: smtps://host:465 is for such"
_CA_FILE = (
    "--smtp-ca (smtp.ca) takes one file, no folder, with -----BEGIN CERTIFICATE----- in it; "
    "openssl x509 -in FILE -out ca.pem writes one"
)


class Security(enum.Enum):
    """How TLS is begun."""

    STARTTLS = "STARTTLS"
    """After the greeting, and required (RFC 3207)."""
    IMPLICIT = "TLS"
    """From the first byte (RFC 8314, section 3.3)."""
    NONE = "no TLS"
    """Only when a person asked for it in so many words."""


@dataclass(frozen=True)
class SmtpServer:
    """A mail server and how to talk to it; times are in seconds."""

    host: str
    port: int
    security: Security = Security.STARTTLS
    ca_file: Path | None = None
    """PEM certificates to trust instead of the system's."""
    timeout: float = 60.0
    final_timeout: float = 600.0
    """For the reply after the mail: giving up early makes duplicates (RFC 5321, 4.5.3.2.6)."""

    @classmethod
    def parse(
        cls,
        url: str,
        *,
        ca_file: Path | None = None,
        plaintext: bool = False,
        timeout: float = 60.0,
    ) -> SmtpServer:
        """Return the server in ``smtp://host[:587]`` or ``smtps://host[:465]``.

        Raises UsageError for every other form, above all for a password in the URL, which no
        message repeats, and for a timeout that is none.
        """
        scheme, host, port = parse_server_url(url)
        if not 0 < timeout <= _LONGEST_TIMEOUT:
            raise UsageError("the timeout must be more than 0 seconds and at most a day")
        security = Security.STARTTLS if scheme == "smtp" else Security.IMPLICIT
        if plaintext and security is Security.IMPLICIT:
            raise UsageError("smtps:// and plaintext contradict each other", hint="use smtp://")
        return cls(
            host,
            port,
            Security.NONE if plaintext else security,
            ca_file,
            timeout,
            max(timeout, 600.0),
        )

    @property
    def name(self) -> str:
        """Return the server as messages call it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@contextlib.contextmanager
def open_connection(server: SmtpServer, *, hidden: Sequence[bytes] = ()) -> Iterator[smtplib.SMTP]:
    """Yield a connection that has greeted the server, inside verified TLS where asked for.

    ``hidden`` is taken out of everything that the server says: it may well repeat what it was
    sent. Raises DeliveryError, named by the phase, when it does not come to that.
    """
    context = None if server.security is Security.NONE else _tls_context(server.ca_file)
    connection = _connect(server, context)
    connection.hidden = hidden
    try:
        _greet(connection, server)
        if server.security is Security.STARTTLS:
            _start_tls(connection, server, context)
            _greet(connection, server)
        yield connection
    finally:
        _say_goodbye(connection)


def _tls_context(ca_file: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        why = "" if isinstance(error, ssl.SSLError) else f": {error.strerror}"
        raise ConfigurationError(
            f"{ca_file}: cannot be read as PEM certificates of a CA{why}", hint=_CA_FILE
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _connect(server: SmtpServer, context: ssl.SSLContext | None) -> _Bounded:
    # Given at construction, host and name spare smtplib a DNS look-up of this machine's own name.
    implicit = server.security is Security.IMPLICIT
    with phase(server.name, "connecting", when_silent=None if implicit else _BEGINS_WITH_TLS):
        if implicit:
            return _BoundedTls(
                server.host, server.port, _own_name(), timeout=server.timeout, context=context
            )
        return _Bounded(server.host, server.port, _own_name(), timeout=server.timeout)


def _greet(connection: smtplib.SMTP, server: SmtpServer) -> None:
    with phase(server.name, "greeting it (EHLO)"):
        reply = shown_reply(*connection.ehlo())
    _expect(reply, _DONE, server, "the greeting (EHLO)")


def _start_tls(
    connection: smtplib.SMTP, server: SmtpServer, context: ssl.SSLContext | None
) -> None:
    if not connection.has_extn("starttls"):
        raise DeliveryError(
            f"{server.name}: offers no STARTTLS, and mail is not sent without TLS",
            hint="try smtps://host:465; on your own machine only, --smtp-plaintext",
        )
    with phase(server.name, "starting TLS (STARTTLS)"):
        connection.starttls(context=context)


def _expect(reply: Reply, code: int, server: SmtpServer, what: str) -> None:
    if reply.code != code:
        raise DeliveryError(
            f"{server.name}: refused {what}: {reply}",
            hint="is it the right server for mail from this machine? Its operator can tell",
        )


def _say_goodbye(connection: smtplib.SMTP) -> None:
    with contextlib.suppress(OSError, smtplib.SMTPException):
        if connection.sock is not None:
            connection.sock.settimeout(_GOODBYE_SECONDS)
            ask(connection, "QUIT")
    connection.close()


def _own_name() -> str:
    name = socket.gethostname()
    usable = name.isascii() and "." in name and all(c.isalnum() or c in ".-" for c in name)
    return name if usable else "[127.0.0.1]"  # RFC 5321, section 4.1.3


class _Bounded(smtplib.SMTP):
    """Reads replies up to a length and a time, and hides in them what must not be shown."""

    hidden: Sequence[bytes] = ()

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = ReplyReader(self.sock)
        if self.file is not None:
            self.file.begin()
        reader = self.file
        code, text = super().getreply()
        # Without a code the whole line is shown: it says what speaks there instead.
        said = reader.last_line if code < 0 and reader is not None else text
        return code, without(said, self.hidden)


class _BoundedTls(_Bounded, smtplib.SMTP_SSL):
    pass
