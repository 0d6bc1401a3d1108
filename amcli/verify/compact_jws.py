"""A compact JWS (RFC 7515, section 7.1) read so strictly that it has one meaning only.

Signed cards and bearer tokens both come in this form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from amcli import base64url
from amcli.strict_json import NotStrictJson, parse_json_object

_SEGMENTS = 3
_FOREIGN = re.compile(r"[^A-Za-z0-9_.-]")


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


@dataclass(frozen=True)
class CompactJws:
    """The three parts, decoded; nothing is verified."""

    header: dict[str, Any]
    payload: dict[str, Any]
    signed_part: bytes = field(repr=False)
    """The bytes that the signature covers: both first segments and the dot between them."""
    signature: bytes = field(repr=False)


def parse_compact_jws(text: str, max_bytes: int) -> CompactJws:
    """Return the parts of a JWS whose header and payload are JSON objects.

    Raises MalformedJws for everything that two readers could take for different things: white
    space, padding and stray bits in base64url, byte order marks, names that stand twice or differ
    in upper and lower case only, NaN and numbers beyond a double, half surrogate pairs.
    """
    if len(text) > max_bytes:
        raise MalformedJws(f"longer than {_size(max_bytes)}")
    header, payload, signature = _segments(text)
    return CompactJws(
        header=_object(header, "header"),
        payload=_object(payload, "payload"),
        signed_part=f"{header}.{payload}".encode("ascii"),
        signature=_decoded(signature, "signature"),
    )


def _size(limit: int) -> str:
    kilobytes = limit // 1024
    return f"{kilobytes // 1024} MB" if kilobytes // 1024 else f"{kilobytes} KB"


def _segments(text: str) -> list[str]:
    if foreign := _FOREIGN.search(text):
        character = foreign.group()
        raise MalformedJws(
            f"character {foreign.start() + 1} is U+{ord(character):04X}; "
            "there are only letters, digits, '-', '_' and two dots in it",
            foreign=character,
        )
    segments = text.split(".")
    if len(segments) != _SEGMENTS:
        raise MalformedJws(
            f"three parts between dots were expected, there are {len(segments)}",
            segments=len(segments),
        )
    return segments


def _decoded(segment: str, part: str) -> bytes:
    if not segment:
        raise MalformedJws(f"the {part} is empty")
    try:
        return base64url.decode(segment)
    except base64url.NotBase64url as error:
        raise MalformedJws(f"the {part} {error}") from None


def _object(segment: str, part: str) -> dict[str, Any]:
    try:
        value = parse_json_object(_decoded(segment, part))
    except NotStrictJson as error:
        raise MalformedJws(f"the {part} {error}") from None
    if len({name.casefold() for name in value}) != len(value):
        # Some readers ignore case: for them `tid` and `TID` would be the same claim twice.
        raise MalformedJws(f"two names in the {part} differ only in upper and lower case")
    return value
