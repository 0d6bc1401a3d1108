"""Public RSA keys in the forms they travel in: PEM, DER, certificate, JWK, RSAKeyValue XML."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)
from jwt.algorithms import RSAAlgorithm
from jwt.exceptions import InvalidKeyError

from amcli.signing.rsa_key_value import PRIVATE_EXPOSED, from_xml
from amcli.strict_json import NotStrictJson, parse_json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

    from amcli.errors import KeyMaterialError
    from amcli.signing.key_file import KeyFile, PemBlock

_GIVE_PUBLIC = (
    "a public key as PEM, DER, certificate, JWK or RSAKeyValue XML belongs here; "
    "amcli keygen card names it card-public.pem"
)
_PRIVATE_JWK = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})


def to_pem(key: RSAPublicKey) -> str:
    """Return the key as PEM, SubjectPublicKeyInfo."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def to_jwk(key: RSAPublicKey) -> str:
    """Return the key as a JSON Web Key (RFC 7517) for RS256 signatures, indented, with newline."""
    numbers: dict[str, Any] = RSAAlgorithm.to_jwk(key, as_dict=True)
    jwk = {"kty": "RSA", "use": "sig", "alg": "RS256", "n": numbers["n"], "e": numbers["e"]}
    return json.dumps(jwk, indent=2) + "\n"


def read_public_key(file: KeyFile) -> PublicKeyTypes:
    """Return the public key in a file, of whatever kind it is.

    Raises KeyMaterialError, with a warning of its own where the file holds a private key.
    """
    if any(block.is_private for block in file.blocks):
        raise _private(file)
    if file.blocks:
        return _from_pem(file, file.blocks[0])
    if file.is_xml:
        return from_xml((file.text or "").strip(), str(file.path))
    if file.is_json:
        return _from_jwk(file)
    if file.is_pfx:
        raise _private(file)
    if file.is_der:
        return _from_der(file)
    raise file.error("this is no public key", _GIVE_PUBLIC)


def public_der_kind(data: bytes) -> str | None:
    """Return what public thing lies in DER bytes ("a certificate", "a public key"), if any."""
    try:
        x509.load_der_x509_certificate(data)
    except ValueError:
        try:
            load_der_public_key(data)
        except (ValueError, UnsupportedAlgorithm):
            return None
        return "a public key"
    return "a certificate"


def _from_pem(file: KeyFile, block: PemBlock) -> PublicKeyTypes:
    try:
        if block.label.endswith("CERTIFICATE"):
            return x509.load_pem_x509_certificate(block.pem).public_key()
        return load_pem_public_key(block.pem)
    except (ValueError, UnsupportedAlgorithm):
        raise file.error(
            f"the PEM block ({block.label}) holds no public key that can be read", _GIVE_PUBLIC
        ) from None


def _from_der(file: KeyFile) -> PublicKeyTypes:
    try:
        if public_der_kind(file.data) == "a certificate":
            return x509.load_der_x509_certificate(file.data).public_key()
        return load_der_public_key(file.data)
    except (ValueError, UnsupportedAlgorithm):
        raise file.error("these bytes are no public key", _GIVE_PUBLIC) from None


def _from_jwk(file: KeyFile) -> PublicKeyTypes:
    try:
        jwk = parse_json(file.text or "")
    except NotStrictJson as error:
        raise file.error(f"not a JWK: it {error}", "copy the JWK again, whole") from None
    if not isinstance(jwk, dict) or "keys" in jwk:
        raise file.error("a single JWK was expected, not a set of them", "take out the one key")
    if not _PRIVATE_JWK.isdisjoint(jwk):
        raise _private(file)
    if jwk.get("kty") != "RSA":
        raise file.error(
            f"the JWK's kty is {str(jwk.get('kty'))[:20]!r}, cards are signed with RSA keys"
        )
    try:
        key = RSAAlgorithm.from_jwk(jwk)
    except (InvalidKeyError, ValueError, TypeError, KeyError, AttributeError):
        raise file.error("the JWK's n and e make no RSA key", "copy the JWK again") from None
    return key.public_key() if isinstance(key, RSAPrivateKey) else key


def _private(file: KeyFile) -> KeyMaterialError:
    return file.error("this is a PRIVATE key, a public key was expected", PRIVATE_EXPOSED)
