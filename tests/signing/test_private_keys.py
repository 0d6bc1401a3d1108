"""Private keys: every form people have them in, and a precise word for every form that fails."""

from __future__ import annotations

import contextlib
import traceback
from base64 import encodebytes
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from amcli.errors import KeyMaterialError
from amcli.secrets import Secret
from amcli.signing.keygen import generate_card_key
from amcli.signing.keys import PassphraseNeeded, SigningKey, load_signing_key

if TYPE_CHECKING:
    from cryptography import x509

PASSPHRASE = Secret("correct horse")
ENCRYPTED = BestAvailableEncryption(b"correct horse")
PLAIN = NoEncryption()

Writer = Callable[[RSAPrivateKey], bytes]


def pfx(key: RSAPrivateKey, password: bytes | None = b"correct horse") -> bytes:
    encryption = PLAIN if password is None else BestAvailableEncryption(password)
    return serialize_key_and_certificates(b"card", key, None, None, encryption)


def certificate() -> x509.Certificate:
    made = generate_card_key(certificate=True).certificate
    assert made is not None
    return made


UNENCRYPTED: dict[str, Writer] = {
    "PEM PKCS#1": lambda k: k.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, PLAIN),
    "PEM PKCS#8": lambda k: k.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, PLAIN),
    "PEM OpenSSH": lambda k: k.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, PLAIN),
    "DER PKCS#1": lambda k: k.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, PLAIN),
    "DER PKCS#8": lambda k: k.private_bytes(Encoding.DER, PrivateFormat.PKCS8, PLAIN),
}
LOCKED: dict[str, Writer] = {
    "PEM PKCS#1": lambda k: k.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, ENCRYPTED
    ),
    "PEM PKCS#8": lambda k: k.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, ENCRYPTED),
    "DER PKCS#8": lambda k: k.private_bytes(Encoding.DER, PrivateFormat.PKCS8, ENCRYPTED),
    "PFX": pfx,
}


def load(path: Path, content: bytes, passphrase: Secret | None = None) -> SigningKey:
    path.write_bytes(content)
    return load_signing_key(path, passphrase)


def refusal(path: Path, content: bytes, passphrase: Secret | None = None) -> str:
    with pytest.raises(KeyMaterialError) as caught:
        load(path, content, passphrase)
    assert caught.value.exit_code == 5
    assert str(path) in caught.value.message
    return caught.value.message


@pytest.mark.parametrize("form", UNENCRYPTED)
@pytest.mark.parametrize("passphrase", [None, PASSPHRASE], ids=["without", "needless passphrase"])
def test_an_unencrypted_key_is_read(
    form: str, passphrase: Secret | None, private: RSAPrivateKey, key_file: Path
) -> None:
    key = load(key_file, UNENCRYPTED[form](private), passphrase)
    assert key.private.private_numbers() == private.private_numbers()


@pytest.mark.parametrize("form", LOCKED)
def test_an_encrypted_key_is_read_with_its_passphrase(
    form: str, private: RSAPrivateKey, key_file: Path
) -> None:
    key = load(key_file, LOCKED[form](private), PASSPHRASE)
    assert key.private.private_numbers() == private.private_numbers()


@pytest.mark.parametrize("form", LOCKED)
def test_a_wrong_passphrase_is_said_and_never_shown(
    form: str, private: RSAPrivateKey, key_file: Path
) -> None:
    wrong = Secret("hunter2-not-this")
    with pytest.raises(KeyMaterialError, match="passphrase does not open") as caught:
        load(key_file, LOCKED[form](private), wrong)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert "hunter2" not in told


@pytest.mark.parametrize("form", LOCKED)
def test_a_missing_passphrase_is_an_error_of_its_own(
    form: str, private: RSAPrivateKey, key_file: Path
) -> None:
    key_file.write_bytes(LOCKED[form](private))
    with pytest.raises(PassphraseNeeded, match="no passphrase was given"):
        load_signing_key(key_file)


def test_a_pfx_without_a_passphrase_is_read(private: RSAPrivateKey, key_file: Path) -> None:
    assert load(key_file, pfx(private, None)).bits == 2048


def test_text_and_certificates_beside_the_key_are_skipped(
    private: RSAPrivateKey, key_file: Path
) -> None:
    chain = certificate().public_bytes(Encoding.PEM)
    exported = "Bag Attributes\n    friendlyName: Schlüssel\n".encode()
    key = load(key_file, exported + chain + UNENCRYPTED["PEM PKCS#8"](private))
    assert key.fingerprint == SigningKey(private).fingerprint


def test_a_key_that_powershell_saved_as_utf_16_is_read(
    private: RSAPrivateKey, key_file: Path
) -> None:
    text = UNENCRYPTED["PEM PKCS#8"](private).decode()
    assert load(key_file, text.encode("utf-16")).bits == 2048


def test_a_certificate_is_no_private_key(key_file: Path) -> None:
    made = certificate()
    for encoding in (Encoding.PEM, Encoding.DER):
        assert "this is a certificate" in refusal(key_file, made.public_bytes(encoding))


def test_a_public_key_is_no_private_key(private: RSAPrivateKey, key_file: Path) -> None:
    for encoding in (Encoding.PEM, Encoding.DER):
        spki = private.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
        assert "this is a public key" in refusal(key_file, spki)


def test_a_pfx_of_certificates_alone_has_no_key(key_file: Path) -> None:
    made = serialize_key_and_certificates(None, None, certificate(), None, ENCRYPTED)
    assert "no private key" in refusal(key_file, made, PASSPHRASE)


def test_of_two_private_keys_none_is_chosen(private: RSAPrivateKey, key_file: Path) -> None:
    pem = UNENCRYPTED["PEM PKCS#8"](private)
    assert "2 private keys" in refusal(key_file, pem + pem)


@pytest.mark.parametrize("form", ["PEM PKCS#8", "DER PKCS#8"])
def test_a_key_for_pss_only_does_not_sign_in_another_way(
    form: str, private: RSAPrivateKey, key_file: Path
) -> None:
    der = UNENCRYPTED["DER PKCS#8"](private)
    der = der.replace(bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a864886f70d01010a"))
    pem = b"-----BEGIN PRIVATE KEY-----\n%b-----END PRIVATE KEY-----\n" % encodebytes(der)
    assert "restricted to RSA-PSS" in refusal(key_file, pem if form.startswith("PEM") else der)


def test_an_encryption_that_nobody_knows_is_no_wrong_passphrase(
    private: RSAPrivateKey, key_file: Path
) -> None:
    der = LOCKED["DER PKCS#8"](private)
    other = der.replace(bytes.fromhex("60864801650304012a"), bytes.fromhex("60864801650304017f"))
    assert other != der
    assert "its encryption, is not supported" in refusal(key_file, other, PASSPHRASE)


def test_a_small_public_exponent_is_refused(key_file: Path) -> None:
    small = generate_private_key(3, 2048)
    assert "public exponent 3; 65537" in refusal(key_file, UNENCRYPTED["PEM PKCS#8"](small))


def test_an_ec_key_cannot_sign_cards(key_file: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, PLAIN)
    assert "an EC key (secp256r1), an RSA key is needed" in refusal(key_file, pem)


def test_keys_of_other_kinds_are_named(key_file: Path) -> None:
    pem = ed25519.Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, PLAIN
    )
    assert "Ed25519" in refusal(key_file, pem)
    pem = dsa.generate_private_key(1024).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, PLAIN)
    assert "a DSA key" in refusal(key_file, pem)


def test_a_short_key_is_refused_with_its_size(key_file: Path) -> None:
    short = generate_private_key(65537, 1024)
    assert "an RSA key of 1024 bits" in refusal(key_file, UNENCRYPTED["PEM PKCS#8"](short))


def test_a_folder_and_a_missing_file_are_said(tmp_path: Path) -> None:
    with pytest.raises(KeyMaterialError, match="this is a folder"):
        load_signing_key(tmp_path)
    with pytest.raises(KeyMaterialError, match="No such file"):
        load_signing_key(tmp_path / "missing.pem")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b" \r\n ", "the file is empty"),
        (b"hello", "no private key in PEM, DER or PFX"),
        (b"\x00\xff\x00\xff" * 100, "no private key in PEM, DER or PFX"),
        (b"\x30", "no private key in PEM, DER or PFX"),
        (b"\x30\x82\x04\xbd\x02\x01\x00garbage", "damaged"),
        (b"\x30\x82\x04\xbd\x02\x01\x03garbage", "damaged"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA", "no END line"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "damaged"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\nAA\n-----END OPENSSH PRIVATE KEY-----", "damaged"),
        (b"<RSAKeyValue/>", "this is XML"),
        (b'{"kty": "RSA"}', "this is JSON"),
        (b"A" * 70_000, "larger than 64 KB"),
    ],
)
def test_what_is_no_key_is_said(content: bytes, reason: str, key_file: Path) -> None:
    assert reason in refusal(key_file, content)


def test_repr_shows_size_and_fingerprint_only(private: RSAPrivateKey) -> None:
    key = SigningKey(private)
    assert repr(key) == f"SigningKey(RSA 2048, SHA-256 {key.fingerprint})"
    assert repr(key.public) == f"VerifyingKey(RSA 2048, SHA-256 {key.fingerprint})"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    noise=st.binary(min_size=1, max_size=400),
    prefix=st.sampled_from([b"", b"\x30\x82", b"-----BEGIN "]),
)
@example(noise=b"\x80\x02\x01\x03", prefix=b"\x30")
def test_garbage_is_refused_and_never_crashes(noise: bytes, prefix: bytes, key_file: Path) -> None:
    refusal(key_file, prefix + noise, PASSPHRASE)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(at=st.integers(min_value=0), bit=st.integers(0, 7), form=st.sampled_from(sorted(LOCKED)))
def test_a_damaged_key_file_never_crashes(
    at: int, bit: int, form: str, private: RSAPrivateKey, key_file: Path
) -> None:
    content = bytearray(_locked_once(form, private))
    content[at % len(content)] ^= 1 << bit
    with contextlib.suppress(KeyMaterialError):
        load(key_file, bytes(content), PASSPHRASE)


_LOCKED_ONCE: dict[str, bytes] = {}


def _locked_once(form: str, private: RSAPrivateKey) -> bytes:
    if form not in _LOCKED_ONCE:
        _LOCKED_ONCE[form] = LOCKED[form](private)
    return _LOCKED_ONCE[form]
