"""Public keys: five forms of one key, hostile XML, and private keys where none should be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amcli.errors import KeyMaterialError
from amcli.signing.keygen import generate_card_key
from amcli.signing.keys import SigningKey, load_public_key
from amcli.signing.public_key import to_jwk, to_pem
from amcli.signing.rsa_key_value import to_xml

PRIVATE_XML_PART = "<D>AQAB</D><P>AQAB</P>"


def refusal(path: Path, content: bytes | str) -> KeyMaterialError:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(KeyMaterialError) as caught:
        load_public_key(path)
    return caught.value


def test_every_form_gives_the_same_key(tmp_path: Path) -> None:
    made = generate_card_key(certificate=True)
    public = made.key.public.public
    assert made.certificate is not None
    forms = {
        "spki.pem": to_pem(public).encode(),
        "pkcs1.pem": public.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
        "spki.der": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "pkcs1.der": public.public_bytes(Encoding.DER, PublicFormat.PKCS1),
        "certificate.pem": made.certificate.public_bytes(Encoding.PEM),
        "certificate.der": made.certificate.public_bytes(Encoding.DER),
        "jwk": to_jwk(public).encode(),
        "xml": to_xml(public).encode(),
        "xml-utf-16": to_xml(public).encode("utf-16"),
        "xml-declared": b'\xef\xbb\xbf<?xml version="1.0"?>\r\n' + to_xml(public).encode(),
    }
    for name, content in forms.items():
        path = tmp_path / name
        path.write_bytes(content)
        assert load_public_key(path).fingerprint == made.key.fingerprint, name


def test_stray_spaces_in_the_xml_are_tolerated_as_dotnet_does(
    private: RSAPrivateKey, key_file: Path
) -> None:
    xml = to_xml(private.public_key())
    middle = len(xml) // 2
    key_file.write_text(xml[:middle] + " \r\n\t " + xml[middle:])
    assert load_public_key(key_file).fingerprint == SigningKey(private).fingerprint


def test_the_xml_has_the_form_that_dotnet_writes(private: RSAPrivateKey) -> None:
    xml = to_xml(private.public_key())
    assert xml.startswith("<RSAKeyValue><Modulus>")
    assert xml.endswith("</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>")


def test_a_private_xml_is_refused_with_a_warning(private: RSAPrivateKey, key_file: Path) -> None:
    xml = to_xml(private.public_key()).replace("</RSA", f"{PRIVATE_XML_PART}</RSA")
    error = refusal(key_file, xml)
    assert "this is a PRIVATE key (it has <D>, <P>)" in error.message
    assert error.hint is not None
    assert "make a new key" in error.hint
    assert "AQAB" not in error.message + error.hint


def test_a_private_key_of_any_form_is_refused(private: RSAPrivateKey, key_file: Path) -> None:
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    jwk = json.dumps({**json.loads(to_jwk(private.public_key())), "d": "AQAB"})
    for content in (pem, jwk):
        assert "this is a PRIVATE key" in refusal(key_file, content).message


def test_short_keys_and_other_kinds_are_refused(key_file: Path) -> None:
    short = to_pem(generate_private_key(65537, 1024).public_key())
    assert "1024 bits" in refusal(key_file, short).message
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = curve.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert "an EC key (secp256r1)" in refusal(key_file, pem).message


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty"),
        ("hello", "no public key"),
        (b"\x30\x03\x02\x01\x00", "no public key"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "no public key"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "no public key"),
        ("[]", "a single JWK"),
        ('{"keys": []}', "a single JWK"),
        ('{"kty": "EC"}', "'EC'"),
        ('{"kty": "RSA"}', "no RSA key"),
        ('{"kty": "RSA", "n": 5, "e": null}', "no RSA key"),
        ('{"kty": "RSA", "n": "!", "e": "ö"}', "no RSA key"),
        ("{" * 30_000, "not JSON"),
        ("<RSAKeyValue>", "not XML"),
        ("<RSAParameters/>", "its root element is <RSAParameters>"),
        ("<RSAKeyValue/>", "without <Exponent>, <Modulus>"),
        ("<RSAKeyValue>x</RSAKeyValue>", "text outside"),
        ("<RSAKeyValue><Modulus><D/></Modulus></RSAKeyValue>", "<D> has no place"),
        ("<RSAKeyValue><Key/></RSAKeyValue>", "<Key> has no place"),
        (
            "<RSAKeyValue><Modulus>AA==</Modulus><Modulus>AQ==</Modulus></RSAKeyValue>",
            "stands in it twice",
        ),
        (
            "<RSAKeyValue><Modulus>***</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>",
            "<Modulus> is not base64",
        ),
        (
            f"<RSAKeyValue><Modulus>{'A' * 5000}</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>",
            "<Modulus> is not base64",
        ),
        (
            "<RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>",
            "",
        ),
    ],
)
def test_what_is_no_public_key_is_said(content: bytes | str, reason: str, key_file: Path) -> None:
    assert reason in refusal(key_file, content).message


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE RSAKeyValue [<!ENTITY a "AQAB">]>',
        '<!DOCTYPE RSAKeyValue SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
def test_xml_with_a_document_type_is_refused_before_any_entity_is_read(
    doctype: str, key_file: Path
) -> None:
    xml = f"{doctype}<RSAKeyValue><Modulus>&a;</Modulus></RSAKeyValue>"
    assert "document type" in refusal(key_file, xml).message


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    noise=st.binary(min_size=1, max_size=300),
    prefix=st.sampled_from([b"", b"{", b"<", b"<RSAKeyValue><Modulus>", b"\x30\x82"]),
)
def test_garbage_never_crashes(noise: bytes, prefix: bytes, key_file: Path) -> None:
    refusal(key_file, prefix + noise)
