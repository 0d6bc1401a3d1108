"""Through a real Postfix into a Maildir, and back through ``amcli inspect``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from amcli.cli import run
from amcli.outlook.authority import LocalAuthority
from amcli.service.purpose_keys import PurposeKeys, write_purpose_keys
from amcli.signing.keygen import (
    generate_card_key,
    generate_dkim_key,
    write_card_key,
    write_dkim_key,
)

if TYPE_CHECKING:
    from local_postfix import Postfix

pytestmark = pytest.mark.integration

DOMAIN, USER = "contoso.test", "approvals"
ORIGINATOR = "8a2d1f0e-7c1b-4d7e-9f3a-0c5d6e7f8a9b"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    write_card_key(folder, generate_card_key())
    write_dkim_key(folder, generate_dkim_key(DOMAIN, "cards"))
    write_purpose_keys(folder, PurposeKeys.generate("test"))
    return folder


def send(postfix: Postfix, keys: Path, *more: str, target: str = "expense-approval") -> int:
    return run([
        "send", target, "--sample", "--no-config", "--yes",
        "--from", f"approvals@{DOMAIN}", "--to", f"anna@{DOMAIN}",
        "--sign", "--key", str(keys / "card-private.pem"), "--originator", ORIGINATOR,
        "--dkim", "--dkim-key", str(keys / "dkim-private.pem"), "--dkim-selector", "cards",
        "--purpose-key-file", str(keys / "purpose-keys.txt"),
        "--smtp", postfix.url, "--smtp-ca", str(postfix.ca_file),
        "--smtp-user", USER, "--smtp-password-file", str(postfix.password_file),
        *more,
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("target", "others"), [("expense-approval", []), ("expense-approval/approved", ["ben"])]
)
def test_what_arrives_in_the_mailbox_passes_every_check(
    target: str,
    others: list[str],
    postfix: Postfix,
    keys: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    saved = tmp_path / "sent.eml"
    copies = [option for name in others for option in ("--cc", f"{name}@{DOMAIN}")]
    assert send(postfix, keys, *copies, "--save", str(saved), target=target) == 0
    assert "queued as" in capsys.readouterr().out
    arrived = tmp_path / "arrived.eml"
    arrived.write_bytes(postfix.next_mail("anna"))
    for name in others:
        postfix.next_mail(name)
    # Postfix adds headers above and stores LF; the rest is what was signed.
    assert arrived.read_bytes().endswith(saved.read_bytes().replace(b"\r\n", b"\n"))

    code = run(["inspect", str(arrived), "--json", "--no-config",
                "--key", str(keys / "card-public.pem"),
                "--dkim-record", str(keys / "dkim-record.txt")])  # fmt: skip
    seen = json.loads(capsys.readouterr().out)
    assert {check["outcome"] for check in seen["checks"]} == {"passed"}, seen["checks"]
    assert (code, seen["ok"], seen["signed"]) == (0, True, True)


def test_a_wrong_password_is_refused_by_name(
    postfix: Postfix,
    keys: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("wrong horse\n")
    assert send(postfix, keys, "--smtp-password-file", str(wrong)) == 6
    error = capsys.readouterr().err
    assert "nothing was sent" in error
    assert "refused the login of 'approvals'" in error
    assert "wrong horse" not in error


def test_an_unknown_recipient_stops_the_mail_for_everybody(
    postfix: Postfix,
    keys: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    copy = ["--cc", f"nobody@{DOMAIN}"]
    assert send(postfix, keys, *copy, target="expense-approval/approved") == 6
    error = capsys.readouterr().err
    assert f"nobody@{DOMAIN}" in error
    assert "550" in error
    assert not list((postfix.root / "mail").glob("anna/new/*"))


def test_a_ca_that_did_not_sign_the_servers_certificate_stops_it(
    postfix: Postfix,
    keys: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(LocalAuthority.create().certificate_pem)
    assert send(postfix, keys, "--smtp-ca", str(other)) == 6
    assert "does not verify" in capsys.readouterr().err
