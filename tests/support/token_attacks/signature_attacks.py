"""Attacks on the signature itself: RSASSA-PKCS1-v1_5 with SHA-256, done almost right.

Where the private key is used, it is to show that only the one right form counts. The forgery for
an exponent of 3 (Bleichenbacher, 2006) needs no private key; it is in ``key_sets``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from token_mint import KID, Attack, Mint, b64, claims

from amcli import base64url

SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
_SHA256_WITHOUT_NULL = bytes.fromhex("302f300b06096086480165030402010420")
_SHA256_IN_LONG_FORM = bytes.fromhex("3081333082000d060960864801650304020105000420")
_SHA256_WITH_GARBAGE = bytes.fromhex("3035301106096086480165030402010504deadbeef0420")
_SHA1 = bytes.fromhex("3021300906052b0e03021a05000414")
_BYTES = 256


def _split(token: str) -> tuple[str, bytes]:
    signed, _, signature = token.rpartition(".")
    return signed, base64url.decode(signature)


def _signature(change: Callable[[bytes], bytes]) -> Attack:
    """Change the bytes of a genuine signature."""

    def make(mint: Mint, kind: str) -> str:
        signed, signature = _split(mint.token(kind))
        return f"{signed}.{b64(change(signature))}"

    return make


def _block(encode: Callable[[bytes], bytes]) -> Attack:
    """Sign another block than PKCS#1 v1.5 prescribes; ``encode`` gets what was to be signed."""

    def make(mint: Mint, kind: str) -> str:
        signed, _ = _split(mint.token(kind))
        private = mint.key.private_numbers()
        modulus = private.public_numbers.n
        block = int.from_bytes(encode(signed.encode()), "big")
        return f"{signed}.{b64(pow(block, private.d, modulus).to_bytes(_BYTES, 'big'))}"

    return make


def padded(info: bytes, *, kind: int = 1, fill: int = 0xFF) -> bytes:
    """Return a block of 256 bytes around the digest's information (RFC 8017, section 9.2)."""
    filler = bytes([fill]) * (_BYTES - 3 - len(info))
    return bytes([0, kind]) + filler + b"\0" + info


def _sha256(text: bytes) -> bytes:
    return SHA256_INFO + hashlib.sha256(text).digest()


def _plus_modulus(mint: Mint, kind: str) -> str:
    signed, signature = _split(mint.token(kind))
    number = int.from_bytes(signature, "big") + mint.key.public_key().public_numbers().n
    return f"{signed}.{b64(number.to_bytes(_BYTES + 1, 'big'))}"


def _modulus(less: int) -> Attack:
    """The modulus is the number zero, and one less than it is minus one."""

    def make(mint: Mint, kind: str) -> str:
        number = mint.key.public_key().public_numbers().n - less
        return f"{_split(mint.token(kind))[0]}.{b64(number.to_bytes(_BYTES, 'big'))}"

    return make


def _minus(mint: Mint, kind: str) -> str:
    signed, signature = _split(mint.token(kind))
    number = mint.key.public_key().public_numbers().n - int.from_bytes(signature, "big")
    return f"{signed}.{b64(number.to_bytes(_BYTES, 'big'))}"


def _signed_with(scheme: padding.AsymmetricPadding, digest: hashes.HashAlgorithm) -> Attack:
    def make(mint: Mint, kind: str) -> str:
        signed, _ = _split(mint.token(kind))
        return f"{signed}.{b64(mint.key.sign(signed.encode(), scheme, digest))}"

    return make


def _of_parts(mint: Mint, kind: str) -> str:
    """Sign the claims alone, without the header."""
    signed, _ = _split(mint.token(kind))
    body = signed.partition(".")[2].encode()
    return f"{signed}.{b64(mint.key.sign(body, padding.PKCS1v15(), hashes.SHA256()))}"


def _raised(mint: Mint, kind: str) -> str:
    """Other claims under the signature of a genuine token: somebody else clicks."""
    signed, _, signature = mint.token(kind).rpartition(".")
    other = b64(json.dumps(claims(kind, sub="boss@contoso.com", oid=KID)).encode())
    return f"{signed.partition('.')[0]}.{other}.{signature}"


_PKCS1, _ON_SHA256 = padding.PKCS1v15(), hashes.SHA256()
_PSS = padding.PSS(padding.MGF1(_ON_SHA256), 32)

SIGNATURE: dict[str, tuple[str, Attack]] = {
    name: ("signature", attack)
    for name, attack in {
        "a signature with one bit changed": _signature(lambda s: s[:-1] + bytes([s[-1] ^ 1])),
        "a signature cut short": _signature(lambda s: s[:-1]),
        "a signature with a byte more": _signature(lambda s: s + b"\0"),
        "a signature with zeros before": _signature(lambda s: b"\0" + s),
        "a signature turned around": _signature(lambda s: s[::-1]),
        "a signature of ones": _signature(lambda _s: b"\xff" * _BYTES),
        "the number one as signature": _signature(lambda _s: b"\0" * 255 + b"\1"),
        "a signature plus the modulus": _plus_modulus,
        "the modulus minus the signature": _minus,
        "the modulus as signature": _modulus(0),
        "the modulus less one as signature": _modulus(1),
        "a signature of 64 KB less the token": _signature(lambda s: s * 100),
        "a signature over other claims": _raised,
        "a signature over the claims alone": _of_parts,
        "SHA-1 under the name RS256": _signed_with(_PKCS1, hashes.SHA1()),
        "SHA-512 under the name RS256": _signed_with(_PKCS1, hashes.SHA512()),
        "PSS under the name RS256": _signed_with(_PSS, _ON_SHA256),
        "SHA-1's mark before a SHA-256 digest": _block(
            lambda t: padded(_SHA1 + hashlib.sha256(t).digest())),
        "the digest without its mark": _block(lambda t: padded(hashlib.sha256(t).digest())),
        "the mark without its NULL": _block(
            lambda t: padded(_SHA256_WITHOUT_NULL + hashlib.sha256(t).digest())),
        "the mark with lengths in long form (CVE-2014-1568)": _block(
            lambda t: padded(_SHA256_IN_LONG_FORM + hashlib.sha256(t).digest())),
        "the mark with something for its NULL": _block(
            lambda t: padded(_SHA256_WITH_GARBAGE + hashlib.sha256(t).digest())),
        "the digest twice": _block(lambda t: padded(_sha256(t) + hashlib.sha256(t).digest())),
        "something behind the digest": _block(lambda t: padded(_sha256(t) + b"\0")),
        "filled with zeros": _block(lambda t: padded(_sha256(t), fill=0)),
        "filled as for encryption": _block(lambda t: padded(_sha256(t), kind=2)),
        "filled as type 0": _block(lambda t: padded(_sha256(t), kind=0, fill=0)),
        "too little filling": _block(
            lambda t: b"\0\1" + b"\xff" * 8 + b"\0" + _sha256(t) + bytes(256 - 11 - 51)),
    }.items()
}  # fmt: skip
