"""Signed cards: Microsoft's own example, every claim that can be wrong, and what only warns."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from amcli.card.reserved import SAMPLE_ORIGINATOR
from amcli.signing.keys import SigningKey, VerifyingKey, load_public_key
from amcli.signing.signed_card import SignedClaims
from amcli.verify.checks import Check, Outcome, Verdict
from amcli.verify.signed_card import check_signed_card

KEY = SigningKey(generate_private_key(65537, 2048))
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOW = int(NOON.timestamp())
ORIGINATOR = "6f1c2b1e-0000-4000-8000-000000000000"
CARD = '{"type":"AdaptiveCard","version":"1.0","body":[]}'
CLAIMS: dict[str, Any] = {
    "sender": "approvals@contoso.com",
    "originator": ORIGINATOR,
    "recipientsSerialized": '["anna@contoso.com","ben@contoso.com"]',
    "adaptiveCardSerialized": CARD,
    "iat": NOW,
}
SENDER = "approvals@contoso.com"
RECIPIENTS = ("anna@contoso.com", "ben@contoso.com")


def signed(claims: dict[str, Any] | bytes, header: dict[str, Any] | None = None) -> str:
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    return jwt.PyJWS().encode(payload, KEY.private, algorithm="RS256", headers=header)


def without(name: str) -> dict[str, Any]:
    return {claim: value for claim, value in CLAIMS.items() if claim != name}


def verdict_on(
    jws: str,
    key: VerifyingKey | None = KEY.public,
    sender: str | None = SENDER,
    recipients: Sequence[str] | None = RECIPIENTS,
) -> tuple[Verdict, SignedClaims | None]:
    return check_signed_card(jws, key, sender=sender, recipients=recipients, clock=lambda: NOON)


def check_named(name: str, jws: str, **arguments: Any) -> Check:
    verdict, _ = verdict_on(jws, **arguments)
    return next(check for check in verdict.checks if check.name == name)


def only_failure(jws: str, **arguments: Any) -> Check:
    verdict, _ = verdict_on(jws, **arguments)
    assert not verdict.ok
    (check,) = verdict.failed
    return check


def test_a_good_card_passes_every_check_in_the_documented_order() -> None:
    verdict, claims = verdict_on(signed(CLAIMS))
    assert verdict.ok
    assert [check.name for check in verdict.checks] == [
        "form", "header", "signature", "claims", "card",
        "originator", "times", "other-claims", "sender", "recipients",
    ]  # fmt: skip
    assert {check.outcome for check in verdict.checks} == {Outcome.PASSED}
    assert claims is not None
    assert claims.sender == SENDER
    assert claims.recipients == RECIPIENTS
    assert claims.document.value == json.loads(CARD)
    assert claims.issued_at == NOW


def test_microsofts_example_verifies_and_is_warned_of(
    official_vectors: Path, tmp_path: Path
) -> None:
    vector = json.loads((official_vectors / "signed-card-example.json").read_text())
    (tmp_path / "key.pem").write_text(vector["public_key_pem"])
    key = load_public_key(tmp_path / "key.pem")
    verdict, claims = verdict_on(
        vector["jws"], key, "service-account@contoso.com", ["jane@contoso.com", "john@contoso.com"]
    )
    assert verdict.ok
    assert claims is not None
    assert claims.originator == vector["originator"] == SAMPLE_ORIGINATOR
    hints = {check.name: check.hint for check in verdict.checks if check.hint}
    assert "published sample" in str(hints["signature"])
    assert "only in mail to oneself" in str(hints["originator"])


def test_without_a_key_the_signature_is_skipped_and_says_how() -> None:
    check = check_named("signature", signed(CLAIMS), key=None)
    assert check.outcome is Outcome.SKIPPED
    assert "--key" in str(check.hint)


def test_without_a_mail_sender_and_recipients_are_skipped() -> None:
    verdict, _ = verdict_on(signed(CLAIMS), sender=None, recipients=None)
    skipped = [check.name for check in verdict.checks if check.outcome is Outcome.SKIPPED]
    assert skipped == ["sender", "recipients"]
    assert verdict.ok


def test_another_key_did_not_sign_it() -> None:
    other = SigningKey(generate_private_key(65537, 2048)).public
    check = only_failure(signed(CLAIMS), key=other)
    assert check.name == "signature"
    assert other.fingerprint[:16] in check.reason


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda jws: "", "there are 1"),
        (lambda jws: jws.rpartition(".")[0], "there are 2"),
        (lambda jws: f"{jws}.x.y", "there are 5"),
        (lambda jws: f"{jws}\n", "U+000A"),
        (lambda jws: f"{jws[:76]}\r\n {jws[76:]}", "U+000D"),
        (lambda jws: f"{jws}=", "U+003D"),
        (lambda jws: jws.replace(".", "&#46;"), "U+0026"),
        (lambda jws: f"ü{jws}", "U+00FC"),
        (lambda jws: f".{jws.partition('.')[2]}", "the header is empty"),
        (lambda jws: f"{jws}A", ""),
        (lambda jws: f"{jws[:-1]}{chr(ord(jws[-1]) + 1)}", "stray bits"),
    ],
)
def test_text_that_is_no_compact_jws_is_said(damage: Callable[[str], str], reason: str) -> None:
    check = only_failure(damage(signed(CLAIMS)))
    assert check.name in {"form", "signature"}
    assert reason in check.reason


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"[1]", "the payload is JSON, but no object"),
        (b"{", "the payload is not JSON"),
        (b"\xff\xfe", "the payload is not UTF-8"),
        (b'{"iat":1,"iat":2}', "a name twice"),
        (b'{"a":{"b":1,"b":2}}', "a name twice"),
        (b'{"iat":NaN}', "NaN"),
        (b'{"iat":1e999}', "too large"),
        (b'{"iat":1,"IAT":2}', "upper and lower case"),
        (b'{"sender":"\\ud800"}', "half of a surrogate pair"),
        (b'\xef\xbb\xbf{"iat":1}', "the payload is not JSON"),
        (b'{"iat":' + b"9" * 5000 + b"}", "the payload has a number with too many digits"),
        (b"[" * 100_000, "the payload is nested too deeply"),
    ],
)
def test_a_payload_with_two_meanings_or_none_is_refused(payload: bytes, reason: str) -> None:
    check = only_failure(signed(payload))
    assert check.name == "form"
    assert reason in check.reason


def test_another_algorithm_is_refused_whatever_the_signature() -> None:
    jws = jwt.PyJWS().encode(json.dumps(CLAIMS).encode(), KEY.private, algorithm="RS512")
    verdict, _ = verdict_on(jws)
    assert [check.name for check in verdict.failed] == ["header", "signature"]


@pytest.mark.parametrize("algorithm", ["none", "HS256", "PS256", None, 5, ["RS256"]])
def test_an_algorithm_is_not_negotiated(algorithm: Any) -> None:
    _, payload, signature = signed(CLAIMS).split(".")
    header = base64.urlsafe_b64encode(json.dumps({"alg": algorithm}).encode()).rstrip(b"=").decode()
    verdict, _ = verdict_on(f"{header}.{payload}.{signature}")
    assert {"header", "signature"} <= {check.name for check in verdict.failed}


def test_a_critical_extension_is_refused() -> None:
    jws = signed(CLAIMS, {"crit": ["exp"], "exp": 1})
    verdict, _ = verdict_on(jws)
    assert [check.name for check in verdict.failed] == ["header", "signature"]


def test_a_header_with_more_in_it_passes_with_a_word() -> None:
    check = check_named("header", signed(CLAIMS, {"kid": "1"}))
    assert check.outcome is Outcome.PASSED
    assert "nothing else" in str(check.hint)


@pytest.mark.parametrize("name", sorted(CLAIMS))
def test_each_of_the_five_claims_must_be_there(name: str) -> None:
    verdict, claims = verdict_on(signed(without(name)))
    check = next(check for check in verdict.failed if check.name == "claims")
    assert name in check.reason
    assert "missing" in check.reason
    assert claims is None


@pytest.mark.parametrize(
    ("change", "reason", "hint"),
    [
        ({"sender": 5}, "sender must be a text, it is 5", ""),
        ({"sender": ""}, "sender must be a text", ""),
        ({"originator": None}, "originator must be a text, it is null", ""),
        ({"recipientsSerialized": ["a@b.de"]}, "must be a string, it is an array", "serialise"),
        (
            {"recipientsSerialized": {"recipients": ["a@b.de"]}},
            "must be a string, it is an object",
            "October to December 2018",
        ),
        (
            {"recipientsSerialized": '{"recipients":["a@b.de"]}'},
            "holds an object",
            "October to December 2018",
        ),
        ({"recipientsSerialized": "a@b.de"}, "does not hold JSON", ""),
        ({"recipientsSerialized": "[]"}, "a JSON array of addresses", ""),
        ({"recipientsSerialized": "[5]"}, "no address", ""),
        ({"recipientsSerialized": "[" * 100_000}, "does not hold JSON", ""),
        ({"adaptiveCardSerialized": json.loads(CARD)}, "must be a string, it is an object", "seri"),
        ({"messageCardSerialized": "{}"}, "there are two cards", ""),
        ({"iat": "1545348153"}, "iat must be the time in whole seconds", ""),
        ({"iat": 1545348153.5}, "iat must be the time in whole seconds", ""),
        ({"iat": True}, "iat must be the time in whole seconds", ""),
        ({"iat": 1545348153000}, "iat must be the time in whole seconds", ""),
        ({"iat": -1}, "iat must be the time in whole seconds", ""),
    ],
)
def test_claims_of_the_wrong_type_are_explained(
    change: dict[str, Any], reason: str, hint: str
) -> None:
    verdict, claims = verdict_on(signed({**CLAIMS, **change}))
    check = next(check for check in verdict.failed if check.name == "claims")
    assert reason in check.reason
    assert hint in (check.hint or "")
    assert claims is None


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "a list"),
        ("{}", "not a card"),
        ('{"@type":"MessageCard","text":"x"}', "a card of the other format"),
        ('{"type":"AdaptiveCard","body":[],"body":[]}', "stand in it twice: /body"),
    ],
)
def test_the_card_inside_must_be_one(card: str, reason: str) -> None:
    check = check_named("card", signed({**CLAIMS, "adaptiveCardSerialized": card}))
    assert check.outcome is Outcome.FAILED
    assert reason in check.reason


def test_a_message_card_passes_with_a_word_about_its_age() -> None:
    claims = {
        **without("adaptiveCardSerialized"),
        "messageCardSerialized": '{"@type":"MessageCard"}',
    }
    verdict, read = verdict_on(signed(claims))
    assert verdict.ok
    assert read is not None
    assert "2018" in str(next(check for check in verdict.checks if check.name == "card").hint)


def test_claim_and_card_must_name_the_same_originator() -> None:
    card = '{"type":"AdaptiveCard","version":"1.0","originator":"another"}'
    check = only_failure(signed({**CLAIMS, "adaptiveCardSerialized": card}))
    assert check.name == "originator"
    assert ORIGINATOR in check.reason
    assert "another" in check.reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"exp": NOW - 3600}, "expired"),
        ({"nbf": NOW + 3600}, "not valid yet"),
        ({"exp": "soon"}, "exp is no time"),
        ({"exp": None}, "exp is no time"),
        ({"nbf": 1e300}, "nbf is no time"),
    ],
)
def test_times_that_somebody_added_count(change: dict[str, Any], reason: str) -> None:
    check = only_failure(signed({**CLAIMS, **change}))
    assert check.name == "times"
    assert reason in check.reason


def test_claims_beside_the_five_pass_with_a_word() -> None:
    verdict, _ = verdict_on(signed({**CLAIMS, "exp": NOW + 60, "nbf": NOW, "sub": "x"}))
    assert verdict.ok
    check = next(check for check in verdict.checks if check.name == "other-claims")
    assert "exp, nbf, sub" in check.reason
    assert check.hint


def test_a_signature_from_the_future_passes_with_a_word() -> None:
    check = check_named("times", signed({**CLAIMS, "iat": NOW + 3600}))
    assert check.outcome is Outcome.PASSED
    assert "clock" in str(check.hint)


def test_the_sender_must_be_the_one_in_from() -> None:
    check = only_failure(signed(CLAIMS), sender="eve@contoso.com")
    assert check.name == "sender"
    assert "eve@contoso.com" in check.reason


@pytest.mark.parametrize(
    ("recipients", "reason"),
    [
        (["anna@contoso.com"], "in the claim and not in To or Cc: ben@contoso.com"),
        ([*RECIPIENTS, "eve@contoso.com"], "in To or Cc and not in the claim: eve@contoso.com"),
        ([], "anna@contoso.com, ben@contoso.com"),
    ],
)
def test_the_recipients_must_be_those_in_to_and_cc(recipients: list[str], reason: str) -> None:
    check = only_failure(signed(CLAIMS), recipients=recipients)
    assert check.name == "recipients"
    assert reason in check.reason


def test_recipients_are_compared_as_a_set() -> None:
    assert verdict_on(signed(CLAIMS), recipients=[*RECIPIENTS[::-1], RECIPIENTS[0]])[0].ok


def test_a_difference_in_case_passes_with_a_word() -> None:
    jws = signed(CLAIMS)
    for name, arguments in (
        ("sender", {"sender": "Approvals@Contoso.com"}),
        ("recipients", {"recipients": ["Anna@contoso.com", "ben@contoso.com"]}),
    ):
        check = check_named(name, jws, **arguments)
        assert check.outcome is Outcome.PASSED
        assert "not documented" in str(check.hint)


@pytest.mark.parametrize(
    ("claimed", "real"),
    [
        ("mike@contoso.com", "mi\u212ae@contoso.com"),
        ("mi\u212ae@contoso.com", "mike@contoso.com"),
        ("strauss@contoso.com", "strau\xdf@contoso.com"),
    ],
)
def test_addresses_that_only_unicode_takes_for_one_are_two(claimed: str, real: str) -> None:
    sender = only_failure(signed({**CLAIMS, "sender": claimed}), sender=real)
    assert sender.name == "sender"
    recipients = only_failure(
        signed({**CLAIMS, "recipientsSerialized": json.dumps([claimed])}), recipients=[real]
    )
    assert recipients.name == "recipients"


def test_nothing_in_the_claims_can_steer_a_terminal() -> None:
    hostile = "\x1b[2J\u202e\ud800"
    card = json.dumps({"type": hostile})
    claims = {
        **CLAIMS,
        "sender": hostile,
        "originator": hostile,
        "recipientsSerialized": json.dumps([hostile]),
        "adaptiveCardSerialized": card,
        hostile: 1,
    }
    verdict, _ = verdict_on(signed(claims, {"kid": hostile}))
    for check in verdict.checks:
        assert (check.reason + (check.hint or "")).isprintable(), check


@pytest.mark.parametrize("b64", [False, "no", 0])
def test_a_payload_that_is_not_base64url_is_refused(b64: object) -> None:
    _, payload, signature = signed(CLAIMS).split(".")
    header = json.dumps({"alg": "RS256", "b64": b64}).encode()
    encoded = base64.urlsafe_b64encode(header).rstrip(b"=").decode()
    verdict, _ = verdict_on(f"{encoded}.{payload}.{signature}")
    assert [check.name for check in verdict.failed] == ["header", "signature"]


def test_a_claim_that_stands_there_in_two_spellings_is_refused() -> None:
    verdict, claims = verdict_on(signed({**CLAIMS, "Sender": "eve@evil.com"}))
    assert [check.name for check in verdict.failed] == ["form"]
    assert claims is None
