"""Links that a mail gateway has rewritten, as they arrive in mail that is copied from."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from amcli.linting.facts.addresses import host_of

# Host, and the parameter that still holds the address as it was, where there is one.
_GATEWAYS = (
    (re.compile(r"(?:^|\.)safelinks\.protection\.(?:outlook\.com|office365\.us)$"), "url"),
    (re.compile(r"^linkprotect\.cudasvc\.com$"), "a"),
    (re.compile(r"^urldefense\.(?:com|us|proofpoint\.com)$"), None),
    (re.compile(r"(?:^|\.)mimecastprotect\.com$"), None),
    (re.compile(r"^(?:protect|url)[a-z0-9.-]*\.mimecast\.com$"), None),
    (re.compile(r"^secure-web\.cisco\.com$"), None),
)
_MARKS = ("safelinks", "cudasvc", "urldefense", "mimecast", "secure-web")  # a quick look before


def gateway_of(url: str) -> str | None:
    """Return the host of the gateway that this address leads through; None for any other."""
    return next((host for host, _ in _found(url)), None)


def original_of(url: str) -> str | None:
    """Return the https address that a gateway's link holds, where it can be read."""
    for _, name in _found(url):
        values = parse_qs(urlsplit(url.strip()).query).get(name, []) if name else []
        return values[0] if values and values[0].startswith("https://") else None
    return None


def _found(url: str) -> list[tuple[str, str | None]]:
    host = host_of(url) if any(mark in url.lower() for mark in _MARKS) else ""
    return [(host, name) for pattern, name in _GATEWAYS if host and pattern.search(host)]
