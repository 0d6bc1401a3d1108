"""Key sets: what is one, and what is said about what is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from token_mint import KID, TENANT, Mint, jwk

from amcli.errors import UnreadableInput
from amcli.verify.clouds import CLOUDS, EAT_AUTHORITY, find_cloud, parse_guid
from amcli.verify.keyset import NoKey, StaticKeys, TokenKey
from amcli.verify.token_kind import TokenKind


@pytest.fixture(scope="module")
def mint() -> Mint:
    return Mint()


def test_a_key_is_found_by_its_id(mint: Mint, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(mint.jwks()), encoding="utf-8")
    keys = StaticKeys.from_file(file)
    found = keys.find(KID, EAT_AUTHORITY)
    assert isinstance(found, TokenKey)
    assert found.origin == str(file)
    assert found.public_key.public_numbers() == mint.key.public_key().public_numbers()


def test_an_unknown_id_is_told_what_there_is(mint: Mint) -> None:
    found = StaticKeys.from_mapping(mint.jwks()).find("other", EAT_AUTHORITY)
    assert isinstance(found, NoKey)
    assert '"other"' in found.reason
    assert "roll over" in (found.hint or "")


def test_one_bad_key_does_not_spoil_the_set(mint: Mint) -> None:
    """In Microsoft's Python sample one key without "e" breaks all of them."""
    elliptic = {"kty": "EC", "kid": "ec", "crv": "P-256", "x": "AA", "y": "AA"}
    keys = StaticKeys.from_mapping({"keys": [elliptic, {}, jwk(mint.key.public_key())]})
    assert isinstance(keys.find(KID, EAT_AUTHORITY), TokenKey)
    assert isinstance(keys.find("ec", EAT_AUTHORITY), NoKey)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "not JSON"),
        ("-----BEGIN PUBLIC KEY-----", "not JSON"),
        ("[]", "no object"),
        ("{}", "no list of keys"),
        ('{"keys": {}}', "no list of keys"),
        ('{"keys": ["a"]}', "no list of keys"),
        ('{"keys": []}', "without a key"),
        ('{"keys": [{"kty": "RSA"}]}', "without a key"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_not_a_key_set(content: str, says: str) -> None:
    with pytest.raises(UnreadableInput, match=says) as caught:
        StaticKeys.from_bytes(content.encode(), "keys.json")
    assert caught.value.message.startswith("keys.json")


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        ({"issuer": "x", "jwks_uri": "https://a.example/keys"}, "https://a.example/keys"),
        ({"kty": "RSA", "n": "AQ", "e": "AQAB"}, "single key"),
    ],
)
def test_near_misses_get_advice(value: dict[str, Any], advice: str) -> None:
    with pytest.raises(UnreadableInput) as caught:
        StaticKeys.from_mapping(value)
    assert advice in (caught.value.hint or "")


def test_a_file_that_is_not_there_or_too_large(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="cannot read"):
        StaticKeys.from_file(tmp_path / "keys.json")
    with pytest.raises(UnreadableInput, match="cannot read"):
        StaticKeys.from_file(tmp_path)
    with pytest.raises(UnreadableInput, match="too large"):
        StaticKeys.from_bytes(b" " * 1_048_577, "keys.json")


def test_the_table_of_clouds_is_consistent() -> None:
    for name, cloud in CLOUDS.items():
        assert find_cloud(name) is cloud
        for kind in (TokenKind.ENTRA_V1, TokenKind.ENTRA_V2):
            authority = cloud.authority(kind, TENANT)
            assert authority.metadata_url.startswith(f"https://{cloud.login_host}/{TENANT}/")
            assert authority.names(authority.issuer)
            assert cloud.login_host in authority.key_hosts


@pytest.mark.parametrize(
    ("value", "guid"),
    [
        (TENANT, TENANT),
        (TENANT.upper(), TENANT),
        (TENANT.replace("-", ""), None),
        (f"{{{TENANT}}}", None),
        (f"{TENANT}\n", None),
        (f"urn:uuid:{TENANT}", None),
        ("٠" * 8 + TENANT[8:], None),
        (7, None),
        (None, None),
    ],
)
def test_guids(value: object, guid: str | None) -> None:
    assert parse_guid(value) == guid
