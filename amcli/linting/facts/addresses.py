"""Whether a URL is one that Microsoft's servers can call: public and https."""

from __future__ import annotations

import enum
import functools
import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

HTTPS_PORT = 443
# RFC 6761, 6762 and 7686, and ICANN's choice of .internal: no public name ever ends so. One in
# .example is none either, but stands for a public one in documents.
_LOCAL_NAMES = frozenset({"localhost", "local", "internal", "test", "invalid", "onion"})
_WITH_HOST = frozenset({"http", "ftp", "ws", "wss"})
_UNDECIDED = ("{", "$", "<", "...")


class Reach(enum.Enum):
    """What can be said of an address without trying it."""

    PUBLIC = "public"
    UNCERTAIN = "uncertain"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Judgement:
    """How far an address can be reached, and why it cannot."""

    reach: Reach
    reason: str = ""


_PUBLIC = Judgement(Reach.PUBLIC)


def judge(url: str) -> Judgement:
    """Return whether ``url`` is public https, without looking its name up."""
    text = url.strip()
    if text.startswith(_UNDECIDED):
        return _uncertain("it begins with a placeholder")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return _unreachable("it is no valid URL")
    if parts.scheme.lower() != "https":
        return _unreachable(_scheme_problem(parts.scheme))
    if any(mark in parts.netloc for mark in _UNDECIDED):
        return _uncertain("its host is a placeholder")
    return _judge_host(parts.hostname or "", port)


def _judge_host(host: str, port: int | None) -> Judgement:
    problem = host_problem(host) if host else "it has no host"
    if problem:
        return _unreachable(problem)
    if port not in (None, HTTPS_PORT):
        return _uncertain(f"its port is {port}; calls to other ports than 443 may never arrive")
    return _PUBLIC


def host_of(url: str) -> str:
    """Return the host of an address in lower case; "" where it has none."""
    try:
        return (urlsplit(url.strip()).hostname or "").lower()
    except ValueError:
        return ""


def is_own_machine(host: str) -> bool:
    """Return whether a host is always the machine that asks for it."""
    name = host.rstrip(".").lower()
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


@functools.lru_cache(1024)  # a card names the same host many times
def host_problem(host: str) -> str | None:
    """Return why nothing on the internet reaches this host; None when it may be public."""
    name = host.rstrip(".").lower()
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return _name_problem(name)
    return None if address.is_global else f"{host} is a private address"


def _name_problem(name: str) -> str | None:
    last = name.rpartition(".")[2]
    if last in _LOCAL_NAMES or name.endswith(".home.arpa"):
        return f"{name} is a name on one machine or one network"
    if last.isdigit():
        return f"{name} is no public address"
    if "." not in name:
        return f"{name} is a name on one network"
    return None


def _scheme_problem(scheme: str) -> str:
    if not scheme:
        return "it has no https://"
    return f"it begins with {scheme}://" if scheme in _WITH_HOST else f"it begins with {scheme}:"


def _uncertain(reason: str) -> Judgement:
    return Judgement(Reach.UNCERTAIN, reason)


def _unreachable(reason: str) -> Judgement:
    return Judgement(Reach.UNREACHABLE, reason)
