"""``verify-token`` and ``decode-token`` on captures with many tokens, and what they advise."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from token_mint import (
    APP_ID_URI,
    ATTACKS,
    CLIENT_ID,
    ENTRA_ATTACKS,
    SECONDS,
    TARGET,
    TENANT,
    Mint,
)

from amcli.cli import run

AUDIENCES = ("--audience", APP_ID_URI, "--audience", CLIENT_ID, "--audience", TARGET)


@pytest.fixture(scope="module")
def mint() -> Mint:
    return Mint()


class Desk:
    """A working folder with the mint's keys, and the commands run there."""

    def __init__(self, folder: Path, mint: Mint, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.mint, self._capsys = folder, mint, capsys
        self.keys = folder / "keys.json"
        self.keys.write_text(json.dumps(mint.jwks()), encoding="utf-8")

    def verify(self, content: str, *options: str, name: str = "capture") -> tuple[int, str]:
        judged_by = ["--jwks", str(self.keys), "--at", str(SECONDS), *AUDIENCES]
        return self.run(
            "verify-token", content, *judged_by, "--tenant", TENANT, *options, name=name
        )

    def run(
        self, command: str, content: str, *options: str, name: str = "capture"
    ) -> tuple[int, str]:
        file = self.folder / name
        file.write_text(content, encoding="utf-8")
        code = run([command, f"@{file}", "--no-config", *options])
        self.err = self._capsys.readouterr()
        return code, self.err.out


@pytest.fixture
def desk(tmp_path: Path, mint: Mint, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, mint, capsys)


def har(*tokens: str | None) -> str:
    def entry(token: str | None) -> dict[str, Any]:
        headers = [{"name": "Host", "value": "api.example.com"}]
        if token:
            headers.append({"name": "Authorization", "value": f"Bearer {token}"})
        url = "https://api.example.com/approvals?code=secret"
        return {"request": {"method": "POST", "url": url, "headers": headers}}

    return json.dumps({"log": {"entries": [entry(token) for token in tokens]}})


def log(*tokens: str) -> str:
    lines = [{"time": n, "headers": {"authorization": f"Bearer {t}"}} for n, t in enumerate(tokens)]
    return "\n".join(json.dumps(line) for line in lines)


def test_a_har_file_with_good_and_bad_tokens(desk: Desk) -> None:
    good, late = desk.mint.token("v1"), desk.mint.token("v2", exp=SECONDS - 3 * 3600)
    code, out = desk.verify(har(good, None, late), name="proxy.har")
    assert code == 1
    place = "proxy.har, entry 3 (POST https://api.example.com/approvals), header Authorization"
    assert f"{place}: Microsoft Entra ID access token, version 2.0" in out
    assert "3 h ago" in out
    assert out.endswith("2 tokens: 1 accepted, 1 refused\n")
    assert "code=secret" not in out
    assert (
        "without a bearer token: entry 2 (POST https://api.example.com/approvals)" in desk.err.err
    )


def test_what_is_trusted_is_said_once_above_many(desk: Desk) -> None:
    _, out = desk.verify(log(desk.mint.token("v1"), desk.mint.token("v2")))
    assert out.count("(--tenant)") == 1
    assert out.endswith("2 tokens: 2 accepted\n")


def test_a_json_object_a_line(desk: Desk) -> None:
    code, out = desk.verify(log(desk.mint.token("v1"), "a.b.c", desk.mint.token("eat")), "--jsonl")
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [(a["line"], a["ok"], a["kind"]) for a in answers] == [
        (1, True, "entra-v1"),
        (2, False, "unknown"),
        (3, True, "eat"),
    ]
    assert {(a["amcli"], a["command"]) for a in answers} == {(1, "verify-token")}


def test_one_token_has_the_same_fields_in_json_and_in_a_json_line(desk: Desk) -> None:
    token = desk.mint.token("v1")
    assert json.loads(desk.verify(token, "--json")[1]) == json.loads(
        desk.verify(token, "--jsonl")[1]
    )


@pytest.mark.parametrize("options", [(), ("--json",), ("--jsonl",)])
def test_a_refused_token_is_refused_also_where_nobody_reads_on(
    desk: Desk, options: tuple[str, ...]
) -> None:
    capture = desk.folder / "log"
    capture.write_text(log(*[desk.mint.token("v1", aud="x")] * 300), encoding="utf-8")
    judged = ["--jwks", str(desk.keys), "--at", str(SECONDS), *AUDIENCES, "--tenant", TENANT]
    command = [sys.executable, "-m", "amcli", "verify-token", f"@{capture}", "--no-config"]
    with subprocess.Popen([*command, *judged, *options], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(60) == 1


def test_many_in_one_json_object(desk: Desk) -> None:
    code, out = desk.verify(log(desk.mint.token("v1"), desk.mint.token("v1", aud="x")), "--json")
    answer = json.loads(out)
    assert (code, answer["ok"]) == (1, False)
    assert [token["ok"] for token in answer["tokens"]] == [True, False]
    assert answer["tokens"][1]["source"].endswith("line 2, /headers/authorization")


def test_json_lines_from_standard_input(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    content = log(desk.mint.token("v1"), desk.mint.token("v2")).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert run(["decode-token", "-", "--no-config", "--jsonl"]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [a["source"] for a in answers] == [
        "stdin, line 1, /headers/authorization",
        "stdin, line 2, /headers/authorization",
    ]
    assert {a["verified"] for a in answers} == {False}


@pytest.mark.parametrize("command", ["decode-token", "verify-token"])
def test_two_forms_of_an_answer_are_one_too_many(desk: Desk, command: str) -> None:
    assert desk.run(command, desk.mint.token("v1"), "--json", "--jsonl")[0] == 2


def test_decoding_many_shows_what_decides_and_which_cannot_be_read(desk: Desk) -> None:
    tokens = har(desk.mint.token("v1"), "a.b", desk.mint.token("eat"))
    code, out = desk.run("decode-token", tokens)
    assert code == 1
    assert out.count("Nothing is verified") == 1
    assert "expenses@contoso.com" in out
    assert "entry 2" in out
    assert out.endswith("3 tokens: 2 decoded, 1 malformed\n")


def test_keys_out_of_reach_count_more_than_a_refused_token(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")  # where nobody listens
    monkeypatch.setenv("XDG_CACHE_HOME", str(desk.folder / "cache"))
    monkeypatch.delenv("NO_PROXY", raising=False)
    options = [*AUDIENCES, "--tenant", TENANT, "--at", str(SECONDS), "--jsonl"]
    tokens = log(desk.mint.token("v1"), "a.b.c")
    code, out = desk.run("verify-token", tokens, *options)
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 6
    assert [answer["ok"] for answer in answers] == [False, False]
    assert answers[0]["exit_code"] == 6
    assert "login.microsoftonline.com" in answers[0]["error"]["message"]
    assert answers[1]["checks"][0]["name"] == "format"


@pytest.mark.parametrize("options", [(), ("--json",), ("--jsonl",)])
def test_no_signature_is_printed(desk: Desk, options: tuple[str, ...]) -> None:
    tokens = [desk.mint.token("v1"), desk.mint.token("v2", exp=1), desk.mint.token("v1") + "="]
    seen = "".join(
        text
        for content in (log(*tokens), har(*tokens), tokens[2])
        for _, out in (
            desk.verify(content, *options),
            desk.run("decode-token", content, *options),
        )
        for text in (out, desk.err.err)
    )
    assert not [t for t in tokens if t.rpartition(".")[2][:20] in seen]


# What to change

CASES = {
    name: attack for name, (_, attack) in {**ATTACKS, **ENTRA_ATTACKS}.items() if name != "empty"
}


@pytest.mark.parametrize("attack", CASES)
def test_every_failure_says_what_to_change(desk: Desk, attack: str) -> None:
    answer = json.loads(desk.verify(CASES[attack](desk.mint, "v1").replace("\n", ""), "--json")[1])
    failed = [c for c in answer.get("checks", []) if c["outcome"] == "failed"]
    follow = ("cannot be checked", "not looked up")
    assert [c["name"] for c in failed if not c["hint"] and not c["reason"].startswith(follow)] == []


@pytest.mark.parametrize(
    ("changes", "options", "says"),
    [
        ({}, ["--scope", "Global.Test"], "of an EAT"),
        ({}, ["--sender", "eve@contoso.com"], "--sender"),
        ({"sender": ...}, ["--sender", "expenses@contoso.com"], "connector"),
        ({}, ["--performer", "bob@contoso.com"], "this address"),
        ({}, ["--performer", f"oid:{TENANT}"], "the address"),
        ({"sub": "9f86d081884c7d659a2f"}, ["--performer", "bob@contoso.com"], "a hash"),
        ({"sub": ...}, [], "401"),
    ],
)
def test_what_to_change_for_an_eat_fits_an_eat(
    desk: Desk, changes: dict[str, Any], options: list[str], says: str
) -> None:
    answer = json.loads(desk.verify(desk.mint.token("eat", **changes), *options, "--json")[1])
    (failed,) = [check for check in answer["checks"] if check["outcome"] == "failed"]
    assert says in failed["hint"]


def test_a_captured_token_is_always_old_and_how_to_judge_it_is_said(desk: Desk) -> None:
    token = desk.mint.token("v1")
    _, out = desk.verify(token, "--at", str(SECONDS + 30 * 86_400))
    assert "29 d ago" in out
    assert "--at 2026-10-01T09:25:00Z" in out
    assert desk.verify(token, "--at", "2026-10-01T09:25:00Z")[0] == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--audience", "api://other"], "App ID URI"),
        (["--scope", "Other"], "--scope"),
        (["--performer", "bob@contoso.com"], "oid:GUID"),
        (["--sender", "a@contoso.com"], "limited-purpose token"),
        (["--cloud", "china"], "--cloud"),
    ],
)
def test_options_that_do_not_fit_are_named(desk: Desk, options: list[str], says: str) -> None:
    file = desk.folder / "token"
    base = ["--jwks", str(desk.keys), "--at", str(SECONDS), "--tenant", TENANT]
    mine = [] if "--audience" in options else ["--audience", APP_ID_URI]
    code, out = desk.run(
        "verify-token", desk.mint.token("v1"), *base, *mine, *options, name="token"
    )
    assert code == 1
    assert file.exists()
    hints = [line for line in out.splitlines() if "hint:" in line]
    assert any(says in hint for hint in hints)
