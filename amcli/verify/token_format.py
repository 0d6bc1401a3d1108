"""A token's outer form: a compact JWS, read so strictly that it means one thing only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from amcli.secrets import Secret
from amcli.verify.checks import Verdict, failed
from amcli.verify.compact_jws import CompactJws, MalformedJws, parse_compact_jws
from amcli.verify.token_errors import MalformedToken
from amcli.verify.token_kind import TokenKind, find_kind

MAX_TOKEN_BYTES = 64 * 1024
"""Tokens with 200 groups reach about 12 KB; web servers refuse longer headers anyway."""

_NUMBERS = (int, float)
_LAST_SECOND = 253_402_300_799  # the end of the year 9999, the last one with a date
_SIGNED_SEGMENTS = 3
_ENCRYPTED_SEGMENTS = 5  # RFC 7516, section 7.1


class UnverifiedToken:
    """What a token says. Anybody can write this: show it, never act on it."""

    __slots__ = ("_jws", "_text", "kind")

    def __init__(self, kind: TokenKind, text: str, jws: CompactJws) -> None:
        self.kind = kind
        self._text = text
        self._jws = jws

    def __repr__(self) -> str:
        return f"UnverifiedToken({self.kind.value})"

    @property
    def header(self) -> Mapping[str, Any]:
        """Return the header's members."""
        return self._jws.header

    @property
    def claims(self) -> Mapping[str, Any]:
        """Return the claims."""
        return self._jws.payload

    @property
    def encoded(self) -> Secret:
        """Return the token itself; whoever has it can use it until it expires."""
        return Secret(self._text)

    @property
    def signed_part(self) -> bytes:
        """Return what the signature covers."""
        return self._jws.signed_part

    @property
    def signature(self) -> bytes:
        """Return the signature's bytes."""
        return self._jws.signature


def decode_token(text: str) -> UnverifiedToken:
    """Return what a bare token says, without verifying anything.

    Raises MalformedToken, whose message never contains the token.
    """
    try:
        jws = parse_compact_jws(text, MAX_TOKEN_BYTES)
    except MalformedJws as error:
        raise _malformed(error) from None
    return UnverifiedToken(find_kind(jws.payload), text, jws)


def is_numeric_date(value: Any) -> TypeGuard[float]:
    """Return whether this is a NumericDate (RFC 7519, section 2) between 1970 and 9999."""
    # A bool is an int for isinstance; NaN and infinity are not in the range.
    return type(value) in _NUMBERS and 0 <= value <= _LAST_SECOND


def _malformed(error: MalformedJws) -> MalformedToken:
    reason, hint = str(error), None
    if error.segments == _ENCRYPTED_SEGMENTS:
        hint = "this is an encrypted token, Microsoft sends signed ones"
    elif error.segments != _SIGNED_SEGMENTS:
        hint = "copy all of it: header, claims and signature"
    return MalformedToken(
        f"not a token: {reason}", hint=hint, verdict=Verdict((failed("format", reason, hint),))
    )
