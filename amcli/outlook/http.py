"""A request and its answer as values, and the one way out: to an address on this machine."""

from __future__ import annotations

import http.client
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from amcli.errors import NetworkError, UsageError

MAX_ANSWER_BYTES = 1024 * 1024
TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class HttpRequest:
    """What is sent; the headers may hold a bearer token and are never in the ``repr``."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def target(self) -> str:
        """Return path and query, as they stand in the request line."""
        parts = urlsplit(self.url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def as_bytes(self) -> bytes:
        """Return the request as it goes over the wire (RFC 9112), to be kept in a file."""
        first = f"{self.method} {self.target} HTTP/1.1"
        return _message(first, self.headers, self.body)


@dataclass(frozen=True)
class HttpResponse:
    """What came back."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)

    def header(self, name: str) -> str | None:
        """Return the first header of this name, compared without case."""
        return next((v for n, v in self.headers if n.lower() == name.lower()), None)

    def as_bytes(self) -> bytes:
        """Return the answer as it came over the wire, to be kept in a file."""
        return _message(f"HTTP/1.1 {self.status} {self.reason}", self.headers, self.body)


Send = Callable[[HttpRequest], HttpResponse]
"""The network seam: raises NetworkError when there is no usable answer."""


def loopback(host: str, port: int, *, timeout_seconds: float = TIMEOUT_SECONDS) -> Send:
    """Return a Send that reaches this one address, whatever host a request's URL names.

    The ``Host`` header is the URL's. Redirects are not followed; more than 1 MiB is refused.
    Raises UsageError when ``host`` is no loopback address, since nothing is encrypted.
    """
    if not ipaddress.ip_address(host).is_loopback:
        raise UsageError(f"{host} is not on this machine; without TLS nothing is sent there")

    def send(request: HttpRequest) -> HttpResponse:
        connection = http.client.HTTPConnection(host, port, timeout=timeout_seconds)
        try:
            headers = dict(request.headers)
            connection.request(request.method, request.target, request.body, headers)
            return _read(connection.getresponse())
        except (OSError, http.client.HTTPException, ValueError) as error:
            # ValueError: a header or an address that cannot be sent. Neither is in the message,
            # since a header holds the token.
            raise NetworkError(
                f"no usable answer from {host}:{port}: {type(error).__name__}"
            ) from None
        finally:
            connection.close()

    return send


def _read(answer: http.client.HTTPResponse) -> HttpResponse:
    body = answer.read(MAX_ANSWER_BYTES + 1)
    if len(body) > MAX_ANSWER_BYTES:
        raise NetworkError(f"the answer exceeds {MAX_ANSWER_BYTES // 1024} KiB")
    return HttpResponse(answer.status, answer.reason, tuple(answer.getheaders()), body)


def _message(first: str, headers: tuple[tuple[str, str], ...], body: bytes) -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace") + body
