"""What a service answers to a click: a status code, one line for the user, perhaps a new card."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from amcli.card.document import CardDocument
from amcli.errors import AmcliError, UsageError

MAX_STATUS_CHARACTERS = 256
"""Longer status lines are cut; Outlook shows one line under the card."""

_SUCCESS = 200
_UNAVAILABLE = 503

# Punctuation that word processors make and Latin-1 does not have.
_PLAIN_PUNCTUATION = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-",
     "\u2026": "...", "\u20ac": "EUR"}
)  # fmt: skip


@dataclass(frozen=True)
class ActionResponse:
    """An answer to one click; make it with ``success``, ``failure`` or ``unavailable``."""

    status_code: int
    status: str
    """The line that Outlook shows, already fit for an HTTP header."""
    card: Mapping[str, Any] | None = None
    """The refresh card, which takes the place of the card that was clicked."""
    extra_headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def success(
        cls, status: str, card: CardDocument | Mapping[str, Any] | None = None
    ) -> ActionResponse:
        """Return a 200 with a line for the user and, if given, the card to show from now on."""
        value = card.value if isinstance(card, CardDocument) else card
        return cls(_SUCCESS, header_text(status, otherwise="Done."), value)

    @classmethod
    def failure(cls, status_code: int, message: str) -> ActionResponse:
        """Return a refusal; ``message`` is shown to the user under the card.

        Raises UsageError for a status outside 400 to 499: Outlook shows the message of those
        only (Microsoft, "Reporting Action.Http execution success or failure").
        """
        if not 400 <= status_code <= 499:  # noqa: PLR2004 - the class of client errors
            raise UsageError(f"{status_code} is no status of a failure: it goes from 400 to 499")
        return cls(status_code, header_text(message, otherwise="This action failed."))

    @classmethod
    def unavailable(cls, message: str, *, retry_after_seconds: int = 30) -> ActionResponse:
        """Return a 503: the click may be good, but the service cannot tell right now."""
        retry = {"Retry-After": str(retry_after_seconds)}
        text = header_text(message, otherwise="Please try again later.")
        return cls(_UNAVAILABLE, text, extra_headers=retry)

    @property
    def ok(self) -> bool:
        """Return whether this answers a click that was carried out."""
        return self.status_code == _SUCCESS

    @property
    def headers(self) -> dict[str, str]:
        """Return the HTTP headers, all of them Latin-1 without line breaks."""
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Content-Length": str(len(self.body)),
            "Cache-Control": "no-store",
            "CARD-ACTION-STATUS": self.status,
            **self.extra_headers,
        }
        if self.card is not None:
            headers["CARD-UPDATE-IN-BODY"] = "true"
        return headers

    @property
    def body(self) -> bytes:
        """Return the refresh card as JSON in ASCII, or ``{}`` without one."""
        value = {} if self.card is None else dict(self.card)
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")

    def to_json(self) -> str:
        """Return the whole answer as text, for a store that must give it again."""
        return json.dumps(
            {
                "code": self.status_code,
                "status": self.status,
                "card": self.card,
                "headers": dict(self.extra_headers),
            },
            allow_nan=False,
        )

    @classmethod
    def from_json(cls, text: str) -> ActionResponse:
        """Return the answer that ``to_json`` wrote."""
        stored = json.loads(text)
        return cls(stored["code"], stored["status"], stored["card"], stored["headers"])


class RequestRefused(AmcliError):
    """A click that was not carried out.

    The message is for the operator's log and holds no token; ``response`` is for the user, and
    tells an attacker nothing.
    """

    def __init__(self, message: str, response: ActionResponse) -> None:
        super().__init__(message)
        self.response = response


def header_text(text: str, *, otherwise: str) -> str:
    """Return ``text`` as a header value: one line, Latin-1, at most 256 characters.

    White space and line breaks become single spaces, other control characters go. Letters that
    Latin-1 lacks lose their accent or become ``?`` (RFC 9110, section 5.5: a field value is
    ASCII or opaque); where no letter would be left, ``otherwise`` is returned.
    """
    line = " ".join(text.translate(_PLAIN_PUNCTUATION).split())
    shown = "".join(_latin(character) for character in line)
    if not any(character.isalnum() for character in shown):
        return otherwise
    if len(shown) > MAX_STATUS_CHARACTERS:
        shown = shown[: MAX_STATUS_CHARACTERS - 3] + "..."
    return shown


def _latin(character: str) -> str:
    if unicodedata.category(character) in {"Cc", "Cf", "Mn"}:
        return ""
    if character <= "\xff":
        return character
    base = "".join(c for c in unicodedata.normalize("NFKD", character) if c <= "\x7f")
    return base or "?"
