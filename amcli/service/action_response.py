"""What a service answers to a click: a status code, one line for the user, perhaps a new card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from amcli.card.document import CardDocument
from amcli.errors import AmcliError, UsageError
from amcli.service.status_line import header_text, warn_of_person_or_time

_SUCCESS, _NO_CONTENT, _UNAUTHORIZED, _UNAVAILABLE = 200, 204, 401, 503
_MAX_URL_CHARACTERS = 2000


@dataclass(frozen=True)
class ActionResponse:
    """An answer to one click.

    Make it with ``success``, ``failure``, ``authenticate``, ``not_modified`` or ``unavailable``.
    """

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
        """Return a 200 with a line for the user and, if given, the card to show from now on.

        A line that names a person or a time gives a StatusLineWarning.
        """
        value = card.value if isinstance(card, CardDocument) else card
        warn_of_person_or_time(status, stacklevel=2)
        return cls(_SUCCESS, header_text(status, otherwise="Done."), value)

    @classmethod
    def failure(cls, status_code: int, message: str) -> ActionResponse:
        """Return a refusal; ``message`` is shown to the user under the card.

        A line that names a person or a time gives a StatusLineWarning. Raises UsageError for a
        status outside 400 to 499: Outlook shows the message of those only (Microsoft, "Reporting
        Action.Http execution success or failure").
        """
        if not 400 <= status_code <= 499:  # noqa: PLR2004 - the class of client errors
            raise UsageError(f"{status_code} is no status of a failure: it goes from 400 to 499")
        warn_of_person_or_time(message, stacklevel=2)
        # A 401 must name a way to authenticate (RFC 9110, section 15.5.2; RFC 6750, section 3).
        extra = {"WWW-Authenticate": "Bearer"} if status_code == _UNAUTHORIZED else {}
        return cls(
            status_code, header_text(message, otherwise="This action failed."), extra_headers=extra
        )

    @classmethod
    def authenticate(cls, url: str, status: str = "Please sign in first.") -> ActionResponse:
        """Return a 401 that makes Outlook open ``url``, where the user signs in to your service.

        After that, redirect to the request's ``identity_linking_redirect_url``; Outlook then
        makes the same click again (Microsoft, "Link Azure Active Directory identity with your own
        identity provider"). Raises UsageError for anything but an https address in ASCII.
        """
        if not is_https(url):
            raise UsageError(
                "the address to sign in at must be https, in ASCII, of 2,000 characters at most",
                hint="encode it: urllib.parse.quote",
            )
        text = header_text(status, otherwise="Please sign in first.")
        return cls(_UNAUTHORIZED, text, extra_headers={"ACTION-AUTHENTICATE": url})

    @classmethod
    def not_modified(cls, status: str = "Nothing has changed.") -> ActionResponse:
        """Return a 204: the card that is there still says what is true.

        It is what ``autoInvokeAction`` gets when nothing has happened since the mail was sent
        (Microsoft's sample services answer so).
        """
        return cls(_NO_CONTENT, header_text(status, otherwise="Nothing has changed."))

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
            "Cache-Control": "no-store",
            "CARD-ACTION-STATUS": self.status,
            **self.extra_headers,
        }
        if self.status_code != _NO_CONTENT:  # which has no content to describe
            headers["Content-Type"] = "application/json; charset=utf-8"
            headers["Content-Length"] = str(len(self.body))
        if self.card is not None:
            headers["CARD-UPDATE-IN-BODY"] = "true"
        return headers

    @property
    def body(self) -> bytes:
        """Return the refresh card as JSON in ASCII, ``{}`` without one, nothing for a 204."""
        if self.status_code == _NO_CONTENT:
            return b""
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

    def __init__(self, message: str, response: ActionResponse, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.response = response


def is_https(url: str) -> bool:
    """Return whether this is an https address that a header can carry, without a user name."""
    if len(url) > _MAX_URL_CHARACTERS or not (url.isascii() and url.isprintable()) or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False
