"""Who issues tokens, in which cloud, and where their keys are published.

The hosts stand in this table and nowhere else: none is ever taken from a token. Sources:
Microsoft, "National clouds" (login hosts), "Access token claims reference" (v2 issuers) and
"Signing key rollover" (metadata). The claims reference does not name the v1 issuers of national
clouds; they are those that Microsoft's own libraries use.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from amcli.errors import UsageError
from amcli.verify.token_kind import EAT_ISSUER, TokenKind

_EAT_METADATA = "https://substrate.office.com/sts/common/.well-known/openid-configuration"


class Authority(NamedTuple):
    """An issuer and the place where it publishes its keys."""

    issuer: str
    """What ``iss`` must be, exactly."""
    metadata_url: str
    """OpenID Connect discovery document, which names the key set."""
    key_hosts: frozenset[str]
    """Hosts that the metadata may name for the key set."""
    key_issuers: frozenset[str]
    """What metadata and keys may call their issuer."""
    tenant: str = ""
    serves_all: bool = False
    """Whether the metadata is that of all tenants, and must say so."""

    def is_published_by(self, issuer: str) -> bool:
        """Return whether metadata of this ``issuer`` belongs here."""
        return self.names(issuer) and ("{tenantid}" in issuer or not self.serves_all)

    def names(self, issuer: str) -> bool:
        """Return whether metadata or a key of this ``issuer`` belongs here.

        What serves several tenants has ``{tenantid}`` in its issuer, where the token's tenant
        belongs.
        """
        return issuer.replace("{tenantid}", self.tenant) in self.key_issuers


class Cloud(NamedTuple):
    """A Microsoft cloud: isolated from the others, with hosts and keys of its own."""

    name: str
    title: str
    login_host: str
    v1_issuer_host: str
    key_hosts: frozenset[str]

    def authority(self, kind: TokenKind, tenant: str, *, serves_all: bool = False) -> Authority:
        """Return who issues Entra tokens of this version for a tenant (a lower-case GUID).

        Where every tenant is served, the keys are those of ``common``: nobody can then make us
        look for keys by inventing tenants.
        """
        v1 = f"https://{self.v1_issuer_host}/{tenant}/"
        v2 = f"https://{self.login_host}/{tenant}/v2.0"
        root = f"https://{self.login_host}/{'common' if serves_all else tenant}"
        if kind is TokenKind.ENTRA_V2:
            metadata = f"{root}/v2.0/.well-known/openid-configuration"
            return Authority(v2, metadata, self.key_hosts, frozenset({v2}), tenant, serves_all)
        # The same keys sign v1 tokens; where a v2 key set is used for them, its keys carry the
        # v2 issuer (Microsoft.IdentityModel, AadIssuerValidator, accepts this too).
        metadata = f"{root}/.well-known/openid-configuration"
        return Authority(v1, metadata, self.key_hosts, frozenset({v1, v2}), tenant, serves_all)


def _cloud(name: str, title: str, login: str, v1_issuer: str, *more_key_hosts: str) -> Cloud:
    return Cloud(name, title, login, v1_issuer, frozenset({login, *more_key_hosts}))


CLOUDS = {
    cloud.name: cloud
    for cloud in (
        _cloud("global", "Microsoft Azure", "login.microsoftonline.com", "sts.windows.net"),
        _cloud("usgov", "Azure Government (US)", "login.microsoftonline.us", "sts.windows.net"),
        _cloud(
            "china",
            "Microsoft Azure operated by 21Vianet",
            "login.partner.microsoftonline.cn",
            "sts.chinacloudapi.cn",
            "login.chinacloudapi.cn",
        ),
    )
}

EAT_AUTHORITY = Authority(
    EAT_ISSUER,
    _EAT_METADATA,
    frozenset({"substrate.office.com"}),
    # Its metadata writes the issuer without the slash that tokens have.
    frozenset({EAT_ISSUER, EAT_ISSUER.rstrip("/")}),
)


def find_cloud(name: str) -> Cloud:
    """Return the cloud of that name; raises UsageError with the names there are."""
    if name not in CLOUDS:
        raise UsageError(f"no cloud is called {name!r}", hint=f"clouds: {', '.join(CLOUDS)}")
    return CLOUDS[name]


@lru_cache(maxsize=1024)
def find_authority(
    kind: TokenKind, cloud: str, tenant: str | None, serves_all: bool
) -> Authority | None:
    """Return who issues tokens of that kind, or None where that depends on an unknown tenant."""
    if kind is TokenKind.EAT:
        return EAT_AUTHORITY
    if tenant is None:
        return None
    return find_cloud(cloud).authority(kind, tenant, serves_all=serves_all)


def parse_guid(value: object) -> str | None:
    """Return a GUID in lower case, or None when the value is not one in its usual form.

    Only the form with four hyphens counts: braces, a ``urn:`` or bare digits are no tenant id.
    """
    return _guid(value) if isinstance(value, str) and len(value) == _GUID_LENGTH else None


@lru_cache(maxsize=1024)
def _guid(text: str) -> str | None:
    in_groups = tuple(map(len, text.split("-"))) == _GUID_GROUPS
    return text.lower() if in_groups and _GUID_CHARACTERS.issuperset(text) else None


_GUID_LENGTH = 36
_GUID_GROUPS = (8, 4, 4, 4, 12)
_GUID_CHARACTERS = frozenset("0123456789abcdefABCDEF-")
