"""From ``amcli send`` to a click that a web service believes: the limited-purpose token is real."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_smtp import ScriptedServer

from amcli.card.document import CardDocument
from amcli.card.reserved import PURPOSE_TOKEN_PLACEHOLDER
from amcli.cli import run
from amcli.outlook.authority import LocalAuthority
from amcli.outlook.click import click
from amcli.outlook.http import HttpRequest, HttpResponse
from amcli.outlook.inbox import Inbox
from amcli.outlook.issuer import LocalIssuer, Person, Registration
from amcli.service import (
    ActionEndpoint,
    ActionResponse,
    SqliteStore,
    VerifiedClick,
    load_purpose_keys,
)
from amcli.verify.inspect import inspect
from amcli.verify.keyset import StaticKeys
from amcli.verify.token import TokenPolicy

ME, ANNA, BEN = "approvals@contoso.com", "anna@contoso.com", "ben@contoso.com"
ORIGINATOR = "8a2d1f0e-7c1b-4d7e-9f3a-0c5d6e7f8a9b"
KEYS = "keys/purpose-keys.txt"
BASE = ["send", "expense-approval", "--sample", "--from", ME, "--originator", ORIGINATOR]

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Path:
    monkeypatch.chdir(tmp_path)
    assert run(["keygen", "purpose", "-o", "keys"]) == 0
    capsys.readouterr()
    return tmp_path


@pytest.fixture
def inbox(project: Path) -> Iterator[Inbox]:
    authority = LocalAuthority.create()
    (project / "ca.pem").write_bytes(authority.certificate_pem)
    with Inbox(authority) as opened:
        yield opened


def smtp(inbox: Inbox) -> list[str]:
    return ["--smtp", inbox.url, "--smtp-ca", "ca.pem"]


def card_in(content: bytes) -> CardDocument:
    document = inspect(content, "mail").card.document
    assert document is not None
    return document


def test_a_service_believes_the_click_on_the_mail_that_was_sent(
    inbox: Inbox, project: Path
) -> None:
    assert run([*BASE, "--to", ANNA, "--purpose-key-file", KEYS, *smtp(inbox)]) == 0
    card = card_in(inbox.next_mail().content)
    issuer, expenses = LocalIssuer.create(), Registration(ORIGINATOR, "app")
    decided: list[str] = []

    def approve(verified: VerifiedClick) -> ActionResponse:
        decided.append(verified.purpose.subject)
        return ActionResponse.success("Approved.")

    endpoint = ActionEndpoint(
        policy=TokenPolicy(
            (expenses.app_id_uri,),
            frozenset({issuer.tenant}),
            StaticKeys.from_mapping(issuer.jwks()),
        ),
        purpose_keys=load_purpose_keys(project / KEYS),
        sender=ME,
        template="expense-approval",
        handlers={"approve": approve},
        store=SqliteStore(project / "actions.sqlite"),
    )

    def service(request: HttpRequest) -> HttpResponse:
        answer = endpoint.answer(request.headers, request.body)
        return HttpResponse(answer.status_code, "", tuple(answer.headers.items()), answer.body)

    def clicks(address: str) -> int:
        token = issuer.mint(Person.create(address, "Somebody"), expenses)
        return click(card, "Approve", token=token, send=service).response.status

    assert clicks(BEN) == 403
    assert clicks(ANNA) == 200
    assert decided == ["EXP-2041"]


def test_the_key_can_be_a_setting(project: Path) -> None:
    (project / "amcli.toml").write_text(f'[service]\npurpose_key_file = "{KEYS}"\n')
    assert run([*BASE, "--to", ANNA, "--dry-run", "--save", "mail.eml"]) == 0
    assert PURPOSE_TOKEN_PLACEHOLDER not in card_in(Path("mail.eml").read_bytes()).compact()


def test_a_template_without_tokens_goes_to_many_with_a_key_in_force(project: Path) -> None:
    many = ["--to", ANNA, "--cc", BEN, "--purpose-key-file", KEYS, "--dry-run"]
    assert run(["send", "expense-approval/approved", *BASE[2:], *many]) == 0


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (["--purpose-key-file", KEYS, "--cc", BEN], 2, "for one person"),
        (["--purpose-key-file", KEYS, "--to", BEN], 2, "for one person"),
        (["--purpose-key-file", "none.txt"], 5, "none.txt"),
        ([], 2, "--purpose-key-file"),
        (["--save", "sent.eml"], 2, "amcli keygen purpose"),
    ],
)
def test_what_is_refused_before_any_server_is_talked_to(
    more: list[str], code: int, words: str, project: Path, capsys: Captured
) -> None:
    with ScriptedServer() as server:
        url = f"smtp://127.0.0.1:{server.port}"
        sent = [*BASE, "--to", ANNA, "--yes", "--smtp", url, "--smtp-plaintext", *more]
        assert run(sent) == code
        assert server.received.commands == []
    error = capsys.readouterr().err
    assert words in error
    assert "nothing was sent" in error
    assert not (project / "sent.eml").exists()


def test_a_finished_card_with_the_placeholder_is_refused_too(
    project: Path, capsys: Captured
) -> None:
    assert run(["render", "expense-approval", "--originator", ORIGINATOR, "-o", "card.json"]) == 0
    finished = ["send", "card.json", "--from", ME, "--to", ANNA, "--purpose-key-file", KEYS]
    assert run([*finished, "--dry-run"]) == 2
    assert "send the template" in capsys.readouterr().err


def test_only_looking_at_a_sample_needs_no_key(capsys: Captured) -> None:
    assert run([*BASE, "--to", ANNA, "--dry-run"]) == 0
    shown = capsys.readouterr()
    assert f"would be sent to {ANNA}" in shown.out
    assert "sending this needs --purpose-key-file" in shown.err


def test_a_dry_run_with_real_data_tells_what_sending_would(project: Path) -> None:
    assert run(["render", "expense-approval", "-q"]) == 0
    sample = Path(__file__).parents[2] / "templates/expense-approval/sample.json"
    real = ["send", "expense-approval", *BASE[3:], "--to", ANNA, "--data", str(sample)]
    assert run([*real, "--dry-run"]) == 2
    assert run([*real, "--dry-run", "--purpose-key-file", KEYS]) == 0


def test_the_key_file_is_private_and_never_overwritten(project: Path, capsys: Captured) -> None:
    made = project / KEYS
    assert made.stat().st_mode & 0o777 == 0o600
    before = made.read_bytes()
    assert run(["keygen", "purpose", "-o", "keys"]) == 2
    assert made.read_bytes() == before
    capsys.readouterr()

    assert run(["keygen", "purpose", "-o", "more", "--id", "2027", "--json"]) == 0
    said = capsys.readouterr().out
    answer = json.loads(said)
    assert (answer["ok"], answer["id"]) == (True, "2027")
    keys = load_purpose_keys(Path(answer["files"][0]))
    assert keys.keys[0].id == "2027"
    assert keys.keys[0].secret.reveal() not in said


@pytest.mark.parametrize(
    "asked", ['actions="approve"', 'subject="1"', 'actions=["a"], subjekt="1"']
)
def test_a_wrong_call_in_a_template_is_found_without_a_key(
    asked: str, project: Path, capsys: Captured
) -> None:
    (project / "card.json.j2").write_text('{"x": "{{ purpose_token(' + asked + ') }}"}')
    assert run(["render", "card.json.j2"]) == 4
    assert "card.json.j2:1: " in capsys.readouterr().err
