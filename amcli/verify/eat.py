"""The rules of the external access token (EAT), which Exchange's token service signed.

Source: Microsoft, "Security requirements for actionable messages"; `ver` from the archived
o365-actionable-messages-utilities-for-dotnet. Outlook stopped sending these on 8 June 2026; the
rules stay for captured tokens, and for services that still meet one.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from amcli.address import is_address, same_address
from amcli.verify.checks import Check, Outcome, failed, passed, skipped
from amcli.verify.clouds import EAT_AUTHORITY, Authority, parse_guid
from amcli.verify.token_checks import (
    Case,
    check_caller,
    nobody_asked,
    single_audience,
)
from amcli.verify.token_kind import EAT_ENDED, EAT_ISSUER, EAT_VERSION
from amcli.verify.token_policy import AnyTenant, parse_performer
from amcli.verify.token_text import shown

REQUIRED_DATES: tuple[str, ...] = ("exp",)

_DEFAULT_PORTS = {"https": 443, "http": 80}


def authority_of(case: Case) -> Authority:  # noqa: ARG001 - the same call for every kind
    """Return who issued every EAT."""
    return EAT_AUTHORITY


def check_kind(case: Case) -> Check:
    """Refuse an EAT unless it was asked for, and say that its time is over."""
    if not case.policy.legacy_eat:
        return failed(
            "kind",
            f"an EAT is not accepted here: {EAT_ENDED}",
            "legacy_eat accepts it; for the command: AMCLI_VERIFY_LEGACY_EAT=true",
        )
    if case.claims.get("ver", EAT_VERSION) != EAT_VERSION:
        return failed("kind", f"the issuer is that of an EAT, ver is {shown(case.claims['ver'])}")
    return Check("kind", Outcome.PASSED, case.token.kind.label, EAT_ENDED)


def check_issuer(case: Case) -> Check:
    """Compare with the one issuer, exactly."""
    if case.claims.get("iss") == EAT_ISSUER:
        return passed("issuer", EAT_ISSUER)
    return failed("issuer", f"iss is {shown(case.claims.get('iss'))}, an EAT has {EAT_ISSUER}")


def check_tenant(case: Case) -> Check:
    """Compare ``tid`` when there is one; no EAT is known that has it."""
    allowed = case.policy.tenants
    if "tid" not in case.claims:
        return skipped("tenant", "an EAT names no tenant; the audience says whom it is for")
    tenant = parse_guid(case.claims["tid"])
    if tenant is not None and (isinstance(allowed, AnyTenant) or tenant in allowed):
        return passed("tenant", tenant)
    hint = "if its users may click: --tenant GUID, or --any-tenant for those of every tenant"
    return failed("tenant", f"{shown(case.claims['tid'])} is not accepted", hint)


def check_audience(case: Case) -> Check:
    """Compare ``aud`` with the origins of the target URLs; one slash at its end is forgiven."""
    audience = single_audience(case)
    if audience is None:
        return failed("audience", f"aud must be one text, it is {shown(case.claims.get('aud'))}")
    origins = [origin for url in case.policy.audiences if (origin := find_origin(url))]
    if audience in origins:
        return passed("audience", audience)
    if audience.removesuffix("/") in origins:
        note = "it has a slash at its end, which Microsoft's tokens do not have"
        return Check("audience", Outcome.PASSED, shown(audience), note)
    hint = "an EAT has the origin of your target URL as aud, such as https://api.example.com"
    return failed("audience", f"aud is {shown(audience)}, which is not accepted", hint)


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


def check_calling_application(case: Case) -> Check:
    """Compare ``appid`` with Outlook's Actions application."""
    return check_caller(case, "appid")


def check_scope(case: Case) -> Check:
    """An EAT has no scopes, so none can be proven."""
    if case.policy.scope is None:
        return nobody_asked("scope", "; an EAT has no scopes")
    return failed("scope", "cannot be proven: an EAT has no scopes")


def check_sender(case: Case) -> Check:
    """Compare the mail's sender; a connector's token has none."""
    sender, wanted = case.claims.get("sender"), case.policy.sender
    if wanted is None:
        return nobody_asked("sender", f"; it is {shown(sender)}" if "sender" in case.claims else "")
    if not isinstance(sender, str):
        return failed("sender", "cannot be checked: the token names no sender")
    if same_address(sender, wanted):
        return passed("sender", sender)
    return failed("sender", f"sender is {shown(sender)}, not {shown(wanted)}")


def check_performer(case: Case) -> Check:
    """Compare ``sub``, which is an address, and for some recipients a hash or an object id."""
    subject, asked = case.claims.get("sub"), case.policy.performer
    if asked is None:
        return nobody_asked("performer", f"; it is {shown(subject)}")
    wanted = parse_performer(asked)
    if wanted.object_id:
        return failed("performer", "cannot be proven: an EAT has no oid", "give the address")
    if not isinstance(subject, str) or not is_address(subject):
        return failed(
            "performer",
            f"cannot be checked: sub is {shown(subject)}, no address",
            "sub may be a hash or an object id when the mail went to a group or a connector",
        )
    domain = subject.partition("@")[2]
    if same_address(subject, wanted.address or "") or same_address(domain, wanted.domain or ""):
        return passed("performer", f"sub is {shown(subject)}")
    return failed("performer", f"sub is {shown(subject)}, not {shown(asked)}")
