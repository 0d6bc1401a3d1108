"""``amcli purpose-token``: what is in a token, and what a service would say to it."""

from __future__ import annotations

import io
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from amcli.card.reserved import PURPOSE_TOKEN_PLACEHOLDER
from amcli.cli import run
from amcli.service.purpose import Purpose, mint
from amcli.service.purpose_keys import PurposeKeys, write_purpose_keys

KEYS = PurposeKeys.generate("2026-11")
EXPENSE = Purpose(
    "expenses@contoso.com", "expense-approval", "EXP-2041", "adele@contoso.com", ("approve",)
)
TOKEN = mint(EXPENSE, KEYS)
FILE = "--purpose-key-file"

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_purpose_keys(tmp_path, KEYS)
    return tmp_path


def answered(capsys: Captured, *arguments: str) -> tuple[int, dict[str, Any]]:
    code = run(["purpose-token", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def outcomes(answer: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["outcome"] for check in answer["checks"]}


def test_decode_shows_what_a_token_says_and_never_its_mac(capsys: Captured) -> None:
    assert run(["purpose-token", "decode", TOKEN]) == 0

    shown = capsys.readouterr()
    assert "Nothing is verified" in shown.out
    for said in ("2026-11", "EXP-2041", "adele@contoso.com", "approve", "in 29 d"):
        assert said in shown.out
    assert TOKEN.rpartition(".")[2] not in shown.out
    assert "shell's history" in shown.err


@pytest.mark.parametrize(
    "text",
    [
        f"{TOKEN}\n",
        json.dumps({"action": "approve", "token": TOKEN}),
        json.dumps({"body": json.dumps({"token": TOKEN})}),
        f"POST / HTTP/1.1\r\nAuthorization: Bearer eyJhbGciOiJu.e30.x\r\n\r\ntoken={TOKEN}&b",
    ],
    ids=["token", "body", "card", "request"],
)
def test_the_token_is_found_in_whatever_was_captured(
    text: str, project: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "captured").write_text(text)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    for argument in ("@captured", "-"):
        code, answer = answered(capsys, "decode", argument)
        assert code == 0
        assert answer["subject"] == "EXP-2041"
        assert answer["verified"] is False


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("amp1.k.e30", 1, "no limited-purpose token"),
        (f"amp1.k.{'e30'}.mac", 1, "another content"),
        (PURPOSE_TOKEN_PLACEHOLDER, 1, "placeholder"),
        ("no token in this text", 3, "no limited-purpose token"),
        (" \n", 4, "empty"),
        (f"{TOKEN} {mint(EXPENSE, KEYS)}", 4, "2 different"),
    ],
)
def test_what_cannot_be_decoded(
    text: str, code: int, words: str, project: Path, capsys: Captured
) -> None:
    (project / "captured").write_text(text)

    assert run(["purpose-token", "decode", "@captured"]) == code
    assert words in capsys.readouterr().err


def test_verify_makes_every_check_that_was_asked_for(capsys: Captured) -> None:
    asked = ["--sender", "expenses@contoso.com", "--template", "expense-approval"]
    asked += ["--recipient", "Adele@contoso.com", "--action", "approve"]

    code, answer = answered(capsys, "verify", TOKEN, FILE, "purpose-keys.txt", *asked)

    assert code == 0
    assert set(outcomes(answer).values()) == {"passed"}
    assert answer["token"]["recipient"] == "adele@contoso.com"


@pytest.mark.parametrize(
    ("asked", "failed"),
    [
        (["--sender", "eve@contoso.com"], "sender"),
        (["--template", "survey"], "template"),
        (["--recipient", "eve@contoso.com"], "recipient"),
        (["--action", "delete"], "action"),
        (["--at", "2036-01-01"], "expiry"),
        (["--at", "2016-01-01"], "content"),
    ],
)
def test_verify_says_which_check_failed(asked: list[str], failed: str, capsys: Captured) -> None:
    code, answer = answered(capsys, "verify", TOKEN, FILE, "purpose-keys.txt", *asked)

    assert code == 1
    assert next(name for name, how in outcomes(answer).items() if how == "failed") == failed
    assert answer["token"] is None


@pytest.mark.parametrize(
    ("token", "failed", "hint"),
    [
        ("nothing", "format", None),
        (PURPOSE_TOKEN_PLACEHOLDER, "format", "amcli send"),
        (mint(EXPENSE, PurposeKeys.generate("other")), "key", "put the line of that key back"),
        (mint(EXPENSE, PurposeKeys.generate("2026-11")), "mac", "same key file"),
        (TOKEN[:-1] + ("A" if TOKEN[-1] != "A" else "B"), "mac", "same key file"),
        (mint(EXPENSE, KEYS, lifetime=timedelta(hours=-3)), "expiry", "send the mail again"),
    ],
)
def test_verify_says_what_is_wrong_with_a_token_and_what_to_do(
    token: str, failed: str, hint: str | None, capsys: Captured
) -> None:
    code, answer = answered(
        capsys, "verify", token, FILE, "purpose-keys.txt", "--action", "approve"
    )

    first = next(check for check in answer["checks"] if check["outcome"] == "failed")
    assert code == 1
    assert first["name"] == failed
    assert (hint or "") in (first["hint"] or "")
    assert outcomes(answer)["action"] == "failed"
    assert outcomes(answer)["sender"] == "skipped"


def test_the_key_file_can_be_a_setting(project: Path, capsys: Captured) -> None:
    (project / "amcli.toml").write_text('[service]\npurpose_key_file = "purpose-keys.txt"\n')

    assert run(["purpose-token", "verify", TOKEN]) == 0
    assert "accepted: 5 passed, 4 skipped" in capsys.readouterr().out


def test_keys_that_cannot_be_read(capsys: Captured) -> None:
    assert run(["purpose-token", "verify", TOKEN, FILE, "none.txt"]) == 5
    assert "none.txt" in capsys.readouterr().err
