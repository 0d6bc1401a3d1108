"""What Microsoft's servers post when somebody clicks: a bearer token, ids and a body."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from amcli.secrets import Secret
from amcli.service.action_response import ActionResponse, RequestRefused, is_https
from amcli.strict_json import NotStrictJson, parse_json_object
from amcli.verify.request import bearer_tokens

MAX_BODY_BYTES = 256 * 1024
"""A body is a few fields that the card's author wrote and what somebody typed into inputs."""

_MAX_ID_CHARACTERS = 200
_BAD_REQUEST, _UNAUTHORIZED, _TOO_LARGE = 400, 401, 413

Headers = Mapping[str, str] | Iterable[tuple[str, str]]
"""Header names and values; pairs keep a header that was sent twice."""


@dataclass(frozen=True)
class ActionRequest:
    """One click as it arrived: nothing in it is verified yet."""

    token: Secret
    """The bearer token, without ``Bearer``."""
    body: bytes = field(repr=False)
    card_correlation_id: str | None = None
    """The card's ``correlationId``: the same for every click on one card."""
    action_request_id: str | None = None
    """Another one for each click, for looking it up with Microsoft."""
    identity_linking_redirect_url: str | None = None
    """Where to send somebody who has signed in after ``ActionResponse.authenticate``; https.

    It comes with the request, so redirect there only for a request whose token was verified.
    """

    @classmethod
    def read(cls, headers: Headers, body: bytes) -> ActionRequest:
        """Return the request; raises RequestRefused (401) without exactly one bearer token.

        A body over 256 KiB is refused with 413; web servers should stop reading before that.
        """
        pairs = header_pairs(headers)
        if len(body) > MAX_BODY_BYTES:
            raise body_too_long()
        return cls(
            token=_bearer_token(pairs),
            body=body,
            card_correlation_id=_id(pairs, "card-correlation-id"),
            action_request_id=_id(pairs, "action-request-id"),
            identity_linking_redirect_url=_https_url(pairs, "identity-linking-redirect-url"),
        )

    @property
    def body_hash(self) -> str:
        """Return the SHA-256 of the body in hex: the same click has the same hash."""
        return hashlib.sha256(self.body).hexdigest()

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object.

        Raises RequestRefused (400) for a list, and for text that two readers could understand
        differently: a property twice, NaN or numbers beyond a double, half surrogate pairs.
        """
        try:
            return parse_json_object(self.body)
        except NotStrictJson as error:
            raise _unusable_body(f"the body {error}") from None


def header_pairs(headers: Headers) -> list[tuple[str, str]]:
    """Return header names and values as pairs, whichever of the two forms they came in."""
    return list(headers.items() if isinstance(headers, Mapping) else headers)


def request_ids(headers: Headers) -> str:
    """Return the click's ids for a log line, such as ``action-request-id=...``, or ``no ids``."""
    pairs = header_pairs(headers)
    names = ("action-request-id", "card-correlation-id")
    found = [f"{name}={value}" for name in names if (value := _id(pairs, name))]
    return " ".join(found) or "no ids"


def body_too_long() -> RequestRefused:
    """Return the refusal (413) of a body that is longer than ``MAX_BODY_BYTES``."""
    why = f"the body has more than {MAX_BODY_BYTES} bytes"
    return _refused(_TOO_LARGE, why, "Your input is too long.")


def _bearer_token(pairs: list[tuple[str, str]]) -> Secret:
    found = bearer_tokens(pairs)
    if not found:
        raise _no_token("no bearer token in Authorization or Action-Authorization")
    if len(found) > 1:
        raise _no_token(f"{len(found)} bearer tokens where one is expected")
    return Secret(found[0][1])


def _id(pairs: list[tuple[str, str]], wanted: str) -> str | None:
    # Ids end in log lines, so only what cannot break one is kept.
    for name, value in pairs:
        if name.lower() == wanted and len(value) <= _MAX_ID_CHARACTERS and value.isprintable():
            return value.strip() or None
    return None


def _https_url(pairs: list[tuple[str, str]], wanted: str) -> str | None:
    for name, value in pairs:
        if name.lower() == wanted and is_https(value.strip()):
            return value.strip()
    return None


def _no_token(why: str) -> RequestRefused:
    return _refused(_UNAUTHORIZED, why, "This request could not be verified.")


def _unusable_body(why: str) -> RequestRefused:
    return _refused(_BAD_REQUEST, why, "This card sent something that the service cannot read.")


def _refused(status_code: int, why: str, message: str) -> RequestRefused:
    return RequestRefused(why, ActionResponse.failure(status_code, message))
