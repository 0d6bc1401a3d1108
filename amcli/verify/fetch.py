"""Small documents over https: for keys, and only where a person asked for the network."""

from __future__ import annotations

import io
import queue
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from typing import IO, Any, NoReturn

from amcli.errors import NetworkError
from amcli.verify.https_address import host_of

Fetcher = Callable[[str], bytes]
"""Returns what is at an https address; raises NetworkError."""

_OK = 200
_LATE = "no answer in time"


def https_fetcher(
    *,
    timeout: float = 10.0,
    max_bytes: int = 1024 * 1024,
    context: ssl.SSLContext | None = None,
) -> Fetcher:
    """Return a fetcher with limits: ``timeout`` seconds for all of it, no redirects.

    Certificates are verified against ``context``, by default the system's authorities; a proxy
    of the environment is used.
    """
    handler = _Https(context or ssl.create_default_context())
    opener = urllib.request.build_opener(_NoRedirects(), handler)

    def fetch(url: str) -> bytes:
        host_of(url)
        return _in_time(lambda: _get(opener, url, timeout, max_bytes), timeout, url)

    return fetch


def _in_time(get: Callable[[], bytes], seconds: float, url: str) -> bytes:
    # Resolving a name takes as long as it takes, and each of its addresses and the TLS handshake
    # have the whole time to themselves: only somebody outside can stop waiting for the sum.
    outcome: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()

    def work() -> None:
        try:
            outcome.put(get())
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            outcome.put(error)

    threading.Thread(target=work, name="amcli-fetch", daemon=True).start()
    try:
        found = outcome.get(timeout=seconds)
    except queue.Empty:
        raise NetworkError(f"{url}: {_LATE}") from None
    if isinstance(found, Exception):
        raise found
    return found


def _get(opener: urllib.request.OpenerDirector, url: str, timeout: float, limit: int) -> bytes:
    try:
        with opener.open(url, timeout=timeout) as response:
            return _read(response, url, limit)
    except urllib.error.HTTPError as error:
        error.close()
        raise NetworkError(f"{url}: the server answered {error.code}") from None
    except (OSError, HTTPException, ValueError) as error:
        raise NetworkError(f"{url}: cannot be read: {_reason(error)}") from None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A document with keys stands where it is said to stand, or nowhere."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Any,
        newurl: str,
    ) -> NoReturn:
        fp.close()
        raise NetworkError(f"{req.full_url}: the server redirects ({code}), which is not followed")


class _Timely(io.RawIOBase):
    """What a socket receives up to a point in time; then TimeoutError."""

    def __init__(self, sock: socket.socket, stream: io.RawIOBase) -> None:
        self._sock = sock
        self._stream = stream
        self._deadline = time.monotonic() + (sock.gettimeout() or 0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        self._sock.settimeout(remaining)
        return self._stream.readinto(buffer)

    def close(self) -> None:
        super().close()
        self._stream.close()


class _Response(HTTPResponse):
    """A response that has as long for all of it as its socket has for one piece.

    Otherwise status line, headers and "100 Continue" could come in pieces for ever.
    """

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Timely(sock, self.fp.detach()))


class _Connection(HTTPSConnection):
    response_class = _Response


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._context_given = context

    def https_open(self, req: urllib.request.Request) -> HTTPResponse:
        return self.do_open(_Connection, req, context=self._context_given)


def _read(response: HTTPResponse, url: str, max_bytes: int) -> bytes:
    if response.status != _OK:
        raise NetworkError(f"{url}: the server answered {response.status}")
    content = response.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise NetworkError(f"{url}: the answer is longer than {max_bytes // 1024} KB")
    return content


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", None)
    if isinstance(inner, ssl.SSLCertVerificationError):
        return f"its certificate does not verify: {inner.verify_message}"
    if isinstance(error, TimeoutError) or isinstance(inner, TimeoutError):
        return _LATE
    return str(inner or error)
