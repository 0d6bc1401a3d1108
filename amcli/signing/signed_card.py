"""The signed card: a compact JWS (RFC 7515) whose claims tie a card to one mail.

Microsoft, security-requirements ("Signed card payloads"): RS256, and the claims sender,
originator, recipientsSerialized, adaptiveCardSerialized, iat. ``messageCardSerialized``, for a
MessageCard, is specified only in the documents of 2018.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import jwt

from amcli.card.document import CardDocument
from amcli.card.embedding import CARD_CLAIMS
from amcli.errors import UsageError
from amcli.linting.finding import CheckedCard
from amcli.seams import Clock, utc_now
from amcli.signing.keys import SigningKey

ALGORITHM = "RS256"
SAMPLE_KEY_FINGERPRINT = "d001d6a15c81e19444f3d2020c9a4adc949488a804d5c3e7ca6a4f3a470d4f8a"
"""Of the sample's key (tony-zhu/SignedAdaptiveCardSample-node), whose private half is public."""


@dataclass(frozen=True)
class SignedClaims:
    """What a signed card says of the mail that it belongs to."""

    sender: str
    """The address in From."""
    originator: str
    """The provider's id in the developer dashboard."""
    recipients: tuple[str, ...]
    """Every To, then every Cc, each once."""
    document: CardDocument
    issued_at: int
    """``iat``: seconds since 1970, UTC."""

    def payload(self) -> str:
        """Return the claims as JSON in one line of ASCII, in the order of Microsoft's example."""
        claims = {
            "sender": self.sender,
            "originator": self.originator,
            "recipientsSerialized": _json(list(self.recipients)),
            CARD_CLAIMS[self.document.kind]: self.document.compact(),
            "iat": self.issued_at,
        }
        return _json(claims)


@dataclass(frozen=True)
class SignedCard:
    """A card that is signed for one mail."""

    jws: str
    """Header, payload and signature in base64url, joined by dots."""
    document: CardDocument
    claims: SignedClaims


def sign(
    card: CheckedCard,
    key: SigningKey,
    *,
    sender: str,
    originator: str,
    recipients: Sequence[str],
    clock: Clock = utc_now,
) -> SignedCard:
    """Return the card signed for a mail from ``sender`` to ``recipients`` (To, then Cc).

    The card goes in as it is; ``originator`` becomes a claim and is not put into the card.
    Raises UsageError when the card names another originator, when there is no originator or no
    recipient, and AddressError for an address that is none.
    """
    from amcli.address import parse_address

    if not recipients:
        raise UsageError(
            "a signed card names everybody in To and Cc, and there is nobody",
            hint="name the recipients with --to and --cc",
        )
    claims = SignedClaims(
        sender=parse_address(sender),
        originator=_originator(originator, card.document),
        recipients=tuple(dict.fromkeys(parse_address(address) for address in recipients)),
        document=card.document,
        issued_at=int(clock().timestamp()),
    )
    return SignedCard(_sign(claims, key), card.document, claims)


def _sign(claims: SignedClaims, key: SigningKey) -> str:
    # PyJWS and not jwt.encode: the payload is ours to the byte, and no claim is looked at.
    return jwt.PyJWS().encode(claims.payload().encode("ascii"), key.private, algorithm=ALGORITHM)


def _originator(originator: str, document: CardDocument) -> str:
    wanted = originator.strip()
    if not wanted or not wanted.isprintable():
        raise UsageError(
            "a signed card needs an originator",
            hint="it is the provider's id in the actionable email developer dashboard",
        )
    own = document.originator
    if own is not None and own.casefold() != wanted.casefold():
        raise UsageError(
            f'{document.source}: the card says "originator": {own[:80]!r}, '
            f"and it is to be signed for {wanted!r}",
            hint="make both the same, or take originator out of the card: the claim is enough",
        )
    return wanted


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True)
