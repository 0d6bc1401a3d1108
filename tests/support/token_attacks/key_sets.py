"""Attacks that come with a key set: keys that must not be used, though the signature fits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from token_mint import KID, OTHER_TENANT, Mint, b64, claims, jwk

from token_attacks.header_attacks import own_certificate
from token_attacks.signature_attacks import SHA256_INFO

Made = tuple[str, dict[str, Any]]
"""A token and the key set that it is checked with."""


@dataclass(frozen=True)
class KeySetAttack:
    """A token and its key set, and the check that must fail first."""

    name: str
    check: str
    make: Callable[[Mint], Made]

    def __str__(self) -> str:
        return self.name


def _member(**changes: Any) -> Callable[[Mint], Made]:
    """Change members of the right key."""
    return lambda mint: (mint.token("v2"), mint.jwks(**changes))


def _weak(bits: int, exponent: int = 65537) -> Callable[[Mint], Made]:
    def make(_mint: Mint) -> Made:
        weak = Mint(rsa.generate_private_key(exponent, bits))  # type: ignore[arg-type]
        return weak.token("v2"), weak.jwks()

    return make


def _private(mint: Mint) -> Made:
    private = mint.key.private_numbers()
    return mint.token("v2"), mint.jwks(d=b64(private.d.to_bytes(256, "big")))


def _two(mint: Mint) -> Made:
    stranger = Mint()
    members = [jwk(stranger.key.public_key()), jwk(mint.key.public_key())]
    return stranger.token("v2"), {"keys": members}


def _certified(mint: Mint) -> Made:
    """The member's certificate is a stranger's; only ``n`` and ``e`` are the key."""
    stranger = Mint()
    return stranger.token("v2"), mint.jwks(x5c=[own_certificate(stranger)])


def _elliptic(_mint: Mint) -> Made:
    key = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    member = {
        "kty": "EC",
        "crv": "P-256",
        "kid": KID,
        "x": b64(key.x.to_bytes(32, "big")),
        "y": b64(key.y.to_bytes(32, "big")),
    }
    return _mint.token("v2"), {"keys": [member]}


def _symmetric(mint: Mint) -> Made:
    """The key set says that the secret of an HMAC is public."""
    import hmac

    head = b64(json.dumps({"alg": "HS256", "kid": KID}).encode())
    signed = f"{head}.{b64(json.dumps(claims('v2')).encode())}"
    made = hmac.new(b"secret", signed.encode(), hashlib.sha256).digest()
    member = {"kty": "oct", "kid": KID, "k": b64(b"secret"), "alg": "HS256"}
    return f"{signed}.{b64(made)}", {"keys": [member]}


def _exponent_one(_mint: Mint) -> Made:
    """With an exponent of 1 the block is the signature: anybody can sign."""
    modulus = _mint.key.public_key().public_numbers().n
    head = b64(json.dumps({"alg": "RS256", "kid": KID}).encode())
    signed = f"{head}.{b64(json.dumps(claims('v2')).encode())}"
    info = SHA256_INFO + hashlib.sha256(signed.encode()).digest()
    block = b"\0\1" + b"\xff" * (253 - len(info)) + b"\0" + info
    member = {"kty": "RSA", "kid": KID, "n": b64(modulus.to_bytes(256, "big")), "e": "AQ"}
    return f"{signed}.{b64(block)}", {"keys": [member]}


def _forged_for_three(_mint: Mint) -> Made:
    """A signature made without the private key, for verifiers that do not look at its end.

    Daniel Bleichenbacher, 2006: with an exponent of 3 the cube root of a block that begins right
    is enough where what stands behind the digest is not looked at (CVE-2006-4339).
    """
    victim = Mint(rsa.generate_private_key(3, 2048))
    head = b64(json.dumps({"alg": "RS256", "kid": KID}).encode())
    signed = f"{head}.{b64(json.dumps(claims('v2')).encode())}"
    info = SHA256_INFO + hashlib.sha256(signed.encode()).digest()
    begins = b"\0\1" + b"\xff" * 8 + b"\0" + info
    wanted = int.from_bytes(begins + b"\xff" * (256 - len(begins)), "big")
    root = _cube_root(wanted)
    cubed = pow(root, 3).to_bytes(256, "big")
    assert cubed.startswith(begins)  # otherwise this forges nothing
    return f"{signed}.{b64(root.to_bytes(256, 'big'))}", victim.jwks()


def _cube_root(number: int) -> int:
    """Return the largest whole number whose cube is not larger."""
    low, high = 0, 1 << (number.bit_length() // 3 + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**3 <= number else (low, middle - 1)
    return low


_ELSEWHERE = "https://login.microsoftonline.com"

KEY_SETS: tuple[KeySetAttack, ...] = tuple(
    KeySetAttack(name, check, make)
    for name, check, make in (
        ("a key for encryption", "key", _member(use="enc")),
        ("a key that only encrypts", "key", _member(key_ops=["encrypt", "wrapKey"])),
        ("a key that only signs", "key", _member(key_ops=["sign"])),
        ("a key whose operations are a text", "key", _member(key_ops="verify")),
        ("a key for nothing", "key", _member(use=None)),
        ("a key of type rsa", "key", _member(kty="rsa")),
        ("a key of type null", "key", _member(kty=None)),
        ("a certificate of another key", "signature", _certified),
        ("a key for RS512", "key", _member(alg="RS512")),
        ("a key for PS256", "key", _member(alg="PS256")),
        ("a key for HS256", "key", _member(alg="HS256")),
        ("a key of another tenant", "key",
         _member(issuer=f"{_ELSEWHERE}/{OTHER_TENANT}/v2.0")),
        ("a key of personal accounts", "key",
         _member(issuer=f"{_ELSEWHERE}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0")),
        ("a key of another cloud", "key",
         _member(issuer="https://login.microsoftonline.us/{tenantid}/v2.0")),
        ("a key of an issuer with a template in its host", "key",
         _member(issuer="https://{tenantid}/v2.0")),
        ("a private key that is published", "key", _private),
        ("two keys of one id", "key", _two),
        ("an elliptic key", "key", _elliptic),
        ("the secret of an HMAC", "algorithm", _symmetric),
        ("1024 bits", "key", _weak(1024)),
        ("2040 bits", "key", _weak(2040)),
        ("an exponent of 1", "key", _exponent_one),
        ("an even exponent", "key", _member(e="AQAC")),
        ("an exponent of 0", "key", _member(e="AA")),
        ("an exponent as large as the key", "key", _member(e=b64(b"\xff" * 256))),
        ("a modulus of 16,384 bits", "key", _member(n=b64(b"\xff" * 2048))),
        ("an even modulus", "signature", _member(n=b64(b"\xff" * 255 + b"\xfe"))),
        ("a modulus of zeros", "key", _member(n=b64(bytes(256)))),
        ("no modulus", "key", _member(n="")),
        ("a number as modulus", "key", _member(n=7)),
        ("a forged signature for an exponent of 3", "signature", _forged_for_three),
    )
)  # fmt: skip
