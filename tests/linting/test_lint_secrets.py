"""What lets its reader in somewhere is found, and shown by no report."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from amcli.card.document import CardDocument, CardKind
from amcli.linting.engine import lint
from amcli.linting.facts.credentials import concealed
from amcli.linting.report import FORMATS
from amcli.linting.run import lint_paths

ABOUT_SECRETS = {"AM801", "AM806", "AM807"}

SECRETS = {
    "a private key": "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIBkg4LVWM9nuwNSk3yBy",
    "Azure storage": "AccountName=a;AccountKey=" + "x1Y/" * 21 + "==",
    "service bus": "Endpoint=sb://a;SharedAccessKeyName=b;SharedAccessKey=" + "x1Y+" * 10 + "x1Y=",
    "Entra": "abc8Q~" + "aB3._~-" * 4 + "aB3.x9",
    "AWS": "AKIAIOSFODNN7EXAMPLE",
    "GitHub": "ghp_" + "aB3d" * 9,
    "Slack": "xoxb-" + "1234567890-" * 3,
    "Google": "AIza" + "aB3d5" * 7,
    "Stripe": "sk_live_" + "aB3d" * 6,
    "SendGrid": "SG." + "aB3d" * 5 + "ab." + "aB3d" * 10 + "abc",
    "a password": "https://reader:correct-horse@contoso.com/expenses",
}
KEYS = {
    "a function's key": "https://a.azurewebsites.net/api/x?v=1&code=" + "aB3d" * 10,
    "a subscription's key": "https://contoso.com/?subscription-key=0123456789abcdef",
    "a connection string": "Server=db;User Id=app;Password=correct-horse;",
}
HARMLESS = [
    "https://contoso.com/reset?password={{new.value}}",
    "https://contoso.com/?api_key=<your key>&code=4711",
    "the account key (AccountKey=...) is in the vault; Password=******",
    "amp1.k1.eyJpZCI6IjEyMzQ1Njc4In0.c2lnbmF0dXJlc2lnbmF0dXJl",
    "write to https://contoso.com/@reader:sales or mailto:reader@contoso.com",
    "AKIA and ghp_ are how keys begin, and ASIAPACIFICANDOCEANIA is none",
]


def card(text: str, **action: Any) -> CardDocument:
    """A card with a text in a request's body."""
    call = {"type": "Action.Http", "title": "Send", "method": "POST", "body": text}
    call |= {"url": "https://contoso.com/a", **action}
    more = {"type": "Action.OpenUrl", "title": "Open", "url": "https://contoso.com"}
    value = {"type": "AdaptiveCard", "version": "1.0", "body": [], "actions": [call, more]}
    return CardDocument(value, CardKind.ADAPTIVE, "card.json")


def found(document: CardDocument) -> list[tuple[str, str]]:
    """What is said of secrets, and where."""
    return [(f.rule, f.pointer) for f in lint(document) if f.rule in ABOUT_SECRETS]


@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS)
def test_a_secret_is_an_error(text: str) -> None:
    assert found(card(text)) == [("AM801", "/actions/0/body")]


@pytest.mark.parametrize("text", KEYS.values(), ids=KEYS)
def test_what_is_likely_a_key_is_a_warning(text: str) -> None:
    assert found(card(text)) == [("AM806", "/actions/0/body")]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_one_is_nothing(text: str) -> None:
    assert found(card(text)) == []


def test_a_secret_is_found_where_nobody_reads() -> None:
    document = card("{}")
    document.value["actions"][0]["data"] = {"a/b": [{"AKIA": SECRETS["AWS"]}]}
    assert found(document) == [("AM801", "/actions/0/data/a~1b/0/AKIA")]


@pytest.mark.parametrize(
    ("name", "value", "is_key"),
    [
        ("Authorization", "Bearer 0123456789", True),
        ("X-API-Key", "0123456789", True),
        ("Authorization", "", False),
        ("Authorization", "Bearer {{token.value}}", False),
        ("x-api-key", "<your key>", False),
        ("x-request-id", "0123456789", False),
    ],
)
def test_a_header_with_a_key_is_one_finding(name: str, value: str, is_key: bool) -> None:
    document = card("{}", headers=[{"name": name, "value": value}])
    assert found(document) == [("AM806", "/actions/0/headers/0/value")] * is_key


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", [*SECRETS.values(), *KEYS.values()], ids=[*SECRETS, *KEYS])
def test_no_report_shows_it(name: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / "card.json"
    file.write_text(json.dumps(card(text).value))
    report = lint_paths([str(file)])
    assert report.findings
    assert text[-12:] not in FORMATS[name](report)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"name": "X-Api-Key", "vlaue": "abcd1234efgh"}', '{"name": "X-Api-Key", "vlaue": "*"}'),
        ('{"name": "Authorization",\n "value": "Basic dXNlcjpwdw"}',
         '{"name": "Authorization",\n "value": "Basic *"}'),
        ('"body": {"password": "hunter2000"}', '"body": {"password": "*"}'),
        (r'"body": "{\"client_secret\": \"hunter2000\"}"', r'"body": "{\"client_secret\": \"*\"}"'),
        ('"body": "client_secret=hunter2000&a=1"', '"body": "client_secret=*&a=1"'),
        ('"https://x.example/?sig=0123456789abcdefghij"', '"https://x.example/*"'),
        ('"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN"', '"-----BEGIN *\n*"'),
    ],
)  # fmt: skip
def test_what_opens_a_door_is_asterisks(text: str, shown: str) -> None:
    assert len(concealed(text)) == len(text)
    assert re.sub(r"\*+", "*", concealed(text)) == shown


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "Authorization", "value": "{{ token }}"}',
        '{"type": "Input.Text", "id": "password", "label": "Your password"}',
        '"password": "{{password.value}}"',
    ],
)
def test_what_opens_none_is_shown(text: str) -> None:
    assert concealed(text) == text


@pytest.mark.parametrize("name", ["type", "method"])
def test_a_message_that_quotes_a_value_shows_no_token(name: str) -> None:
    token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzZWNyZXR5In0.c2lnbmF0dXJlLXNlY3JldA"
    action = {
        "type": "Action.Http",
        "method": "POST",
        "title": "a",
        "url": "https://x.y/",
        name: token,
    }
    value = {"type": "AdaptiveCard", "version": "1.0", "actions": [action]}
    findings = lint(CardDocument(value, CardKind.ADAPTIVE, "card.json"))
    assert any("***" in finding.message for finding in findings)
    assert not any("eyJ" in f"{finding.message} {finding.hint}" for finding in findings)
