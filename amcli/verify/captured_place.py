"""A token's place in a capture, and tokens in running text."""

from __future__ import annotations

import re
from typing import NamedTuple

# A JWT begins with the base64url of '{"'; in running text nothing else tells one from a word.
_LIKE_A_TOKEN = r"eyJ[A-Za-z0-9_-]{12,}(?:\.[A-Za-z0-9_=-]*)+"  # noqa: S105 - a pattern
_BEHIND_BEARER = re.compile(rf"\bbearer[ \t]+({_LIKE_A_TOKEN})", re.IGNORECASE)
_MAY_HAVE = re.compile(r"bearer|eyJ|authorization|\\u00", re.IGNORECASE)
_ANYWHERE = re.compile(rf"(?<![A-Za-z0-9_.-])({_LIKE_A_TOKEN})")


class Place(NamedTuple):
    """Where in a capture a token stood; what is None does not apply."""

    line: int | None = None
    entry: int | None = None
    request: str | None = None
    """Method and address of a HAR entry."""
    header: str | None = None
    pointer: str | None = None
    """JSON Pointer (RFC 6901) in that line, entry or file."""

    def words(self, *, alone: bool) -> list[str]:
        """Return the parts as a person reads them; a header that is ``alone`` needs no line."""
        about = f" ({self.request})" if self.request else ""
        parts = (
            f"line {self.line}" if self.line and not (alone and self.header) else None,
            f"entry {self.entry}{about}" if self.entry else None,
            f"header {self.header}" if self.header else None,
            self.pointer,
        )
        return [part for part in parts if part]


class Found(NamedTuple):
    """A token and its place."""

    token: str
    place: Place


def may_have_token(line: str) -> bool:
    """Return whether a line is worth reading: most lines of a log have nothing to do with tokens.

    In JSON each letter of the words that are looked for could be written as an escape.
    """
    return _MAY_HAVE.search(line) is not None


def tokens_in_running_text(text: str) -> list[str]:
    """Return what stands behind the word Bearer; only where nothing does, all that look like one.

    What looks like a token without that word may be another program's.
    """
    return _BEHIND_BEARER.findall(text) or _ANYWHERE.findall(text)


def each_once(found: list[Found]) -> list[Found]:
    """Return the tokens of one request, the first of each."""
    return list({item.token: item for item in reversed(found)}.values())[::-1]
