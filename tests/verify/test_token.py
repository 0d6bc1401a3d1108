"""Tokens that count, tokens that do not, and the check that says so."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from token_mint import (
    APP_ID_URI,
    ATTACKS,
    CLIENT_ID,
    ENTRA_ATTACKS,
    KID,
    KINDS,
    NOW,
    OBJECT_ID,
    OTHER_TENANT,
    SECONDS,
    TARGET,
    TENANT,
    Mint,
    b64,
    claims,
    jwk,
)

from amcli.errors import TokenRejected, UsageError
from amcli.verify import token_errors
from amcli.verify.checks import Check, Outcome
from amcli.verify.keyset import StaticKeys
from amcli.verify.token import (
    CHECKS,
    AnyTenant,
    TokenKind,
    check_token,
    decode_token,
    verify_token,
)


def clock() -> datetime:
    return NOW


@pytest.fixture(scope="module")
def mint() -> Mint:
    return Mint()


def failures(mint: Mint, token: str, **policy: Any) -> list[str]:
    return [c.name for c in check_token(token, mint.policy(**policy), clock=clock).failed]


def check(mint: Mint, name: str, token: str, **policy: Any) -> Check:
    verdict = check_token(token, mint.policy(**policy), clock=clock)
    return next(c for c in verdict.checks if c.name == name)


# What is genuine


@pytest.mark.parametrize("kind", KINDS)
def test_a_genuine_token_passes_every_check_in_order(mint: Mint, kind: str) -> None:
    verdict = check_token(mint.token(kind), mint.policy(), clock=clock)
    assert verdict.ok
    assert tuple(check.name for check in verdict.checks) == CHECKS


def test_a_verified_entra_token_says_who_clicked(mint: Mint) -> None:
    token = verify_token(mint.token("v1"), mint.policy(), clock=clock)
    assert token.kind is TokenKind.ENTRA_V1
    assert (token.tenant, token.object_id) == (TENANT, OBJECT_ID)
    assert token.scopes == {"Global.Test"}
    assert token.audience == APP_ID_URI
    assert token.sender is None
    assert token.upn == "adele@contoso.com"
    assert token.expires_at == NOW + timedelta(hours=1)


def test_a_verified_eat_says_sender_and_subject(mint: Mint) -> None:
    token = verify_token(mint.token("eat"), mint.policy(), clock=clock)
    assert (token.sender, token.subject) == ("expenses@contoso.com", "adele@contoso.com")
    assert (token.tenant, token.object_id, token.scopes) == (None, None, frozenset())


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("v1", {"aud": CLIENT_ID}),
        ("v1", {"aud": CLIENT_ID.upper()}),
        ("v1", {"aud": [APP_ID_URI]}),
        ("v1", {"appid": "48AF08DC-F6D2-435F-B2A7-069ABD99C086"}),
        ("v1", {"scp": "openid Global.Test"}),
        ("v1", {"upn": ...}),
        ("v2", {"oid": OBJECT_ID.upper()}),
        ("v2", {"preferred_username": ...}),
        ("v2", {"exp": SECONDS + 3600.5}),
        ("v2", {"exp": SECONDS - 299}),
        ("v2", {"nbf": SECONDS + 300}),
        ("v2", {"name": "Jörg 😀 名前"}),
        ("eat", {"aud": "https://api.example.com/"}),
        ("eat", {"sender": ...}),
        ("eat", {"sub": "9f86d081884c7d659a2feaa0c55ad015"}),
        ("eat", {"nbf": ..., "iat": ..., "ver": ...}),
        ("eat", {"tid": TENANT}),
    ],
)
def test_genuine_variants_are_accepted(mint: Mint, kind: str, changes: dict[str, Any]) -> None:
    assert failures(mint, mint.token(kind, **changes)) == []


@pytest.mark.parametrize("kid", ["k", "k" * 43, "k" * 255, "ключ", "a/b+c=="])
def test_key_ids_of_any_length_are_found(mint: Mint, kid: str) -> None:
    """Microsoft's Python sample refuses those whose header is no multiple of four."""
    keys = StaticKeys.from_mapping(mint.jwks(kid=kid))
    assert failures(mint, mint.sign(json.dumps(claims("v1")), kid=kid), keys=keys) == []


@pytest.mark.parametrize("kind", KINDS)
def test_tokens_that_another_library_signed_are_accepted(mint: Mint, kind: str) -> None:
    import jwt

    token = jwt.encode(claims(kind), mint.key, algorithm="RS256", headers={"kid": KID})
    assert failures(mint, token) == []


def test_tokens_that_openssl_signed_are_accepted(mint: Mint, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    pem = mint.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    signed = mint.token("v2").rpartition(".")[0]
    command = [openssl, "dgst", "-sha256", "-sign", str(tmp_path / "key.pem")]
    done = subprocess.run(command, input=signed.encode(), capture_output=True, check=True)
    assert failures(mint, f"{signed}.{b64(done.stdout)}") == []


# What is not


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_fail_at_the_check_that_is_made_for_them(
    mint: Mint, attack: str, kind: str
) -> None:
    expected, make = ATTACKS[attack]
    assert failures(mint, make(mint, kind))[:1] == [expected]


@pytest.mark.parametrize("kind", ["v1", "v2"])
@pytest.mark.parametrize("attack", ENTRA_ATTACKS)
def test_attacks_on_entra_tokens(mint: Mint, attack: str, kind: str) -> None:
    expected, make = ENTRA_ATTACKS[attack]
    assert failures(mint, make(mint, kind))[:1] == [expected]


@pytest.mark.parametrize("attack", [*ATTACKS, *ENTRA_ATTACKS])
def test_every_rejection_carries_its_verdict_and_never_the_token(mint: Mint, attack: str) -> None:
    token = {**ATTACKS, **ENTRA_ATTACKS}[attack][1](mint, "v2")
    with pytest.raises(TokenRejected) as caught:
        verify_token(token, mint.policy(), clock=clock)
    error = caught.value
    assert error.verdict.failed
    assert tuple(check.name for check in error.verdict.checks) == CHECKS
    secrets = [part for part in token.split(".") if len(part) > 20]
    texts = [error.message, error.hint or "", repr(error), repr(error.verdict)]
    assert not [s for s in secrets for text in texts if s in text]


@pytest.mark.parametrize(
    ("attack", "error"),
    [
        ("two segments", token_errors.MalformedToken),
        ("alg none", token_errors.AlgorithmRefused),
        ("jku", token_errors.HeaderRefused),
        ("exp missing", token_errors.DatesRefused),
        ("ver of the future", token_errors.KindRefused),
        ("a foreign issuer", token_errors.IssuerRefused),
        ("another tenant and its issuer", token_errors.TenantRefused),
        ("kid as a path", token_errors.UnknownKey),
        ("a stranger's key", token_errors.BadSignature),
        ("expired", token_errors.TokenExpired),
        ("from the future", token_errors.TokenNotYetValid),
        ("another audience", token_errors.AudienceRefused),
        ("another caller", token_errors.CallerRefused),
        ("scope empty", token_errors.ScopeRefused),
    ],
)
def test_each_reason_has_a_class_of_its_own(
    mint: Mint, attack: str, error: type[TokenRejected]
) -> None:
    token = {**ATTACKS, **ENTRA_ATTACKS}[attack][1](mint, "v1")
    with pytest.raises(error):
        verify_token(token, mint.policy(), clock=clock)


def test_microsofts_printed_sample_is_not_accepted(mint: Mint) -> None:
    """The page about Entra tokens shows one for Graph, with an issuer that is no tenant's."""
    sample = mint.token(
        "v2",
        aud="https://graph.microsoft.com",
        iss="https://login.microsoftonline.com/1234567890",
        azp="1234567890",
        oid=...,
        scp=...,
    )
    assert {"issuer", "audience", "caller", "scope"} <= set(failures(mint, sample))


def test_changing_the_claims_of_a_decoded_token_changes_nothing(mint: Mint) -> None:
    decoded = decode_token(mint.token("v1", scp=...))
    decoded.claims["scp"] = "Global.Test"  # type: ignore[index]  # wrong on purpose
    assert [c.name for c in check_token(decoded, mint.policy(), clock=clock).failed] == ["scope"]


def test_a_token_is_not_shown_by_its_repr(mint: Mint) -> None:
    token = mint.token("v1")
    assert token.rpartition(".")[2] not in repr(decode_token(token))


# Keys


def test_rubbish_never_makes_us_look_for_keys(mint: Mint) -> None:
    class Counting:
        origin = "counting"
        lookups = 0

        def find(self, *_: object) -> Any:
            self.lookups += 1

    keys = Counting()
    for attack in ("alg none", "jku", "exp missing", "a foreign issuer", "tid missing"):
        make = {**ATTACKS, **ENTRA_ATTACKS}[attack][1]
        check_token(make(mint, "v1"), mint.policy(keys=keys), clock=clock)
    assert keys.lookups == 0


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"use": "enc"}, '"use"'),
        ({"key_ops": ["encrypt"]}, '"key_ops"'),
        ({"key_ops": "verify"}, '"key_ops"'),
        ({"alg": "RS512"}, '"alg"'),
        ({"kty": "oct", "k": "AAAA"}, "type"),
        ({"e": "AQ"}, "exponent"),
        ({"e": "Ag"}, "exponent"),
        ({"e": "AQAAAAAAAQ"}, "exponent"),
        ({"n": "AQ"}, "bits"),
        ({"n": None}, '"n"'),
        ({"n": "A==="}, '"n"'),
        ({"d": "AQAB"}, "private"),
        ({"p": "AQAB", "q": "AQAB"}, "private"),
        ({"issuer": 7}, "issuer"),
    ],
)
def test_keys_that_must_not_be_used(mint: Mint, changes: dict[str, Any], why: str) -> None:
    keys = StaticKeys.from_mapping(mint.jwks(**changes))
    found = check(mint, "key", mint.token("v1"), keys=keys)
    assert found.outcome is Outcome.FAILED
    assert why in found.reason


def test_a_key_of_1024_bits_is_not_used() -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa

    small = Mint(rsa.generate_private_key(65537, 1024))
    found = check(small, "key", small.token("v1"))
    assert "1024 bits" in found.reason


@pytest.mark.parametrize(
    ("kind", "issuer", "outcome"),
    [
        ("v2", "https://login.microsoftonline.com/{tenantid}/v2.0", Outcome.PASSED),
        ("v2", f"https://login.microsoftonline.com/{TENANT}/v2.0", Outcome.PASSED),
        ("v1", "https://login.microsoftonline.com/{tenantid}/v2.0", Outcome.PASSED),
        ("v1", "https://sts.windows.net/{tenantid}/", Outcome.PASSED),
        ("v2", f"https://login.microsoftonline.com/{OTHER_TENANT}/v2.0", Outcome.FAILED),
        ("v2", "https://login.microsoftonline.us/{tenantid}/v2.0", Outcome.FAILED),
        ("v2", "", Outcome.FAILED),
        ("eat", "https://substrate.office.com/sts", Outcome.PASSED),
        ("eat", "https://login.microsoftonline.com/{tenantid}/v2.0", Outcome.FAILED),
    ],
)
def test_a_keys_own_issuer_must_be_the_tokens(
    mint: Mint, kind: str, issuer: str, outcome: Outcome
) -> None:
    keys = StaticKeys.from_mapping(mint.jwks(issuer=issuer))
    assert check(mint, "key", mint.token(kind), keys=keys).outcome is outcome


def test_two_keys_of_one_id_are_ambiguous(mint: Mint) -> None:
    both = [jwk(mint.key.public_key()), jwk(Mint().key.public_key())]
    keys = StaticKeys.from_mapping({"keys": both})
    assert "two keys" in check(mint, "key", mint.token("v1"), keys=keys).reason


# The policy


def test_a_policy_without_audience_is_no_policy(mint: Mint) -> None:
    for audiences in ((), ("",)):
        with pytest.raises(UsageError, match="audience"):
            mint.policy(audiences=audiences)
    with pytest.raises(UsageError, match="list"):
        mint.policy(audiences=CLIENT_ID)


@pytest.mark.parametrize("tenant", ["contoso.com", "common", "", f"{{{TENANT}}}", TENANT[:-1]])
def test_tenants_are_guids(mint: Mint, tenant: str) -> None:
    with pytest.raises(UsageError, match="tenant"):
        mint.policy(tenants=frozenset({tenant}))


@pytest.mark.parametrize(
    "changes",
    [
        {"performer": "adele"},
        {"performer": "oid:adele"},
        {"performer": "@"},
        {"performer": "a@b@c"},
        {"sender": "contoso.com"},
        {"leeway_seconds": 301},
        {"leeway_seconds": -1},
        {"cloud": "moon"},
    ],
)
def test_policies_that_cannot_be_meant(mint: Mint, changes: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        mint.policy(**changes)


def test_no_tenant_serves_no_entra_token(mint: Mint) -> None:
    assert failures(mint, mint.token("v1"), tenants=frozenset())[:1] == ["tenant"]
    assert failures(mint, mint.token("eat"), tenants=frozenset()) == []


def test_any_tenant_is_said_in_so_many_words(mint: Mint) -> None:
    token = ENTRA_ATTACKS["another tenant and its issuer"][1](mint, "v2")
    assert failures(mint, token, tenants=AnyTenant()) == []


def test_leeway_zero_is_zero(mint: Mint) -> None:
    just_expired = mint.token("v1", exp=SECONDS)
    assert failures(mint, just_expired) == []
    assert failures(mint, just_expired, leeway_seconds=0) == ["expiry"]


def test_a_clock_without_zone_is_a_mistake_of_the_caller(mint: Mint) -> None:
    with pytest.raises(UsageError, match="aware"):
        check_token(mint.token("v1"), mint.policy(), clock=lambda: NOW.replace(tzinfo=None))


def test_expiry_is_told_in_human_time(mint: Mint) -> None:
    late = lambda: NOW + timedelta(hours=4)  # noqa: E731 - a clock of one line
    verdict = check_token(mint.token("v1"), mint.policy(), clock=late)
    assert [c.reason for c in verdict.failed] == ["expired at 2026-10-01 10:30:00 UTC, 3 h ago"]


@pytest.mark.parametrize(
    ("cloud", "issuer_v1", "issuer_v2"),
    [
        ("usgov", f"https://sts.windows.net/{TENANT}/", "https://login.microsoftonline.us/"),
        (
            "china",
            f"https://sts.chinacloudapi.cn/{TENANT}/",
            "https://login.partner.microsoftonline.cn/",
        ),
    ],
)
def test_national_clouds_have_issuers_of_their_own(
    mint: Mint, cloud: str, issuer_v1: str, issuer_v2: str
) -> None:
    v1 = mint.token("v1", iss=issuer_v1)
    v2 = mint.token("v2", iss=f"{issuer_v2}{TENANT}/v2.0")
    assert failures(mint, v1, cloud=cloud) == []
    assert failures(mint, v2, cloud=cloud) == []
    assert failures(mint, v2)[:1] == ["issuer"]


# Sender and performer


@pytest.mark.parametrize("kind", ["v1", "v2"])
def test_a_sender_cannot_be_proven_from_entra(mint: Mint, kind: str) -> None:
    token = mint.token(kind, sender="expenses@contoso.com")
    assert failures(mint, token, sender="expenses@contoso.com") == ["sender"]


def test_the_sender_of_an_eat(mint: Mint) -> None:
    token = mint.token("eat")
    assert failures(mint, token, sender="Expenses@Contoso.com") == []
    assert failures(mint, token, sender="evil@contoso.com") == ["sender"]
    assert failures(mint, mint.token("eat", sender=...), sender="a@b.example") == ["sender"]
    assert failures(mint, mint.token("eat", sender=["a@b.example"]), sender="a@b.example") == [
        "sender"
    ]


@pytest.mark.parametrize(
    ("kind", "performer", "ok"),
    [
        ("v1", f"oid:{OBJECT_ID}", True),
        ("v2", f"oid:{OBJECT_ID.upper()}", True),
        ("v2", f"oid:{TENANT}", False),
        ("eat", f"oid:{OBJECT_ID}", False),
        ("v1", "adele@contoso.com", True),
        ("v1", "Adele@CONTOSO.com", True),
        ("v1", "bob@contoso.com", False),
        ("v1", "@contoso.com", True),
        ("v1", "@ontoso.com", False),
        ("v1", "@sub.contoso.com", False),
        ("v2", "adele@contoso.com", False),
        ("v2", "@contoso.com", False),
        ("eat", "adele@contoso.com", True),
        ("eat", "@contoso.com", True),
        ("eat", "@fabrikam.com", False),
    ],
)
def test_performers(mint: Mint, kind: str, performer: str, ok: bool) -> None:
    expected = [] if ok else ["performer"]
    assert failures(mint, mint.token(kind), performer=performer) == expected


@pytest.mark.parametrize(
    ("changes", "performer"),
    [
        ({"upn": "evil@fabrikam.com@contoso.com"}, "@contoso.com"),
        ({"upn": "adele_fabrikam.com#EXT#@contoso.com"}, "@contoso.com"),
        ({"upn": "@contoso.com"}, "@contoso.com"),
        ({"upn": "x@contoso.com\u0000"}, "@contoso.com"),
        ({"upn": "x@\u212aontoso.com"}, "@kontoso.com"),  # the Kelvin sign, lowered, is a k
        ({"upn": ["adele@contoso.com"]}, "adele@contoso.com"),
        ({"upn": ...}, "adele@contoso.com"),
        ({"oid": ...}, f"oid:{OBJECT_ID}"),
        ({"oid": [OBJECT_ID]}, f"oid:{OBJECT_ID}"),
    ],
)
def test_performers_that_only_look_right(
    mint: Mint, changes: dict[str, Any], performer: str
) -> None:
    assert failures(mint, mint.token("v1", **changes), performer=performer) == ["performer"]


def test_a_upn_is_accepted_with_a_warning(mint: Mint) -> None:
    found = check(mint, "performer", mint.token("v1"), performer="adele@contoso.com")
    assert found.outcome is Outcome.PASSED
    assert found.hint is not None
    assert "oid:GUID" in found.hint


def test_a_scope_that_was_asked_for(mint: Mint) -> None:
    assert failures(mint, mint.token("v1"), scope="Global.Test") == []
    assert failures(mint, mint.token("v1"), scope="Global") == ["scope"]
    assert failures(mint, mint.token("v1", scp="A  B"), scope="B") == []
    for scope in ("", " ", "A B", "A "):
        with pytest.raises(UsageError):
            mint.policy(scope=scope)
    assert failures(mint, mint.token("eat"), scope="Global.Test") == ["scope"]


def test_what_nobody_asked_for_is_skipped(mint: Mint) -> None:
    for name in ("sender", "performer"):
        assert check(mint, name, mint.token("v1")).outcome is Outcome.SKIPPED


def test_the_audiences_of_the_kinds_are_not_mixed(mint: Mint) -> None:
    assert failures(mint, mint.token("v2", aud=APP_ID_URI)) == ["audience"]
    assert failures(mint, mint.token("v1"), audiences=(CLIENT_ID,)) == ["audience"]
    assert failures(mint, mint.token("v2"), audiences=(TARGET,)) == ["audience"]
    assert failures(mint, mint.token("eat"), audiences=(CLIENT_ID,)) == ["audience"]


def test_a_time_zone_of_the_clock_does_not_matter(mint: Mint) -> None:
    from datetime import timezone

    elsewhere = NOW.astimezone(timezone(timedelta(hours=-9)))
    assert elsewhere.tzinfo is not UTC
    assert check_token(mint.token("v1"), mint.policy(), clock=lambda: elsewhere).ok
