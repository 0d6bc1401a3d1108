"""The way to a mail server: which one, how TLS is begun, and a connection ready for a mail."""

from __future__ import annotations

import contextlib
import enum
import smtplib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from amcli.errors import ConfigurationError, DeliveryError, UsageError
from amcli.mail.smtp_reply import Reply, ask, phase, shown_reply

_DONE = 250
_MAX_REPLY_BYTES = 1024 * 1024  # all replies of one connection; real ones are a few KB
_GOODBYE_SECONDS = 2.0


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

        Raises UsageError for every other form, above all for a password in the URL.
        """
        scheme, host, port = _url_parts(url)
        security = Security.STARTTLS if scheme == "smtp" else Security.IMPLICIT
        if plaintext and security is Security.IMPLICIT:
            raise UsageError("smtps:// and plaintext contradict each other", hint="use smtp://")
        return cls(
            host,
            port or (587 if scheme == "smtp" else 465),
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
def open_connection(server: SmtpServer) -> Iterator[smtplib.SMTP]:
    """Yield a connection that has greeted the server, inside verified TLS where asked for.

    Raises DeliveryError, named by the phase, when it does not come to that.
    """
    context = None if server.security is Security.NONE else _tls_context(server.ca_file)
    connection = _connect(server, context)
    try:
        _greet(connection, server)
        if server.security is Security.STARTTLS:
            _start_tls(connection, server, context)
            _greet(connection, server)
        yield connection
    finally:
        _say_goodbye(connection)


def _url_parts(url: str) -> tuple[str, str, int | None]:
    wanted = "a mail server is written smtp://host:587 or smtps://host:465"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UsageError(wanted) from None
    if "@" in parts.netloc:
        # Not repeated in the message: it is about to hold a password.
        raise UsageError(
            "the SMTP URL must not hold user or password: others can see it",
            hint="use --smtp-user and --smtp-password-file",
        )
    host = parts.hostname or ""
    extra = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in {"smtp", "smtps"} or not host or extra or not host.isprintable():
        raise UsageError(f"{wanted}, not {url[:80]!r}")
    return parts.scheme, host, port


def _tls_context(ca_file: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError):
        raise ConfigurationError(f"{ca_file}: cannot be read as PEM certificates of a CA") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _connect(server: SmtpServer, context: ssl.SSLContext | None) -> smtplib.SMTP:
    # Given at construction, host and name spare smtplib a DNS look-up of this machine's own name.
    with phase(server.name, "connecting"):
        if server.security is Security.IMPLICIT:
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
        raise DeliveryError(f"{server.name}: refused {what}: {reply}")


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
    """Reads replies up to a limit, so that an endless one cannot fill the memory."""

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _BoundedFile(self.sock.makefile("rb"))
        return super().getreply()


class _BoundedTls(_Bounded, smtplib.SMTP_SSL):
    pass


class _BoundedFile:
    def __init__(self, file: Any) -> None:
        self._file = file
        self._left = _MAX_REPLY_BYTES

    def readline(self, size: int) -> bytes:
        line: bytes = self._file.readline(size)
        self._left -= len(line)
        if self._left < 0:
            raise OSError("the replies are too long")
        return line

    def close(self) -> None:
        self._file.close()
