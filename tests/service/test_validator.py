"""The drop-in: an endpoint that was written for Microsoft's Python sample, with another import.

``SERVICE`` is a Flask endpoint as users of that sample have it: it makes a validator and an empty
result, validates, compares sender and performer, and answers with CARD-ACTION-STATUS. Only its
import leads somewhere else: to a module of six lines that says whose tokens count.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from token_mint import APP_ID_URI, CLIENT_ID, NOW, TENANT, Mint

import amcli.service
from amcli.errors import NetworkError, UnreadableInput, UsageError
from amcli.service import (
    ActionableMessageTokenValidationResult,
    ActionableMessageTokenValidator,
    InvalidActionableMessageTokenError,
)
from amcli.verify.token import AnyTenant
from amcli.verify.token_errors import KeysUnreachable

SERVICE = """
from flask import Flask, Response, request
from our_validator import (
    ActionableMessageTokenValidator,
    ActionableMessageTokenValidationResult,
    InvalidActionableMessageTokenError,
)

app = Flask(__name__)

@app.route("/api/expense", methods=["POST"])
def expense():
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    validator = ActionableMessageTokenValidator()
    result = ActionableMessageTokenValidationResult()
    try:
        result = validator.validate_token(token, "https://api.example.com")
    except InvalidActionableMessageTokenError:
        return answer(401, "Invalid token.")
    if result.sender.lower() != "expenses@contoso.com":
        return answer(403, "Invalid sender.")
    if result.action_performer.lower() != "adele@contoso.com":
        return answer(403, "You may not do that.")
    return answer(200, "The expense was approved.")

def answer(status, text):
    response = Response("", status)
    response.headers["CARD-ACTION-STATUS"] = text
    return response
"""
SENDER_LINE = 'if result.sender.lower() != "expenses@contoso.com":'
MIGRATION = Path(__file__).resolve().parents[2] / "docs" / "migrating-from-eat.md"


@pytest.fixture(scope="module")
def mint() -> Mint:
    return Mint()


def clock() -> Any:
    return NOW


@pytest.fixture
def validator(mint: Mint) -> Any:
    """The validator as the migration page has it configured."""
    return partial(
        ActionableMessageTokenValidator,
        jwks=mint.jwks(),
        tenants=[TENANT],
        audiences=[APP_ID_URI, CLIENT_ID],
        legacy_eat=True,
        clock=clock,
    )


def served(validator: Any, monkeypatch: pytest.MonkeyPatch, source: str = SERVICE) -> Flask:
    """The service, whose import leads to a module with that validator."""
    ours = ModuleType("our_validator")
    vars(ours).update(vars(amcli.service))
    ours.ActionableMessageTokenValidator = validator  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "our_validator", ours)
    names: dict[str, Any] = {"__name__": "old_service"}
    exec(source, names)
    app: Flask = names["app"]
    return app


def click(app: Flask, token: str) -> tuple[int, str]:
    answer = app.test_client().post(
        "/api/expense", headers={"Authorization": f"Bearer {token}"}, json={}
    )
    return answer.status_code, answer.headers["CARD-ACTION-STATUS"]


def test_an_old_service_still_serves_an_eat(
    mint: Mint, validator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = served(validator, monkeypatch)
    assert click(app, mint.token("eat")) == (200, "The expense was approved.")


@pytest.mark.parametrize("kind", ["v1", "v2"])
def test_an_entra_token_names_no_sender_so_an_old_service_refuses_it(
    mint: Mint, validator: Any, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    app = served(validator, monkeypatch)
    assert click(app, mint.token(kind)) == (403, "Invalid sender.")


def test_with_the_line_that_the_migration_page_names_an_entra_token_is_served(
    mint: Mint, validator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = MIGRATION.read_text("utf-8").splitlines()
    (instead,) = [
        line.removeprefix("+").strip() for line in lines if line.startswith("+    if not result.")
    ]
    assert f"-    {SENDER_LINE}" in lines
    app = served(validator, monkeypatch, SERVICE.replace(SENDER_LINE, instead))
    assert click(app, mint.token("v1")) == (200, "The expense was approved.")
    assert click(app, mint.token("v1", upn="megan@contoso.com"))[0] == 403
    assert click(app, mint.token("eat", sender="eve@contoso.com"))[0] == 403


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "Bearer"])
def test_rubbish_is_refused_and_nothing_else_happens(
    validator: Any, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    assert click(served(validator, monkeypatch), token) == (401, "Invalid token.")


@pytest.mark.parametrize("token", [None, b"a.b.c", 7])
def test_what_is_no_text_is_refused_like_any_token(validator: Any, token: Any) -> None:
    """Microsoft's sample answers 401 when a service hands on a header that is not there."""
    with pytest.raises(InvalidActionableMessageTokenError, match="a text was expected"):
        validator().validate_token(token, "https://api.example.com")


@pytest.mark.parametrize("kind", ["v1", "v2", "eat"])
def test_a_forged_token_is_refused(mint: Mint, validator: Any, kind: str) -> None:
    with pytest.raises(InvalidActionableMessageTokenError) as caught:
        validator().validate_token(Mint().token(kind), "https://api.example.com")
    assert "signature" in str(caught.value)
    assert caught.value.rejection.verdict.ok is False


def test_an_eat_counts_for_the_origin_of_the_target_only(mint: Mint, validator: Any) -> None:
    eat = mint.token("eat")
    result = validator().validate_token(eat, "https://api.example.com/expenses/7?x=1")
    assert (result.sender, result.action_performer) == ("expenses@contoso.com", "adele@contoso.com")
    with pytest.raises(InvalidActionableMessageTokenError, match="audience"):
        validator().validate_token(eat, "https://other.example.com")


def test_the_target_is_no_audience_of_an_entra_token(mint: Mint, validator: Any) -> None:
    token = mint.token("v1", aud="https://api.example.com")
    with pytest.raises(InvalidActionableMessageTokenError, match="audience"):
        validator().validate_token(token, "https://api.example.com")


def test_an_eat_is_refused_where_nobody_asked_for_it(mint: Mint, validator: Any) -> None:
    with pytest.raises(InvalidActionableMessageTokenError):
        validator(legacy_eat=False).validate_token(mint.token("eat"), "https://api.example.com")


def test_who_clicked_is_tenant_and_object_id(mint: Mint, validator: Any) -> None:
    result = validator().validate_token(mint.token("v2"), "https://api.example.com")
    assert (result.sender, result.action_performer) == ("", "")
    assert result.token.tenant == TENANT
    assert result.token.object_id is not None


def test_an_empty_result_names_nobody() -> None:
    empty = ActionableMessageTokenValidationResult()
    assert (empty.sender, empty.action_performer, empty.token) == ("", "", None)


def test_a_key_set_may_be_a_file_an_address_or_json(
    mint: Mint, validator: Any, tmp_path: Path
) -> None:
    text = json.dumps(mint.jwks())
    file = tmp_path / "keys.json"
    file.write_text(text)
    for jwks in (file, str(file), "https://keys.example.com/keys"):
        made = validator(jwks=jwks, fetcher=lambda _url: text.encode())
        assert made.validate_token(mint.token("v1"), "https://api.example.com").token is not None


def test_keys_that_cannot_be_read_say_nothing_against_a_token(mint: Mint, validator: Any) -> None:
    def down(url: str) -> bytes:
        raise NetworkError(f"{url}: nobody answers")

    with pytest.raises(KeysUnreachable):
        validator(jwks=None, fetcher=down).validate_token(
            mint.token("v1"), "https://api.example.com"
        )


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({}, "no audience"),
        ({"audiences": APP_ID_URI, "tenants": [TENANT]}, "audiences is a list"),
        ({"audiences": [APP_ID_URI], "tenants": TENANT}, "tenants is a list"),
        ({"audiences": [APP_ID_URI], "tenants": ["contoso.com"]}, "not a tenant id"),
        ({"audiences": [APP_ID_URI]}, "no tenant"),
    ],
)
def test_a_configuration_that_cannot_be_meant_is_told_at_once(
    wrong: dict[str, Any], reason: str
) -> None:
    with pytest.raises(UsageError, match=reason):
        ActionableMessageTokenValidator(**wrong)


def test_an_entra_token_without_any_audience_configured_is_a_configuration_error(
    mint: Mint,
) -> None:
    validator = ActionableMessageTokenValidator(legacy_eat=True, jwks=mint.jwks(), clock=clock)
    with pytest.raises(UsageError, match="no audience"):
        validator.validate_token(mint.token("v1"), "https://api.example.com")


def test_a_key_set_that_is_none_is_told_at_once(validator: Any) -> None:
    with pytest.raises(UnreadableInput):
        validator(jwks={"nothing": 1})


def test_every_tenant_may_be_served_in_so_many_words(mint: Mint, validator: Any) -> None:
    made = validator(tenants=AnyTenant())
    assert made.validate_token(mint.token("v1"), "https://api.example.com").token is not None


def test_the_module_that_the_migration_page_shows_can_be_used() -> None:
    page = MIGRATION.read_text("utf-8")
    module = page[page.index("# our_validator.py") :].partition("```")[0]
    names: dict[str, Any] = {}
    exec(module, names)
    assert isinstance(names["ActionableMessageTokenValidator"](), ActionableMessageTokenValidator)
    assert issubclass(names["InvalidActionableMessageTokenError"], Exception)
