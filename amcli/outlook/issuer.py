"""A Microsoft Entra ID of one's own: mints the tokens that Outlook would send, and has a JWKS.

Which claims a token for actionable messages has is not specified; these are those of Microsoft's
"Access token claims reference" for a delegated token, with the audience and the calling
application of "Enable Entra tokens for actionable messages".
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from amcli import base64url
from amcli.seams import Clock, utc_now
from amcli.secrets import Secret
from amcli.verify.token_kind import ACTIONS_APPLICATION, TokenKind

DEFAULT_LIFETIME = timedelta(minutes=75)  # Entra's are random between 60 and 90 minutes
_KEY_BITS = 2048


@dataclass(frozen=True)
class Person:
    """Somebody in a tenant, who can click."""

    address: str
    """The user principal name, which is usually the mail address."""
    name: str
    object_id: str

    @classmethod
    def create(cls, address: str, name: str) -> Person:
        """Return a person whose object id follows from the address, the same each time."""
        return cls(address, name, str(uuid.uuid5(uuid.NAMESPACE_URL, f"mailto:{address}")))


@dataclass(frozen=True)
class Registration:
    """A provider's application, as registered for actionable messages."""

    provider_id: str
    application_id: str
    scope: str = "Global.Test"

    @property
    def app_id_uri(self) -> str:
        """Return the Application ID URI, which is the audience of version 1 tokens."""
        return f"api://auth-am-{self.provider_id}/{self.application_id}"


@dataclass(frozen=True)
class LocalIssuer:
    """One tenant with one signing key; only tests and demonstrations should trust it."""

    tenant: str
    _key: rsa.RSAPrivateKey = field(repr=False)
    _clock: Clock = field(default=utc_now, repr=False)

    @classmethod
    def create(cls, tenant: str | None = None, *, clock: Clock = utc_now) -> LocalIssuer:
        """Return an issuer with a new key, for a tenant id (a GUID; a new one when None)."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
        return cls(tenant or str(uuid.uuid4()), key, clock)

    @property
    def key_id(self) -> str:
        """Return the key's id: the SHA-1 of its public part, 27 characters as Entra's are."""
        public = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64url.encode(hashlib.sha1(public, usedforsecurity=False).digest())

    def jwks(self, kind: TokenKind = TokenKind.ENTRA_V1) -> dict[str, Any]:
        """Return the key set (RFC 7517); only that of version 2 names the keys' issuer."""
        public = self._key.public_key().public_numbers()
        key = {
            "kty": "RSA",
            "use": "sig",
            "kid": self.key_id,
            "x5t": self.key_id,
            "n": base64url.encode(public.n.to_bytes(_KEY_BITS // 8, "big")),
            "e": base64url.encode(public.e.to_bytes(3, "big")),
        }
        if kind is TokenKind.ENTRA_V2:
            key["issuer"] = "https://login.microsoftonline.com/{tenantid}/v2.0"
        return {"keys": [key]}

    def mint(
        self,
        person: Person,
        registration: Registration,
        *,
        kind: TokenKind = TokenKind.ENTRA_V1,
        lifetime: timedelta = DEFAULT_LIFETIME,
        changes: Mapping[str, Any] | None = None,
    ) -> Secret:
        """Return an access token as Outlook would send it when ``person`` clicks.

        ``changes`` replaces claims, or drops those that are None; a negative ``lifetime`` gives
        a token that has expired.
        """
        claims = self._claims(person, registration, kind, lifetime) | dict(changes or {})
        kept = {name: value for name, value in claims.items() if value is not None}
        header = {"kid": self.key_id}
        if kind is TokenKind.ENTRA_V1:
            header["x5t"] = self.key_id
        return Secret(jwt.encode(kept, self._key, algorithm="RS256", headers=header))

    def _claims(
        self, person: Person, registration: Registration, kind: TokenKind, lifetime: timedelta
    ) -> dict[str, Any]:
        expires = self._clock() + lifetime
        issued = min(self._clock(), expires - timedelta(minutes=1))
        version = _version_2 if kind is TokenKind.ENTRA_V2 else _version_1
        return {
            "iat": int(issued.timestamp()),
            "nbf": int(issued.timestamp()),
            "exp": int(expires.timestamp()),
            "name": person.name,
            "oid": person.object_id,
            "tid": self.tenant,
            "scp": registration.scope,
            # Pairwise: another one for each application.
            "sub": base64url.encode(
                hashlib.sha256(
                    f"{person.object_id} {registration.application_id}".encode()
                ).digest()
            ),
            "uti": base64url.encode(uuid.uuid4().bytes),
            **version(self.tenant, person, registration),
        }


def _version_1(tenant: str, person: Person, registration: Registration) -> dict[str, Any]:
    return {
        "ver": "1.0",
        "aud": registration.app_id_uri,
        "iss": f"https://sts.windows.net/{tenant}/",
        "acr": "1",
        "amr": ["pwd"],
        "appid": ACTIONS_APPLICATION,
        "appidacr": "2",
        "unique_name": person.address,
        "upn": person.address,
    }


def _version_2(tenant: str, person: Person, registration: Registration) -> dict[str, Any]:
    return {
        "ver": "2.0",
        "aud": registration.application_id,
        "iss": f"https://login.microsoftonline.com/{tenant}/v2.0",
        "azp": ACTIONS_APPLICATION,
        "azpacr": "2",
        "preferred_username": person.address,
    }
