"""A token's outer form, read strictly: what gets through here means one thing only.

JWS compact serialisation (RFC 7515, section 7.1) of two JSON objects. Anything that two readers
could understand differently is refused: padding and stray bits in base64url, byte order marks,
names that stand twice, numbers outside what a double holds, half surrogate pairs.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeGuard

from amcli.secrets import Secret
from amcli.verify.checks import Verdict, failed
from amcli.verify.token_errors import MalformedToken
from amcli.verify.token_kind import TokenKind, find_kind

MAX_TOKEN_BYTES = 64 * 1024
"""Tokens with 200 groups reach about 12 KB; web servers refuse longer headers anyway."""

_LAST_SECOND = 253_402_300_799  # the end of the year 9999, the last one with a date
_SEGMENTS = 3
_ENCRYPTED_SEGMENTS = 5  # RFC 7516, section 7.1


@dataclass(frozen=True)
class UnverifiedToken:
    """What a token says. Anybody can write this: show it, never act on it."""

    kind: TokenKind
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    encoded: Secret
    """The token itself; whoever has it can use it until it expires."""
    signed_part: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def decode_token(text: str) -> UnverifiedToken:
    """Return what a bare token says, without verifying anything.

    Raises MalformedToken, whose message never contains the token.
    """
    if len(text) > MAX_TOKEN_BYTES:
        raise _malformed(f"longer than {MAX_TOKEN_BYTES // 1024} KB")
    header_part, claims_part, signature_part = _segments(text)
    header = _object(_base64url(header_part, "header"), "header")
    claims = _object(_base64url(claims_part, "claims"), "claims")
    return UnverifiedToken(
        kind=find_kind(claims),
        header=header,
        claims=claims,
        encoded=Secret(text),
        signed_part=f"{header_part}.{claims_part}".encode("ascii"),
        signature=_base64url(signature_part, "signature"),
    )


def is_numeric_date(value: Any) -> TypeGuard[float]:
    """Return whether this is a NumericDate (RFC 7519, section 2) between 1970 and 9999."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= _LAST_SECOND  # not for NaN and infinity either


def _segments(text: str) -> list[str]:
    if not text.isascii():
        raise _malformed("there are characters in it that no token has")
    segments = text.split(".")
    if len(segments) == _ENCRYPTED_SEGMENTS:
        raise _malformed("five segments: that is an encrypted token, Microsoft sends signed ones")
    if len(segments) != _SEGMENTS:
        raise _malformed(
            f"a signed token has three segments between dots, this has {len(segments)}",
            "copy all of it: header, claims and signature",
        )
    return segments


def _base64url(segment: str, part: str) -> bytes:
    if not segment:
        raise _malformed(f"the {part} segment is empty")
    try:
        decoded = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError:
        decoded = b""
    # Encoding it again catches foreign characters, which Python skips, padding, and tails whose
    # unused bits are set (RFC 4648, section 3.5).
    if base64.urlsafe_b64encode(decoded).rstrip(b"=") != segment.encode("ascii"):
        raise _malformed(f"the {part} segment is not base64url without padding")
    return decoded


def _object(content: bytes, part: str) -> dict[str, Any]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise _malformed(f"the {part} is not UTF-8 text") from None
    value = _json(text, part)
    if not isinstance(value, dict):
        raise _malformed(f"the {part} is not a JSON object")
    if "\\u" in text:
        _refuse_half_characters(value, part)
    if len({name.casefold() for name in value}) != len(value):
        # Some readers ignore case: for them `tid` and `TID` would be the same claim twice.
        raise _malformed(f"two names in the {part} differ only in upper and lower case")
    return value


def _json(text: str, part: str) -> Any:
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise _malformed(f"the {part} is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise _malformed(f"the {part} is not JSON: {error.msg}") from None
    except _Refused as error:
        raise _malformed(f"the {part} {error}") from None
    except ValueError:  # an integer of more digits than Python converts
        raise _malformed(f"the {part} has a number that is too long") from None


class _Refused(Exception):
    """What the JSON reader's hooks refuse."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _Refused("has a name twice in one object")
    return value


def _finite(digits: str) -> float:
    number = float(digits)
    if number in {float("inf"), float("-inf")}:
        raise _Refused("has a number that is too large")
    return number


def _no_constant(name: str) -> NoReturn:
    raise _Refused(f"has {name}, which is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_finite, parse_constant=_no_constant
)


def _refuse_half_characters(value: dict[str, Any], part: str) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise _malformed(f"the {part} has half of a surrogate pair in a string") from None


def _malformed(reason: str, hint: str | None = None) -> MalformedToken:
    return MalformedToken(
        f"not a token: {reason}", hint=hint, verdict=Verdict((failed("format", reason, hint),))
    )
