"""Whether a registered target URL covers the address that an action calls."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from amcli.linting.facts.addresses import host_of

_WILDCARD = "*."


class Coverage(enum.IntEnum):
    """How well an address is covered, the better the more."""

    NONE = 0
    PERHAPS = 1
    SURE = 2


@dataclass(frozen=True)
class _Address:
    host: str
    path: tuple[str, ...]


def coverage(url: str, registered: Iterable[str]) -> Coverage:
    """Return how well the registered target URLs cover an address.

    Microsoft calls target URLs "domains" and does not say how it compares them. So the same host
    and the beginning of the path, segment by segment, are sure; a host below a registered one,
    and another path on the same host, are not. What has no host cannot be judged and counts as
    covered, and so does everything where nothing is registered.
    """
    called = _address(url)
    known = [address for address in map(_address, registered) if address is not None]
    if called is None or not known:
        return Coverage.SURE
    return max(_compared(called, address) for address in known)


def _compared(called: _Address, registered: _Address) -> Coverage:
    domain = registered.host.removeprefix(_WILDCARD)
    is_below = called.host.endswith(f".{domain}")
    if called.host == registered.host or (is_below and domain != registered.host):
        begins_so = called.path[: len(registered.path)] == registered.path
        return Coverage.SURE if begins_so else Coverage.PERHAPS
    return Coverage.PERHAPS if is_below else Coverage.NONE


def _address(url: str) -> _Address | None:
    text = url.strip()
    whole = text if "://" in text else f"https://{text}"
    host = host_of(whole).rstrip(".")
    if not host:
        return None
    path = urlsplit(whole).path
    return _Address(host, tuple(segment for segment in path.split("/") if segment))
