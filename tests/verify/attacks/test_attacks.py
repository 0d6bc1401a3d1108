"""No attack is accepted, none raises anything but the documented family, all that is valid counts.

The table is in ``tests/support/token_attacks``; ``make.py`` writes it out for other validators.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from token_attacks import DEFECTS, KEY_SETS, TECHNIQUES, VALID, Genuine, KeySetAttack, Technique
from token_mint import KINDS, NOW, TARGET, Mint

from amcli.errors import AmcliError, TokenRejected
from amcli.service import (
    ActionableMessageTokenValidator,
    ActionVerifier,
    InvalidActionableMessageTokenError,
    RequestRefused,
)
from amcli.verify.captured import find_tokens
from amcli.verify.keyset import StaticKeys
from amcli.verify.token import (
    CHECKS,
    check_token,
    decode_token,
    verify_token,
    verify_token_async,
)

MINT = Mint()


def clock() -> datetime:
    return NOW


@pytest.mark.parametrize("technique", TECHNIQUES, ids=str)
def test_every_attack_fails_first_at_the_check_that_is_made_for_it(technique: Technique) -> None:
    for kind in technique.kinds:
        error = rejected(technique.attack(MINT, kind))
        assert tuple(check.name for check in error.verdict.checks) == CHECKS
        assert error.verdict.failed[0].name == technique.check


def rejected(token: str) -> TokenRejected:
    """Verify a false token: it is refused in time, and is not repeated in what is said."""
    policy = MINT.policy()
    began = time.process_time()
    with pytest.raises(TokenRejected) as caught:
        verify_token(token, policy, clock=clock)
    assert time.process_time() - began < 0.5
    error = caught.value
    said = " ".join((error.message, error.hint or "", repr(error), repr(error.verdict)))
    assert not [part for part in token.split(".") if len(part) > 20 and part in said]
    assert error.message.isprintable()
    return error


@pytest.mark.parametrize("technique", TECHNIQUES, ids=str)
def test_looking_at_an_attack_raises_nothing_foreign_either(technique: Technique) -> None:
    token = technique.attack(MINT, technique.kinds[0])
    for look in (
        lambda: decode_token(token),
        lambda: find_tokens(token, "capture"),
        lambda: find_tokens(f"Authorization: Bearer {token}", "capture"),
        lambda: find_tokens(f'{{"authorization": "{token}"}}', "capture"),
    ):
        with contextlib.suppress(AmcliError):
            look()


@pytest.mark.parametrize("kind", KINDS)
def test_no_road_lets_an_attack_through(kind: str) -> None:
    """As old services call it, as a service gets it, and with asyncio: refused in the same way."""
    policy = MINT.policy()
    old = ActionableMessageTokenValidator(
        jwks=MINT.jwks(), tenants=policy.tenants, audiences=policy.audiences, legacy_eat=True,
        clock=clock,
    )  # fmt: skip
    service = ActionVerifier(policy, clock)
    for technique in TECHNIQUES:
        if kind not in technique.kinds:
            continue
        token = technique.attack(MINT, kind)
        with pytest.raises(InvalidActionableMessageTokenError):
            old.validate_token(token, TARGET)
        with pytest.raises(TokenRejected):
            asyncio.run(verify_token_async(token, policy, clock=clock))
        if token == token.strip():  # white space around a header's value is not its value
            with pytest.raises(RequestRefused) as refused:
                service.verify([("Authorization", f"Bearer {token}")], b"{}")
            assert refused.value.response.status_code == 401


@pytest.mark.parametrize("attack", KEY_SETS, ids=str)
def test_keys_that_must_not_be_used(attack: KeySetAttack) -> None:
    token, key_set = attack.make(MINT)
    policy = MINT.policy(keys=StaticKeys.from_mapping(key_set))
    with pytest.raises(TokenRejected) as caught:
        verify_token(token, policy, clock=clock)
    assert caught.value.verdict.failed[0].name == attack.check


@pytest.mark.parametrize("attack", KEY_SETS, ids=str)
def test_a_key_that_must_not_be_used_does_not_spoil_its_set(attack: KeySetAttack) -> None:
    """In Microsoft's Python sample one key that is no RSA key ends every verification."""
    _, key_set = attack.make(MINT)
    others = [{**member, "kid": "other"} for member in key_set["keys"][:1]]
    keys = StaticKeys.from_mapping({"keys": [*others, *MINT.jwks()["keys"]]})
    assert check_token(MINT.token("v2"), MINT.policy(keys=keys), clock=clock).ok


@pytest.mark.parametrize("genuine", VALID, ids=str)
def test_everything_that_is_valid_is_accepted(genuine: Genuine) -> None:
    policy = MINT.policy(**genuine.policy(MINT))
    assert verify_token(genuine.make(MINT, genuine.kind), policy, clock=clock).verdict.ok


@pytest.mark.parametrize("kind", KINDS)
def test_a_process_that_has_run_for_long_goes_on_accepting(kind: str) -> None:
    """After five days Microsoft's Python sample refuses every token until it is restarted."""
    policy = MINT.policy()
    for days in (0, 4, 5, 6, 60, 365):
        later = NOW + timedelta(days=days)
        seconds = int(later.timestamp())
        token = MINT.token(kind, iat=seconds, nbf=seconds, exp=seconds + 3600)
        assert check_token(token, policy, clock=lambda now=later: now).ok  # type: ignore[misc]


@pytest.mark.parametrize(
    ("kind", "changes", "asked"),
    [
        ("eat", {"sub": 7}, {"performer": "adele@contoso.com"}),
        ("eat", {"sub": ...}, {"performer": "adele@contoso.com"}),
        ("eat", {"sub": ["adele@contoso.com"]}, {"performer": "adele@contoso.com"}),
        ("eat", {"sender": ["expenses@contoso.com"]}, {"sender": "expenses@contoso.com"}),
        ("eat", {"sender": {"a": 1}}, {"sender": "expenses@contoso.com"}),
        ("eat", {"sender": ...}, {"sender": "expenses@contoso.com"}),
        ("v1", {"oid": 7}, {"performer": "oid:0f1e2d3c-4b5a-4968-8776-655443322110"}),
        ("v2", {"oid": ...}, {"performer": "oid:0f1e2d3c-4b5a-4968-8776-655443322110"}),
    ],
)
def test_a_person_who_is_no_text_is_nobody(
    kind: str, changes: dict[str, Any], asked: dict[str, str]
) -> None:
    """Microsoft's samples return whatever stands in ``sender`` and ``sub``, of any type."""
    token = MINT.token(kind, **changes)
    assert not check_token(token, MINT.policy(**asked), clock=clock).ok
    try:
        verified = verify_token(token, MINT.policy(), clock=clock)
    except TokenRejected:
        return
    for person in (verified.subject, verified.sender, verified.object_id):
        assert person is None or isinstance(person, str)


@pytest.mark.parametrize(("validator", "seen", "techniques"), DEFECTS)
def test_every_defect_of_a_published_validator_is_among_the_attacks(
    validator: str, seen: str, techniques: tuple[str, ...]
) -> None:
    attacks = {technique.name for technique in TECHNIQUES} | {attack.name for attack in KEY_SETS}
    known = attacks | {genuine.name for genuine in VALID}
    assert [name for name in techniques if name not in known] == []
