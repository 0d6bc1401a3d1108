"""The rules of the external access token (EAT), which Exchange's token service signed.

Source: Microsoft, "Security requirements for actionable messages"; `ver` from the archived
o365-actionable-messages-utilities-for-dotnet. Outlook stopped sending these on 8 June 2026; the
rules stay for captured tokens, and for services that still meet one.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from amcli.address import is_address, same_address
from amcli.verify.checks import Outcome, failed
from amcli.verify.token_answers import Answer, Case, Held
from amcli.verify.token_checks import check_caller, not_asked, single_audience
from amcli.verify.token_kind import EAT_ENDED, EAT_ISSUER, EAT_VERSION
from amcli.verify.token_policy import AnyTenant
from amcli.verify.token_text import shown

_DEFAULT_PORTS = {"https": 443, "http": 80}

_EAT = Held("kind", lambda case: case.token.kind.label, hint=EAT_ENDED)
_ISSUED = Held("issuer", lambda _: EAT_ISSUER)
_NO_TENANT = Held(
    "tenant",
    lambda _: "an EAT names no tenant; the audience says whom it is for",
    Outcome.SKIPPED,
)
_SERVED = Held("tenant", lambda case: f"{case.tenant}")
_ORIGIN = Held("audience", lambda case: f"{single_audience(case)}")
_WITH_SLASH = Held(
    "audience",
    lambda case: shown(single_audience(case)),
    hint="it has a slash at its end, which Microsoft's tokens do not have",
)
_NO_SCOPES = not_asked("scope", lambda _: "; an EAT has no scopes")
_ANY_SENDER = not_asked("sender", lambda case: _named(case, "sender"))
_SENDER = Held("sender", lambda case: case.claims["sender"])
_ANYBODY = not_asked("performer", lambda case: _named(case, "sub"))
_SUBJECT = Held("performer", lambda case: f"sub is {shown(case.claims['sub'])}")


def _named(case: Case, claim: str) -> str:
    return f"; it is {shown(case.claims[claim])}" if claim in case.claims else ""


def check_kind(case: Case) -> Answer:
    """Refuse an EAT unless it was asked for, and say that its time is over."""
    if not case.policy.legacy_eat:
        return failed(
            "kind",
            f"an EAT is not accepted here: {EAT_ENDED}",
            "legacy_eat accepts it; for the command: AMCLI_VERIFY_LEGACY_EAT=true",
        )
    if case.claims.get("ver", EAT_VERSION) != EAT_VERSION:
        return failed("kind", f"the issuer is that of an EAT, ver is {shown(case.claims['ver'])}")
    return _EAT


def check_issuer(case: Case) -> Answer:
    """Compare with the one issuer, exactly."""
    if case.claims.get("iss") == EAT_ISSUER:
        return _ISSUED
    return failed("issuer", f"iss is {shown(case.claims.get('iss'))}, an EAT has {EAT_ISSUER}")


def check_tenant(case: Case) -> Answer:
    """Compare ``tid`` when there is one; no EAT is known that has it."""
    allowed = case.policy.tenants
    if "tid" not in case.claims:
        return _NO_TENANT
    if case.tenant is not None and (isinstance(allowed, AnyTenant) or case.tenant in allowed):
        return _SERVED
    hint = "if its users may click: --tenant GUID, or --any-tenant for those of every tenant"
    return failed("tenant", f"{shown(case.claims['tid'])} is not accepted", hint)


def check_audience(case: Case) -> Answer:
    """Compare ``aud`` with the origins of the target URLs; one slash at its end is forgiven."""
    audience = single_audience(case)
    if audience is None:
        return failed("audience", f"aud must be one text, it is {shown(case.claims.get('aud'))}")
    origins = [origin for url in case.policy.audiences if (origin := find_origin(url))]
    if audience in origins:
        return _ORIGIN
    if audience.removesuffix("/") in origins:
        return _WITH_SLASH
    hint = "an EAT has the origin of your target URL as aud, such as https://api.example.com"
    return failed("audience", f"aud is {shown(audience)}, which is not accepted", hint)


@lru_cache(maxsize=256)
def find_origin(url: str) -> str | None:
    """Return scheme, host and port of a target URL as an EAT has them, or None.

    The host is in lower case, a default port is left out.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = port is None or port == _DEFAULT_PORTS[parts.scheme]
    return f"{parts.scheme}://{host}" if default else f"{parts.scheme}://{host}:{port}"


def check_calling_application(case: Case) -> Answer:
    """Compare ``appid`` with Outlook's Actions application."""
    return check_caller(case, "appid")


def check_scope(case: Case) -> Answer:
    """An EAT has no scopes, so none can be proven."""
    if case.policy.scope is None:
        return _NO_SCOPES
    return failed("scope", "cannot be proven: an EAT has no scopes", "ask for none of an EAT")


def check_sender(case: Case) -> Answer:
    """Compare the mail's sender; a connector's token has none."""
    sender, wanted = case.claims.get("sender"), case.policy.sender
    if wanted is None:
        return _ANY_SENDER
    if not isinstance(sender, str):
        hint = "a connector's token names none: ask for a sender only where the card came by mail"
        return failed("sender", "cannot be checked: the token names no sender", hint)
    if same_address(sender, wanted):
        return _SENDER
    return failed("sender", f"sender is {shown(sender)}, not {shown(wanted)}")


def check_performer(case: Case) -> Answer:
    """Demand that the token says who clicked, and compare with who must have.

    Compared is ``sub``: an address, and for some recipients a hash or an object id.
    """
    subject, wanted = case.claims.get("sub"), case.policy.asked_performer
    if not isinstance(subject, str) or not subject.strip():
        return failed(
            "performer",
            f"the token names nobody: sub must be a text, it is {shown(subject)}",
            "sub says who clicked: answer 401 to a token without it",
        )
    if wanted is None:
        return _ANYBODY
    if wanted.object_id:
        return failed("performer", "cannot be proven: an EAT has no oid", "give the address")
    if not is_address(subject):
        return failed(
            "performer",
            f"cannot be checked: sub is {shown(subject)}, no address",
            "sub may be a hash or an object id when the mail went to a group or a connector",
        )
    domain = subject.partition("@")[2]
    if same_address(subject, wanted.address or "") or same_address(domain, wanted.domain or ""):
        return _SUBJECT
    return failed(
        "performer",
        f"sub is {shown(subject)}, not {shown(case.policy.performer)}",
        "if this person may click, ask for this address",
    )
