"""Whatever the card: what is signed verifies, and what is changed afterwards does not."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from amcli.card.document import parse_card
from amcli.linting.finding import CheckedCard
from amcli.signing import signed_card
from amcli.signing.keys import SigningKey
from amcli.signing.signed_card import SignedCard
from amcli.verify.checks import Verdict
from amcli.verify.signed_card import check_signed_card

KEY = SigningKey(generate_private_key(65537, 2048))
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SENDER = "approvals@contoso.com"
RECIPIENTS = ("anna@contoso.com", "ben@contoso.com")

# Any character, half surrogate pairs too: JSON can hold them, UTF-8 cannot.
TEXT = st.text(st.characters(exclude_categories=[]), max_size=40)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
RESERVED = {"type", "@type", "originator"}
CARDS = st.one_of(
    st.dictionaries(TEXT.filter(lambda name: name not in RESERVED), JSON, max_size=5).map(
        lambda card: {"type": "AdaptiveCard", "version": "1.0", **card}
    ),
    st.dictionaries(TEXT.filter(lambda name: name not in RESERVED), JSON, max_size=5).map(
        lambda card: {"@type": "MessageCard", **card}
    ),
)


def sign(card: dict[str, Any]) -> SignedCard:
    document = parse_card(json.dumps(card), "card.json")
    return signed_card.sign(
        CheckedCard(document, ()),
        KEY,
        sender=SENDER,
        originator="6f1c2b1e-0000-4000-8000-000000000000",
        recipients=RECIPIENTS,
        clock=lambda: NOON,
    )


def verdict_on(jws: str) -> Verdict:
    verdict, _ = check_signed_card(
        jws, KEY.public, sender=SENDER, recipients=RECIPIENTS, clock=lambda: NOON
    )
    return verdict


ONE = sign({"type": "AdaptiveCard", "version": "1.0", "body": []}).jws


@settings(deadline=None)
@given(card=CARDS)
def test_what_is_signed_verifies_and_is_the_same_card(card: dict[str, Any]) -> None:
    signed = sign(card)
    verdict, claims = check_signed_card(
        signed.jws, KEY.public, sender=SENDER, recipients=RECIPIENTS, clock=lambda: NOON
    )
    assert verdict.ok, verdict.failed
    assert claims is not None
    assert claims.document.value == card
    assert claims.payload() == signed.claims.payload()


@settings(deadline=None, max_examples=300)
@given(at=st.integers(0, len(ONE) - 1), character=st.characters())
def test_one_changed_character_is_noticed(at: int, character: str) -> None:
    changed = ONE[:at] + character + ONE[at + 1 :]
    assert verdict_on(changed).ok is (changed == ONE)


@settings(deadline=None)
@given(start=st.integers(0, len(ONE)), length=st.integers(0, 40), new=st.text(max_size=40))
def test_anything_cut_out_or_put_in_is_noticed(start: int, length: int, new: str) -> None:
    changed = ONE[:start] + new + ONE[start + length :]
    assert verdict_on(changed).ok is (changed == ONE)


@settings(deadline=None)
@given(text=st.text() | st.from_regex(r"[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*"))
def test_garbage_fails_and_never_raises(text: str) -> None:
    assert not verdict_on(text).ok


@settings(deadline=None)
@given(payload=JSON, header=st.dictionaries(TEXT, JSON, max_size=3))
def test_any_payload_and_header_get_a_verdict(payload: Any, header: dict[str, Any]) -> None:
    segments = [_encode(header), _encode(payload), ONE.rpartition(".")[2]]
    assert not verdict_on(".".join(segments)).ok


def _encode(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
