"""``amcli sign`` as a person types it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from amcli.cli import run
from amcli.secrets import Secret
from amcli.signing.keygen import GeneratedCardKey, generate_card_key, write_card_key
from amcli.verify.signed_card import check_signed_card

ORIGINATOR = "6f1c2b1e-0000-4000-8000-000000000000"
FINE = {
    "type": "AdaptiveCard",
    "version": "1.0",
    "body": [{"type": "TextBlock", "text": "Hello"}],
}
MAIL = ["--sender", "approvals@contoso.com", "--originator", ORIGINATOR, "--to", "anna@contoso.com"]
SIGN = ["sign", "card.json", "--key", "keys/card-private.pem", *MAIL]


@pytest.fixture(scope="module")
def key() -> GeneratedCardKey:
    return generate_card_key()


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: GeneratedCardKey) -> Path:
    monkeypatch.chdir(tmp_path)
    write_card_key(tmp_path / "keys", key)
    write_card_key(tmp_path / "locked", key, passphrase=Secret("correct horse"))
    (tmp_path / "card.json").write_text(json.dumps(FINE))
    return tmp_path


def test_the_jws_goes_to_stdout_and_verifies(
    key: GeneratedCardKey, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*SIGN, "--cc", "ben@contoso.com"]) == 0
    jws = capsys.readouterr().out.removesuffix("\n")
    verdict, claims = check_signed_card(
        jws,
        key.key.public,
        sender="approvals@contoso.com",
        recipients=["anna@contoso.com", "ben@contoso.com"],
    )
    assert verdict.ok
    assert claims is not None
    assert claims.document.value == FINE


def test_html_is_the_whole_body_with_the_section_last(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*SIGN, "--format", "html"]) == 0
    html = capsys.readouterr().out
    assert "<script" not in html
    section = html.index('<section itemscope itemtype="http://schema.org/SignedAdaptiveCard">')
    assert re.sub(r"\s", "", html[section:]).endswith("</section></body></html>")


def test_a_message_card_gets_the_section_of_its_own(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "card.json").write_text('{"@type": "MessageCard", "text": "Hello"}')
    assert run([*SIGN, "--format", "html"]) == 0
    html = capsys.readouterr().out
    assert "http://schema.org/SignedMessageCard" in html
    assert 'itemprop="signedMessageCard"' in html


def test_json_has_the_claims(key: GeneratedCardKey, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*SIGN, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is True
    assert answer["claims"]["recipients"] == ["anna@contoso.com"]
    assert answer["fingerprint"] == key.key.fingerprint
    assert answer["jws"].count(".") == 2


def test_a_template_is_rendered_for_the_same_mail(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sign", "expense-approval", *SIGN[2:]]) == 0
    out, err = capsys.readouterr()
    assert out.count(".") == 2
    assert "sample" in err


def test_key_sender_and_originator_can_be_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AMCLI_SIGN_KEY", "locked/card-private.pem")
    monkeypatch.setenv("AMCLI_SIGN_PASSPHRASE", "correct horse")
    monkeypatch.setenv("AMCLI_SIGN_SENDER", "approvals@contoso.com")
    monkeypatch.setenv("AMCLI_PROVIDER_ORIGINATOR", ORIGINATOR)
    assert run(["sign", "card.json", "--to", "anna@contoso.com"]) == 0
    assert capsys.readouterr().out.count(".") == 2


def test_a_passphrase_file_opens_the_key(project: Path) -> None:
    (project / "passphrase").write_text("correct horse\r\n")
    locked = [*SIGN, "--key", "locked/card-private.pem"]
    assert run([*locked, "--key-passphrase-file", "passphrase"]) == 0


def test_an_encrypted_key_names_the_option_that_this_command_has(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run([*SIGN, "--key", "locked/card-private.pem"]) == 5
    said = capsys.readouterr().err
    assert "--key-passphrase-file" in said
    assert "--dkim-passphrase-file" not in said


def test_a_card_with_errors_is_signed_and_they_are_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = {**FINE, "body": [{"type": "Image"}]}
    (project / "card.json").write_text(json.dumps(bad))
    assert run(SIGN) == 0
    out, err = capsys.readouterr()
    assert out.count(".") == 2
    assert "AM" in err
    assert "amcli lint" in err


def test_the_sample_originator_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*SIGN, "--originator", "65C680EF-36a6-4a1b-b84c-a7b5c6198792"]) == 0
    assert "Microsoft's sample" in capsys.readouterr().err


def test_the_output_file_is_never_overwritten_unasked(project: Path) -> None:
    before = (project / "keys/card-private.pem").read_text()
    assert run([*SIGN, "-o", "keys/card-private.pem"]) == 2
    assert (project / "keys/card-private.pem").read_text() == before
    assert run([*SIGN, "-o", "card.jws"]) == 0
    assert (project / "card.jws").read_text().count(".") == 2
    assert run([*SIGN, "-o", "card.jws"]) == 2
    assert run([*SIGN, "-o", "card.jws", "--force"]) == 0


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        (["--key", "missing.pem"], 5, "missing.pem: cannot read the key"),
        (["--key", "keys"], 5, "this is a folder"),
        (["--key", "empty"], 5, "the file is empty"),
        (["--key", "ec.pem"], 5, "an EC key"),
        (["--key", "keys/card-public.pem"], 5, "this is a public key"),
        (["--key", "keys/card-public.xml"], 5, "this is XML"),
        (["--key", "locked/card-private.pem"], 5, "no passphrase was given"),
        (
            ["--key", "locked/card-private.pem", "--key-passphrase-file", "wrong"],
            5,
            "the passphrase does not open",
        ),
        (["--key-passphrase-file", "missing"], 5, "cannot read the secret"),
        (["--sender", "approvals"], 2, "no address"),
        (["--to", "a@contoso.com\nBcc: b@contoso.com"], 2, "U+000A"),
        (["--cc", "contoso.com"], 2, "no address"),
        (["--originator", " "], 2, "needs an originator"),
        (["--format", "xml"], 2, "xml"),
    ],
)
def test_what_cannot_be_signed_is_said_with_its_exit_code(
    change: list[str], code: int, message: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "empty").touch()
    (project / "wrong").write_text("battery staple")
    curve = ec.generate_private_key(ec.SECP256R1())
    pem = curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (project / "ec.pem").write_bytes(pem)
    assert run([*SIGN, *change, "-o", "out"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert "nothing was signed" in err
    assert "Traceback" not in err
    assert "battery" not in err
    assert not (project / "out").exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", 4),
        (b"{", 4),
        (b"[]", 4),
        (b"\xff", 4),
        (b'{"type": "AdaptiveCard", "originator": "another-one"}', 2),
    ],
)
def test_what_is_no_card_or_not_for_this_originator(
    content: bytes, code: int, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "card.json").write_bytes(content)
    assert run(SIGN) == code
    assert "card.json" in capsys.readouterr().err


def test_official_cards_are_signed_unharmed(
    official_cards: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in sorted((official_cards / "outlook" / "valid").glob("*.json")):
        card = json.loads(path.read_text("utf-8-sig"))
        mail = [*MAIL, "--originator", card.get("originator") or ORIGINATOR]
        assert run(["sign", str(path), "--key", "keys/card-private.pem", *mail, "--json"]) == 0
        jws = json.loads(capsys.readouterr().out)["jws"]
        _, claims = check_signed_card(jws, None, sender=None, recipients=None)
        assert claims is not None
        assert claims.document.value == card


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sign", "-h"]) == 0
    assert "amcli sign" in capsys.readouterr().out.partition("Examples:")[2]


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
def test_at_a_terminal_the_passphrase_is_asked_for_and_not_shown(project: Path) -> None:
    import pty

    person, terminal = pty.openpty()
    try:
        command = [sys.executable, "-m", "amcli", *SIGN, "--key", "locked/card-private.pem"]
        with subprocess.Popen(
            command, stdin=terminal, stderr=terminal, stdout=subprocess.PIPE, cwd=project
        ) as asking:
            shown = b""
            while not shown.endswith(b": "):
                shown += os.read(person, 100)
            os.write(person, b"correct horse\n")
            out, _ = asking.communicate(timeout=30)
            shown += os.read(person, 1000)
    finally:
        os.close(person)
        os.close(terminal)
    assert asking.returncode == 0
    assert out.count(b".") == 2
    assert shown.startswith(b"Passphrase of locked/card-private.pem: ")
    assert b"horse" not in shown


def test_a_key_that_is_not_the_registered_one_is_noted(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_card_key(project / "others", generate_card_key())
    note = "another key than the registered one"
    assert run(["--setting", "provider.public_key=keys/card-public.xml", *SIGN]) == 0
    assert note not in capsys.readouterr().err
    assert run(["--setting", "provider.public_key=others/card-public.pem", *SIGN]) == 0
    assert note in capsys.readouterr().err


def test_a_card_is_held_against_its_registration(capsys: pytest.CaptureFixture[str]) -> None:
    body = [{"type": "TextBlock", "text": "Hello"}]
    action = {"type": "Action.Http", "title": "Yes", "method": "POST", "body": "",
              "url": "https://api.fabrikam.com"}  # fmt: skip
    Path("card.json").write_text(json.dumps({**FINE, "body": body, "actions": [action]}))
    assert run(["--setting", "provider.target_urls=https://api.contoso.com", *SIGN]) == 0
    assert "AM906" in capsys.readouterr().err
