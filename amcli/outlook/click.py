"""The click: Microsoft's part between a person's mouse and the sender's web service.

Fills the inputs in, posts with the bearer token and the ids, and reads the answer the way Outlook
does (Microsoft, "Designing Outlook Actionable Message cards": Action.Http, refresh cards,
reporting an action's result; "Security requirements": Action-Authorization).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from amcli.card.document import CardDocument, parse_card
from amcli.errors import CardError, UsageError
from amcli.outlook.action import HttpAction, find_action, input_defaults
from amcli.outlook.http import HttpRequest, HttpResponse, Send
from amcli.outlook.substitution import fill
from amcli.seams import RandomSource, random_bytes, random_guid
from amcli.secrets import Secret

_OK = 200
_METHODS = frozenset({"GET", "POST"})
# The connection's own headers; a card cannot set them.
_NOT_FOR_CARDS = frozenset({"host", "content-length", "transfer-encoding", "connection"})


@dataclass(frozen=True)
class ClickOutcome:
    """What went out, what came back, and what the person sees."""

    request: HttpRequest
    response: HttpResponse
    shown: str
    """The line under the card: CARD-ACTION-STATUS, or Outlook's own words without it."""
    card: CardDocument | None
    """The card that takes the clicked one's place."""
    notes: tuple[str, ...] = ()
    """What is wrong with the answer, for its author."""

    @property
    def carried_out(self) -> bool:
        """Return whether the service answered with success."""
        return self.response.status == _OK


def click(
    card: CardDocument,
    action: str,
    *,
    token: Secret,
    send: Send,
    inputs: Mapping[str, str] | None = None,
    random: RandomSource = random_bytes,
) -> ClickOutcome:
    """Return what comes of clicking ``action`` (an id or a title) with these inputs typed in.

    Raises NothingFound when there is no such action, UsageError for an input that the card does
    not have, an address that is not https or a method that Outlook does not send, and NetworkError
    when nothing usable came back.
    """
    typed = _typed(card, inputs or {})
    filled = fill(find_action(card, action), typed)
    request = _request(card, filled, token, random_guid(random))
    return _outcome(request, send(request))


def _typed(card: CardDocument, inputs: Mapping[str, str]) -> dict[str, str]:
    values = input_defaults(card)
    ids = {name.lower(): name for name in values}
    for name, value in inputs.items():
        if name.lower() not in ids:
            known = ", ".join(values) or "none"
            raise UsageError(f"{card.source}: no input {name!r}", hint=f"there are: {known}")
        values[ids[name.lower()]] = value
    return values


def _request(card: CardDocument, action: HttpAction, token: Secret, id_: str) -> HttpRequest:
    if action.method not in _METHODS:
        raise UsageError(
            f"{action.pointer}: Outlook sends GET and POST, not {action.method[:20]!r}"
        )
    address = urlsplit(action.url)
    if address.scheme != "https" or not address.hostname:
        raise UsageError(f"{action.pointer}: Outlook posts to https addresses only")
    body = action.body.encode("utf-8", "replace") if action.method == "POST" else b""
    return HttpRequest(
        method=action.method,
        url=action.url,
        headers=(("Host", address.netloc), *_headers(card, action, token, id_)),
        body=body,
    )


def _headers(
    card: CardDocument, action: HttpAction, token: Secret, id_: str
) -> Iterator[tuple[str, str]]:
    own = [(n, v) for n, v in action.headers if n and n.lower() not in _NOT_FOR_CARDS]
    names = {name.lower() for name, _ in own}
    yield from own
    if action.method == "POST" and "content-type" not in names:
        yield "Content-Type", action.content_type
    # A card that takes the Authorization header for itself gets the token in the other one.
    token_header = "Action-Authorization" if "authorization" in names else "Authorization"
    yield token_header, f"Bearer {token.reveal()}"
    correlation_id = card.value.get("correlationId")
    if isinstance(correlation_id, str):
        yield "Card-Correlation-Id", correlation_id
    yield "Action-Request-Id", id_


def _outcome(request: HttpRequest, response: HttpResponse) -> ClickOutcome:
    status_line = response.header("CARD-ACTION-STATUS")
    notes = [] if status_line else ["the answer has no CARD-ACTION-STATUS"]
    refreshed: CardDocument | None = None
    if response.status == _OK:
        refreshed, trouble = _refresh_card(response)
        notes += trouble
    shown = status_line or _words_without_status(response)
    return ClickOutcome(request, response, shown, refreshed, tuple(notes))


def _refresh_card(response: HttpResponse) -> tuple[CardDocument | None, list[str]]:
    flag = response.header("CARD-UPDATE-IN-BODY")
    if flag is None:
        return None, []
    if flag != "true":
        return None, [f"CARD-UPDATE-IN-BODY is {flag[:20]!r}, only 'true' counts"]
    try:
        return parse_card(response.body, "refresh card"), []
    except CardError as error:
        return None, [f"the answer promises a card: {error.message}"]


def _words_without_status(response: HttpResponse) -> str:
    if response.status == _OK:
        return "The action completed successfully."
    return (
        f"The remote endpoint returned an error (HTTP '{response.status}'). Please try again later."
    )
