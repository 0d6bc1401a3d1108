"""The claims of a signed card, read from a JWS payload that anybody may have written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from amcli.card.document import CardDocument, CardKind, parse_card
from amcli.card.embedding import CARD_CLAIMS
from amcli.errors import CardError
from amcli.signing.signed_card import SignedClaims
from amcli.strict_json import NotStrictJson, parse_json
from amcli.verify.token_text import shown

KNOWN_CLAIMS = frozenset(
    {"sender", "originator", "recipientsSerialized", *CARD_CLAIMS.values(), "iat"}
)
CARD_SOURCE = "<signed card>"

T = TypeVar("T")

_LATEST = 4102444800  # 2100-01-01; a larger number is milliseconds, or nonsense
_2018_RECIPIENTS = (
    'the form {"recipients": [...]} was in the documents from October to December 2018 only; '
    "today recipientsSerialized is a string that holds a JSON array of addresses"
)


class BadClaim(ValueError):
    """A claim that is missing, of the wrong type, or does not hold what it must."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class ClaimsReading:
    """What could be read of the claims, and what is wrong with the rest."""

    sender: str | None
    originator: str | None
    recipients: tuple[str, ...] | None
    document: CardDocument | None
    issued_at: int | None
    problems: tuple[BadClaim, ...]
    """What is wrong with the claims themselves."""
    card_problem: BadClaim | None
    """What is wrong with the card inside."""

    def complete(self) -> SignedClaims | None:
        """Return the claims when each of the five could be read."""
        if (
            self.sender is None
            or self.originator is None
            or self.recipients is None
            or self.document is None
            or self.issued_at is None
        ):
            return None
        return SignedClaims(
            self.sender, self.originator, self.recipients, self.document, self.issued_at
        )


def read_claims(payload: dict[str, Any]) -> ClaimsReading:
    """Return what the payload of a signed card says; what is wrong with it is collected."""
    problems: list[BadClaim] = []

    def attempt(read: Callable[[dict[str, Any]], T]) -> T | None:
        try:
            return read(payload)
        except BadClaim as problem:
            problems.append(problem)
            return None

    sender = attempt(lambda claims: _text(claims, "sender"))
    originator = attempt(lambda claims: _text(claims, "originator"))
    recipients = attempt(_recipients)
    card_text = attempt(_card_text)
    issued_at = attempt(_issued_at)
    document, card_problem = _document(*card_text) if card_text else (None, None)
    return ClaimsReading(
        sender, originator, recipients, document, issued_at, tuple(problems), card_problem
    )


def _text(claims: dict[str, Any], name: str) -> str:
    if name not in claims:
        raise BadClaim(f"{name} is missing")
    value = claims[name]
    if not isinstance(value, str) or not value:
        raise BadClaim(f"{name} must be a text, it is {shown(value)}")
    return value


def _recipients(claims: dict[str, Any]) -> tuple[str, ...]:
    value = claims.get("recipientsSerialized")
    if isinstance(value, list | dict):
        raise BadClaim(
            f"recipientsSerialized must be a string, it is {_json_kind(value)}",
            _2018_RECIPIENTS if isinstance(value, dict) else "serialise the array to a string",
        )
    try:
        addresses = parse_json(_text(claims, "recipientsSerialized"))
    except NotStrictJson as error:
        raise BadClaim(f"recipientsSerialized does not hold JSON to rely on: it {error}") from None
    if isinstance(addresses, dict):
        raise BadClaim("recipientsSerialized holds an object", _2018_RECIPIENTS)
    if not isinstance(addresses, list) or not addresses:
        raise BadClaim("recipientsSerialized must hold a JSON array of addresses")
    if not all(isinstance(address, str) and address for address in addresses):
        raise BadClaim("recipientsSerialized holds something that is no address")
    return tuple(addresses)


def _card_text(claims: dict[str, Any]) -> tuple[CardKind, str]:
    found = [(kind, name) for kind, name in CARD_CLAIMS.items() if name in claims]
    if not found:
        raise BadClaim("there is no card: adaptiveCardSerialized is missing")
    if len(found) > 1:
        raise BadClaim("there are two cards: adaptiveCardSerialized and messageCardSerialized")
    kind, name = found[0]
    if isinstance(claims[name], dict):
        raise BadClaim(
            f"{name} must be a string, it is an object", "serialise the card to a string first"
        )
    return kind, _text(claims, name)


def _issued_at(claims: dict[str, Any]) -> int:
    value = claims.get("iat")
    if value is None:
        raise BadClaim("iat is missing")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < _LATEST:
        raise BadClaim(f"iat must be the time in whole seconds since 1970, it is {shown(value)}")
    return value


def _document(kind: CardKind, text: str) -> tuple[CardDocument | None, BadClaim | None]:
    try:
        document = parse_card(text, CARD_SOURCE)
    except CardError as error:
        return None, BadClaim(error.message, error.hint)
    if document.kind is not kind:
        return None, BadClaim(f"{CARD_CLAIMS[kind]} holds a card of the other format")
    return document, None


def _json_kind(value: object) -> str:
    return "an object" if isinstance(value, dict) else "an array"
