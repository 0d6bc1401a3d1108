"""Signing: the header, the five claims and no others, and what cannot be signed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from amcli.card.document import parse_card
from amcli.errors import AddressError, UsageError
from amcli.linting.finding import CheckedCard
from amcli.signing import signed_card
from amcli.signing.keys import SigningKey
from amcli.signing.signed_card import SignedCard

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ORIGINATOR = "6f1c2b1e-0000-4000-8000-000000000000"
ADAPTIVE = {"type": "AdaptiveCard", "version": "1.0", "body": [{"type": "TextBlock", "text": "é"}]}
MESSAGE = {"@type": "MessageCard", "@context": "http://schema.org/extensions", "text": "Hi"}

Signer = Callable[..., SignedCard]


@pytest.fixture
def sign(private: RSAPrivateKey) -> Signer:
    def sign_it(card: dict[str, Any] = ADAPTIVE, **changes: Any) -> SignedCard:
        arguments = {
            "sender": "approvals@contoso.com",
            "originator": ORIGINATOR,
            "recipients": ["anna@contoso.com", "ben@fabrikam.com"],
            "clock": lambda: NOON,
            **changes,
        }
        document = parse_card(json.dumps(card), "card.json")
        return signed_card.sign(CheckedCard(document, ()), SigningKey(private), **arguments)

    return sign_it


def part(signed: SignedCard, index: int) -> Any:
    segment = signed.jws.split(".")[index]
    return json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))


def test_the_header_has_algorithm_and_type_and_nothing_else(sign: Signer) -> None:
    header = sign().jws.split(".")[0]
    assert base64.urlsafe_b64decode(header + "==") == b'{"alg":"RS256","typ":"JWT"}'


def test_the_five_claims_and_no_others(sign: Signer) -> None:
    claims = part(sign(), 1)
    assert list(claims.items()) == [
        ("sender", "approvals@contoso.com"),
        ("originator", ORIGINATOR),
        ("recipientsSerialized", '["anna@contoso.com","ben@fabrikam.com"]'),
        ("adaptiveCardSerialized", json.dumps(ADAPTIVE, separators=(",", ":"))),
        ("iat", int(NOON.timestamp())),
    ]


def test_a_message_card_goes_into_its_own_claim(sign: Signer) -> None:
    claims = part(sign(MESSAGE), 1)
    assert json.loads(claims["messageCardSerialized"]) == MESSAGE
    assert "adaptiveCardSerialized" not in claims


def test_the_jws_is_one_line_of_ascii(sign: Signer) -> None:
    jws = sign({**ADAPTIVE, "fallbackText": "日本語 \ud800 </script>"}).jws
    assert jws.isascii()
    assert not set(jws) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


def test_a_recipient_in_to_and_cc_is_claimed_once(sign: Signer) -> None:
    signed = sign(recipients=["a@contoso.com", "b@contoso.com", "a@contoso.com"])
    assert signed.claims.recipients == ("a@contoso.com", "b@contoso.com")


def test_the_originator_never_enters_the_card(sign: Signer) -> None:
    assert "originator" not in json.loads(part(sign(), 1)["adaptiveCardSerialized"])


@pytest.mark.parametrize("own", [ORIGINATOR, ORIGINATOR.upper()])
def test_a_card_with_the_same_originator_is_signed_as_it_is(own: str, sign: Signer) -> None:
    signed = sign({**ADAPTIVE, "originator": own})
    assert json.loads(part(signed, 1)["adaptiveCardSerialized"])["originator"] == own


def test_a_card_with_another_originator_is_refused_and_both_are_said(sign: Signer) -> None:
    with pytest.raises(UsageError) as caught:
        sign({**ADAPTIVE, "originator": "another-one"})
    assert "card.json" in caught.value.message
    assert "another-one" in caught.value.message
    assert ORIGINATOR in caught.value.message


@pytest.mark.parametrize(
    "changes",
    [{"originator": ""}, {"originator": "  "}, {"originator": "a\nb"}, {"recipients": []}],
)
def test_what_a_signed_card_cannot_do_without(changes: dict[str, Any], sign: Signer) -> None:
    with pytest.raises(UsageError):
        sign(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": "approvals"},
        {"sender": "a@contoso.com\r\nBcc: x@evil.example"},
        {"recipients": ["anna@contoso.com", "Anna <anna@contoso.com>"]},
    ],
)
def test_addresses_must_be_addresses(changes: dict[str, Any], sign: Signer) -> None:
    with pytest.raises(AddressError):
        sign(**changes)
