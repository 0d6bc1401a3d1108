"""The address of a mail server, as a person writes it."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from amcli.errors import UsageError

PORTS = {"smtp": 587, "smtps": 465}
"""The schemes, and the ports that stand for them (RFC 6409; RFC 8314, section 3.3)."""

_MAX_PORT = 65535

_WANTED = "a mail server is written smtp://host:587 or smtps://host:465"
# With underscores, which names inside container networks have.
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_MAX_HOST = 253  # RFC 1035, section 3.1


def parse_server_url(url: str) -> tuple[str, str, int]:
    """Return scheme, host (in ASCII) and port of ``smtp://host[:587]`` or ``smtps://host[:465]``.

    Raises UsageError for every other form. What was written is never repeated in the message:
    whoever mistypes such a URL may well have put a password into it.
    """
    if "@" in url or "?" in url:
        raise UsageError(
            "the SMTP URL must not hold user or password: others can see it; " + _WANTED,
            hint="use --smtp-user and --smtp-password-file",
        )
    if not url.isprintable() or " " in url:
        raise _refused("it holds white space or control characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused(
            f"its port is no number up to {_MAX_PORT}, or a bracket is missing"
        ) from None
    if parts.scheme not in PORTS or not parts.netloc:
        raise _refused("it does not begin with smtp:// or smtps://")
    if parts.path.strip("/") or parts.fragment:
        raise _refused("something stands behind host and port")
    if port == 0:
        raise _refused("there is no port 0")
    return parts.scheme, _host(parts.hostname or ""), port or PORTS[parts.scheme]


def _host(host: str) -> str:
    if ":" in host:
        try:
            return str(ipaddress.ip_address(host))
        except ValueError:
            raise _refused("in brackets stands an IPv6 address") from None
    try:
        name = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise _refused("its host is no name that DNS can have") from None
    if len(name) > _MAX_HOST or not _HOST.fullmatch(name):
        raise _refused("its host is no name that DNS can have")
    return name


def _refused(why: str) -> UsageError:
    return UsageError(f"{_WANTED}; this is not one: {why}")
