"""The keys that sign cards and verify them: RSA, 2048 bits or more."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.dsa import DSAPrivateKey, DSAPublicKey
from cryptography.hazmat.primitives.asymmetric.ec import (
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from amcli.errors import KeyMaterialError
from amcli.secrets import Secret
from amcli.signing.key_file import KeyFile, key_file, read_key_file
from amcli.signing.private_key import PassphraseNeeded, load_private_key
from amcli.signing.public_key import read_public_key

__all__ = [
    "PassphraseNeeded",
    "SigningKey",
    "VerifyingKey",
    "load_public_key",
    "load_signing_key",
    "registered_key",
    "require_rsa",
]

MIN_BITS = 2048  # RFC 7518, section 3.3, for RS256; RFC 8301, section 3.2, for DKIM
MAX_BITS = 16384  # beyond it OpenSSL refuses to verify, and time is wasted before that

MIN_EXPONENT = 65537  # FIPS 186-5, appendix A.1.1: odd and above 2^16

_MAKE_ONE = "make one with: amcli keygen card"


@dataclass(frozen=True)
class VerifyingKey:
    """A public RSA key; ``repr`` shows its size and fingerprint."""

    public: RSAPublicKey

    @property
    def bits(self) -> int:
        """Return the size of the modulus."""
        return self.public.key_size

    @cached_property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the SubjectPublicKeyInfo in lower-case hex."""
        return hashlib.sha256(
            self.public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ).hexdigest()

    def __repr__(self) -> str:
        return f"VerifyingKey(RSA {self.bits}, SHA-256 {self.fingerprint})"


@dataclass(frozen=True)
class SigningKey:
    """A private RSA key; ``repr`` shows its size and the fingerprint of its public half."""

    private: RSAPrivateKey

    @property
    def bits(self) -> int:
        """Return the size of the modulus."""
        return self.private.key_size

    @cached_property
    def public(self) -> VerifyingKey:
        """Return the public half."""
        return VerifyingKey(self.private.public_key())

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of the public half."""
        return self.public.fingerprint

    def __repr__(self) -> str:
        return f"SigningKey(RSA {self.bits}, SHA-256 {self.fingerprint})"


def load_signing_key(path: Path, passphrase: Secret | None = None) -> SigningKey:
    """Return the private key in a PEM (PKCS#1, PKCS#8, encrypted or not), DER or PFX file.

    Raises PassphraseNeeded for an encrypted key without a passphrase, KeyMaterialError for
    everything else: a wrong passphrase, a key that is not RSA, is restricted to RSA-PSS, or has
    less than 2048 bits or a small exponent, a certificate or a public key, a damaged file.
    """
    return SigningKey(require_rsa(load_private_key(path, passphrase), path))


def load_public_key(path: Path) -> VerifyingKey:
    """Return the public key in a PEM, DER, certificate, JWK or RSAKeyValue XML file.

    Raises KeyMaterialError, also for a private key: it has no business where keys are verified.
    """
    return _verifying(read_key_file(path))


def registered_key(text: str) -> VerifyingKey:
    """Return the key that ``provider.public_key`` holds: RSAKeyValue, PEM, certificate or JWK.

    Raises KeyMaterialError.
    """
    return _verifying(key_file(Path("provider.public_key"), text.encode("utf-8", "replace")))


def _verifying(file: KeyFile) -> VerifyingKey:
    key = read_public_key(file)
    if not isinstance(key, RSAPublicKey):
        raise _not_rsa(key, file.path)
    _require_size(key.key_size, file.path)
    return VerifyingKey(key)


def require_rsa(key: object, path: Path) -> RSAPrivateKey:
    """Return a private key as the RSA key that it must be, or raise KeyMaterialError."""
    if not isinstance(key, RSAPrivateKey):
        raise _not_rsa(key, path)
    _require_size(key.key_size, path)
    exponent = key.public_key().public_numbers().e
    if exponent < MIN_EXPONENT:
        raise KeyMaterialError(
            f"{path}: an RSA key with the public exponent {exponent}; {MIN_EXPONENT} is the least",
            hint=_MAKE_ONE,
        )
    return key


def _require_size(bits: int, path: Path) -> None:
    if not MIN_BITS <= bits <= MAX_BITS:
        raise KeyMaterialError(
            f"{path}: an RSA key of {bits} bits; {MIN_BITS} to {MAX_BITS} bits are needed",
            hint=_MAKE_ONE,
        )


def _not_rsa(key: object, path: Path) -> KeyMaterialError:
    return KeyMaterialError(f"{path}: this is {_kind(key)}, an RSA key is needed", hint=_MAKE_ONE)


def _kind(key: object) -> str:
    if isinstance(key, EllipticCurvePrivateKey | EllipticCurvePublicKey):
        return f"an EC key ({key.curve.name})"
    if isinstance(key, DSAPrivateKey | DSAPublicKey):
        return "a DSA key"
    # _Ed25519PrivateKey and its like: the class says what it is.
    name = type(key).__name__.removesuffix("PrivateKey").removesuffix("PublicKey")
    return f"a key of another kind ({name})"
