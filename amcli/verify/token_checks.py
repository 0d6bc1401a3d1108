"""The checks that are the same for every kind of token; the order is in token.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from amcli.verify.checks import Check, failed, passed, skipped
from amcli.verify.clouds import Authority, parse_guid
from amcli.verify.keyset import NoKey, TokenKey
from amcli.verify.token_format import UnverifiedToken, is_numeric_date
from amcli.verify.token_kind import ACTIONS_APPLICATION
from amcli.verify.token_policy import TokenPolicy
from amcli.verify.token_text import moment, relative, shown, span

_MAX_KID = 256  # Microsoft's are thumbprints of 27 characters
_PADDING, _HASH = PKCS1v15(), SHA256()

_EXTENSIONS = ("crit", "b64")
_KEY_MATERIAL = ("jku", "jwk", "x5u", "x5c")


@dataclass(frozen=True)
class Case:
    """A token, what is demanded of it, and when."""

    token: UnverifiedToken
    policy: TokenPolicy
    now: datetime

    @property
    def claims(self) -> Mapping[str, Any]:
        """Return the token's claims."""
        return self.token.claims


def check_algorithm(case: Case) -> Check:
    """Compare with the one algorithm that Microsoft uses; the token has no say in it."""
    algorithm = case.token.header.get("alg")
    if algorithm == "RS256":
        return passed("algorithm", "RS256")
    return failed("algorithm", f"alg is {shown(algorithm)}, only RS256 is accepted")


def check_header(case: Case) -> Check:
    """Refuse what would change how the token is read, or bring its own key (RFC 7515, 4.1)."""
    header = case.token.header
    for name in _EXTENSIONS:
        if name in header:
            return failed("header", f"the header has {name!r}, an extension Microsoft never uses")
    for name in _KEY_MATERIAL:
        if name in header:
            return failed("header", f"the header brings its own key ({name!r}); it is not followed")
    kid = header.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= _MAX_KID or not kid.isprintable():
        return failed("header", f"kid must be a short text that names a key, it is {shown(kid)}")
    return passed("header", f"no extensions, no key of its own; kid {shown(kid)}")


def check_dates(case: Case, required: tuple[str, ...]) -> Check:
    """Demand that the times are finite numbers, and that those are there which must be."""
    for name in ("exp", "nbf", "iat"):
        value = case.claims.get(name)
        if name not in case.claims:
            if name in required:
                return failed("dates", f"{name} is missing")
        elif not is_numeric_date(value):
            return failed("dates", f"{name} must be a number of seconds, it is {shown(value)}")
    verb = "is" if len(required) == 1 else "are"
    return passed("dates", f"{', '.join(required)} {verb} there, and times are numbers")


def check_key(case: Case, authority: Authority) -> tuple[Check, TokenKey | None]:
    """Find the key; raises KeysUnreachable when the source cannot be asked."""
    found = case.policy.keys.find(case.token.header["kid"], authority)
    if isinstance(found, NoKey):
        return failed("key", found.reason, found.hint), None
    if found.issuer is not None and not authority.names(found.issuer):
        # Sets that serve several issuers say which key is whose.
        reason = f"the key {shown(found.kid)} belongs to {shown(found.issuer)}"
        return failed("key", reason), None
    bits = found.public_key.key_size
    return passed("key", f"{shown(found.kid)}, {bits} bits, from {found.origin}"), found


def check_signature(case: Case, key: TokenKey) -> Check:
    """Verify RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, section 3.3)."""
    token = case.token
    try:
        key.public_key.verify(token.signature, token.signed_part, _PADDING, _HASH)
    except InvalidSignature:
        return failed("signature", "the signature does not belong to this token and this key")
    return passed("signature", "RS256, verified")


def check_expiry(case: Case) -> Check:
    """Compare ``exp`` with the time."""
    expires = case.claims.get("exp")
    if not is_numeric_date(expires):
        return failed("expiry", "cannot be checked: there is no usable exp")
    late = case.now.timestamp() - expires
    text = f"{moment(expires)}, {relative(expires, case.now)}"
    if late >= case.policy.leeway_seconds:
        return failed("expiry", f"expired at {text}", "use a token of a new click")
    return passed("expiry", f"expires at {text}{_leeway_used(late)}")


def check_not_before(case: Case) -> Check:
    """Compare ``nbf`` with the time."""
    return _check_not_in_future(case, "not before", "nbf", "valid from")


def check_issued_at(case: Case) -> Check:
    """Compare ``iat`` with the time: no token comes from the future."""
    return _check_not_in_future(case, "issued at", "iat", "issued at")


def check_caller(case: Case, claim: str) -> Check:
    """Compare the application that got the token with the one that Outlook's actions use."""
    found = parse_guid(case.claims.get(claim))
    if found == ACTIONS_APPLICATION:
        return passed("caller", f"{claim} is Outlook's Actions application")
    return failed(
        "caller",
        f"{claim} is {shown(case.claims.get(claim))}, not Outlook's Actions application "
        f"{ACTIONS_APPLICATION}",
        "another application got this token: it is no click on a card",
    )


def single_audience(case: Case) -> str | None:
    """Return ``aud`` when it is one text, or a list of one (RFC 7519, section 4.1.3)."""
    audience = case.claims.get("aud")
    if isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    return audience if isinstance(audience, str) else None


def nobody_asked(name: str, what: str) -> Check:
    """Return a check that was not asked for."""
    return skipped(name, f"not asked for{what}")


def _check_not_in_future(case: Case, name: str, claim: str, words: str) -> Check:
    begins = case.claims.get(claim)
    if begins is None and claim not in case.claims:
        return skipped(name, f"the token has no {claim}")
    if not is_numeric_date(begins):
        return failed(name, f"cannot be checked: {claim} is no time")
    early = begins - case.now.timestamp()
    text = f"{words} {moment(begins)}, {relative(begins, case.now)}"
    if early > case.policy.leeway_seconds:
        return failed(name, text, "compare this machine's clock with another one")
    return passed(name, f"{text}{_leeway_used(early)}")


def _leeway_used(seconds: float) -> str:
    return f" (within the leeway, {span(seconds)})" if seconds > 0 else ""
