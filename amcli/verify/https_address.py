"""Addresses that documents with keys may be read from."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from amcli.errors import NetworkError


def host_of(url: str) -> str:
    """Return the host of an https address, in lower case; raises NetworkError for any other."""
    try:
        parts = urlsplit(url)
        port_is_default = parts.port in {None, 443}
    except ValueError:
        raise NetworkError(f"not an address: {_without_user(url)!r}") from None
    if parts.scheme != "https" or not parts.hostname:
        raise NetworkError(f"only https addresses are read, this is {_without_user(url)!r}")
    if parts.username is not None:
        raise NetworkError(
            f"{_without_user(url)}: an address with a user name or a password is not read"
        )
    return parts.hostname if port_is_default else f"{parts.hostname}:{parts.port}"


def _without_user(url: str) -> str:
    return re.sub(r"(?<=//).*@", "***@", url, flags=re.DOTALL)
