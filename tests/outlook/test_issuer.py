"""Tokens of the local issuer: the claims that the documentation names, and a signature."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from amcli.outlook.issuer import LocalIssuer, Person, Registration
from amcli.verify.token_kind import TokenKind

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ADELE = Person.create("adele@contoso.com", "Adele Vance")
EXPENSES = Registration(
    "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"
)


@pytest.fixture(scope="module")
def issuer() -> LocalIssuer:
    return LocalIssuer.create("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", clock=lambda: NOW)


def claims_of(issuer: LocalIssuer, token: str, audience: str) -> dict[str, object]:
    key = jwt.PyJWKSet.from_dict(issuer.jwks())[issuer.key_id]
    options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
    return jwt.decode(token, key, algorithms=["RS256"], audience=audience, options=options)  # type: ignore[arg-type]  # plain dicts will do


def test_version_1_is_what_a_new_registration_gets(issuer: LocalIssuer) -> None:
    token = issuer.mint(ADELE, EXPENSES).reveal()

    claims = claims_of(issuer, token, EXPENSES.app_id_uri)

    assert EXPENSES.app_id_uri == (
        "api://auth-am-11111111-2222-3333-4444-555555555555/66666666-7777-8888-9999-000000000000"
    )
    assert claims["iss"] == "https://sts.windows.net/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee/"
    assert claims["appid"] == "48af08dc-f6d2-435f-b2a7-069abd99c086"
    assert (claims["ver"], claims["upn"], claims["scp"]) == (
        "1.0", "adele@contoso.com", "Global.Test",
    )  # fmt: skip
    assert "sender" not in claims
    assert jwt.get_unverified_header(token)["x5t"] == issuer.key_id
    assert len(issuer.key_id) == 27


def test_version_2_has_the_client_id_as_audience_and_no_upn(issuer: LocalIssuer) -> None:
    token = issuer.mint(ADELE, EXPENSES, kind=TokenKind.ENTRA_V2).reveal()

    claims = claims_of(issuer, token, EXPENSES.application_id)

    assert claims["iss"] == (
        "https://login.microsoftonline.com/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee/v2.0"
    )
    assert claims["azp"] == "48af08dc-f6d2-435f-b2a7-069abd99c086"
    assert "appid" not in claims
    assert "upn" not in claims
    assert "issuer" in issuer.jwks(TokenKind.ENTRA_V2)["keys"][0]
    assert "x5t" not in jwt.get_unverified_header(token)


def test_an_expired_token_was_once_a_good_one(issuer: LocalIssuer) -> None:
    token = issuer.mint(ADELE, EXPENSES, lifetime=timedelta(hours=-1)).reveal()

    claims = claims_of(issuer, token, EXPENSES.app_id_uri)

    assert claims["exp"] == int((NOW - timedelta(hours=1)).timestamp())
    assert claims["iat"] == claims["nbf"] < claims["exp"]  # type: ignore[operator]  # both are numbers


def test_claims_can_be_changed_and_dropped(issuer: LocalIssuer) -> None:
    token = issuer.mint(ADELE, EXPENSES, changes={"aud": "api://other", "scp": None}).reveal()

    assert "scp" not in claims_of(issuer, token, "api://other")


def test_nothing_shows_the_key_or_the_token(issuer: LocalIssuer) -> None:
    assert "PrivateKey" not in repr(issuer)
    assert repr(issuer.mint(ADELE, EXPENSES)) == "Secret(***)"
