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
17. performer    who clicked: the token must say so, whoever is asked for

A check that cannot be made has failed. Keys are looked up only for a token that has passed 2 to
7, so nobody can make us ask for keys by sending rubbish.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from amcli.errors import TokenRejected, UsageError
from amcli.seams import Clock, utc_now
from amcli.verify import eat, entra
from amcli.verify.checks import Check, Verdict, failed
from amcli.verify.clouds import find_authority, parse_guid
from amcli.verify.token_answers import Answer, Case, Held, all_hold, in_words
from amcli.verify.token_checks import (
    check_algorithm,
    check_dates,
    check_expiry,
    check_header,
    check_issued_at,
    check_key,
    check_not_before,
    check_signature,
)
from amcli.verify.token_errors import KeysOnTheirWay, KeysUnreachable, MalformedToken, rejection
from amcli.verify.token_format import UnverifiedToken, decode_token
from amcli.verify.token_kind import TokenKind
from amcli.verify.token_policy import AnyTenant, TokenPolicy
from amcli.verify.token_text import shown
from amcli.verify.verified_token import VerifiedToken

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
    "verify_token_async",
]

CHECKS = (
    "format", "algorithm", "header", "dates", "kind", "issuer", "tenant", "key", "signature",
    "expiry", "not before", "issued at", "audience", "caller", "scope", "sender", "performer",
)  # fmt: skip
"""The names of the checks, in order."""


class Rules(Protocol):
    """What differs from kind to kind; the modules ``entra`` and ``eat`` are this."""

    def check_kind(self, case: Case) -> Answer:
        """Make check 5."""

    def check_issuer(self, case: Case) -> Answer:
        """Make check 6."""

    def check_tenant(self, case: Case) -> Answer:
        """Make check 7."""

    def check_audience(self, case: Case) -> Answer:
        """Make check 13."""

    def check_calling_application(self, case: Case) -> Answer:
        """Make check 14."""

    def check_scope(self, case: Case) -> Answer:
        """Make check 15."""

    def check_sender(self, case: Case) -> Answer:
        """Make check 16."""

    def check_performer(self, case: Case) -> Answer:
        """Make check 17."""


_WELL_FORMED = Held("format", lambda _: "three segments, two JSON objects, each name once")

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
    try:
        return verify_token(token, policy, clock=clock).verdict
    except TokenRejected as rejected:
        return rejected.verdict


def verify_token(
    token: str | UnverifiedToken, policy: TokenPolicy, *, clock: Clock = utc_now
) -> VerifiedToken:
    """Return the token as one that may be trusted.

    Raises the class of TokenRejected that belongs to the first failed check (token_errors), with
    all checks as its ``verdict``; and KeysUnreachable, which says nothing against the token.
    """
    return _verify(_case(token, policy, clock()))


async def verify_token_async(
    token: str | UnverifiedToken, policy: TokenPolicy, *, clock: Clock = utc_now
) -> VerifiedToken:
    """Return the token as one that may be trusted, like ``verify_token``, for asyncio.

    The keys are read in a thread, once for all tasks that wait for them; the event loop is never
    blocked by the network.
    """
    import asyncio

    from amcli.verify.fresh_keys import PATIENCE_SECONDS

    case = _case(token, policy, clock())._replace(wait=False)
    try:
        return _verify(case)
    except KeysOnTheirWay as later:
        request = later.request
    await asyncio.wait([asyncio.wrap_future(request)], timeout=PATIENCE_SECONDS)
    failure = request.result() if request.done() else None
    try:
        return _verify(case)
    except KeysOnTheirWay:  # a request that took long may be repeated at once, for those to come
        raise failure or KeysUnreachable("the keys are still being read") from None


def _verify(case: Case) -> VerifiedToken:
    answers = _judge(case)
    if not all_hold(answers):
        raise rejection(in_words(answers, case))
    return VerifiedToken(case, answers)


def _case(token: str | UnverifiedToken, policy: TokenPolicy, now: datetime) -> Case:
    if now.tzinfo is None:
        raise UsageError("the clock must give an aware time, in UTC")
    # Only the text counts: the claims of a decoded token could have been changed since.
    text = token.encoded.reveal() if isinstance(token, UnverifiedToken) else token
    try:
        decoded = decode_token(text)
    except MalformedToken as error:
        made = error.verdict.checks
        rest = _not_made(len(made), "the token cannot be read")
        raise rejection(Verdict((*made, *rest))) from None
    claims = decoded.claims
    tenant = parse_guid(claims.get("tid"))
    serves_all = isinstance(policy.tenants, AnyTenant)
    authority = find_authority(decoded.kind, policy.cloud, tenant, serves_all)
    return Case(decoded, claims, policy, now, now.timestamp(), tenant, authority)


def _judge(case: Case) -> tuple[Answer, ...]:
    """Make the checks in the order that is given at the top of this module."""
    rules = _RULES.get(case.token.kind)
    if rules is None:
        return _unknown_kind(case)
    before_the_key = (
        _WELL_FORMED,
        check_algorithm(case),
        check_header(case),
        check_dates(case),
        rules.check_kind(case),
        rules.check_issuer(case),
        rules.check_tenant(case),
    )
    return (
        *before_the_key,
        *_key_and_signature(case, before_the_key),
        check_expiry(case),
        check_not_before(case),
        check_issued_at(case),
        rules.check_audience(case),
        rules.check_calling_application(case),
        rules.check_scope(case),
        rules.check_sender(case),
        rules.check_performer(case),
    )


def _key_and_signature(case: Case, before: tuple[Answer, ...]) -> tuple[Answer, Answer]:
    if not all_hold(before):
        spoilt = ", ".join(answer.name for answer in before if isinstance(answer, Check))
        return failed("key", f"not looked up, because of: {spoilt}"), _NO_KEY
    answer, key = check_key(case)
    return answer, _NO_KEY if key is None else check_signature(case, key)


_NO_KEY = failed("signature", "cannot be checked without a key")


def _unknown_kind(case: Case) -> tuple[Answer, ...]:
    version = shown(case.claims.get("ver"))
    unknown = failed(
        "kind",
        f"neither an EAT nor Microsoft Entra ID v1 or v2: ver is {version}",
        'Microsoft\'s tokens have ver "1.0" or "2.0"',
    )
    made = (
        _WELL_FORMED,
        check_algorithm(case),
        check_header(case),
        check_dates(case),
        unknown,
    )
    return (*made, *_not_made(len(made), "the token's kind is unknown"))


def _not_made(done: int, reason: str) -> tuple[Check, ...]:
    """Return the checks that come after those that were done."""
    return tuple(failed(name, f"cannot be checked: {reason}") for name in CHECKS[done:])
