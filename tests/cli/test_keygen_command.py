"""``amcli keygen`` as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from amcli.cli import keygen, run
from amcli.secrets import Secret
from amcli.signing.keys import load_signing_key


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_card_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keygen", "card", "-o", "keys"]) == 0
    out, err = capsys.readouterr()
    assert "card-public.xml" in out
    assert load_signing_key(Path("keys/card-private.pem")).fingerprint in out
    assert "amcli sign TARGET --key keys/card-private.pem" in err


def test_a_card_key_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keygen", "card", "--bits", "3072", "--x509", "--json"]) == 0
    out, err = capsys.readouterr()
    answer = json.loads(out)
    assert answer["ok"] is True
    assert answer["command"] == "keygen card"
    assert answer["bits"] == 3072
    assert answer["encrypted"] is False
    assert "card-certificate.pem" in answer["files"]
    assert answer["fingerprint"] == load_signing_key(Path("card-private.pem")).fingerprint
    assert "PRIVATE" not in out
    assert err == ""


def test_a_passphrase_encrypts_and_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    Path("passphrase.txt").write_text("correct horse\n")
    assert run(["keygen", "card", "--passphrase-file", "passphrase.txt"]) == 0
    out, err = capsys.readouterr()
    assert "horse" not in out + err
    assert "not encrypted" not in err
    assert load_signing_key(Path("card-private.pem"), Secret("correct horse")).bits == 2048


def test_a_dkim_key_with_a_second_one(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["--domain", "contoso.com", "--selector", "mail"]
    assert run(["keygen", "dkim", *names, "--ed25519", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [record["name"] for record in answer["records"]] == [
        "mail._domainkey.contoso.com",
        "mail-ed25519._domainkey.contoso.com",
    ]
    for record in answer["records"]:
        assert "".join(record["pieces"]) == record["text"]
    assert len(answer["files"]) == 4


def test_what_comes_next_names_both_keys_and_both_records(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = ["--domain", "contoso.com", "--selector", "mail"]
    assert run(["keygen", "dkim", "-o", "k", *names, "--ed25519"]) == 0
    said = capsys.readouterr().err
    assert "publish the text in dkim-record.txt and dkim-ed25519-record.txt" in said
    assert "--dkim-ed25519-key k/dkim-ed25519-private.pem" in said
    assert "--dkim-ed25519-selector mail-ed25519" in said


def test_domain_and_selector_can_be_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AMCLI_DKIM_DOMAIN", "contoso.com")
    monkeypatch.setenv("AMCLI_DKIM_SELECTOR", "mail")
    assert run(["keygen", "dkim"]) == 0
    assert "mail._domainkey.contoso.com" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["card", "-o", "mine"], 2, "already in mine: card-private.pem"),
        (["card", "-o", "file"], 2, "file"),
        (["card", "--bits", "1024"], 2, "1024"),
        (["card", "--passphrase-file", "missing"], 5, "missing"),
        (["card", "--passphrase-file", "empty"], 5, "empty"),
        (["dkim", "--domain", "contoso.com"], 2, "--selector"),
        (["dkim", "--domain", "a b", "--selector", "s"], 2, "no DNS name"),
        (["rsa"], 2, "rsa"),
    ],
)
def test_what_cannot_be_done_is_said_and_makes_nothing(
    arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("mine").mkdir()
    Path("mine/card-private.pem").write_text("mine")
    Path("file").touch()
    Path("empty").touch()
    before = sorted(Path().rglob("*"))
    assert run(["keygen", *arguments]) == code
    err = capsys.readouterr().err
    assert message in err
    assert "Traceback" not in err
    assert sorted(Path().rglob("*")) == before
    assert Path("mine/card-private.pem").read_text() == "mine"


@pytest.mark.parametrize("arguments", [["-h"], ["card", "-h"], ["dkim", "-h"]])
def test_help_has_examples(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keygen", *arguments]) == 0
    assert "amcli keygen" in capsys.readouterr().out.partition("Examples:")[2]


@pytest.mark.parametrize("installed", [True, False])
def test_a_second_dkim_key_says_what_signing_with_it_needs(
    installed: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(keygen, "find_spec", lambda _name: object() if installed else None)
    names = ["--domain", "contoso.com", "--selector", "mail"]
    assert run(["keygen", "dkim", "-o", "second", *names, "--ed25519"]) == 0
    assert ("pip install 'amcli[ed25519]'" in capsys.readouterr().err) is not installed
