"""The keys that sign mail: RSA, and Ed25519 for a second signature (RFC 6376, RFC 8463)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from amcli.errors import KeyMaterialError, UsageError
from amcli.secrets import Secret
from amcli.signing.dkim_record import dkim_record, dns_name
from amcli.signing.keys import require_rsa
from amcli.signing.private_key import load_private_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey


@dataclass(frozen=True)
class Ed25519DkimKey:
    """The key of the second signature; its record has a selector of its own."""

    selector: str
    private: Ed25519PrivateKey


@dataclass(frozen=True)
class DkimKey:
    """What it takes to sign for a domain; ``repr`` shows no key."""

    domain: str
    selector: str
    private: RSAPrivateKey
    ed25519: Ed25519DkimKey | None = None

    def __repr__(self) -> str:
        return f"DkimKey({self.selector}._domainkey.{self.domain}, RSA {self.private.key_size})"


def load_dkim_key(
    path: Path,
    *,
    domain: str,
    selector: str,
    passphrase: Secret | None = None,
    ed25519_path: Path | None = None,
    ed25519_selector: str | None = None,
) -> DkimKey:
    """Return the key that signs mail of ``domain``; one passphrase opens both files.

    Raises KeyMaterialError for what ``load_signing_key`` refuses too, and for a second key that
    is not Ed25519; UsageError for a domain or selector that DNS cannot hold.
    """
    private = require_rsa(load_private_key(path, passphrase), path)
    dkim_record(private.public_key(), domain=domain, selector=selector)  # refuses bad names
    second = None
    if ed25519_path is not None:
        if ed25519_selector is None:
            raise UsageError(
                "the Ed25519 key has no selector",
                hint="its record cannot share a name with the RSA key's: give it its own selector",
            )
        second = Ed25519DkimKey(
            dns_name(ed25519_selector, "selector"), _ed25519(ed25519_path, passphrase)
        )
    return DkimKey(dns_name(domain, "domain"), dns_name(selector, "selector"), private, second)


def _ed25519(path: Path, passphrase: Secret | None) -> Ed25519PrivateKey:
    key = load_private_key(path, passphrase)
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyMaterialError(
            f"{path}: this is no Ed25519 key",
            hint="make one with: amcli keygen dkim --ed25519",
        )
    return key
