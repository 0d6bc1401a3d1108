"""Keys and signed cards in the hands of programs that share no code with amcli's libraries."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from amcli.card.document import parse_card
from amcli.linting.finding import CheckedCard
from amcli.secrets import Secret
from amcli.signing.keygen import (
    generate_card_key,
    generate_dkim_key,
    write_card_key,
    write_dkim_key,
)
from amcli.signing.keys import SigningKey, load_signing_key
from amcli.signing.signed_card import sign

pytestmark = pytest.mark.integration

Programs = Callable[[str], str]

NODE_VERIFIES = """
const crypto = require("crypto"), fs = require("fs");
const [jwsFile, jwkFile] = process.argv.slice(1);
const [header, payload, signature] = fs.readFileSync(jwsFile, "ascii").split(".");
const key = crypto.createPublicKey({key: JSON.parse(fs.readFileSync(jwkFile)), format: "jwk"});
const good = crypto.verify("RSA-SHA256", Buffer.from(header + "." + payload), key,
                           Buffer.from(signature, "base64url"));
console.log(JSON.stringify({good, claims: JSON.parse(Buffer.from(payload, "base64url"))}));
"""


def run(*command: str | Path, stdin: bytes = b"") -> bytes:
    done = subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    write_card_key(folder, generate_card_key(certificate=True))
    write_dkim_key(folder, generate_dkim_key("contoso.com", "mail", ed25519=True))
    return folder


@pytest.fixture
def openssl(required_program: Programs) -> str:
    return required_program("openssl")


@pytest.fixture(scope="module")
def jws(keys: Path) -> str:
    card = parse_card('{"type":"AdaptiveCard","version":"1.0","fallbackText":"é \\ud800"}', "card")
    return sign(
        CheckedCard(card, ()),
        load_signing_key(keys / "card-private.pem"),
        sender="approvals@contoso.com",
        originator="6f1c2b1e-0000-4000-8000-000000000000",
        recipients=["anna@contoso.com"],
    ).jws


def test_openssl_finds_the_private_key_sound(openssl: str, keys: Path) -> None:
    for name in ("card-private.pem", "dkim-private.pem"):
        assert b"RSA key ok" in run(openssl, "rsa", "-check", "-noout", "-in", keys / name)


def test_openssl_reads_the_modulus_that_the_xml_has(openssl: str, keys: Path) -> None:
    told = run(openssl, "rsa", "-modulus", "-noout", "-in", keys / "card-private.pem")
    xml = (keys / "card-public.xml").read_text()
    modulus = re.search("<Modulus>(.*)</Modulus>", xml)
    assert modulus is not None
    assert base64.b64decode(modulus[1]).hex().upper() == told.decode().strip().partition("=")[2]


def test_openssl_verifies_the_certificate(openssl: str, keys: Path) -> None:
    certificate = keys / "card-certificate.pem"
    run(openssl, "verify", "-CAfile", certificate, "-check_ss_sig", certificate)
    public = run(openssl, "x509", "-in", certificate, "-noout", "-pubkey")
    assert public == (keys / "card-public.pem").read_bytes()


def test_openssl_opens_an_encrypted_key(openssl: str, tmp_path: Path) -> None:
    write_card_key(tmp_path, generate_card_key(), passphrase=Secret("correct horse"))
    key = tmp_path / "card-private.pem"
    told = run(openssl, "rsa", "-check", "-noout", "-in", key, "-passin", "pass:correct horse")
    assert b"RSA key ok" in told


def test_the_dkim_records_publish_what_openssl_derives(openssl: str, keys: Path) -> None:
    for name, tail in (("dkim", 0), ("dkim-ed25519", -32)):
        der = run(
            openssl, "pkey", "-in", keys / f"{name}-private.pem", "-pubout", "-outform", "DER"
        )
        published = base64.b64encode(der[tail:]).decode()
        assert f"p={published}\n" in (keys / f"{name}-record.txt").read_text()


@pytest.mark.parametrize(
    "making",
    [
        ["rsa", "-in", "{made}", "-aes256", "-passout", "pass:abc", "-traditional"],
        ["pkcs8", "-topk8", "-in", "{made}", "-passout", "pass:abc"],
        ["pkcs8", "-topk8", "-in", "{made}", "-passout", "pass:abc", "-scrypt"],
        ["pkcs8", "-topk8", "-in", "{made}", "-passout", "pass:abc", "-outform", "DER"],
        ["pkcs12", "-export", "-inkey", "{made}", "-nocerts", "-passout", "pass:abc"],
    ],
    ids=["PKCS#1", "PKCS#8", "PKCS#8 scrypt", "DER", "PFX"],
)
def test_keys_that_openssl_made_are_read(
    making: list[str], openssl: str, keys: Path, tmp_path: Path
) -> None:
    made = keys / "card-private.pem"
    out = tmp_path / "out"
    run(openssl, *(part.format(made=made) for part in making), "-out", out)
    key = load_signing_key(out, Secret("abc"))
    assert key.fingerprint == load_signing_key(made).fingerprint


def test_openssl_verifies_a_signed_card(openssl: str, keys: Path, jws: str, tmp_path: Path) -> None:
    signed_part, _, signature = jws.rpartition(".")
    (tmp_path / "signature").write_bytes(base64.urlsafe_b64decode(signature + "=="))
    told = run(
        openssl, "dgst", "-sha256", "-verify", keys / "card-public.pem",
        "-signature", tmp_path / "signature", stdin=signed_part.encode(),
    )  # fmt: skip
    assert told == b"Verified OK\n"


def test_node_verifies_a_signed_card_with_the_jwk(
    required_program: Programs, keys: Path, jws: str, tmp_path: Path
) -> None:
    (tmp_path / "jws").write_text(jws)
    told = run(
        required_program("node"), "-e", NODE_VERIFIES, tmp_path / "jws", keys / "card-public.jwk"
    )
    answer = json.loads(told)
    assert answer["good"] is True
    assert json.loads(answer["claims"]["recipientsSerialized"]) == ["anna@contoso.com"]
    card = json.loads(answer["claims"]["adaptiveCardSerialized"])
    assert card["fallbackText"] == "é \ud800"


def test_a_key_made_by_openssl_signs(openssl: str, tmp_path: Path) -> None:
    run(openssl, "genrsa", "-out", tmp_path / "key.pem", "3072")
    assert isinstance(load_signing_key(tmp_path / "key.pem"), SigningKey)
