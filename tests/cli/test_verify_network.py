"""``verify-token`` over the network: real HTTPS, and key servers in every bad state."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from loopback_microsoft import (
    ELSEWHERE,
    KEYS,
    LOGIN,
    METADATA,
    Answer,
    LoopbackMicrosoft,
    content,
    document,
)
from token_mint import APP_ID_URI, NOW, SECONDS, TENANT, Mint

from amcli.cli import run
from amcli.outlook.authority import LocalAuthority
from amcli.verify.fetch import https_fetcher
from amcli.verify.published import PublishedKeys
from amcli.verify.token import check_token
from amcli.verify.token_errors import KeysUnreachable

MINE = ("--audience", APP_ID_URI, "--tenant", TENANT, "--at", str(SECONDS), "--no-config")


def test_the_keys_come_from_the_issuer(
    microsoft: LoopbackMicrosoft, mint: Mint, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["verify-token", mint.token("v1"), *MINE]) == 0
    assert microsoft.asked == [f"{LOGIN}{METADATA}", f"{LOGIN}{KEYS}"]
    assert f"https://{LOGIN}{KEYS}" in capsys.readouterr().out


def test_a_process_of_its_own(microsoft: LoopbackMicrosoft, mint: Mint, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "amcli", "verify-token", "-", *MINE, "--json"],
        input=mint.token("v1"),
        env={**microsoft.environment, "XDG_CACHE_HOME": str(tmp_path), "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["ok"] is True


def test_what_one_run_has_read_the_next_needs_no_network_for(
    microsoft: LoopbackMicrosoft, mint: Mint, capsys: pytest.CaptureFixture[str]
) -> None:
    token = mint.token("v1")
    assert run(["verify-token", token, *MINE, "--offline"]) == 6
    assert "--offline" in capsys.readouterr().err
    assert run(["verify-token", token, *MINE]) == 0
    microsoft.asked.clear()
    assert run(["verify-token", token, *MINE]) == 0
    assert run(["verify-token", token, *MINE, "--offline"]) == 0
    assert run(["verify-token", Mint().token("v1"), *MINE, "--offline"]) == 1
    assert microsoft.asked == []


def test_what_is_kept_is_private_and_a_damaged_one_is_read_anew(
    microsoft: LoopbackMicrosoft, mint: Mint, tmp_path: Path
) -> None:
    assert run(["verify-token", mint.token("v1"), *MINE]) == 0
    kept = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        assert path.stat().st_mode & 0o077 == 0
        assert mint.token("v1").rpartition(".")[2] not in path.read_text(encoding="utf-8")
        path.write_bytes(b'{"keys": [')
    microsoft.asked.clear()
    assert run(["verify-token", mint.token("v1"), *MINE]) == 0
    assert len(microsoft.asked) == 2


def gigabytes(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:  # until the client has had enough
        handler.wfile.write(b'{"keys": [' + b" " * 65_536)


def closed(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.close()


BAD: dict[str, tuple[Answer, str]] = {
    "HTML": (content(b"<html><title>Sign in</title>"), "not JSON"),
    "500": (content(b"{}", status=500), "answered 500"),
    "404": (content(b"{}", status=404), "answered 404"),
    "503 with a page": (content(b"<html>", status=503, Retry_After="60"), "answered 503"),
    "gigabytes": (gigabytes, "longer than"),
    "a redirect to another host": (
        content(b"", status=302, Location=f"https://{ELSEWHERE}/keys"), "redirects"),
    "a redirect to a file": (
        content(b"", status=301, Location="file:///etc/passwd"), "answered 301"),
    "a redirect to itself": (content(b"", status=307, Location=METADATA), "redirects"),
    "nothing": (content(b""), "not JSON"),
    "a closed connection": (closed, "cannot be read"),
    "a list": (document([]), "no object"),
    "half of it": (content(b'{"keys": [{"kty"'), "not JSON"),
    "compressed": (content(b"\x1f\x8b\x08\0", Content_Encoding="gzip"), "UTF-8"),
    "100,000 brackets": (content(b'{"keys":' + b"[" * 100_000), "nested"),
    "a name twice": (content(b'{"keys": [], "keys": []}'), "twice"),
}  # fmt: skip


@pytest.mark.parametrize("path", [METADATA, KEYS], ids=["metadata", "keys"])
@pytest.mark.parametrize("state", BAD)
def test_servers_in_a_bad_state_say_nothing_against_a_token(
    microsoft: LoopbackMicrosoft,
    mint: Mint,
    state: str,
    path: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer, says = BAD[state]
    microsoft.answers[path] = answer
    assert run(["verify-token", mint.token("v1"), *MINE]) == 6
    shown = capsys.readouterr()
    assert shown.out == ""
    assert says in shown.err
    assert f"https://{LOGIN}{path}" in shown.err
    assert "hint:" in shown.err
    assert not [asked for asked in microsoft.asked if not asked.startswith(LOGIN)]
    assert len(microsoft.asked) <= 2


def hanging(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(2)


def dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(40):
        handler.wfile.write(b" ")
        time.sleep(0.05)


@pytest.mark.parametrize("path", [METADATA, KEYS], ids=["metadata", "keys"])
@pytest.mark.parametrize("answer", [hanging, dripping])
def test_servers_that_never_finish_are_given_up(
    microsoft: LoopbackMicrosoft, mint: Mint, answer: Answer, path: str
) -> None:
    """The command waits for ten seconds; here a shorter time shows the same."""
    microsoft.answers[path] = answer
    policy = mint.policy(keys=PublishedKeys(https_fetcher(timeout=0.4)))
    with pytest.raises(KeysUnreachable, match="no answer in time"):
        check_token(mint.token("v1"), policy, clock=lambda: NOW)


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": f"https://sts.windows.net/{TENANT}/", "jwks_uri": f"https://{ELSEWHERE}{KEYS}"},
        {"issuer": f"https://sts.windows.net/{TENANT}/", "jwks_uri": f"http://{LOGIN}{KEYS}"},
        {"issuer": "https://sts.windows.net/another/", "jwks_uri": f"https://{LOGIN}{KEYS}"},
        {"issuer": None, "jwks_uri": f"https://{LOGIN}{KEYS}"},
    ],
)
def test_metadata_that_leads_elsewhere_is_not_followed(
    microsoft: LoopbackMicrosoft, mint: Mint, metadata: dict[str, str | None]
) -> None:
    microsoft.answers[METADATA] = document(metadata)
    assert run(["verify-token", mint.token("v1"), *MINE]) == 6
    assert microsoft.asked == [f"{LOGIN}{METADATA}"]


def test_an_authority_that_nobody_trusts(
    microsoft: LoopbackMicrosoft,
    mint: Mint,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    another = tmp_path / "another.pem"
    another.write_bytes(LocalAuthority.create().certificate_pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(another))
    assert run(["verify-token", mint.token("v1"), *MINE]) == 6
    assert "certificate does not verify" in capsys.readouterr().err
    assert microsoft.asked == []


def test_a_certificate_for_another_name(
    microsoft: LoopbackMicrosoft, mint: Mint, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--jwks", "https://keys.example/jwks"]
    assert run(["verify-token", mint.token("v1"), *MINE, *options]) == 6
    assert "certificate does not verify" in capsys.readouterr().err


def test_a_forged_token_is_refused_and_rubbish_asks_nobody(
    microsoft: LoopbackMicrosoft, mint: Mint
) -> None:
    assert run(["verify-token", Mint().token("v1"), *MINE]) == 1
    microsoft.asked.clear()
    for token in ("a.b.c", mint.token("v1", iss="https://evil.example/"), mint.token("v1", tid=7)):
        assert run(["verify-token", token, *MINE]) == 1
    assert microsoft.asked == []


def test_a_log_of_a_hundred_tokens_asks_once(
    microsoft: LoopbackMicrosoft, mint: Mint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tokens = [mint.token("v1", uti=str(number)) for number in range(99)]
    unknown = mint.sign(json.dumps({"ver": "1.0"}), kid="unknown")
    (tmp_path / "service.log").write_text("\n".join([*tokens, unknown]), encoding="utf-8")
    assert run(["verify-token", f"@{tmp_path / 'service.log'}", *MINE, "--jsonl"]) == 1
    answers = [json.loads(line)["ok"] for line in capsys.readouterr().out.splitlines()]
    assert answers == [True] * 99 + [False]
    assert microsoft.asked == [f"{LOGIN}{METADATA}", f"{LOGIN}{KEYS}"]
