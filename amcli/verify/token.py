"""Bearer tokens of actionable messages: from Microsoft, for us, from a click, by whom.

The checks, in the order in which they are made:

 1. format       at most 64 KB; three segments of canonical base64url; header and claims are JSON
                 objects in UTF-8, no name twice
 2. algorithm    RS256, whatever else the token proposes
 3. header       no ``crit``, no ``b64``, no key of its own, and a short key id
 4. dates        the times that must be there are, and all are finite numbers
 5. kind         EAT (only where it is still accepted), Entra ID v1 or v2
 6. issuer       built from ``tid`` for Entra ID, a constant for EAT; compared exactly
 7. tenant       among those served
 8. key          that id, published by that issuer, RSA of 2048 bits or more, for signatures
 9. signature    RSASSA-PKCS1-v1_5 with SHA-256
10. expiry       ``exp``
11. not before   ``nbf``
12. issued at    ``iat``
13. audience     App ID URI or client id (v1), client id (v2), origin of the target URL (EAT)
14. caller       Outlook's Actions application
15. scope        delegated, and the one that was asked for
16. sender       the mail's sender, where the token names one
17. performer    who clicked

A check that cannot be made has failed. Keys are looked up only for a token that has passed 2 to
7, so nobody can make us ask for keys by sending rubbish.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from amcli.errors import UsageError
from amcli.seams import Clock, utc_now
from amcli.verify import eat, entra
from amcli.verify.checks import Check, Outcome, Verdict, failed, passed
from amcli.verify.clouds import Authority, parse_guid
from amcli.verify.token_checks import (
    Case,
    check_algorithm,
    check_dates,
    check_expiry,
    check_header,
    check_issued_at,
    check_key,
    check_not_before,
    check_signature,
)
from amcli.verify.token_errors import MalformedToken, rejection
from amcli.verify.token_format import UnverifiedToken, decode_token
from amcli.verify.token_kind import ACTIONS_APPLICATION, TokenKind
from amcli.verify.token_policy import AnyTenant, TokenPolicy
from amcli.verify.token_text import instant, shown

__all__ = [
    "CHECKS",
    "AnyTenant",
    "TokenKind",
    "TokenPolicy",
    "UnverifiedToken",
    "VerifiedToken",
    "check_token",
    "decode_token",
    "verify_token",
]

CHECKS = (
    "format", "algorithm", "header", "dates", "kind", "issuer", "tenant", "key", "signature",
    "expiry", "not before", "issued at", "audience", "caller", "scope", "sender", "performer",
)  # fmt: skip
"""The names of the checks, in order."""


@dataclass(frozen=True)
class VerifiedToken:
    """A token that has passed every check that was asked for."""

    kind: TokenKind
    audience: str
    tenant: str | None
    """``tid``; None for an EAT."""
    object_id: str | None
    """``oid``: together with ``tenant`` this is who clicked. None for an EAT."""
    subject: str | None
    """``sub``: the performer of an EAT; for Entra ID an id that only this audience sees."""
    caller: str
    scopes: frozenset[str]
    sender: str | None
    """The mail's sender in an EAT; None for Entra ID, whose tokens do not name it."""
    upn: str | None
    """For display, and to find an account once: it can change, and can be given to another."""
    display_name: str | None
    """For display only: people choose it themselves, and two may have the same."""
    token_id: str | None
    """``uti``, for logs."""
    expires_at: datetime
    verdict: Verdict


class Rules(Protocol):
    """What differs from kind to kind; the modules ``entra`` and ``eat`` are this."""

    REQUIRED_DATES: tuple[str, ...]

    def authority_of(self, case: Case) -> Authority | None:
        """Return who must have issued the token."""

    def check_kind(self, case: Case) -> Check:
        """Make check 5."""

    def check_issuer(self, case: Case) -> Check:
        """Make check 6."""

    def check_tenant(self, case: Case) -> Check:
        """Make check 7."""

    def check_audience(self, case: Case) -> Check:
        """Make check 13."""

    def check_calling_application(self, case: Case) -> Check:
        """Make check 14."""

    def check_scope(self, case: Case) -> Check:
        """Make check 15."""

    def check_sender(self, case: Case) -> Check:
        """Make check 16."""

    def check_performer(self, case: Case) -> Check:
        """Make check 17."""


_RULES: dict[TokenKind, Rules] = {
    TokenKind.EAT: eat,
    TokenKind.ENTRA_V1: entra,
    TokenKind.ENTRA_V2: entra,
}


def check_token(
    token: str | UnverifiedToken, policy: TokenPolicy, *, clock: Clock = utc_now
) -> Verdict:
    """Return every check of a bare token, in order; a malformed token is a failed check.

    Raises KeysUnreachable when the keys cannot be read: then nothing is known against the token.
    No text raises anything else; a clock without a time zone is a UsageError.
    """
    return _examine(token, policy, clock)[0]


def verify_token(
    token: str | UnverifiedToken, policy: TokenPolicy, *, clock: Clock = utc_now
) -> VerifiedToken:
    """Return the token as one that may be trusted.

    Raises the class of TokenRejected that belongs to the first failed check (token_errors), with
    all checks as its ``verdict``; and KeysUnreachable, which says nothing against the token.
    """
    verdict, decoded = _examine(token, policy, clock)
    if decoded is None or not verdict.ok:
        raise rejection(verdict)
    return _verified(decoded, verdict)


def _examine(
    token: str | UnverifiedToken, policy: TokenPolicy, clock: Clock
) -> tuple[Verdict, UnverifiedToken | None]:
    now = clock()
    if now.tzinfo is None:
        raise UsageError("the clock must give an aware time, in UTC")
    # Only the text counts: the claims of a decoded token could have been changed since.
    text = token if isinstance(token, str) else token.encoded.reveal()
    try:
        decoded = decode_token(text)
    except MalformedToken as error:
        return _could_not_be_made(error.verdict.checks, "the token cannot be read"), None
    return _judge(Case(decoded, policy, now)), decoded


def _judge(case: Case) -> Verdict:
    """Make the checks in the order that is given at the top of this module."""
    well_formed = passed("format", "three segments, two JSON objects, each name once")
    rules = _RULES.get(case.token.kind)
    if rules is None:
        return _unknown_kind(case, well_formed)
    before_the_key = (
        check_algorithm(case),
        check_header(case),
        check_dates(case, rules.REQUIRED_DATES),
        rules.check_kind(case),
        rules.check_issuer(case),
        rules.check_tenant(case),
    )
    return Verdict(
        (
            well_formed,
            *before_the_key,
            *_key_and_signature(case, rules.authority_of(case), before_the_key),
            check_expiry(case),
            check_not_before(case),
            check_issued_at(case),
            rules.check_audience(case),
            rules.check_calling_application(case),
            rules.check_scope(case),
            rules.check_sender(case),
            rules.check_performer(case),
        )
    )


def _key_and_signature(
    case: Case, authority: Authority | None, before: tuple[Check, ...]
) -> tuple[Check, Check]:
    spoilt = [check.name for check in before if check.outcome is Outcome.FAILED]
    if spoilt or authority is None:
        reason = f"not looked up, because of: {', '.join(spoilt)}"
        return failed("key", reason), failed("signature", "cannot be checked without a key")
    key_check, key = check_key(case, authority)
    if key is None:
        return key_check, failed("signature", "cannot be checked without a key")
    return key_check, check_signature(case, key)


def _unknown_kind(case: Case, well_formed: Check) -> Verdict:
    version = shown(case.claims.get("ver"))
    unknown = failed(
        "kind",
        f"neither an EAT nor Microsoft Entra ID v1 or v2: ver is {version}",
        'Microsoft\'s tokens have ver "1.0" or "2.0"',
    )
    made = (
        well_formed,
        check_algorithm(case),
        check_header(case),
        check_dates(case, entra.REQUIRED_DATES),
        unknown,
    )
    return _could_not_be_made(made, "the token's kind is unknown")


def _could_not_be_made(made: tuple[Check, ...], reason: str) -> Verdict:
    rest = CHECKS[len(made) :]
    return Verdict((*made, *(failed(name, f"cannot be checked: {reason}") for name in rest)))


def _verified(token: UnverifiedToken, verdict: Verdict) -> VerifiedToken:
    claims = token.claims
    is_entra = token.kind.is_entra
    audience = claims["aud"]
    return VerifiedToken(
        kind=token.kind,
        audience=audience[0] if isinstance(audience, list) else audience,
        tenant=parse_guid(claims.get("tid")),
        object_id=parse_guid(claims.get("oid")) if is_entra else None,
        subject=_text(token, "sub"),
        caller=ACTIONS_APPLICATION,
        scopes=frozenset(claims["scp"].split()) if is_entra else frozenset(),
        sender=None if is_entra else _text(token, "sender"),
        upn=_text(token, "upn") if is_entra else None,
        display_name=_text(token, "name"),
        token_id=_text(token, "uti"),
        expires_at=instant(claims["exp"]),
        verdict=verdict,
    )


def _text(token: UnverifiedToken, claim: str) -> str | None:
    value = token.claims.get(claim)
    return value if isinstance(value, str) else None
