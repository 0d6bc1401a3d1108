"""``amcli decode-token`` and ``amcli verify-token`` as a person uses them."""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from token_mint import APP_ID_URI, ATTACKS, CLIENT_ID, OBJECT_ID, SECONDS, TARGET, TENANT, Mint

from amcli.cli import run
from amcli.cli.verify_token import Moment

AT = str(SECONDS)
Run = Callable[..., int]


@pytest.fixture(scope="module")
def mint() -> Mint:
    return Mint()


@pytest.fixture
def jwks(mint: Mint, tmp_path: Path) -> str:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(mint.jwks()), encoding="utf-8")
    return str(file)


@pytest.fixture
def verify(jwks: str, tmp_path: Path) -> Run:
    """Run verify-token on a token in a file, as of the mint's time, with the mint's keys."""

    def call(token: str, *options: str) -> int:
        file = tmp_path / "token.txt"
        file.write_text(token, encoding="utf-8")
        standard = ["--jwks", jwks, "--offline", "--at", AT]
        return run(["verify-token", f"@{file}", "--no-config", *standard, *options])

    return call


MINE = ("--audience", APP_ID_URI, "--tenant", TENANT)


def lines(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Return the printed checks: name to word."""
    found = {}
    for line in capsys.readouterr().out.splitlines():
        if line[:4] in {"PASS", "FAIL", "SKIP"}:
            found[line[6:].split("  ")[0].strip()] = line[:4]
    return found


def test_a_genuine_token_is_accepted(
    mint: Mint, verify: Run, capsys: pytest.CaptureFixture[str], jwks: str
) -> None:
    assert verify(mint.token("v1"), *MINE) == 0
    out = capsys.readouterr().out
    assert "Microsoft Entra ID access token, version 1.0" in out
    assert f"{jwks} (--jwks)" in out
    assert f"{APP_ID_URI} (--audience)" in out
    assert f"{TENANT} (--tenant)" in out
    assert "accepted: 15 passed, 2 skipped" in out


def test_each_failed_check_is_named_and_the_exit_code_is_one(
    mint: Mint, verify: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    code = verify(mint.token("v1"), "--audience", "api://other", "--tenant", TENANT)
    assert code == 1
    printed = lines(capsys)
    assert printed["audience"] == "FAIL"
    assert printed["signature"] == "PASS"
    assert printed["sender"] == "SKIP"


def test_an_entra_token_needs_a_word_about_tenants(
    mint: Mint, verify: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(mint.token("v2"), "--audience", CLIENT_ID) == 2
    assert "--any-tenant" in capsys.readouterr().err
    assert verify(mint.token("v2"), "--audience", CLIENT_ID, "--any-tenant") == 0
    assert (
        verify(mint.token("v2"), "--audience", CLIENT_ID, "--any-tenant", "--tenant", TENANT) == 2
    )


def test_an_eat_needs_none_and_is_said_to_have_ended(
    mint: Mint, verify: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(mint.token("eat"), "--audience", TARGET) == 0
    assert "8 June 2026" in capsys.readouterr().out


def test_without_audience_nothing_is_verified(mint: Mint, verify: Run) -> None:
    assert verify(mint.token("v1"), "--tenant", TENANT) == 2


@pytest.mark.parametrize(
    ("kind", "options", "code"),
    [
        ("v1", ["--scope", "Global.Test"], 0),
        ("v1", ["--scope", "Other"], 1),
        ("v1", ["--sender", "expenses@contoso.com"], 1),
        ("eat", ["--sender", "expenses@contoso.com"], 0),
        ("v2", ["--performer", f"oid:{OBJECT_ID}"], 0),
        ("v2", ["--performer", "adele@contoso.com"], 1),
        ("v1", ["--performer", "@contoso.com"], 0),
        ("v1", ["--performer", "nobody"], 2),
        ("v1", ["--cloud", "china"], 1),
        ("v1", ["--cloud", "moon"], 2),
        ("v1", ["--at", "2026-10-01T14:00:00+02:00"], 1),
        ("v1", ["--at", "2026-10-01 09:30"], 0),
        ("v1", ["--at", "yesterday"], 2),
        ("v1", ["--at", "9" * 30], 2),
        ("v1", ["--tenant", "contoso.com"], 2),
        ("v1", ["--leeway", "301"], 2),
    ],
)
def test_what_can_be_asked_for(
    mint: Mint, verify: Run, kind: str, options: list[str], code: int
) -> None:
    mine = ["--audience", APP_ID_URI, "--audience", CLIENT_ID, "--audience", TARGET]
    assert verify(mint.token(kind), *mine, "--tenant", TENANT, *options) == code


def test_a_upn_passes_with_a_note(
    mint: Mint, verify: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(mint.token("v1"), *MINE, "--performer", "adele@contoso.com") == 0
    assert "note: a upn can change" in capsys.readouterr().out


@pytest.mark.parametrize("attack", ["two segments", "five segments, as a JWE", "empty signature"])
def test_a_malformed_token_fails_verification(
    mint: Mint, verify: Run, attack: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(ATTACKS[attack][1](mint, "v1"), *MINE) == 1
    out = capsys.readouterr().out
    assert "FAIL  format" in out
    assert "cannot be checked: the token cannot be read" in out


def test_json_has_the_checks_the_trust_and_the_identity(
    mint: Mint, verify: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(mint.token("v1"), *MINE, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["amcli"] == 1
    assert answer["ok"] is True
    assert answer["kind"] == "entra-v1"
    assert answer["tenants"] == {"accepted": [TENANT], "from": "--tenant"}
    assert answer["identity"]["object_id"] == OBJECT_ID
    assert answer["identity"]["sender"] is None
    assert {c["outcome"] for c in answer["checks"]} == {"passed", "skipped"}


def test_a_failed_verification_has_no_identity_in_json(
    mint: Mint, verify: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(mint.token("v1", scp=...), *MINE, "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert answer["identity"] is None


def test_settings_are_named_as_the_source(
    mint: Mint, jwks: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, token = tmp_path / "amcli.toml", tmp_path / "token.txt"
    trust = f'audience = ["{APP_ID_URI}"]\ntenants = ["{TENANT}"]\njwks = "keys.json"\n'
    config.write_text(f"[verify]\n{trust}", encoding="utf-8")
    token.write_text(mint.token("v1"), encoding="utf-8")
    command = ["verify-token", f"@{token}", "--config", str(config), "--at", AT]
    assert run([*command, "--offline"]) == 0
    out = capsys.readouterr().out
    for key in ("verify.audience", "verify.tenants", "verify.jwks"):
        assert f"setting {key}" in out
    assert run([*command, "--any-tenant"]) == 0
    assert "any (--any-tenant)" in capsys.readouterr().out


def test_the_environment_can_set_everything(
    mint: Mint, jwks: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("AUDIENCE", APP_ID_URI), ("ANY_TENANT", "true"), ("JWKS", jwks)):
        monkeypatch.setenv(f"AMCLI_VERIFY_{name}", value)
    assert run(["verify-token", mint.token("v1"), "--no-config", "--at", AT]) == 0
    assert "AMCLI_VERIFY_AUDIENCE" in capsys.readouterr().out


# Keys


@pytest.mark.parametrize(
    ("content", "code"),
    [("{}", 4), ("<html>", 4), ('{"kty": "RSA"}', 4), ('{"keys": [{"kid": "a"}]}', 1)],
)
def test_a_jwks_that_is_not_one(
    mint: Mint, tmp_path: Path, content: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.json").write_text(content, encoding="utf-8")
    options = ["--jwks", str(tmp_path / "bad.json"), "--at", AT, "--no-config"]
    assert run(["verify-token", mint.token("v1"), *MINE, *options]) == code
    if code == 4:
        assert "bad.json" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [
        ["--jwks", "http://keys.example/jwks"],
        ["--offline", "--jwks", "http://keys.example/jwks"],
    ],
)
def test_calls_that_cannot_be_right(mint: Mint, options: list[str]) -> None:
    assert run(["verify-token", mint.token("v1"), *MINE, "--no-config", *options]) == 2


@pytest.mark.parametrize("more", [[], ["--jwks", "https://keys.example/jwks"]])
def test_offline_without_keys_of_an_earlier_run(mint: Mint, more: list[str]) -> None:
    """The keys cannot be known, which says nothing against the token."""
    assert run(["verify-token", mint.token("v1"), *MINE, "--no-config", "--offline", *more]) == 6


@pytest.mark.parametrize("address", ["https://u:Topsecret@k.example/", "http://u:Top/secret@k/"])
@pytest.mark.parametrize("token", ["a.b.c", None])
def test_a_password_in_an_address_is_refused_and_not_repeated(
    mint: Mint, address: str, token: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    called = ["verify-token", token or mint.token("v1"), *MINE, "--no-config", "--jwks", address]
    assert run(called) == 2
    shown = capsys.readouterr()
    assert "secret" not in shown.out + shown.err


@pytest.mark.parametrize(
    "words",
    [
        ["TOKEN"],
        ["verify-token", "@TOKEN", *MINE],
        ["verify-token", "-", "TOKEN", *MINE],
        ["decode-token", "@TOKEN", "--debug"],
        ["decode-token", "--json", "-", "TOKEN"],
        ["decode-token", "--TOKEN"],
        ["config", "TOKEN"],
    ],
)
def test_a_token_in_the_wrong_place_is_not_repeated(
    mint: Mint, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    token = mint.token("v1")
    assert run([word.replace("TOKEN", token) for word in words]) in {2, 4}
    shown = capsys.readouterr()
    for part in token.split("."):
        assert part not in shown.out + shown.err


def test_a_file_without_its_at_sign_is_pointed_out(
    mint: Mint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "token.txt"
    file.write_text(mint.token("v1"))
    assert run(["decode-token", str(file), "--no-config"]) == 2
    shown = capsys.readouterr().err
    assert f"hint: write @{file}" in shown
    assert "history" not in shown


@pytest.mark.parametrize("moment", ["20260608", "2026-06-08"])
def test_eight_digits_are_a_date(moment: str) -> None:
    assert Moment().convert(moment, None, None) == datetime(2026, 6, 8, tzinfo=UTC)


def test_an_eat_is_judged_unless_a_setting_says_no(
    mint: Mint, verify: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(mint.token("eat"), "--audience", TARGET) == 0
    assert "exp is there" in capsys.readouterr().out
    no = ("--setting", "verify.legacy_eat=false")
    assert verify(mint.token("eat"), "--audience", TARGET, *no) == 1
    assert "AMCLI_VERIFY_LEGACY_EAT" in capsys.readouterr().out


def test_keys_out_of_reach_are_no_forgery(
    mint: Mint, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")  # where nobody listens
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert run(["verify-token", mint.token("v1"), *MINE, "--no-config", "--at", AT]) == 6
    captured = capsys.readouterr()
    assert "FAIL" not in captured.out
    assert "login.microsoftonline.com" in captured.err


def test_a_jwks_file_that_is_not_there(mint: Mint, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.json")
    assert run(["verify-token", mint.token("v1"), *MINE, "--jwks", missing, "--no-config"]) == 4


# Input


def give_stdin(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_a_captured_request_from_stdin(
    mint: Mint,
    jwks: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    request = (
        "POST /approvals HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: \r\n"
        f"Action-Authorization: Bearer {mint.token('v1')}\r\n\r\n{{}}"
    )
    give_stdin(monkeypatch, request.encode())
    assert run(["verify-token", "-", *MINE, "--jwks", jwks, "--at", AT, "--no-config"]) == 0
    captured = capsys.readouterr()
    assert "stdin, header Action-Authorization" in captured.out
    assert captured.err == ""


def test_an_empty_argument_is_no_token_in_the_history(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["decode-token", "", "--no-config"]) == 4
    shown = capsys.readouterr().err
    assert "empty, a token was expected" in shown
    assert "history" not in shown


def test_an_eat_of_a_tenant_says_how_to_accept_it(
    mint: Mint, jwks: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AMCLI_VERIFY_LEGACY_EAT", "true")
    give_stdin(monkeypatch, mint.token("eat", tid="72f988bf-86f1-41af-91ab-2d7cd011db47").encode())
    options = ["--audience", "https://api.example.com", "--jwks", jwks, "--at", AT, "--no-config"]
    assert run(["verify-token", "-", *options]) == 1
    assert "--any-tenant" in capsys.readouterr().out


def test_an_argument_gets_a_line_about_shell_history(
    mint: Mint, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["decode-token", mint.token("v1"), "--no-config"]) == 0
    assert capsys.readouterr().err.count("\n") == 1
    assert run(["decode-token", mint.token("v1"), "--no-config", "-q"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", 4),
        (b"\xff\xfe", 4),
        (b"POST / HTTP/1.1\r\nHost: a\r\n\r\n", 3),
        (b"Authorization: Basic eDp5", 3),
        (b"a.b.c", 1),
        (b"a.b", 1),
        (b"\x00\x1b[2J", 1),
    ],
)
@pytest.mark.parametrize("command", [["decode-token", "-"], ["verify-token", "-", *MINE]])
def test_input_that_holds_no_token(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    content: bytes,
    code: int,
) -> None:
    give_stdin(monkeypatch, content)
    assert run([*command, "--no-config"]) == code
    captured = capsys.readouterr()
    assert "\x1b" not in captured.out + captured.err
    assert "Traceback" not in captured.err


def test_a_directory_is_no_token(tmp_path: Path) -> None:
    assert run(["decode-token", f"@{tmp_path}", "--no-config"]) == 4


# Decoding


def decode(mint: Mint, tmp_path: Path, kind: str, *options: str, **changes: Any) -> int:
    file = tmp_path / "token.txt"
    file.write_text(mint.token(kind, **changes), encoding="utf-8")
    return run(["decode-token", f"@{file}", "--no-config", *options])


def test_decoding_says_that_nothing_is_verified(
    mint: Mint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert decode(mint, tmp_path, "v1", exp=time.time() - 3 * 3600 - 60) == 0
    out = capsys.readouterr().out
    assert out.startswith("Nothing is verified")
    assert "expired 3 h ago" in out
    assert "Outlook's Actions application" in out


def test_decoding_as_json(mint: Mint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert decode(mint, tmp_path, "eat", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["verified"] is False
    assert answer["kind"] == "eat"
    assert answer["claims"]["sender"] == "expenses@contoso.com"
    assert "8 June 2026" in answer["note"]


def test_an_unknown_token_is_called_so(
    mint: Mint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert decode(mint, tmp_path, "v1", ver="9", iss="https://elsewhere.example") == 0
    assert "unknown" in capsys.readouterr().out


@pytest.mark.parametrize("evil", ["\x1b[2J\x1b[H", "\u202eevil", "a\nFAIL", "\x9b31m", "[red]x"])
@pytest.mark.parametrize("command", ["decode", "verify"])
def test_claims_cannot_steer_the_terminal(
    mint: Mint,
    tmp_path: Path,
    verify: Run,
    capsys: pytest.CaptureFixture[str],
    evil: str,
    command: str,
) -> None:
    changes: dict[str, Any] = {"upn": evil, "scp": evil, "aud": evil, evil: evil}
    if command == "decode":
        decode(mint, tmp_path, "v1", **changes)
    else:
        verify(mint.token("v1", **changes), *MINE, "--performer", "@contoso.com")
    out = capsys.readouterr().out
    assert all(char.isprintable() for char in out.replace("\n", ""))
    assert not [line for line in out.splitlines() if line.startswith("FAIL") and "  " not in line]


def test_neither_token_nor_signature_is_printed(
    mint: Mint, verify: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    token = mint.token("v1", exp=1)
    verify(token, *MINE)
    verify(token + "=", *MINE, "--json")
    captured = capsys.readouterr()
    for part in token.split("."):
        assert part not in captured.out + captured.err


def test_words_say_it_without_colour(
    mint: Mint,
    verify: Run,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    verify(mint.token("v1"), *MINE)
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.delenv("FORCE_COLOR")
    monkeypatch.setenv("NO_COLOR", "1")
    verify(mint.token("v1"), *MINE)
    out = capsys.readouterr().out
    assert "\x1b[" not in out
    assert "PASS" in out


@pytest.mark.parametrize("command", ["decode-token", "verify-token"])
def test_help_has_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "-h"]) == 0
    assert f"amcli {command} @request.txt" in capsys.readouterr().out
