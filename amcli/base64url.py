"""base64url without padding (RFC 4648, section 5; RFC 7515, section 2), one spelling for each."""

from __future__ import annotations

import base64
import re

_FOREIGN = re.compile(r"[^A-Za-z0-9_-]")


class NotBase64url(ValueError):
    """Text that is refused; the message has no subject, and never shows the text."""


def encode(raw: bytes) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode(text: str, *, canonical: bool = True) -> bytes:
    """Return the bytes that base64url without padding stands for; raises NotBase64url.

    Set bits behind the last byte are refused, as they would give the same bytes a second spelling
    (RFC 4648, section 3.5). ``canonical=False`` is for secrets that a person made with another
    program: it tolerates such bits, and padding.
    """
    if not canonical:
        text = text.rstrip("=")
    if _FOREIGN.search(text):
        raise NotBase64url("has a character that base64url without padding does not have")
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise NotBase64url("is cut off: no base64url has this length") from None
    if canonical and encode(raw) != text:
        raise NotBase64url("has stray bits after its last byte")
    return raw
