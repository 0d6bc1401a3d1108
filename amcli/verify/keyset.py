"""Public keys that tokens are checked with: from a JWKS (RFC 7517), from a file or the issuer.

Only RSA keys for signatures, of 2048 bits or more, are ever used; another key in the set does
not spoil the set, but a token that names it learns why it is not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from amcli import base64url
from amcli.errors import UnreadableInput
from amcli.files import read_bounded
from amcli.strict_json import NotStrictJson, parse_json_object
from amcli.verify.clouds import Authority
from amcli.verify.token_text import shown

MIN_KEY_BITS = 2048
_MAX_KEY_BITS = 8192  # a check with a larger key takes so long that it is an attack by itself
_PRIVATE_PARTS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})  # RFC 7518, section 6.3.2
_MAX_EXPONENT_BITS = 32  # the same; Microsoft's keys have 65537
MAX_KEY_SET_BYTES = 1024 * 1024  # Entra's sets have about 11 KB


class TokenKey(NamedTuple):
    """A key that may check signatures."""

    kid: str
    public_key: RSAPublicKey
    issuer: str | None
    """The key's own ``issuer``, as Entra's v2 key sets have it; ``{tenantid}`` is a template."""
    origin: str


class NoKey(NamedTuple):
    """Why there is no key for a token."""

    reason: str
    hint: str | None = None
    read_at: float | None = None
    """When the key set was read, in Unix seconds, where that was before it was asked for now: a
    token that is newer may be signed with a key that is newer too."""
    retry_after: int = 60
    """In how many seconds the key set may be read again."""


class KeySource(Protocol):
    """Where keys come from; implementations may cache, and may be shared by threads."""

    @property
    def origin(self) -> str:
        """Return what a person would call it: a file, a URL, the issuer's metadata."""

    def find(self, kid: str, authority: Authority, *, wait: bool = True) -> TokenKey | NoKey:
        """Return the key of that id for tokens of that issuer.

        Raises KeysUnreachable when that cannot be known at the moment; and KeysOnTheirWay instead
        of waiting for the network, where ``wait`` is False.
        """


class StaticKeys:
    """A JWKS that is at hand; it never changes and never asks the network."""

    def __init__(self, keys: Mapping[str, TokenKey | NoKey], origin: str) -> None:
        self.keys = dict(keys)
        self.origin = origin

    def find(self, kid: str, authority: Authority, *, wait: bool = True) -> TokenKey | NoKey:
        """Return the key of that id, whoever the issuer is."""
        return self.keys.get(kid) or NoKey(
            f"{self.origin} has no key {shown(kid)}; it has {len(self.keys)}",
            "keys roll over: get a fresh key set from the issuer that the token names",
        )

    @classmethod
    def from_file(cls, path: Path) -> StaticKeys:
        """Return the key set in a JSON file; raises UnreadableInput when there is none."""
        content = read_bounded(path, MAX_KEY_SET_BYTES, what="key set")
        return cls.from_bytes(content, str(path))

    @classmethod
    def from_bytes(cls, content: bytes, origin: str) -> StaticKeys:
        """Return the key set in UTF-8 JSON; raises UnreadableInput when it is none."""
        return cls.from_mapping(read_json_object(content, origin, "a key set"), origin)

    @classmethod
    def from_mapping(cls, value: Mapping[str, Any], origin: str = "given keys") -> StaticKeys:
        """Return the keys of a JWKS that is parsed already; raises UnreadableInput."""
        members = value.get("keys")
        if not isinstance(members, list) or not all(isinstance(m, dict) for m in members):
            raise UnreadableInput(
                f'{origin}: not a key set: it has no list of keys under "keys"', hint=_advice(value)
            )
        keys: dict[str, TokenKey | NoKey] = {}
        for member in members:
            kid = member.get("kid")
            if isinstance(kid, str):
                keys[kid] = _ambiguous(kid, origin) if kid in keys else _key(kid, member, origin)
        if not keys:
            raise UnreadableInput(
                f"{origin}: a key set without a key that has an id", hint='each key needs "kid"'
            )
        return cls(keys, origin)


def read_json_object(content: bytes, origin: str, what: str) -> dict[str, Any]:
    """Return a JSON object of at most 1 MiB of UTF-8 text; raises UnreadableInput."""
    if len(content) > MAX_KEY_SET_BYTES:
        raise UnreadableInput(f"{origin}: too large for {what}, more than 1 MiB")
    try:
        return parse_json_object(content, byte_order_mark=True)
    except NotStrictJson as error:
        raise UnreadableInput(
            f"{origin}: not {what}: it {error}",
            hint='a key set (JWKS) is JSON: {"keys": [{"kty": "RSA", "kid": ..., ...}]}',
        ) from None


def _advice(value: Mapping[str, Any]) -> str:
    if isinstance(value.get("jwks_uri"), str):
        return f"this is the issuer's metadata; the key set is at {shown(value['jwks_uri'])}"
    if "kty" in value:
        return 'this is a single key; a key set is {"keys": [...]} around it'
    return 'a key set (JWKS) looks like {"keys": [{"kty": "RSA", "kid": ..., "n": ..., "e": ...}]}'


def _ambiguous(kid: str, origin: str) -> NoKey:
    return NoKey(f"{origin} has two keys with the id {shown(kid)}")


def _key(kid: str, member: Mapping[str, Any], origin: str) -> TokenKey | NoKey:
    try:
        _refuse_other_uses(member)
        return TokenKey(kid, _public_key(member), _issuer(member), origin)
    except _Unusable as error:
        return NoKey(f"the key {shown(kid)} in {origin} is not used: {error}")


class _Unusable(Exception):
    """Why a member of a key set must not check signatures."""


def _refuse_other_uses(member: Mapping[str, Any]) -> None:
    """Refuse keys that are meant for something else (RFC 7517, sections 4.1 to 4.4)."""
    if member.get("kty") != "RSA":
        raise _Unusable(f"its type is {shown(member.get('kty'))}, RS256 needs RSA")
    if member.get("use", "sig") != "sig":
        raise _Unusable(f'its "use" is {shown(member["use"])}, not "sig"')
    if member.get("alg", "RS256") != "RS256":
        raise _Unusable(f'its "alg" is {shown(member["alg"])}, not "RS256"')
    operations = member.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise _Unusable('its "key_ops" do not allow "verify"')
    if not _PRIVATE_PARTS.isdisjoint(member):
        raise _Unusable("it is a private key, which has no place in a key set")


def _issuer(member: Mapping[str, Any]) -> str | None:
    issuer = member.get("issuer")
    if issuer is not None and not isinstance(issuer, str):
        raise _Unusable("its issuer is not a text")
    return issuer


def _public_key(member: Mapping[str, Any]) -> RSAPublicKey:
    modulus, exponent = _number(member, "n"), _number(member, "e")
    bits = modulus.bit_length()
    if not MIN_KEY_BITS <= bits <= _MAX_KEY_BITS:
        raise _Unusable(f"it has {bits} bits; from {MIN_KEY_BITS} to {_MAX_KEY_BITS} are accepted")
    if exponent <= 1 or exponent % 2 == 0 or exponent.bit_length() > _MAX_EXPONENT_BITS:
        raise _Unusable("its exponent must be odd, above 1 and of 32 bits at most")
    try:
        return RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError as error:
        raise _Unusable(f"it is no RSA key: {error}") from None


def _number(member: Mapping[str, Any], name: str) -> int:
    """Return a Base64urlUInt (RFC 7518, section 2)."""
    text = member.get(name)
    if not isinstance(text, str) or not text:
        raise _Unusable(f'"{name}" is missing or no string')
    try:
        return int.from_bytes(base64url.decode(text), "big")
    except base64url.NotBase64url as error:
        raise _Unusable(f'"{name}" {error}') from None
