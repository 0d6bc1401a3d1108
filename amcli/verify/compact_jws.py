"""A compact JWS (RFC 7515, section 7.1) read so strictly that it has one meaning only."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from typing import Any

MAX_CHARACTERS = 48 * 1024 * 1024  # a card of 16 MB, escaped once and in base64

_SEGMENTS = 3
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_FOREIGN = re.compile(r"[^A-Za-z0-9_.-]")


class MalformedJws(ValueError):
    """Text that is no compact JWS; the message says why, ``hint`` what may have happened."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class CompactJws:
    """The three parts, decoded; nothing is verified."""

    header: dict[str, Any]
    payload: dict[str, Any]
    signed_part: bytes = field(repr=False)
    """The bytes that the signature covers: both first segments and the dot between them."""
    signature: bytes = field(repr=False)


def parse_compact_jws(text: str) -> CompactJws:
    """Return the parts of a JWS whose header and payload are JSON objects.

    Raises MalformedJws for everything that two readers could take for different things: white
    space, padding and stray bits in base64url, names that stand twice, NaN.
    """
    if len(text) > MAX_CHARACTERS:
        raise MalformedJws(f"longer than {MAX_CHARACTERS // 1024**2} MB")
    segments = _segments(text)
    header, payload, signature = (
        _decode(segment, name)
        for segment, name in zip(segments, ("header", "payload", "signature"), strict=True)
    )
    return CompactJws(
        header=_object(header, "header"),
        payload=_object(payload, "payload"),
        signed_part=f"{segments[0]}.{segments[1]}".encode("ascii"),
        signature=signature,
    )


def _segments(text: str) -> list[str]:
    foreign = _FOREIGN.search(text)
    if foreign:
        raise MalformedJws(
            f"character {foreign.start() + 1} is U+{ord(foreign.group()):04X}; "
            "a signed card has only letters, digits, '-', '_' and two dots",
            _damage(foreign.group()),
        )
    segments = text.split(".")
    if len(segments) != _SEGMENTS:
        raise MalformedJws(
            f"three parts between dots were expected, there are {len(segments)}",
            "the whole of header, payload and signature must arrive",
        )
    return segments


def _damage(character: str) -> str:
    if character.isspace():
        return "something wrapped the long line; the mail's transfer encoding must protect it"
    if character in "=+/":
        return "this is padding or plain base64; RFC 7515 wants base64url without padding"
    return "something between the signer and here rewrote the mail"


def _decode(segment: str, name: str) -> bytes:
    if not _BASE64URL.fullmatch(segment):
        raise MalformedJws(f"the {name} is empty")
    try:
        decoded = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError:
        raise MalformedJws(f"the {name} is cut off: no base64url has this length") from None
    # RFC 4648, section 3.5: set bits after the last byte would give one signature two spellings.
    if base64.urlsafe_b64encode(decoded).rstrip(b"=").decode("ascii") != segment:
        raise MalformedJws(f"the {name} has stray bits after its last byte")
    return decoded


def _object(content: bytes, name: str) -> dict[str, Any]:
    try:
        value = json.loads(
            content.decode("utf-8"), object_pairs_hook=_no_twins, parse_constant=_no_constant
        )
    except MalformedJws as error:
        raise MalformedJws(f"the {name} {error}") from None
    except UnicodeDecodeError:
        raise MalformedJws(f"the {name} is not UTF-8") from None
    except (ValueError, RecursionError):
        raise MalformedJws(f"the {name} is not JSON") from None
    if not isinstance(value, dict):
        raise MalformedJws(f"the {name} is JSON, but no object")
    return value


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise MalformedJws(
            "has a name twice in one object: which of the two counts is anyone's guess"
        )
    return value


def _no_constant(name: str) -> Any:
    raise MalformedJws(f"holds {name}, which is no JSON")
