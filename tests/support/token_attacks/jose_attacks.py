"""Attacks from the literature on JOSE that need more than one wrong value.

Sources: RFC 8725, "JSON Web Token Best Current Practices"; Tom Tervoort, "Three New Attacks Against
JSON Web Tokens" (2023); and the advisories that the names give.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import zlib
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from token_mint import ACTIONS, CLIENT_ID, KID, OTHER_TENANT, SECONDS, Attack, Mint, b64, claims

_BOSS = "boss@contoso.com"


def _encrypted_to_us(mint: Mint, kind: str) -> str:
    """Whoever has the public key can encrypt, so that decrypting proves nothing."""
    key, iv = AESGCM.generate_key(128), os.urandom(12)
    head = b64(json.dumps({"alg": "RSA-OAEP-256", "enc": "A128GCM", "kid": KID}).encode())
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    wrapped = mint.key.public_key().encrypt(key, oaep)
    sealed = AESGCM(key).encrypt(iv, json.dumps(claims(kind)).encode(), head.encode())
    return ".".join((head, b64(wrapped), b64(iv), b64(sealed[:-16]), b64(sealed[-16:])))


def _polyglot(mint: Mint, kind: str) -> str:
    """One text, two tokens: the JSON form is genuine, the parts between the dots are not."""
    head, genuine, signature = mint.token(kind).split(".")
    forged = b64(json.dumps(claims(kind, sub=_BOSS, oid=OTHER_TENANT)).encode())
    members = {f"{head}.{forged}.": "", "protected": head, "payload": genuine}
    return json.dumps({**members, "signature": signature}).replace('{"', '{  "', 1)


def _claims_in_the_header(mint: Mint, kind: str) -> str:
    """A token without claims of its own, which repeats them in its header (RFC 7519, 5.3)."""
    said = claims(kind)
    return mint.sign("{}", **said)


def _compressed(mint: Mint, kind: str) -> str:
    packed = zlib.compress(json.dumps(claims(kind)).encode())[2:-4]
    return mint.seal(json.dumps({"alg": "RS256", "zip": "DEF", "kid": KID}), packed)


def _hmac_with(secret: Callable[[Mint], bytes]) -> Attack:
    def make(mint: Mint, kind: str) -> str:
        head = b64(json.dumps({"typ": "JWT", "alg": "HS256", "kid": KID}).encode())
        signed = f"{head}.{b64(json.dumps(claims(kind)).encode())}"
        return f"{signed}.{b64(hmac.new(secret(mint), signed.encode(), hashlib.sha256).digest())}"

    return make


def _pem(mint: Mint) -> bytes:
    return mint.public(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _modulus(mint: Mint) -> bytes:
    return mint.key.public_key().public_numbers().n.to_bytes(256, "big")


def _kid(kid: str) -> Attack:
    return lambda mint, kind: mint.sign(json.dumps(claims(kind)), kid=kid)


def _other_jwt(**changes: Any) -> Attack:
    """A token that the issuer signed for our client id, and for something else than a call."""
    nobody = {"azp": ..., "appid": ..., "scp": ..., "appidacr": ..., "azpacr": ...}
    return lambda mint, kind: mint.token(kind, **{"aud": CLIENT_ID, **nobody, **changes})


JOSE: dict[str, tuple[str, Attack]] = {
    # Forms
    "a JWE to our own public key": ("format", _encrypted_to_us),
    "two tokens in one text (CVE-2022-39227)": ("format", _polyglot),
    "a signed token whose claims are compressed (zip: DEF)": ("format", _compressed),
    "claims in the header only": ("dates", _claims_in_the_header),
    "iss beside one with a dotless i": (
        "format", lambda m, k: m.sign(json.dumps({**claims(k), "\u0131ss": "x"}))),
    "iss beside one with a long s": (
        "format", lambda m, k: m.sign(json.dumps({**claims(k), "i\u017fs": "x"}))),
    # The public key as a secret, in forms that look for PEM does not know
    "HS256 with the key as PEM without its last line end": (
        "algorithm", _hmac_with(lambda m: _pem(m).rstrip())),
    "HS256 with the key as PEM after a line end": (
        "algorithm", _hmac_with(lambda m: b"\n" + _pem(m))),
    "HS256 with the key as PEM of Windows": (
        "algorithm", _hmac_with(lambda m: _pem(m).replace(b"\n", b"\r\n"))),
    "HS256 with the modulus": ("algorithm", _hmac_with(_modulus)),
    "HS256 with the key as its set (CVE-2026-48526)": (
        "algorithm", _hmac_with(lambda m: json.dumps(m.jwks()).encode())),
    # Key ids that mean something to a look-up
    **{
        f"kid {kid!r}": ("key", _kid(kid))
        for kid in ("__proto__", "constructor", "toString", "keys", "0", "*", "%00", "${jndi:ldap://e}",
                    f"{KID} ", f" {KID}", f"{KID}%", KID.upper(), f"{KID}/../{KID}")
    },
}  # fmt: skip

OTHER_JWTS: dict[str, tuple[str, Attack]] = {
    # One kind of token taken for another (RFC 8725, sections 2.8 and 3.12)
    "an ID token": ("caller", _other_jwt(nonce="n-0S6_WzA2Mj")),
    "an ID token with the caller as authorized party": (
        "scope", _other_jwt(azp=ACTIONS, appid=ACTIONS, nonce="n-0S6_WzA2Mj")),
    "a logout token": (
        "dates", _other_jwt(
            nbf=..., events={"http://schemas.openid.net/event/backchannel-logout": {}})),
    "a security event": ("dates", _other_jwt(exp=..., nbf=..., events={}, toe=SECONDS)),
    "a client assertion": ("issuer", _other_jwt(iss=CLIENT_ID, sub=CLIENT_ID)),
}  # fmt: skip
