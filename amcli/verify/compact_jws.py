"""A compact JWS (RFC 7515, section 7.1) read so strictly that it has one meaning only.

Signed cards and bearer tokens both come in this form.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from amcli import base64url
from amcli.strict_json import NotStrictJson, parse_json_object

_SEGMENTS = 3
_MAX_KEPT = 512  # characters of a header that is kept in memory; Microsoft's have about 150
_FOREIGN = r"[^A-Za-z0-9_.-]"


class MalformedJws(ValueError):
    """Text that is no compact JWS; the message says why, and never shows the text."""

    def __init__(
        self, message: str, *, foreign: str | None = None, segments: int = _SEGMENTS
    ) -> None:
        super().__init__(message)
        self.foreign = foreign
        """The first character that no compact JWS has."""
        self.segments = segments
        """How many parts stand between the dots."""


class CompactJws(NamedTuple):
    """The three parts, decoded; nothing is verified."""

    header: dict[str, Any]
    payload: dict[str, Any]
    signed_part: bytes
    """The bytes that the signature covers: both first segments and the dot between them."""
    signature: bytes


def parse_compact_jws(text: str, max_bytes: int) -> CompactJws:
    """Return the parts of a JWS whose header and payload are JSON objects.

    Raises MalformedJws for everything that two readers could take for different things: white
    space, padding and stray bits in base64url, byte order marks, names that stand twice or differ
    in upper and lower case only, NaN and numbers beyond a double, half surrogate pairs.
    """
    if not isinstance(text, str):  # a missing header is None, and others read bytes
        raise MalformedJws(f"a text was expected, this is {type(text).__name__}")
    if len(text) > max_bytes:
        raise MalformedJws(f"longer than {_size(max_bytes)}")
    segments = text.split(".")
    if len(segments) != _SEGMENTS:
        raise _foreign(text) or MalformedJws(
            f"three parts between dots were expected, there are {len(segments)}",
            segments=len(segments),
        )
    header, payload, signature = segments
    try:
        return CompactJws(
            dict(_header(header)) if len(header) <= _MAX_KEPT else _object(header, "header"),
            _object(payload, "payload"),
            f"{header}.{payload}".encode("ascii"),
            _decoded(signature, "signature"),
        )
    except MalformedJws as error:
        raise _foreign(text) or error from None


def _size(limit: int) -> str:
    kilobytes = limit // 1024
    return f"{kilobytes // 1024} MB" if kilobytes // 1024 else f"{kilobytes} KB"


def _foreign(text: str) -> MalformedJws | None:
    """Return what is wrong with a text in which something stands that no compact JWS has."""
    found = re.search(_FOREIGN, text)
    if found is None:
        return None
    character = found.group()
    return MalformedJws(
        f"character {found.start() + 1} is U+{ord(character):04X}; "
        "there are only letters, digits, '-', '_' and two dots in it",
        foreign=character,
    )


def _decoded(segment: str, part: str) -> bytes:
    if not segment:
        raise MalformedJws(f"the {part} is empty")
    try:
        return base64url.decode(segment)
    except base64url.NotBase64url as error:
        raise MalformedJws(f"the {part} {error}") from None


@lru_cache(maxsize=64)
def _header(segment: str) -> dict[str, Any]:
    """Return a header; tokens that were signed with one key mostly have one and the same."""
    return _object(segment, "header")


def _object(segment: str, part: str) -> dict[str, Any]:
    try:
        value = parse_json_object(_decoded(segment, part))
    except NotStrictJson as error:
        raise MalformedJws(f"the {part} {error}") from None
    names = "".join(value)
    # Some readers ignore case: for them `tid` and `TID` would be the same claim twice. Names that
    # are all in small letters, as Microsoft's are, differ anyway. Readers compare in capitals too,
    # in which a dotless i is an i.
    lower = names.isascii() and names == names.lower()
    if not lower and len({name.upper().casefold() for name in value}) != len(value):
        raise MalformedJws(f"two names in the {part} differ only in upper and lower case")
    return value
