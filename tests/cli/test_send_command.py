"""``amcli send`` as a person types it."""

from __future__ import annotations

import json
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_smtp import DROP, ScriptedServer

from amcli.cli import run
from amcli.outlook.authority import LocalAuthority
from amcli.outlook.inbox import Inbox
from amcli.signing.keygen import (
    generate_card_key,
    generate_dkim_key,
    write_card_key,
    write_dkim_key,
)
from amcli.verify.inspect import inspect

ORIGINATOR, OTHER = "8a2d1f0e-7c1b-4d7e-9f3a-0c5d6e7f8a9b", "11111111-2222-3333-4444-555555555555"
ME, ANNA, BEN = "me@contoso.com", "anna@contoso.com", "ben@contoso.com"
CARD = {
    "type": "AdaptiveCard",
    "version": "1.0",
    "originator": ORIGINATOR,
    "body": [{"type": "TextBlock", "text": "Hello", "wrap": True}],
}
BASE = ["send", "card.json", "--from", ME, "--to", ANNA]

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    write_card_key(folder, generate_card_key())
    write_dkim_key(folder, generate_dkim_key("contoso.com", "cards"))
    return folder


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key_folder: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "keys").symlink_to(key_folder)
    (tmp_path / "card.json").write_text(json.dumps(CARD))
    return tmp_path


@pytest.fixture
def inbox(project: Path) -> Iterator[Inbox]:
    authority = LocalAuthority.create()
    (project / "ca.pem").write_bytes(authority.certificate_pem)
    with Inbox(authority) as opened:
        yield opened


def smtp(inbox: Inbox) -> list[str]:
    return ["--smtp", inbox.url, "--smtp-ca", "ca.pem"]


def test_a_card_is_sent_and_it_ends_with_recipient_id_and_reply(
    inbox: Inbox, capsys: Captured
) -> None:
    assert run([*BASE, *smtp(inbox), "--subject", "Bitte prüfen"]) == 0
    sent = inspect(inbox.next_mail().content, "mail")
    assert sent.card.document is not None
    assert sent.card.document.value == CARD
    assert sent.mail.subject == "Bitte prüfen"
    assert capsys.readouterr().out.splitlines() == [
        f"sent to {ANNA}",
        f"Message-ID: {sent.mail.message_id}",
        "server: 250 2.0.0 kept",
    ]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_sent_mail_is_not_called_unsent_when_the_answer_cannot_be_written(
    inbox: Inbox, more: list[str]
) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "amcli", *BASE, *smtp(inbox), "--subject", "Hello", *more],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip

    sent = inspect(inbox.next_mail().content, "mail")
    assert done.returncode == 4
    assert done.stderr.splitlines()[-1] == (
        f"amcli: the mail was sent (Message-ID {sent.mail.message_id}), "
        "but the output cannot be written: No space left on device"
    )


def test_signed_with_dkim_and_kept_in_a_file(
    inbox: Inbox, project: Path, key_folder: Path, capsys: Captured
) -> None:
    code = run([
        *BASE, *smtp(inbox), "--save", "sent.eml", "--json",
        "--sign", "--key", "keys/card-private.pem", "--originator", ORIGINATOR,
        "--dkim", "--dkim-key", "keys/dkim-private.pem", "--dkim-selector", "cards",
    ])  # fmt: skip
    assert code == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["ok"], answer["signed"]) == (True, True)
    assert answer["dkim"] == ["cards._domainkey.contoso.com"]
    assert answer["receipts"] == [
        {"recipient": ANNA, "accepted": True, "code": 250, "reply": "2.0.0 kept"}
    ]
    assert inbox.next_mail().content == (project / "sent.eml").read_bytes()

    record, public = key_folder / "dkim-record.txt", key_folder / "card-public.pem"
    inspected = ["inspect", "sent.eml", "--key", str(public), "--dkim-record", str(record)]
    assert run(inspected) == 0
    assert "0 findings" in capsys.readouterr().out


def test_a_dry_run_shows_everything_and_needs_no_server(project: Path, capsys: Captured) -> None:
    assert run([*BASE, "--cc", BEN, "--dry-run", "--save", "draft.eml"]) == 0
    shown = capsys.readouterr().out
    for part in (f"To: {ANNA}", f"Cc: {BEN}", "Subject: Hello", "not signed", "DKIM: none",
                 f"would be sent to {ANNA}, {BEN}"):  # fmt: skip
        assert part in shown
    assert (project / "draft.eml").read_bytes().startswith(b"From: me@contoso.com\r\n")


def test_a_finding_has_one_shape_in_every_answer(project: Path, capsys: Captured) -> None:
    image = {"type": "Image", "url": "https://contoso.com/a.png"}
    (project / "card.json").write_text(json.dumps({**CARD, "body": [image]}))
    found = []
    send = [*BASE, "--subject", "Hello", "--dry-run", "--save", "draft.eml"]
    for call in (send, ["inspect", "draft.eml"], ["lint", "card.json"]):
        assert run([*call, "--json"]) == 0
        (finding,) = json.loads(capsys.readouterr().out)["findings"]
        # Where it stands is known of a file only: send lints what is in memory.
        place = ("file", "line", "column", "end_line", "end_column", "data_others")
        found.append({**finding, "source": "", **dict.fromkeys(place)})
    assert found[0]["slug"] == "missing-alt-text"
    assert found[0] == found[1] == found[2]


def test_settings_stand_in_for_options(project: Path, inbox: Inbox, capsys: Captured) -> None:
    (project / "amcli.toml").write_text(
        f'[send]\nfrom = "{ME}"\nto = ["{ANNA}"]\nsubject = "From settings"\n'
        f'[smtp]\nurl = "{inbox.url}"\nca = "ca.pem"\n'
    )
    assert run(["send", "card.json"]) == 0
    assert inspect(inbox.next_mail().content, "mail").mail.subject == "From settings"


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (["--bcc", BEN], 2, "no Bcc"),
        (["--from", "me"], 2, "name and domain"),
        (["--to", "anna@contoso.com\nBcc: eve@evil.com"], 2, "line break"),
        (["--cc", "Ben <ben@contoso.com>"], 2, "bare address"),
        (["--subject", "x\r\nBcc: eve@evil.com"], 2, "line break"),
        (["--save", "card.json"], 2, "exists already"),
        (["--save", "missing/sent.eml"], 2, "no folder"),
        (["--sign"], 2, "--key"),
        (["--sign", "--key", "keys/card-private.pem"], 2, "--originator"),
        (["--sign", "--key", "none.pem", "--originator", ORIGINATOR], 5, "none.pem"),
        (["--sign", "--key", "keys/card-private.pem", "--originator", OTHER], 2, "originator"),
        (["--originator", OTHER], 2, "originator"),
        (["--dkim"], 2, "--dkim-key"),
        (["--dkim", "--dkim-key", "keys/dkim-private.pem"], 2, "--dkim-selector"),
        (["--allow", "AM000"], 2, "AM000"),
        (["--smtp-user", "me"], 2, "password of me is missing"),
        (["--smtp-password-file", "card.json"], 2, "no user"),
        (["--smtp-user", "me", "--smtp-password-file", "none"], 5, "none"),
        (["--smtp", "mail.contoso.com"], 2, "smtp://host:587"),
        (["--smtp", "smtp://me:hunter2@mail.contoso.com"], 2, "must not hold user or password"),
        (["--data", "card.json"], 2, "takes no data"),
        (["--cc", BEN], 2, "--yes"),
        (["--to", BEN], 2, "2 people"),
    ],
)
def test_what_is_refused_before_any_server_is_talked_to(
    more: list[str], code: int, words: str, project: Path, capsys: Captured
) -> None:
    before = sorted(path.name for path in project.iterdir())
    with ScriptedServer() as server:
        url = f"smtp://127.0.0.1:{server.port}"
        assert run([*BASE, "--smtp", url, "--smtp-plaintext", *more]) == code
        assert server.received.commands == []
    error = capsys.readouterr().err
    assert words in error
    assert "nothing was sent" in error or "--bcc" in more
    assert "hunter2" not in error
    assert sorted(path.name for path in project.iterdir()) == before


def test_a_login_without_tls_is_refused_before_the_server_is_talked_to(
    project: Path, capsys: Captured
) -> None:
    (project / "password").write_text("hunter2\n")
    with ScriptedServer() as server:
        url = f"smtp://127.0.0.1:{server.port}"
        login = ["--smtp-user", "me", "--smtp-password-file", "password"]
        kept = ["--save", "sent.eml"]
        assert run([*BASE, "--smtp", url, "--smtp-plaintext", *login, *kept]) == 2
        assert server.received.commands == []
    assert "without TLS" in capsys.readouterr().err
    assert not (project / "sent.eml").exists()


def test_sample_data_is_sent_only_when_it_is_asked_for(capsys: Captured) -> None:
    command = ["send", "expense-approval", "--from", ME, "--to", ME, "--dry-run"]
    assert run(command) == 2
    assert "--sample" in capsys.readouterr().err
    assert run([*command, "--sample"]) == 0


def test_an_error_in_the_card_stops_it_and_allow_lets_it_pass_and_says_so(
    project: Path, capsys: Captured
) -> None:
    without = {name: value for name, value in CARD.items() if name != "originator"}
    (project / "card.json").write_text(json.dumps(without))
    assert run([*BASE, "--dry-run"]) == 1
    assert "AM901" in capsys.readouterr().err
    assert run([*BASE, "--dry-run", "--allow", "AM901"]) == 0
    assert "allowed: AM901" in capsys.readouterr().err


def test_when_nothing_was_delivered_no_copy_is_kept(project: Path, capsys: Captured) -> None:
    with ScriptedServer({"MAIL": b"530 log in first\r\n"}) as server:
        url = f"smtp://127.0.0.1:{server.port}"
        code = run([*BASE, "--smtp", url, "--smtp-plaintext", "--save", "sent.eml"])
    assert code == 6
    assert "nothing was sent" in capsys.readouterr().err
    assert not (project / "sent.eml").exists()


def test_when_nobody_can_tell_it_is_not_called_unsent_and_the_copy_stays(
    project: Path, capsys: Captured
) -> None:
    with ScriptedServer({"end": DROP}) as server:
        url = f"smtp://127.0.0.1:{server.port}"
        code = run([*BASE, "--smtp", url, "--smtp-plaintext", "--save", "sent.eml"])
    error = capsys.readouterr().err
    assert code == 7
    assert "nobody can tell" in error
    assert "nothing was sent" not in error
    assert (project / "sent.eml").read_bytes() == server.received.content


def test_partly_sent_has_its_own_exit_code(capsys: Captured) -> None:
    with ScriptedServer({f"RCPT {BEN}": b"550 no\r\n"}) as server:
        url = f"smtp://127.0.0.1:{server.port}"
        some = [*BASE, "--cc", BEN, "--yes", "--smtp", url, "--smtp-plaintext"]
        assert run(some) == 6
        assert run([*some, "--partial"]) == 7
    shown = capsys.readouterr()
    assert "nothing was sent" not in shown.err.splitlines()[-2]
    lines = shown.out.splitlines()
    assert lines[:2] == [f"sent to {ANNA}", f"refused: {BEN}: 550 no"]
    assert [line.partition(":")[0] for line in lines[2:]] == ["Message-ID", "server"]


def test_a_failure_in_json_says_which_mail_and_what_the_server_said(capsys: Captured) -> None:
    with ScriptedServer({f"RCPT {BEN}": b"550 no\r\n"}) as server:
        url = f"smtp://127.0.0.1:{server.port}"
        some = [*BASE, "--cc", BEN, "--yes", "--smtp", url, "--smtp-plaintext", "--json"]
        for more, code in (([], 6), (["--partial"], 7)):
            assert run([*some, *more]) == code
            answer = json.loads(capsys.readouterr().out)
            assert (answer["ok"], answer["exit_code"], answer["cc"]) == (False, code, [BEN])
            assert answer["message_id"].startswith("<")
            assert answer["receipts"][-1] == {
                "recipient": BEN, "accepted": False, "code": 550, "reply": "no"
            }  # fmt: skip


def test_an_interruption_before_the_mail_was_sent_leaves_nothing_behind(
    project: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = smtplib.SMTP.send

    def interrupted(self: smtplib.SMTP, data: bytes | str) -> None:
        if data[:4] == "MAIL":
            raise KeyboardInterrupt
        original(self, data)

    monkeypatch.setattr(smtplib.SMTP, "send", interrupted)
    with ScriptedServer() as server:
        url = f"smtp://127.0.0.1:{server.port}"
        code = run([*BASE, "--smtp", url, "--smtp-plaintext", "--save", "sent.eml"])
    assert code == 130
    assert "nothing was sent" in capsys.readouterr().err
    assert not (project / "sent.eml").exists()


def test_lint_errors_are_listed_as_lint_does(project: Path, capsys: Captured) -> None:
    broken = {**CARD, "body": [{"type": "TextBlock"}, {"type": "Nothing"}]}
    (project / "card.json").write_text(json.dumps(broken))
    assert run(["lint", "card.json"]) == 1
    linted = capsys.readouterr().out
    assert run([*BASE, "--dry-run"]) == 1
    error = capsys.readouterr().err
    errors = [line for line in linted.splitlines() if line.startswith("error[")]
    assert errors
    assert all(line in error for line in errors)
    assert f"{len(errors)} errors in the card" in error
    assert run([*BASE, "--dry-run", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert len([f for f in answer["findings"] if f["severity"] == "error"]) == len(errors)


def test_a_template_without_originator_is_told_the_option(project: Path, capsys: Captured) -> None:
    (project / "card.json.j2").write_text(
        json.dumps({name: value for name, value in CARD.items() if name != "originator"})
    )
    (project / "data.json").write_text("{}")
    call = ["send", "card.json.j2", "--data", "data.json", *BASE[2:], "--dry-run"]
    assert run(call) == 1
    assert "hint: give --originator ID" in capsys.readouterr().err


def test_a_dry_run_in_json_shows_what_would_go_out(capsys: Captured) -> None:
    dkim = ["--dkim", "--dkim-key", "keys/dkim-private.pem", "--dkim-selector", "cards"]
    call = [*BASE, *dkim, "--dry-run", "--smtp", "smtp://mail.contoso.com"]
    assert run(call) == 0
    assert "by mail.contoso.com:587 (STARTTLS)" in capsys.readouterr().out
    assert run([*call, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["server"] == "mail.contoso.com:587"
    assert answer["card"] == CARD
    headers = {header["name"]: header["value"] for header in answer["headers"]}
    assert headers["To"] == ANNA
    assert "d=contoso.com" in headers["DKIM-Signature"]


def test_a_template_without_data_gets_the_refusal_only(capsys: Captured) -> None:
    assert run(["send", "expense-approval", "--from", ME, "--to", ME, "--dry-run"]) == 2
    assert "using the sample" not in capsys.readouterr().err


def test_the_card_can_come_from_a_pipe() -> None:
    command = [sys.executable, "-m", "amcli", "send", "-", "--from", ME, "--to", ANNA, "--dry-run"]
    done = subprocess.run(
        command, input=json.dumps(CARD), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"would be sent to {ANNA}" in done.stdout
