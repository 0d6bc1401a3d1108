"""Mints bearer tokens like Microsoft's, with fresh keys, and every way to spoil one.

``Mint`` makes the three kinds that are genuine but for their key; ``ATTACKS`` names what is wrong
with a token and the check that must catch it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from amcli.verify.keyset import StaticKeys
from amcli.verify.token import TokenPolicy

NOW = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
TENANT = "6c2d9a4e-1f3b-4c5d-8e7f-0a1b2c3d4e5f"
OTHER_TENANT = "7d3e0b5f-204c-4d6e-9f80-1b2c3d4e5f60"
OBJECT_ID = "0f1e2d3c-4b5a-4968-8776-655443322110"
CLIENT_ID = "a1b2c3d4-e5f6-4718-892a-3b4c5d6e7f80"
APP_ID_URI = f"api://auth-am-9e8d7c6b-5a49-4838-a7b6-c5d4e3f2a1b0/{CLIENT_ID}"
ACTIONS = "48af08dc-f6d2-435f-b2a7-069abd99c086"
TARGET = "https://api.example.com/approvals?id=7"
KID = "KQ2tAcrE7lBaVVGBmc5FobgdJo4"

KINDS = ("v1", "v2", "eat")


def b64(content: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def jwk(key: rsa.RSAPublicKey, kid: str = KID, **more: Any) -> dict[str, Any]:
    """Return a public key as it stands in Entra's key sets; ``more`` replaces members."""
    numbers = key.public_numbers()
    n = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
    e = numbers.e.to_bytes((numbers.e.bit_length() + 7) // 8, "big")
    return {"kty": "RSA", "use": "sig", "kid": kid, "n": b64(n), "e": b64(e), **more}


def claims(kind: str, **changes: Any) -> dict[str, Any]:
    """Return the claims of a token of a kind; a change to ``...`` leaves a claim out."""
    times = {"iat": SECONDS - 300, "nbf": SECONDS - 300, "exp": SECONDS + 3600}
    found = {**times, **_CLAIMS[kind], **changes}
    return {name: value for name, value in found.items() if value is not ...}


_ENTRA = {
    "tid": TENANT,
    "oid": OBJECT_ID,
    "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
    "scp": "Global.Test",
    "name": "Adele Vance",
    "uti": "fqiBqXLPj0eQa82S-IYFAA",
}
_CLAIMS: dict[str, dict[str, Any]] = {
    "v1": {
        **_ENTRA,
        "ver": "1.0",
        "iss": f"https://sts.windows.net/{TENANT}/",
        "aud": APP_ID_URI,
        "appid": ACTIONS,
        "appidacr": "2",
        "upn": "adele@contoso.com",
        "unique_name": "adele@contoso.com",
    },
    "v2": {
        **_ENTRA,
        "ver": "2.0",
        "iss": f"https://login.microsoftonline.com/{TENANT}/v2.0",
        "aud": CLIENT_ID,
        "azp": ACTIONS,
        "azpacr": "2",
        "preferred_username": "adele@contoso.com",
    },
    "eat": {
        "ver": "STI.ExternalAccessToken.V1",
        "iss": "https://substrate.office.com/sts/",
        "aud": "https://api.example.com",
        "appid": ACTIONS,
        "appidacr": "2",
        "acr": "0",
        "sub": "adele@contoso.com",
        "sender": "expenses@contoso.com",
    },
}


@dataclass
class Mint:
    """An issuer with a key of its own."""

    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def jwks(self, **more: Any) -> dict[str, Any]:
        """Return the key set; ``more`` changes members of its one key."""
        return {"keys": [jwk(self.key.public_key(), **more)]}

    def policy(self, **changes: Any) -> TokenPolicy:
        """Return a policy that every genuine token of this mint meets."""
        standard = {
            "audiences": (APP_ID_URI, CLIENT_ID, TARGET),
            "tenants": frozenset({TENANT}),
            "keys": StaticKeys.from_mapping(self.jwks()),
            "legacy_eat": True,
        }
        return TokenPolicy(**{**standard, **changes})

    def token(self, kind: str, **changes: Any) -> str:
        """Return a signed token; a change to ``...`` leaves a claim out."""
        return self.sign(json.dumps(claims(kind, **changes)))

    def sign(self, payload: str | bytes, **header: Any) -> str:
        """Return any payload with a genuine signature; a header of ``...`` is left out."""
        full = {"typ": "JWT", "alg": "RS256", "x5t": KID, "kid": KID, **header}
        text = json.dumps({name: value for name, value in full.items() if value is not ...})
        return self.seal(text, payload)

    def seal(self, header: str | bytes, payload: str | bytes) -> str:
        """Return a header and a payload, as they are, with a genuine signature."""
        parts = [p.encode() if isinstance(p, str) else p for p in (header, payload)]
        return self.seal_segments(*(b64(part) for part in parts))

    def seal_segments(self, *segments: str) -> str:
        """Return segments, as they are, with a genuine signature."""
        signed = ".".join(segments)
        signature = self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{b64(signature)}"

    def public(self, encoding: Encoding, form: PublicFormat) -> bytes:
        """Return the public key as bytes, as attackers use it for an HMAC."""
        return self.key.public_key().public_bytes(encoding, form)


Attack = Callable[[Mint, str], str]


def _hmac_with(mint: Mint, kind: str, secret: bytes) -> str:
    header = b64(json.dumps({"typ": "JWT", "alg": "HS256", "kid": KID}).encode())
    signed = f"{header}.{b64(json.dumps(claims(kind)).encode())}"
    return f"{signed}.{b64(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def _unsigned(algorithm: Any) -> Attack:
    def make(mint: Mint, kind: str) -> str:
        return mint.sign(json.dumps(claims(kind)), alg=algorithm)

    return make


def _header(**changes: Any) -> Attack:
    return lambda mint, kind: mint.sign(json.dumps(claims(kind)), **changes)


def _claim(**changes: Any) -> Attack:
    return lambda mint, kind: mint.token(kind, **changes)


def _payload(change: Callable[[str], str | bytes]) -> Attack:
    return lambda mint, kind: mint.sign(change(json.dumps(claims(kind))))


def _text(change: Callable[[str], str]) -> Attack:
    return lambda mint, kind: change(mint.token(kind))


def _own_key(mint: Mint, kind: str) -> str:
    stranger = Mint()
    return stranger.sign(json.dumps(claims(kind)), jwk=jwk(stranger.key.public_key()))


def _other_algorithm(name: str, scheme: Any, digest: hashes.HashAlgorithm) -> Attack:
    def make(mint: Mint, kind: str) -> str:
        header = b64(json.dumps({"alg": name, "kid": KID}).encode())
        signed = f"{header}.{b64(json.dumps(claims(kind)).encode())}"
        return f"{signed}.{b64(mint.key.sign(signed.encode(), scheme, digest))}"

    return make


def _raw_time(text: str) -> Attack:
    """Put a number into ``exp`` that json.dumps would not write."""
    return lambda mint, kind: mint.sign(
        json.dumps(claims(kind, exp="TIME")).replace('"TIME"', text)
    )


def _not_minimal(token: str) -> str:
    """Set an unused bit at the end of the signature (RFC 4648, section 3.5)."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) + 1]


_PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
_SPKI, _PKCS1 = PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1

ATTACKS: dict[str, tuple[str, Attack]] = {
    # The outer form
    "empty": ("format", lambda _mint, _kind: ""),
    "two segments": ("format", _text(lambda t: t.rpartition(".")[0])),
    "four segments": ("format", _text(lambda t: f"{t}.AAAA")),
    "five segments, as a JWE": ("format", _text(lambda t: f"{t}.AAAA.AAAA")),
    "empty signature": ("format", _text(lambda t: t.rpartition(".")[0] + ".")),
    "padded signature": ("format", _text(lambda t: f"{t}==")),
    "bits set behind the signature": ("format", _text(_not_minimal)),
    "the alphabet of plain base64": ("format", _text(lambda t: f"{t[:-8]}++//++//")),
    "a line break inside": ("format", _text(lambda t: f"{t[:40]}\n{t[40:]}")),
    "white space before": ("format", _text(lambda t: f" {t}")),
    "longer than 64 KB": ("format", _claim(filler="x" * 70_000)),
    "a byte order mark": ("format", _payload(lambda p: b"\xef\xbb\xbf" + p.encode())),
    "UTF-16": ("format", _payload(lambda p: p.encode("utf-16"))),
    "UTF-16 without a mark": ("format", _payload(lambda p: p.encode("utf-16-le"))),
    "invalid UTF-8": ("format", _payload(lambda p: p[:-1].encode() + b',"x":"\xff"}')),
    "half a surrogate pair": ("format", _payload(lambda p: p[:-1] + r',"x":"\ud800"}')),
    "a claim twice": ("format", _payload(lambda p: p[:-1] + ',"aud":"https://evil.example"}')),
    "a claim twice, escaped": ("format", _payload(lambda p: p[:-1] + r',"\u0061ud":"x"}')),
    "a name twice, deep inside": ("format", _payload(lambda p: p[:-1] + ',"x":[{"a":1,"a":2}]}')),
    "a header name twice": (
        "format",
        lambda m, k: m.seal(
            f'{{"alg":"none","kid":"{KID}","alg":"RS256"}}', json.dumps(claims(k))
        ),
    ),
    "tid in two spellings": ("format", _payload(lambda p: p[:-1] + ',"tid":"a","TID":"b"}')),
    "claims are a list": ("format", _payload(lambda p: f"[{p}]")),
    "claims are null": ("format", _payload(lambda _p: "null")),
    "something after the claims": ("format", _payload(lambda p: f"{p} {{}}")),
    "a comment in the claims": ("format", _payload(lambda p: f"/**/{p}")),
    "100,000 brackets": ("format", _payload(lambda _p: "[" * 20_000)),
    "deep nesting in a claim": (
        "format",
        _payload(lambda p: p[:-1] + ',"x":' + "[" * 20_000 + "]" * 20_000 + "}"),
    ),
    "a number of 10,000 digits": ("format", _payload(lambda p: p[:-1] + f',"x":{"9" * 10_000}}}')),
    # The algorithm
    "alg none": ("algorithm", _unsigned("none")),
    "alg None": ("algorithm", _unsigned("None")),
    "alg NONE": ("algorithm", _unsigned("NONE")),
    "alg nOnE": ("algorithm", _unsigned("nOnE")),
    "alg empty": ("algorithm", _unsigned("")),
    "alg null": ("algorithm", _unsigned(None)),
    "alg missing": ("algorithm", _unsigned(...)),
    "alg a list": ("algorithm", _unsigned(["RS256"])),
    "alg in small letters": ("algorithm", _unsigned("rs256")),
    "alg with a space": ("algorithm", _unsigned("RS256 ")),
    "HS256 with the key as PEM": (
        "algorithm", lambda m, k: _hmac_with(m, k, m.public(Encoding.PEM, _SPKI))),
    "HS256 with the key as PKCS#1": (
        "algorithm", lambda m, k: _hmac_with(m, k, m.public(Encoding.PEM, _PKCS1))),
    "HS256 with the key as DER": (
        "algorithm", lambda m, k: _hmac_with(m, k, m.public(Encoding.DER, _SPKI))),
    "HS256 with the key as JWK": (
        "algorithm", lambda m, k: _hmac_with(m, k, json.dumps(m.jwks()["keys"][0]).encode())),
    "HS256 with an empty key": ("algorithm", lambda m, k: _hmac_with(m, k, b"")),
    "RS384": ("algorithm", _other_algorithm("RS384", padding.PKCS1v15(), hashes.SHA384())),
    "RS512": ("algorithm", _other_algorithm("RS512", padding.PKCS1v15(), hashes.SHA512())),
    "PS256": ("algorithm", _other_algorithm("PS256", _PSS, hashes.SHA256())),
    # The header
    "crit": ("header", _header(crit=["exp"])),
    "crit with something unknown": ("header", _header(crit=["x"], x=1)),
    "crit empty": ("header", _header(crit=[])),
    "b64 false": ("header", _header(b64=False, crit=["b64"])),
    "b64 false without crit": ("header", _header(b64=False)),
    "its own key (jwk)": ("header", _own_key),
    "jku": ("header", _header(jku="https://evil.example/keys")),
    "x5u": ("header", _header(x5u="https://evil.example/cert")),
    "x5c": ("header", _header(x5c=["MIIB"])),
    "kid missing": ("header", _header(kid=...)),
    "kid null": ("header", _header(kid=None)),
    "kid empty": ("header", _header(kid="")),
    "kid a list": ("header", _header(kid=[KID])),
    "kid a number": ("header", _header(kid=1)),
    "kid of 10,000 letters": ("header", _header(kid="k" * 10_000)),
    "kid with a control character": ("header", _header(kid="k\x1b[2J")),
    "kid as a path": ("key", _header(kid="../../../../dev/null")),
    "kid as SQL": ("key", _header(kid="x' UNION SELECT 'key' --")),
    "kid as a command": ("key", _header(kid="|whoami")),
    "kid in small letters": ("key", _header(kid=KID.lower())),
    # Times
    "exp missing": ("dates", _claim(exp=...)),
    "exp as digits in a string": ("dates", _claim(exp=str(SECONDS + 3600))),
    "exp null": ("dates", _claim(exp=None)),
    "exp true": ("dates", _claim(exp=True)),
    "exp a list": ("dates", _claim(exp=[SECONDS + 3600])),
    "exp infinite": ("format", _raw_time("1e999")),
    "exp Infinity": ("format", _raw_time("Infinity")),
    "exp NaN": ("format", _raw_time("NaN")),
    "exp of 400 digits": ("dates", _raw_time("9" * 400)),
    "exp after the year 9999": ("dates", _claim(exp=10**12)),
    "exp negative": ("dates", _claim(exp=-1)),
    "nbf as a string": ("dates", _claim(nbf="0")),
    "iat false": ("dates", _claim(iat=False)),
    "expired": ("expiry", _claim(exp=SECONDS - 300)),
    "from the future": ("not before", _claim(nbf=SECONDS + 301)),
    "issued in the future": ("issued at", _claim(iat=SECONDS + 301)),
    # Who issued it
    "ver missing and a foreign issuer": ("kind", _claim(ver=..., iss="https://evil.example/")),
    "ver a number": ("kind", _claim(ver=1.0, iss="https://evil.example/")),
    "ver of the future": ("kind", _claim(ver="3.0", iss="https://evil.example/")),
    "a foreign issuer": ("issuer", _claim(iss="https://evil.example/")),
    "an issuer that begins right": (
        "issuer", _claim(iss="https://sts.windows.net.evil.example/")),
    "an issuer in a list": ("issuer", _claim(iss=["https://substrate.office.com/sts/"])),
    "no issuer": ("issuer", _claim(iss=...)),
    "an issuer in capitals": ("issuer", lambda m, k: m.token(k, iss=claims(k)["iss"].upper())),
    "another slash at the issuer's end": (
        "issuer", lambda m, k: m.token(k, iss=_toggle_slash(claims(k)["iss"]))),
    # For whom, by whom
    "no audience": ("audience", _claim(aud=...)),
    "another audience": ("audience", _claim(aud="https://evil.example")),
    "Microsoft Graph's audience": ("audience", _claim(aud="https://graph.microsoft.com")),
    "two audiences": (
        "audience", lambda m, k: m.token(k, aud=[claims(k)["aud"], "https://evil.example"])),
    "an audience that begins right": (
        "audience", lambda m, k: m.token(k, aud=claims(k)["aud"] + ".evil.example")),
    "a number as audience": ("audience", _claim(aud=1)),
    "another caller": (
        "caller", _claim(appid=CLIENT_ID, azp=CLIENT_ID)),
    "no caller": ("caller", _claim(appid=..., azp=...)),
    "the caller in a list": ("caller", _claim(appid=[ACTIONS], azp=[ACTIONS])),
    # The signature
    "a stranger's key": ("signature", lambda _m, k: Mint().token(k)),
    "another signature": ("signature", lambda m, k: _mixed(m.token(k), m.token(k, jti="2"))),
    "a signature of one byte": ("signature", _text(lambda t: t.rpartition(".")[0] + ".AA")),
    "a signature of zeros": (
        "signature", _text(lambda t: f"{t.rpartition('.')[0]}.{b64(bytes(256))}")),
}  # fmt: skip

ENTRA_ATTACKS: dict[str, tuple[str, Attack]] = {
    "another tenant": ("issuer", _claim(tid=OTHER_TENANT)),
    "another tenant and its issuer": (
        "tenant",
        lambda m, k: m.token(
            k, tid=OTHER_TENANT, iss=claims(k)["iss"].replace(TENANT, OTHER_TENANT)
        ),
    ),
    "tid missing": ("issuer", _claim(tid=...)),
    "tid no GUID": ("issuer", _claim(tid="common", iss="https://sts.windows.net/common/")),
    "tid with a path": (
        "issuer",
        lambda m, k: m.token(
            k, tid=f"{TENANT}/../x", iss=claims(k)["iss"].replace(TENANT, f"{TENANT}/../x")
        ),
    ),
    "tid a list": ("issuer", _claim(tid=[TENANT])),
    "ver of the other version": (
        "issuer",
        lambda m, k: m.token(k, ver="2.0" if k == "v1" else "1.0"),
    ),
    "nbf missing": ("dates", _claim(nbf=...)),
    "iat missing": ("dates", _claim(iat=...)),
    "app-only: roles and no scope": ("scope", _claim(scp=..., roles=["Do.Everything"])),
    "app-only: says so": ("scope", _claim(idtyp="app")),
    "scope empty": ("scope", _claim(scp=" ")),
    "scope a list": ("scope", _claim(scp=["Global.Test"])),
}


def _toggle_slash(text: str) -> str:
    return text[:-1] if text.endswith("/") else f"{text}/"


def _mixed(token: str, other: str) -> str:
    return f"{token.rpartition('.')[0]}.{other.rpartition('.')[2]}"
