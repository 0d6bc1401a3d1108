"""base64url without padding (RFC 4648, section 5; RFC 7515, section 2), one spelling for each."""

from __future__ import annotations

import binascii

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
# What the last character may be, by the length of the text modulo 4: its spare bits are not set.
_LAST: tuple[frozenset[int], ...] = (
    frozenset(_ALPHABET),
    frozenset(),
    frozenset(_ALPHABET[::16]),
    frozenset(_ALPHABET[::4]),
)
_TO_PLAIN = bytes.maketrans(b"-_+/=", b"+/\0\0\0")  # what only plain base64 has becomes foreign
_PADDING = (b"", b"", b"==", b"=")
_FROM_PLAIN = bytes.maketrans(b"+/", b"-_")


class NotBase64url(ValueError):
    """Text that is refused; the message has no subject, and never shows the text."""


def encode(raw: bytes) -> str:
    """Return bytes as base64url without padding."""
    plain = binascii.b2a_base64(raw, newline=False)
    return plain.translate(_FROM_PLAIN).rstrip(b"=").decode("ascii")


def decode(text: str, *, canonical: bool = True) -> bytes:
    """Return the bytes that base64url without padding stands for; raises NotBase64url.

    Set bits behind the last byte are refused, as they would give the same bytes a second spelling
    (RFC 4648, section 3.5). ``canonical=False`` is for secrets that a person made with another
    program: it tolerates such bits, and padding.
    """
    if not canonical:
        text = text.rstrip("=")
    over = len(text) % 4
    try:
        content = text.encode("ascii")
        plain = content.translate(_TO_PLAIN) + _PADDING[over]
        raw = binascii.a2b_base64(plain, strict_mode=True)
    except ValueError:
        if text.isascii() and not text.encode().translate(None, delete=_ALPHABET):
            raise NotBase64url("is cut off: no base64url has this length") from None
        raise NotBase64url("has a character that base64url without padding does not have") from None
    if canonical and over and content[-1] not in _LAST[over]:
        raise NotBase64url("has stray bits after its last byte")
    return raw
