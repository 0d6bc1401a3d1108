"""What a service demands of a token. Nothing that guards it has a silent default."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from amcli.address import is_address
from amcli.errors import UsageError
from amcli.verify.clouds import find_cloud, parse_guid

if TYPE_CHECKING:
    from amcli.verify.keyset import KeySource

MAX_LEEWAY_SECONDS = 300
"""Five minutes, the skew of Microsoft's own library (Microsoft.IdentityModel)."""


class AnyTenant:
    """Says in so many words that the users of every tenant may click."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AnyTenant)

    def __hash__(self) -> int:
        return hash(AnyTenant)

    def __repr__(self) -> str:
        return "AnyTenant()"


class Performer(NamedTuple):
    """Who must have clicked: exactly one of the three is set."""

    object_id: str | None = None
    """``oid`` in lower case; only together with the tenant does it name a person."""
    address: str | None = None
    domain: str | None = None


@dataclass(frozen=True)
class TokenPolicy:
    """What a token must be to count.

    ``audiences``: App ID URIs, client ids, and for EAT target URLs (their origin counts).
    ``tenants``: GUIDs whose users are served, or ``AnyTenant()``; an empty set serves no Entra ID
    token at all. ``scope``, ``sender`` and ``performer`` are checked when given; ``performer`` is
    ``oid:GUID``, an address or ``@domain``. ``leeway_seconds`` is 0 to 300. Raises UsageError for
    a policy that cannot be meant.
    """

    audiences: tuple[str, ...]
    tenants: frozenset[str] | AnyTenant
    keys: KeySource
    scope: str | None = None
    sender: str | None = None
    performer: str | None = None
    cloud: str = "global"
    legacy_eat: bool = False
    """Whether an EAT is judged by its old rules instead of being refused."""
    leeway_seconds: int = MAX_LEEWAY_SECONDS
    client_ids: frozenset[str] = field(init=False, repr=False)
    """Those ``audiences`` that are GUIDs, in lower case."""
    asked_performer: Performer | None = field(init=False, repr=False)
    """``performer``, read."""

    def __post_init__(self) -> None:
        find_cloud(self.cloud)
        object.__setattr__(self, "audiences", texts(self.audiences, "audiences"))
        if not self.audiences or not all(self.audiences):
            raise UsageError(
                "no audience: a token for any other service would count",
                hint="give your App ID URI or client id (for EAT: your target URL)",
            )
        if not isinstance(self.tenants, AnyTenant):
            object.__setattr__(self, "tenants", parse_tenants(self.tenants))
        if not 0 <= self.leeway_seconds <= MAX_LEEWAY_SECONDS:
            raise UsageError(f"the leeway is 0 to {MAX_LEEWAY_SECONDS} seconds")
        if self.scope is not None and self.scope.split() != [self.scope]:
            raise UsageError(f"a scope is one word, such as user_impersonation: {self.scope!r}")
        performer = None if self.performer is None else parse_performer(self.performer)
        object.__setattr__(self, "asked_performer", performer)
        object.__setattr__(self, "client_ids", _client_ids(self.audiences))
        if self.sender is not None and not is_address(self.sender):
            raise UsageError(f"not an e-mail address: {self.sender!r}")


def texts(values: Iterable[str], name: str) -> tuple[str, ...]:
    """Return a list of texts as a tuple; raises UsageError for one text.

    A bare string is iterable too, and would become a list of its letters.
    """
    if isinstance(values, str):
        raise UsageError(f"{name} is a list of texts, not one text")
    return tuple(values)


def _client_ids(audiences: Iterable[str]) -> frozenset[str]:
    return frozenset(guid for audience in audiences if (guid := parse_guid(audience)))


def parse_tenants(tenants: Iterable[str]) -> frozenset[str]:
    """Return tenant GUIDs in lower case; raises UsageError for anything else."""
    found = set()
    for tenant in texts(tenants, "tenants"):
        guid = parse_guid(tenant)
        if guid is None:
            raise UsageError(
                f"not a tenant id: {tenant!r}",
                hint="a tenant id is a GUID; the Entra admin center shows it under Overview",
            )
        found.add(guid)
    return frozenset(found)


def parse_performer(text: str) -> Performer:
    """Return who is meant by ``oid:GUID``, an address or ``@domain``; raises UsageError."""
    if text.startswith("oid:"):
        guid = parse_guid(text.removeprefix("oid:"))
        if guid:
            return Performer(object_id=guid)
    elif text.startswith("@") and is_address(f"x{text}"):
        return Performer(domain=text[1:])
    elif is_address(text):
        return Performer(address=text)
    raise UsageError(
        f"not an action performer: {text!r}",
        hint="write oid:GUID, an e-mail address, or @domain for everybody there",
    )
