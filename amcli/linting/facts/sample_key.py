"""Whether a public key, as it was registered, is the one of Microsoft's published sample."""

from __future__ import annotations

import binascii
import hashlib
import json
import re
from base64 import b64decode, urlsafe_b64decode
from functools import cache

# SHA-256 of the modulus in big-endian bytes, and of the SubjectPublicKeyInfo, of the key in
# tony-zhu/SignedAdaptiveCardSample-node.
_MODULUS = "77c15cbd81a1d4413a2a3c07bf69ee22e7c178696155dc45791f433c7a857b21"
_INFO = "d001d6a15c81e19444f3d2020c9a4adc949488a804d5c3e7ca6a4f3a470d4f8a"

_XML = re.compile(r"<Modulus>([^<]*)</Modulus>")
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----([^-]*)-----END PUBLIC KEY-----")


@cache
def is_sample_key(key: str) -> bool:
    """Return whether a key is the sample's: RSAKeyValue, JWK or PEM (SubjectPublicKeyInfo).

    Only hashes are compared. A key in another form, or none at all, is not the sample's.
    """
    if found := _XML.search(key):
        return _hash(found[1]) == _MODULUS
    if found := _PEM.search(key):
        return _hash(found[1]) == _INFO
    return _of_jwk(key) == _MODULUS


def _of_jwk(key: str) -> str:
    try:
        modulus = json.loads(key)["n"]
        return hashlib.sha256(urlsafe_b64decode(f"{modulus}==")).hexdigest()
    except (ValueError, TypeError, LookupError, RecursionError):
        return ""


def _hash(text: str) -> str:
    # Microsoft's own sample has stray spaces in its base64.
    try:
        return hashlib.sha256(b64decode("".join(text.split()))).hexdigest()
    except (ValueError, binascii.Error):
        return ""
