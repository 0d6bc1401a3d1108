"""The rules of Microsoft Entra ID access tokens, versions 1.0 and 2.0.

Sources: Microsoft, "Access tokens in the Microsoft identity platform", "Access token claims
reference", "Secure applications and APIs by validating claims", and "Enable Entra ID token for
actionable messages". The last one specifies no claims; what Outlook sends is inferred from the
first three and from services in production (docs/tokens.md says how sure each fact is).
"""

from __future__ import annotations

from amcli.address import same_address
from amcli.verify.checks import failed
from amcli.verify.clouds import parse_guid
from amcli.verify.token_answers import Answer, Case, Held
from amcli.verify.token_checks import check_caller, not_asked, single_audience
from amcli.verify.token_kind import TokenKind
from amcli.verify.token_policy import AnyTenant, Performer
from amcli.verify.token_text import shown

_MUTABLE_UPN = (
    "a upn can change and can be given to another person later; "
    "oid:GUID together with the tenant names one person for good"
)
_GUEST = "#EXT#"  # stands in the upn of a guest, whose home is another domain

_ENTRA = Held("kind", lambda case: case.token.kind.label)
_ISSUED = Held("issuer", lambda case: case.claims["iss"])
_SERVED = Held("tenant", lambda case: f"{case.tenant}")
_ANY_TENANT = Held(
    "tenant", lambda case: f"{case.tenant}; every tenant is accepted, as was asked for"
)
_APP_ID_URI = Held("audience", lambda case: f"App ID URI {shown(single_audience(case))}")
_CLIENT_ID = Held("audience", lambda case: f"client id {single_audience(case)}")
_DELEGATED = Held(
    "scope",
    lambda case: f"delegated: {shown(case.claims['scp'])}; no particular one was asked for",
)
_SCOPE = Held("scope", lambda case: f"{shown(case.policy.scope)} is among the delegated ones")
_NO_SENDER = not_asked("sender", lambda _: "; an Entra ID token names no sender")
_ANYBODY = not_asked("performer", lambda case: f"; it is oid {shown(case.claims['oid'])}")
_THIS_ID = Held(
    "performer", lambda case: f"oid {parse_guid(case.claims['oid'])} in tenant {case.tenant}"
)
_THIS_UPN = Held("performer", lambda case: f"upn is {shown(case.claims['upn'])}", hint=_MUTABLE_UPN)


def check_kind(_case: Case) -> Answer:
    """Say which version it is; what belongs to it is compared from here on."""
    return _ENTRA


def check_issuer(case: Case) -> Answer:
    """Build the issuer from ``tid`` and compare exactly."""
    authority, issuer = case.authority, case.claims.get("iss")
    if authority is None:
        return failed("issuer", f"tid must be a GUID, it is {shown(case.claims.get('tid'))}")
    # The tenant is compared as it stands in the token, so that iss and tid are one text.
    expected = authority.issuer.replace(authority.tenant, case.claims["tid"])
    if issuer == expected:
        return _ISSUED
    return failed(
        "issuer",
        f"iss is {shown(issuer)}, a {case.token.kind.label} of this tenant has {shown(expected)}",
        f"a token of another cloud needs that instead of {case.policy.cloud!r} (--cloud); "
        "to any other issuer's answer 401",
    )


def check_tenant(case: Case) -> Answer:
    """Compare ``tid`` with the tenants that are served."""
    tenant, allowed = case.tenant, case.policy.tenants
    if tenant is None:
        return failed("tenant", "cannot be checked: tid is no GUID")
    if isinstance(allowed, AnyTenant):
        return _ANY_TENANT
    if tenant in allowed:
        return _SERVED
    return failed(
        "tenant",
        f"{tenant} is not among the {len(allowed)} accepted",
        "if its users may click, accept this tenant (--tenant)",
    )


def check_audience(case: Case) -> Answer:
    """Compare ``aud`` with what this version has there: App ID URI or client id, or id only."""
    audience = single_audience(case)
    if audience is None:
        return failed("audience", f"aud must be one text, it is {shown(case.claims.get('aud'))}")
    if parse_guid(audience) in case.policy.client_ids:
        return _CLIENT_ID
    if case.token.kind is TokenKind.ENTRA_V1 and audience in case.policy.audiences:
        return _APP_ID_URI
    return failed("audience", f"aud is {shown(audience)}, which is not accepted", _advice(case))


def check_calling_application(case: Case) -> Answer:
    """Compare ``appid`` (v1) or ``azp`` (v2) with Outlook's Actions application."""
    return check_caller(case, caller_claim(case.token.kind))


def caller_claim(kind: TokenKind) -> str:
    """Return the claim that names the calling application in this version."""
    return "azp" if kind is TokenKind.ENTRA_V2 else "appid"


def check_scope(case: Case) -> Answer:
    """Demand a delegated permission, which only the token of a person has."""
    scopes = case.claims.get("scp")
    if case.claims.get("idtyp") == "app" or not isinstance(scopes, str) or not scopes.strip():
        return failed(
            "scope",
            "no delegated scope (scp): the token of an application, not of a person who clicked",
        )
    wanted = case.policy.scope
    if wanted is None:
        return _DELEGATED
    if wanted in scopes.split():
        return _SCOPE
    return failed("scope", f"scp is {shown(scopes)}, without {shown(wanted)}")


def check_sender(case: Case) -> Answer:
    """Refuse to prove what is not there."""
    if case.policy.sender is None:
        return _NO_SENDER
    return failed(
        "sender",
        "cannot be proven: an Entra ID token does not name the mail's sender",
        "put a limited-purpose token into the action's body, it can carry that proof",
    )


def check_performer(case: Case) -> Answer:
    """Demand that the token says who clicked, and compare with who must have.

    Compared is (tid, oid), or the upn of a v1 token with a warning.
    """
    found, wanted = parse_guid(case.claims.get("oid")), case.policy.asked_performer
    if found is None:
        return failed(
            "performer",
            f"the token names nobody: oid must be a GUID, it is {shown(case.claims.get('oid'))}",
            "tid and oid together say who clicked: answer 401 to a token without them",
        )
    if wanted is None:
        return _ANYBODY
    if wanted.object_id:
        return _check_object_id(case, found, wanted.object_id)
    return _check_upn(case, wanted)


def _check_upn(case: Case, wanted: Performer) -> Answer:
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
    return _THIS_UPN


def _check_object_id(case: Case, found: str, wanted: str) -> Answer:
    if case.tenant is None:
        return failed("performer", "cannot be checked: tid is no GUID")
    if found == wanted:
        return _THIS_ID
    return failed("performer", f"oid is {found}, not {wanted}")


def _advice(case: Case) -> str:
    if case.token.kind is TokenKind.ENTRA_V1:
        return (
            "a version 1.0 token has your App ID URI (api://auth-am-...) or your client id as aud, "
            "compared letter by letter"
        )
    if not case.policy.client_ids:
        return "a version 2.0 token has your client id as aud; no client id (a GUID) is accepted"
    return "a version 2.0 token has your client id as aud, never an App ID URI"
