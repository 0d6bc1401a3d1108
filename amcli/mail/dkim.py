"""The mail's own signature: relaxed/relaxed, RSA-SHA256, and Ed25519 as a second one.

RFC 6376 (DKIM) and RFC 8463 (Ed25519).
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import dkim
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from amcli.address import address_domain
from amcli.errors import KeyMaterialError
from amcli.mail.message import CORRELATION_HEADER, MailMessage
from amcli.seams import Clock, utc_now

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from amcli.signing.dkim_key import DkimKey

SIGNED_HEADERS = (
    b"from",
    b"to",
    b"cc",
    b"subject",
    b"date",
    b"message-id",
    b"mime-version",
    b"content-type",
    CORRELATION_HEADER.lower().encode("ascii"),
)
# RFC 6376, section 8.15: listed once more than it stands there, so that none can be added.
_OVERSIGNED = b"from"
_RELAXED = (b"relaxed", b"relaxed")


def add_dkim(message: MailMessage, key: DkimKey, *, clock: Clock = utc_now) -> MailMessage:
    """Return the mail with its DKIM-Signature in front; every other byte stays as it is.

    Relaxed/relaxed, From oversigned, no body length. An Ed25519 signature, where the key has one,
    stands above the RSA one. Raises KeyMaterialError when a signature cannot be made.
    """
    signed_at = int(clock().timestamp())
    header = _sign(message, key.domain, key.selector, b"rsa-sha256", _pkcs1(key.private), signed_at)
    if key.ed25519 is not None:
        second, seed = key.ed25519, _seed(key.ed25519.private)
        header = (
            _sign(message, key.domain, second.selector, b"ed25519-sha256", seed, signed_at) + header
        )
    return replace(message, content=header + message.content)


def alignment_warning(sender: str, key: DkimKey) -> str | None:
    """Return why the signature does not speak for the From address, if it does not.

    DMARC (RFC 7489, section 3.1.1) wants d= to be From's domain, or, relaxed, one that belongs to
    the same organization. Which names belong together is not in their spelling: a parent is
    taken for one, anything else is said.
    """
    domain = address_domain(sender)
    if domain == key.domain or domain.endswith(f".{key.domain}"):
        return None
    return (
        f"the DKIM domain {key.domain} is neither {domain}, which From has, nor a parent of it: "
        "the signature will not count for DMARC, and Outlook may hide an unsigned card"
    )


class _Signer(dkim.DKIM):  # type: ignore[misc]  # dkimpy has no type information
    """dkimpy's signer with the caller's time in t=, which it takes from the system otherwise."""

    def __init__(self, content: bytes, signed_at: int) -> None:
        super().__init__(content)
        self._signed_at = str(signed_at).encode("ascii")

    def gen_header(self, fields: list[tuple[bytes, bytes]], *args: Any, **kwargs: Any) -> bytes:
        timed = [(tag, self._signed_at if tag == b"t" else value) for tag, value in fields]
        header: bytes = super().gen_header(timed, *args, **kwargs)
        return header


def _sign(
    message: MailMessage, domain: str, selector: str, algorithm: bytes, key: bytes, signed_at: int
) -> bytes:
    try:
        signer = _Signer(message.content, signed_at)
        header: bytes = signer.sign(
            selector.encode("ascii"),
            domain.encode("ascii"),
            key,
            signature_algorithm=algorithm,
            canonicalize=_RELAXED,
            include_headers=_headers_to_sign(signer),
        )
    except dkim.NaClNotFoundError:
        raise KeyMaterialError(
            "an Ed25519 signature needs PyNaCl, which is not installed",
            hint="install it: pip install 'amcli[ed25519]', or leave the second signature out",
        ) from None
    except dkim.DKIMException as error:
        raise KeyMaterialError(f"no DKIM signature could be made: {error}") from None
    return header


def _headers_to_sign(signer: _Signer) -> list[bytes]:
    present = {name.lower() for name, _value in signer.headers}
    return [*(name for name in SIGNED_HEADERS if name in present), _OVERSIGNED]


def _pkcs1(key: RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def _seed(key: Ed25519PrivateKey) -> bytes:
    return base64.b64encode(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))
