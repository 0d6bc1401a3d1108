"""Small documents over https: for keys, and only where a person asked for the network."""

from __future__ import annotations

import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from typing import IO, Any, NoReturn
from urllib.parse import urlsplit

from amcli.errors import NetworkError

Fetcher = Callable[[str], bytes]
"""Returns what is at an https address; raises NetworkError."""

_CHUNK = 64 * 1024
_OK = 200


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
    opener = urllib.request.build_opener(
        _NoRedirects(),
        urllib.request.HTTPSHandler(context=context or ssl.create_default_context()),
    )

    def fetch(url: str) -> bytes:
        host_of(url)
        deadline = time.monotonic() + timeout
        try:
            with opener.open(url, timeout=timeout) as response:
                return _read(response, url, max_bytes, deadline)
        except urllib.error.HTTPError as error:
            error.close()
            raise NetworkError(f"{url}: the server answered {error.code}") from None
        except (OSError, HTTPException, ValueError) as error:
            raise NetworkError(f"{url}: cannot be read: {_reason(error)}") from None

    return fetch


def host_of(url: str) -> str:
    """Return the host of an https address, in lower case; raises NetworkError for any other."""
    try:
        parts = urlsplit(url)
        port_is_default = parts.port in {None, 443}
    except ValueError:
        raise NetworkError(f"not an address: {url!r}") from None
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        raise NetworkError(f"only https addresses are read, this is {url!r}")
    return parts.hostname if port_is_default else f"{parts.hostname}:{parts.port}"


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


def _read(response: HTTPResponse, url: str, max_bytes: int, deadline: float) -> bytes:
    if response.status != _OK:
        raise NetworkError(f"{url}: the server answered {response.status}")
    content = b""
    # read1 returns after each piece that arrives, so a server that drips cannot hold us.
    while chunk := response.read1(_CHUNK):
        content += chunk
        if len(content) > max_bytes:
            raise NetworkError(f"{url}: the answer is longer than {max_bytes // 1024} KB")
        if time.monotonic() > deadline:
            raise NetworkError(f"{url}: the answer takes too long")
    return content


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", None)
    if isinstance(inner, ssl.SSLCertVerificationError):
        return f"its certificate does not verify: {inner.verify_message}"
    if isinstance(error, TimeoutError) or isinstance(inner, TimeoutError):
        return "no answer in time"
    return str(inner or error)
