"""A mail server of one's own: SMTP on loopback with STARTTLS, keeping the bytes it was given."""

from __future__ import annotations

import queue
import socket
import ssl
from collections.abc import Awaitable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from aiosmtpd.controller import Controller

from amcli.errors import NothingFound
from amcli.outlook.authority import LOOPBACK, LocalAuthority

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

MAX_MAIL_BYTES = 25 * 1024 * 1024


@dataclass(frozen=True)
class DeliveredMail:
    """One accepted mail: the envelope, and the content exactly as it came over the wire."""

    content: bytes
    sender: str
    recipients: tuple[str, ...]
    encrypted: bool
    """Whether it came after STARTTLS."""


class Inbox:
    """A server that takes mail for everybody as long as the ``with`` block lasts.

    Mail is refused before STARTTLS. Clients trust ``authority.certificate_pem``.
    """

    def __init__(self, authority: LocalAuthority | None = None) -> None:
        self.authority = authority or LocalAuthority.create()
        self._arrived: queue.SimpleQueue[DeliveredMail] = queue.SimpleQueue()
        self._server: _Server | None = None

    def __enter__(self) -> Self:
        self._server = _Server(_Keeper(self._arrived), self.authority.server_context())
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    @property
    def url(self) -> str:
        """Return ``smtp://127.0.0.1:PORT``; only inside the ``with`` block."""
        if self._server is None:
            raise NothingFound("the inbox is not open")
        return f"smtp://{LOOPBACK}:{self._server.port}"

    def next_mail(self, *, timeout_seconds: float = 5.0) -> DeliveredMail:
        """Return the oldest mail that was not fetched yet; raises NothingFound without one."""
        try:
            return self._arrived.get(timeout=timeout_seconds)
        except queue.Empty:
            raise NothingFound("no mail has arrived in the inbox") from None


class _Keeper:
    """What aiosmtpd calls when a mail is complete."""

    def __init__(self, arrived: queue.SimpleQueue[DeliveredMail]) -> None:
        self._arrived = arrived

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds its hooks by this name
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self._arrived.put(
            DeliveredMail(
                content=envelope.original_content or b"",
                sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                encrypted=session.ssl is not None,
            )
        )
        return "250 2.0.0 kept"


class _Server(Controller):
    """aiosmtpd's threaded server on a port that the system chose."""

    def __init__(self, keeper: _Keeper, context: ssl.SSLContext) -> None:
        # Bound here and handed over, so that nobody can take the port in between.
        self._socket = socket.create_server((LOOPBACK, 0))
        super().__init__(
            keeper,
            hostname=LOOPBACK,
            port=self._socket.getsockname()[1],
            server_hostname="localhost",
            ident="amcli inbox",
            tls_context=context,
            require_starttls=True,
            data_size_limit=MAX_MAIL_BYTES,
        )

    def _create_server(self) -> Awaitable[Any]:
        return self.loop.create_server(self._factory_invoker, sock=self._socket)
