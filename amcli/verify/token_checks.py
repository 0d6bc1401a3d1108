"""The checks that are the same for every kind of token; the order is in token.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from amcli.verify.checks import Check, Outcome, failed
from amcli.verify.clouds import parse_guid
from amcli.verify.keyset import NoKey, TokenKey
from amcli.verify.token_answers import Answer, Case, Found, Held
from amcli.verify.token_errors import KeysUnreachable
from amcli.verify.token_format import is_numeric_date
from amcli.verify.token_kind import ACTIONS_APPLICATION
from amcli.verify.token_text import moment, relative, shown, span

_MAX_KID = 256  # Microsoft's are thumbprints of 27 characters
_PADDING, _HASH = PKCS1v15(), SHA256()
_TIMES = ("exp", "nbf", "iat")

_EXTENSIONS = ("crit", "b64")
_KEY_MATERIAL = ("jku", "jwk", "x5u", "x5c")
_REFUSED = frozenset({*_EXTENSIONS, *_KEY_MATERIAL})


def not_asked(name: str, words: Callable[[Case], str] = lambda _: "") -> Held:
    """Return a check that nobody asked for; ``words`` adds what the token says."""
    return Held(name, lambda case: f"not asked for{words(case)}", Outcome.SKIPPED)


_IS_RS256 = Held("algorithm", lambda _: "RS256")
_PLAIN_HEADER = Held(
    "header",
    lambda case: f"no extensions, no key of its own; kid {shown(case.token.header['kid'])}",
)
_DATED = Held("dates", lambda case: f"{_there(case)}, and times are numbers")
_IS_SIGNED = Held("signature", lambda _: "RS256, verified")
_NOT_EXPIRED = Held("expiry", lambda case: f"expires at {_when(case, 'exp', -1)}")
_HAS_BEGUN = Held("not before", lambda case: f"valid from {_when(case, 'nbf')}")
_WAS_ISSUED = Held("issued at", lambda case: f"issued at {_when(case, 'iat')}")
_NO_BEGIN = Held("not before", lambda _: "the token has no nbf", Outcome.SKIPPED)
_NO_ISSUE = Held("issued at", lambda _: "the token has no iat", Outcome.SKIPPED)
_BY_OUTLOOK = Held("caller", lambda _: f"Outlook's Actions application, {ACTIONS_APPLICATION}")


def check_algorithm(case: Case) -> Answer:
    """Compare with the one algorithm that Microsoft uses; the token has no say in it."""
    algorithm = case.token.header.get("alg")
    if algorithm == "RS256":
        return _IS_RS256
    return failed("algorithm", f"alg is {shown(algorithm)}, only RS256 is accepted")


def check_header(case: Case) -> Answer:
    """Refuse what would change how the token is read, or bring its own key (RFC 7515, 4.1)."""
    header = case.token.header
    if not _REFUSED.isdisjoint(header):
        return failed("header", _refusal(header))
    kid = header.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= _MAX_KID or not kid.isprintable():
        return failed("header", f"kid must be a short text that names a key, it is {shown(kid)}")
    return _PLAIN_HEADER


def check_dates(case: Case) -> Answer:
    """Demand that the times are finite numbers, and that those are there which must be."""
    claims, required = case.claims, case.token.kind.required_dates
    for name in _TIMES:
        if name not in claims:
            if name in required:
                return failed("dates", f"{name} is missing")
        elif not is_numeric_date(claims[name]):
            reason = f"{name} must be a number of seconds, it is {shown(claims[name])}"
            return failed("dates", reason)
    return _DATED


def check_key(case: Case) -> tuple[Answer, TokenKey | None]:
    """Find the key; raises KeysUnreachable when the source cannot be asked."""
    authority = case.authority
    if authority is None:
        return failed("key", "cannot be looked up: the issuer is unknown"), None
    keys, kid = case.policy.keys, case.token.header["kid"]
    found = keys.find(kid, authority) if case.wait else keys.find(kid, authority, wait=False)
    if isinstance(found, NoKey):
        _refuse_to_judge_what_is_newer(case, found)
        return failed("key", found.reason, found.hint), None
    if found.issuer is not None and not authority.names(found.issuer):
        # Sets that serve several issuers say which key is whose.
        reason = f"the key {shown(found.kid)} belongs to {shown(found.issuer)}"
        return failed("key", reason), None
    return Found(found), found


def _refuse_to_judge_what_is_newer(case: Case, missing: NoKey) -> None:
    # In an emergency keys are replaced at once: what was issued after the key set was read may be
    # signed with one that is not in it, and the set is not read for every token that says so.
    issued = case.claims.get("iat")
    if missing.read_at is not None and is_numeric_date(issued) and issued > missing.read_at:
        raise KeysUnreachable(
            f"{missing.reason}; it was read before the token was issued",
            hint=f"it may be read again in {span(missing.retry_after)}",
            retry_after=missing.retry_after,
        )


def check_signature(case: Case, key: TokenKey) -> Answer:
    """Verify RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, section 3.3)."""
    token = case.token
    try:
        key.public_key.verify(token.signature, token.signed_part, _PADDING, _HASH)
    except InvalidSignature:
        return failed("signature", "the signature does not belong to this token and this key")
    return _IS_SIGNED


def check_expiry(case: Case) -> Answer:
    """Compare ``exp`` with the time."""
    expires = case.claims.get("exp")
    if not is_numeric_date(expires):
        return failed("expiry", "cannot be checked: there is no usable exp")
    if case.seconds - expires < case.policy.leeway_seconds:
        return _NOT_EXPIRED
    reason = f"expired at {moment(expires)}, {relative(expires, case.now)}"
    return failed("expiry", reason, "use a token of a new click")


def check_not_before(case: Case) -> Answer:
    """Compare ``nbf`` with the time."""
    if "nbf" not in case.claims:
        return _NO_BEGIN
    return _not_in_future(case, "nbf") or _HAS_BEGUN


def check_issued_at(case: Case) -> Answer:
    """Compare ``iat`` with the time: no token comes from the future."""
    if "iat" not in case.claims:
        return _NO_ISSUE
    return _not_in_future(case, "iat") or _WAS_ISSUED


def check_caller(case: Case, claim: str) -> Answer:
    """Compare the application that got the token with the one that Outlook's actions use."""
    caller = case.claims.get(claim)
    if parse_guid(caller) == ACTIONS_APPLICATION:
        return _BY_OUTLOOK
    return failed(
        "caller",
        f"{claim} is {shown(caller)}, not Outlook's Actions application {ACTIONS_APPLICATION}",
        "another application got this token: it is no click on a card",
    )


def single_audience(case: Case) -> str | None:
    """Return ``aud`` when it is one text, or a list of one (RFC 7519, section 4.1.3)."""
    audience = case.claims.get("aud")
    if isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    return audience if isinstance(audience, str) else None


def _refusal(header: Mapping[str, Any]) -> str:
    for name in _EXTENSIONS:
        if name in header:
            return f"the header has {name!r}, an extension Microsoft never uses"
    name = next(name for name in _KEY_MATERIAL if name in header)
    return f"the header brings its own key ({name!r}); it is not followed"


def _not_in_future(case: Case, claim: str) -> Check | None:
    name, words = _FUTURE[claim]
    begins = case.claims[claim]
    if not is_numeric_date(begins):
        return failed(name, f"cannot be checked: {claim} is no time")
    if begins - case.seconds <= case.policy.leeway_seconds:
        return None
    reason = f"{words} {moment(begins)}, {relative(begins, case.now)}"
    return failed(name, reason, "compare this machine's clock with another one")


_FUTURE = {"nbf": ("not before", "valid from"), "iat": ("issued at", "issued at")}


def _there(case: Case) -> str:
    names = case.token.kind.required_dates
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} there"


def _when(case: Case, claim: str, sign: int = 1) -> str:
    seconds = case.claims[claim]
    over = sign * (seconds - case.seconds)
    leeway = f" (within the leeway, {span(over)})" if over > 0 else ""
    return f"{moment(seconds)}, {relative(seconds, case.now)}{leeway}"
