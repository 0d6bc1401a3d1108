"""``amcli inspect`` as a person types it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from amcli.cli import run
from amcli.received.eml import MAX_MAIL_BYTES

CARD = {
    "type": "AdaptiveCard",
    "version": "1.0",
    "originator": "8a2d1f0e-7c1b-4d7e-9f3a-0c5d6e7f8a9b",
    "body": [{"type": "TextBlock", "text": "Hello", "wrap": True}],
}
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "card.json").write_text(json.dumps(CARD))
    made = ["send", "card.json", "--from", "me@contoso.com", "--to", "anna@contoso.com"]
    assert run([*made, "--dry-run", "--save", "mail.eml"]) == 0
    capsys.readouterr()
    return tmp_path


def test_it_says_what_is_inside_and_what_was_checked(capsys: Captured) -> None:
    assert run(["inspect", "mail.eml"]) == 0
    shown = capsys.readouterr().out
    assert "Card:    Adaptive Card, not signed, in a script element" in shown
    assert "PASS  embedding" in shown
    assert "SKIP  dkim" in shown


def test_the_answer_in_json_has_the_card_and_every_check(capsys: Captured) -> None:
    assert run(["inspect", "mail.eml", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["card"] == CARD
    assert (answer["from"], answer["signed"], answer["kind"]) == (
        ["me@contoso.com"],
        False,
        "adaptive",
    )
    assert {check["name"] for check in answer["checks"]} >= {"embedding", "signature", "dkim"}


def test_a_mail_from_a_pipe(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    content = io.BytesIO((project / "mail.eml").read_bytes())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(content))
    assert run(["inspect", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["source"] == "<stdin>"


def test_a_check_that_was_asked_for_and_cannot_hold_gives_1(
    project: Path, capsys: Captured
) -> None:
    (project / "record.txt").write_text("v=DKIM1; k=rsa; p=MIIB")
    assert run(["inspect", "mail.eml", "--dkim-record", "record.txt"]) == 1
    assert "FAIL  dkim" in capsys.readouterr().out


def test_a_mail_that_a_relay_rewrote_fails_with_the_reason(project: Path, capsys: Captured) -> None:
    html = '<html><head><script type="application/adaptivecard&#43;json">{}</script></head></html>'
    html = html.replace("{}", json.dumps(CARD))
    (project / "sendgrid.eml").write_text(f"From: a@x.de\nContent-Type: text/html\n\n{html}")
    assert run(["inspect", "sendgrid.eml"]) == 1
    shown = capsys.readouterr().out
    assert "FAIL  embedding" in shown
    assert "SendGrid" in shown


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("empty.eml", b"", 4, "empty"),
        ("card.eml", b'{"type": "AdaptiveCard"}', 4, "no mail"),
        ("plain.eml", b"From: a@x.de\n\nhello", 3, "no card"),
        ("missing.eml", None, 4, "cannot read the mail"),
        (".", None, 4, "cannot read the mail"),
    ],
)
def test_what_cannot_be_inspected(
    name: str, content: bytes | None, code: int, words: str, project: Path, capsys: Captured
) -> None:
    if content is not None:
        (project / name).write_bytes(content)
    assert run(["inspect", name]) == code
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--key", "missing.pem"], 5),
        (["--dkim-record", "missing.txt"], 4),
        (["--dkim-record", "card.json"], 4),
        (["--dns", "--dkim-record", "card.json"], 2),
    ],
)
def test_keys_and_records_that_are_none(more: list[str], code: int) -> None:
    assert run(["inspect", "mail.eml", *more]) == code


def test_what_a_mail_says_cannot_steer_the_terminal(project: Path, capsys: Captured) -> None:
    content = (project / "mail.eml").read_bytes()
    evil = content.replace(b"Subject: Hello", b"Subject: =?utf-8?q?=1B]0;evil=07?=")
    (project / "mail.eml").write_bytes(evil)
    assert run(["inspect", "mail.eml"]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_a_mail_over_the_limit_is_refused_while_it_is_read(
    project: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"From: a@x.de\n\n" + b"x" * MAX_MAIL_BYTES
    (project / "large.eml").write_bytes(content)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    for name in ("large.eml", "-"):
        assert run(["inspect", name]) == 4
        assert "larger than 32 MB" in capsys.readouterr().err


def test_a_record_over_the_limit_is_refused_and_not_cut(project: Path, capsys: Captured) -> None:
    (project / "record.txt").write_text("v=DKIM1; p=" + "A" * 64 * 1024)
    assert run(["inspect", "mail.eml", "--dkim-record", "record.txt"]) == 4
    assert "larger than 64 KB" in capsys.readouterr().err


def test_the_card_is_held_against_the_declared_registration(
    project: Path, capsys: Captured
) -> None:
    (project / "amcli.toml").write_text('[provider]\nsenders = ["approvals@contoso.com"]\n')
    assert run(["inspect", "mail.eml"]) == 1
    assert "error: AM912 sender-not-registered" in capsys.readouterr().out
