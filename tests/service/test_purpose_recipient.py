"""From the address that a mail went to, to the ids of the person who may click."""

from __future__ import annotations

import logging

import pytest

from amcli.errors import UsageError
from amcli.outlook.issuer import LocalIssuer, Person, Registration
from amcli.service.click import is_upn_of_recipient
from amcli.service.purpose_recipient import UserId, recipient_found_by
from amcli.verify.keyset import StaticKeys
from amcli.verify.token import TokenPolicy, VerifiedToken, verify_token

ADELE = Person.create("adele@contoso.com", "Adele Vance")
EVE = Person.create("eve@contoso.com", "Eve")
EXPENSES = Registration(
    "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"
)


@pytest.fixture(scope="module")
def issuer() -> LocalIssuer:
    return LocalIssuer.create()


def verified(issuer: LocalIssuer, person: Person, **changes: str | None) -> VerifiedToken:
    policy = TokenPolicy(
        (EXPENSES.app_id_uri,),
        frozenset({issuer.tenant}),
        StaticKeys.from_mapping(issuer.jwks()),
    )
    return verify_token(issuer.mint(person, EXPENSES, changes=changes).reveal(), policy)


def test_who_the_directory_says_may_click_whatever_the_upn(issuer: LocalIssuer) -> None:
    adele = verified(issuer, ADELE, upn="married@contoso.com")
    eve = verified(issuer, EVE, upn="adele@contoso.com")
    directory = {"adele@contoso.com": UserId(issuer.tenant.upper(), str(adele.object_id).upper())}
    is_recipient = recipient_found_by(directory.get)

    assert is_recipient(adele, "adele@contoso.com")
    assert not is_recipient(eve, "adele@contoso.com")


def test_nobody_may_click_for_an_unknown_address(issuer: LocalIssuer) -> None:
    assert not recipient_found_by({}.get)(verified(issuer, ADELE), "adele@contoso.com")


def test_the_same_object_id_in_another_tenant_is_somebody_else(issuer: LocalIssuer) -> None:
    adele = verified(issuer, ADELE)
    elsewhere = UserId("6c2d9a4e-1f3b-4c5d-8e7f-0a1b2c3d4e5f", str(adele.object_id))

    assert not elsewhere.is_performer(adele)


@pytest.mark.parametrize("ids", [("", ""), ("contoso.com", "6" * 32), ("*", "*")])
def test_a_user_is_known_by_guids(ids: tuple[str, str]) -> None:
    with pytest.raises(UsageError, match="two GUIDs"):
        UserId(*ids)


def test_without_a_upn_the_default_refuses_and_the_log_says_what_to_do(
    issuer: LocalIssuer, caplog: pytest.LogCaptureFixture
) -> None:
    assert is_upn_of_recipient(verified(issuer, ADELE), "Adele@contoso.com")
    assert not caplog.records

    with caplog.at_level(logging.WARNING, "amcli.service"):
        assert not is_upn_of_recipient(verified(issuer, ADELE, upn=None), "adele@contoso.com")

    assert "recipient_found_by" in caplog.text
