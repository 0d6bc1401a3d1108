"""The rules of Microsoft Entra ID access tokens, versions 1.0 and 2.0.

Sources: Microsoft, "Access tokens in the Microsoft identity platform", "Access token claims
reference", "Secure applications and APIs by validating claims", and "Enable Entra ID token for
actionable messages". The last one specifies no claims; what Outlook sends is inferred from the
first three and from services in production (docs/tokens.md says how sure each fact is).
"""

from __future__ import annotations

from amcli.address import same_address
from amcli.verify.checks import Check, Outcome, failed, passed
from amcli.verify.clouds import Authority, find_cloud, parse_guid
from amcli.verify.token_checks import (
    Case,
    check_caller,
    nobody_asked,
    single_audience,
)
from amcli.verify.token_kind import TokenKind
from amcli.verify.token_policy import AnyTenant, parse_performer
from amcli.verify.token_text import shown

REQUIRED_DATES: tuple[str, ...] = ("exp", "nbf", "iat")

_MUTABLE_UPN = (
    "a upn can change and can be given to another person later; "
    "oid:GUID together with the tenant names one person for good"
)
_GUEST = "#EXT#"  # stands in the upn of a guest, whose home is another domain


def tenant_of(case: Case) -> str | None:
    """Return ``tid`` in lower case when it is a GUID."""
    return parse_guid(case.claims.get("tid"))


def authority_of(case: Case) -> Authority | None:
    """Return who must have issued this token, or None without a usable ``tid``."""
    tenant = tenant_of(case)
    if tenant is None:
        return None
    return find_cloud(case.policy.cloud).authority(case.token.kind, tenant)


def check_kind(case: Case) -> Check:
    """Say which version it is; what belongs to it is compared from here on."""
    return passed("kind", case.token.kind.label)


def check_issuer(case: Case) -> Check:
    """Build the issuer from ``tid`` and compare exactly."""
    authority, issuer = authority_of(case), case.claims.get("iss")
    if authority is None:
        return failed("issuer", f"tid must be a GUID, it is {shown(case.claims.get('tid'))}")
    # The tenant is compared as it stands in the token, so that iss and tid are one text.
    expected = authority.issuer.replace(authority.tenant, case.claims["tid"])
    if issuer == expected:
        return passed("issuer", expected)
    return failed(
        "issuer",
        f"iss is {shown(issuer)}, a {case.token.kind.label} of this tenant has {shown(expected)}",
        f"tokens of another cloud need another one than {case.policy.cloud!r} (--cloud)",
    )


def check_tenant(case: Case) -> Check:
    """Compare ``tid`` with the tenants that are served."""
    tenant, allowed = tenant_of(case), case.policy.tenants
    if tenant is None:
        return failed("tenant", "cannot be checked: tid is no GUID")
    if isinstance(allowed, AnyTenant):
        return passed("tenant", f"{tenant}; every tenant is accepted, as was asked for")
    if tenant in allowed:
        return passed("tenant", tenant)
    return failed(
        "tenant",
        f"{tenant} is not among the {len(allowed)} accepted",
        "if its users may click, accept this tenant (--tenant)",
    )


def check_audience(case: Case) -> Check:
    """Compare ``aud`` with what this version has there: App ID URI or client id, or id only."""
    audience = single_audience(case)
    if audience is None:
        return failed("audience", f"aud must be one text, it is {shown(case.claims.get('aud'))}")
    client_id = parse_guid(audience)
    for accepted in case.policy.audiences:
        if client_id and client_id == parse_guid(accepted):
            return passed("audience", f"client id {audience}")
        if audience == accepted and case.token.kind is TokenKind.ENTRA_V1:
            return passed("audience", f"App ID URI {shown(audience)}")
    return failed("audience", f"aud is {shown(audience)}, which is not accepted", _advice(case))


def check_calling_application(case: Case) -> Check:
    """Compare ``appid`` (v1) or ``azp`` (v2) with Outlook's Actions application."""
    return check_caller(case, caller_claim(case.token.kind))


def caller_claim(kind: TokenKind) -> str:
    """Return the claim that names the calling application in this version."""
    return "azp" if kind is TokenKind.ENTRA_V2 else "appid"


def check_scope(case: Case) -> Check:
    """Demand a delegated permission, which only the token of a person has."""
    scopes = case.claims.get("scp")
    if case.claims.get("idtyp") == "app" or not isinstance(scopes, str) or not scopes.split():
        return failed(
            "scope",
            "no delegated scope (scp): the token of an application, not of a person who clicked",
        )
    wanted = case.policy.scope
    if wanted is None:
        return passed("scope", f"delegated: {shown(scopes)}; no particular one was asked for")
    if wanted in scopes.split():
        return passed("scope", f"{shown(wanted)} is among the delegated ones")
    return failed("scope", f"scp is {shown(scopes)}, without {shown(wanted)}")


def check_sender(case: Case) -> Check:
    """Refuse to prove what is not there."""
    if case.policy.sender is None:
        return nobody_asked("sender", "; an Entra ID token names no sender")
    return failed(
        "sender",
        "cannot be proven: an Entra ID token does not name the mail's sender",
        "put a limited-purpose token into the action's body, it can carry that proof",
    )


def check_performer(case: Case) -> Check:
    """Compare who clicked: by (tid, oid), or by the upn of a v1 token with a warning."""
    if case.policy.performer is None:
        return nobody_asked("performer", f"; it is oid {shown(case.claims.get('oid'))}")
    wanted = parse_performer(case.policy.performer)
    if wanted.object_id:
        return _check_object_id(case, wanted.object_id)
    if case.token.kind is TokenKind.ENTRA_V2:
        return failed(
            "performer",
            "cannot be proven: the addresses in a v2 token are for display only",
            "name the person as oid:GUID",
        )
    upn = case.claims.get("upn")
    if not isinstance(upn, str):
        return failed("performer", "cannot be checked: the token has no upn", "use oid:GUID")
    if wanted.address:
        matches = same_address(upn, wanted.address)
    else:
        local, _, domain = upn.partition("@")
        matches = bool(local) and _GUEST not in upn and same_address(domain, wanted.domain or "")
    if not matches:
        return failed("performer", f"upn is {shown(upn)}, not {shown(case.policy.performer)}")
    return Check("performer", Outcome.PASSED, f"upn is {shown(upn)}", _MUTABLE_UPN)


def _check_object_id(case: Case, wanted: str) -> Check:
    found, tenant = parse_guid(case.claims.get("oid")), tenant_of(case)
    if found is None or tenant is None:
        return failed("performer", "cannot be checked: oid and tid must both be GUIDs")
    if found == wanted:
        return passed("performer", f"oid {found} in tenant {tenant}")
    return failed("performer", f"oid is {found}, not {wanted}")


def _advice(case: Case) -> str:
    if case.token.kind is TokenKind.ENTRA_V1:
        return (
            "a version 1.0 token has your App ID URI (api://auth-am-...) or your client id as aud, "
            "compared letter by letter"
        )
    if not any(parse_guid(accepted) for accepted in case.policy.audiences):
        return "a version 2.0 token has your client id as aud; no client id (a GUID) is accepted"
    return "a version 2.0 token has your client id as aud, never an App ID URI"
