"""What must hold for any text at all: nothing foreign is raised, and no changed token counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from token_mint import KINDS, NOW, Mint, claims

from amcli.errors import AmcliError
from amcli.verify.captured import find_tokens
from amcli.verify.keyset import StaticKeys
from amcli.verify.token import check_token, decode_token
from amcli.verify.token_claims import explain_claims
from amcli.verify.token_text import shown

MINT = Mint()
POLICY = MINT.policy(performer="@contoso.com")
TOKENS = {kind: MINT.token(kind) for kind in KINDS}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def clock() -> datetime:
    return NOW


def exit_code(call: Callable[[], object]) -> int:
    try:
        call()
    except AmcliError as error:
        return error.exit_code
    return 0


@given(kind=st.sampled_from(KINDS), data=st.data())
@settings(max_examples=400, deadline=None)
def test_any_change_of_any_byte_is_refused(kind: str, data: st.DataObject) -> None:
    token = TOKENS[kind]
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != token[place]))
    assert not check_token(token[:place] + other + token[place + 1 :], POLICY, clock=clock).ok


@pytest.mark.parametrize("kind", KINDS)
def test_every_single_character_counts(kind: str) -> None:
    """The same, exhaustively, with the neighbour in the alphabet: it differs in few bits."""
    token = TOKENS[kind]
    for place, char in enumerate(token):
        other = {"_": "-", "z": "y", "Z": "Y", "9": "8", ".": "A"}.get(char, chr(ord(char) + 1))
        changed = token[:place] + other + token[place + 1 :]
        assert not check_token(changed, POLICY, clock=clock).ok


@given(kind=st.sampled_from(KINDS), length=st.integers(0, 2_000))
@settings(max_examples=100, deadline=None)
def test_a_token_that_was_cut_is_refused(kind: str, length: int) -> None:
    token = TOKENS[kind]
    assert not check_token(token[: min(length, len(token) - 1)], POLICY, clock=clock).ok


@given(st.text() | st.text(alphabet="abcAB01.-_=", max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_gets_a_verdict(text: str) -> None:
    assert not check_token(text, POLICY, clock=clock).ok


@given(st.none() | st.binary() | st.integers() | st.lists(st.text(), max_size=2))
@settings(max_examples=50, deadline=None)
def test_what_is_no_text_gets_a_verdict_too(value: Any) -> None:
    """A header that is missing is None, and some programs have bytes."""
    assert check_token(value, POLICY, clock=clock).failed[0].name == "format"


@given(header=st.dictionaries(st.text(), json_values, max_size=4), payload=st.binary(max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_signed_bytes_get_a_verdict(header: dict[str, Any], payload: bytes) -> None:
    token = MINT.seal(json.dumps({"alg": "RS256", "kid": "k", **header}), payload)
    assert not check_token(token, POLICY, clock=clock).ok


@given(kind=st.sampled_from(KINDS), data=st.data(), value=json_values)
@settings(max_examples=400, deadline=None)
def test_any_value_of_any_claim_gets_a_verdict_and_can_be_shown(
    kind: str, data: st.DataObject, value: Any
) -> None:
    name = data.draw(st.sampled_from(sorted(claims(kind))))
    token = MINT.sign(json.dumps({**claims(kind), name: value}))
    for check in check_token(token, POLICY, clock=clock).checks:
        assert check.reason.isprintable()
    try:
        decoded = decode_token(token)
    except AmcliError:
        return  # NaN, or half a surrogate pair
    explained = explain_claims(decoded, NOW)
    assert {claim.name: claim.value for claim in explained} == decoded.claims
    for claim in explained:
        assert shown(claim.value).isprintable()
        assert claim.meaning.isprintable()


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_any_capture_gives_a_token_or_an_error_of_the_family(text: str) -> None:
    assert exit_code(lambda: find_tokens(text, "capture")) in {0, 3, 4}


@given(st.binary(max_size=200) | json_values.map(lambda v: json.dumps(v).encode()))
@settings(max_examples=200, deadline=None)
def test_any_bytes_give_a_key_set_or_an_error_of_the_family(content: bytes) -> None:
    assert exit_code(lambda: StaticKeys.from_bytes(content, "keys.json")) in {0, 4}


@given(st.lists(st.dictionaries(st.sampled_from(["kty", "kid", "n", "e", "use", "issuer"]),
                                json_values | st.just("RSA")), max_size=3))  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_any_members_of_a_key_set_are_kept_apart(members: list[dict[str, Any]]) -> None:
    from token_mint import KID, jwk

    good = jwk(MINT.key.public_key())
    others = [member for member in members if member.get("kid") != KID]
    keys = StaticKeys.from_mapping({"keys": [*others, good]})
    assert check_token(TOKENS["v1"], MINT.policy(keys=keys), clock=clock).ok
