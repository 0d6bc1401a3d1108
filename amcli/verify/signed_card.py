"""A signed card, checked as Outlook's service checks it, as far as anybody knows.

What is documented (Microsoft, security-requirements): Microdata, RS256, the five claims. What is
not: how addresses are compared, and how old ``iat`` may be; where that matters, the check says so.

The checks, in this order:

1. ``form``        three parts of base64url, header and payload JSON objects
2. ``header``      RS256 and nothing critical that is not understood
3. ``signature``   by the key
4. ``claims``      the five, with the right types
5. ``card``        the card inside is one
6. ``originator``  the claim and the card agree
7. ``times``       iat, and exp or nbf where somebody added them
8. ``other-claims``  beside the five there are none, or they are named
9. ``sender``      the claim and From agree
10. ``recipients`` the claim and To and Cc agree
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from amcli.address import same_address, without_case
from amcli.card.document import CardKind
from amcli.card.reserved import is_sample_originator
from amcli.printable import printable_line
from amcli.seams import Clock, utc_now
from amcli.signing.keys import VerifyingKey
from amcli.signing.signed_card import (
    ALGORITHM,
    SAMPLE_KEY_FINGERPRINT,
    SignedClaims,
)
from amcli.verify.checks import Check, Outcome, Verdict, failed, passed, skipped
from amcli.verify.compact_jws import CompactJws, MalformedJws, parse_compact_jws
from amcli.verify.signed_claims import KNOWN_CLAIMS, BadClaim, ClaimsReading, read_claims
from amcli.verify.token_format import is_numeric_date
from amcli.verify.token_text import moment, relative, shown

MAX_JWS_BYTES = 48 * 1024 * 1024  # a card of 16 MB, escaped once and in base64
LEEWAY_SECONDS = 300  # the difference between two clocks that is still an accident

_SAMPLE_KEY = (
    "this is the key of Microsoft's published sample: everybody has its private half, "
    "so the signature proves nothing, and Outlook takes it only in mail to oneself"
)
_CASE = "how Outlook compares is not documented: write addresses the same everywhere"


def check_signed_card(
    jws: str,
    key: VerifyingKey | None,
    *,
    sender: str | None,
    recipients: Sequence[str] | None,
    clock: Clock = utc_now,
) -> tuple[Verdict, SignedClaims | None]:
    """Return every check of a signed card, and its claims where all five can be read.

    ``sender`` is the address in the mail's From, ``recipients`` those in To and Cc; None for
    either, or for the key, means that nobody asked. The claims are what the card says: trust
    them only when the verdict is ok and the signature was among what passed.
    """
    try:
        token = parse_compact_jws(jws, MAX_JWS_BYTES)
    except MalformedJws as error:
        return Verdict((failed("form", str(error), _damage(error)),)), None
    reading = read_claims(token.payload)
    checks = (
        passed("form", "three parts of base64url, header and payload are JSON objects"),
        _header(token.header),
        _signature(token, key),
        _claims(reading),
        _card(reading),
        _originator(reading),
        _times(token.payload, clock),
        _other_claims(token.payload),
        _sender(reading.sender, sender),
        _recipients(reading.recipients, recipients),
    )
    return Verdict(checks), reading.complete()


def _damage(error: MalformedJws) -> str | None:
    """Return what may have happened to a JWS on its way."""
    foreign = error.foreign
    if foreign is None:
        cut = error.segments < 3  # noqa: PLR2004 - header, payload, signature
        return "the whole of header, payload and signature must arrive" if cut else None
    if foreign.isspace():
        return "something wrapped the long line; the mail's transfer encoding must protect it"
    if foreign in "=+/":
        return "this is padding or plain base64; RFC 7515 wants base64url without padding"
    return "something between the signer and here rewrote the mail"


def _header(header: dict[str, Any]) -> Check:
    name = "header"
    if header.get("alg") != ALGORITHM:
        return failed(name, f"alg is {shown(header.get('alg'))}, cards are signed with {ALGORITHM}")
    if "crit" in header:
        # RFC 7515, section 4.1.11: what is critical and not understood must be refused.
        return failed(name, f"it has critical extensions: {shown(header['crit'])}")
    if header.get("b64", True) is not True:
        # RFC 7797, section 3: it makes another text of what is signed.
        return failed(name, f"b64 is {shown(header['b64'])}: a signed card's payload is base64url")
    if header == {"alg": ALGORITHM, "typ": "JWT"}:
        return passed(name, "alg RS256, typ JWT")
    return _warned(
        name,
        f"alg {ALGORITHM}, but it is not exactly alg and typ: {shown(header)}",
        'Microsoft\'s examples have {"alg":"RS256","typ":"JWT"} and nothing else',
    )


def _signature(token: CompactJws, key: VerifyingKey | None) -> Check:
    name = "signature"
    if key is None:
        return skipped(name, "no public key was given", "name it with --key")
    if _header(token.header).outcome is Outcome.FAILED:
        return failed(name, "not checked: the header is not one of a signed card")
    try:
        key.public.verify(token.signature, token.signed_part, PKCS1v15(), SHA256())
    except InvalidSignature:
        return failed(
            name,
            f"the key ({key.bits} bits, SHA-256 {key.fingerprint[:16]}…) did not make it",
            "another key signed the card, or the card was changed afterwards",
        )
    reason = f"made by the key with SHA-256 fingerprint {key.fingerprint[:16]}… ({key.bits} bits)"
    if key.fingerprint == SAMPLE_KEY_FINGERPRINT:
        return _warned(name, reason, _SAMPLE_KEY)
    return passed(name, reason)


def _claims(reading: ClaimsReading) -> Check:
    if reading.problems:
        hint = next((problem.hint for problem in reading.problems if problem.hint), None)
        return failed("claims", "; ".join(map(str, reading.problems)), hint)
    return passed("claims", "sender, originator, recipients, card and iat are there")


def _card(reading: ClaimsReading) -> Check:
    name = "card"
    document = reading.document
    if document is None:
        problem = reading.card_problem or BadClaim("there is no card that could be read")
        return failed(name, printable_line(str(problem)), problem.hint)
    if document.duplicates:
        return failed(
            name,
            f"properties stand in it twice: {printable_line(', '.join(document.duplicates[:5]))}",
            "which of the two Outlook takes is anyone's guess",
        )
    if document.kind is CardKind.MESSAGE:
        return _warned(name, "a MessageCard", "only documents of 2018 describe signed MessageCards")
    return passed(name, f"an Adaptive Card, version {shown(document.version)}")


def _originator(reading: ClaimsReading) -> Check:
    name = "originator"
    claim = reading.originator
    if claim is None:
        return failed(name, "there is no originator in the claims")
    own = reading.document.originator if reading.document else None
    if own is not None and own.casefold() != claim.casefold():
        return failed(name, f"the claim says {shown(claim)}, the card inside {shown(own)}")
    if is_sample_originator(claim):
        return _warned(
            name,
            f"{claim}, which is that of Microsoft's published sample",
            "it works only in mail to oneself; register a provider of your own",
        )
    shown_claim = printable_line(claim[:80])
    return passed(name, f"{shown_claim}; that it is registered cannot be told from here")


def _times(payload: dict[str, Any], clock: Clock) -> Check:
    name, now = "times", clock()
    if problem := _outside(payload, now.timestamp()):
        return failed(name, problem, "a signed card needs neither exp nor nbf: leave both out")
    issued = payload.get("iat")
    if not is_numeric_date(issued):
        return failed(name, "iat is no time")
    reason = f"signed {moment(issued)} ({relative(issued, now)})"
    if issued > now.timestamp() + LEEWAY_SECONDS:
        return _warned(name, reason, "the signer's clock is ahead; set it right")
    return passed(name, f"{reason}; how old a signature may be is not documented")


def _outside(payload: dict[str, Any], now: float) -> str | None:
    tests: dict[str, Callable[[float], bool]] = {
        "exp": lambda time: now >= time + LEEWAY_SECONDS,
        "nbf": lambda time: now < time - LEEWAY_SECONDS,
    }
    for claim, is_outside in tests.items():
        value = payload.get(claim)
        if claim in payload and not is_numeric_date(value):
            return f"{claim} is no time: {shown(value)}"
        if value is not None and is_outside(value):
            return f"{claim} is {moment(value)}: {'expired' if claim == 'exp' else 'not valid yet'}"
    return None


def _other_claims(payload: dict[str, Any]) -> Check:
    name = "other-claims"
    others = sorted(payload.keys() - KNOWN_CLAIMS)
    if not others:
        return passed(name, "none beside the five")
    return _warned(
        name,
        f"beside the five there are: {printable_line(', '.join(others[:10]))}",
        "Microsoft's samples take care to add none; a JWT library's defaults often do",
    )


def _sender(claim: str | None, header: str | None) -> Check:
    name = "sender"
    if header is None:
        return skipped(name, "there is no mail to compare the claim with")
    if claim is None:
        return failed(name, "there is no sender in the claims")
    if claim == header:
        return passed(name, f"the claim and From are both {printable_line(claim)}")
    if same_address(claim, header):
        return _warned(name, f"{shown(claim)} and From {shown(header)} differ in case", _CASE)
    return failed(
        name,
        f"the claim says {shown(claim)}, From is {shown(header)}",
        "sign again with the address that the mail is sent from",
    )


def _recipients(claim: Sequence[str] | None, header: Sequence[str] | None) -> Check:
    name = "recipients"
    if header is None:
        return skipped(name, "there is no mail to compare the claim with")
    if claim is None:
        return failed(name, "there are no recipients in the claims")
    claimed, real = (set(map(without_case, side)) for side in (claim, header))
    if claimed != real:
        return failed(
            name,
            "; ".join(_differences(claimed, real)),
            "one signed card belongs to one mail: sign again for exactly its To and Cc",
        )
    if set(claim) != set(header):
        return _warned(name, "the claim and To and Cc agree, but not in case", _CASE)
    return passed(name, f"the claim and To and Cc agree ({len(real)})")


def _differences(claimed: set[str], real: set[str]) -> list[str]:
    found = []
    if missing := sorted(real - claimed):
        found.append(f"in To or Cc and not in the claim: {printable_line(', '.join(missing[:10]))}")
    if extra := sorted(claimed - real):
        found.append(f"in the claim and not in To or Cc: {printable_line(', '.join(extra[:10]))}")
    return found


def _warned(name: str, reason: str, hint: str) -> Check:
    """Return a check that held, with something that a person should know all the same."""
    return Check(name, Outcome.PASSED, reason, hint)
