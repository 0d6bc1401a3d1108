"""The actions of a card that post to a web service, and the inputs that they may refer to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from amcli.card.document import CardDocument, Node, inputs, walk
from amcli.errors import NothingFound, UsageError


@dataclass(frozen=True)
class HttpAction:
    """An Action.Http, or a MessageCard's HttpPOST, as its author wrote it."""

    title: str
    id: str | None
    method: str
    """In upper case; Outlook sends GET and POST only."""
    url: str
    headers: tuple[tuple[str, str], ...]
    body: str
    pointer: str
    """RFC 6901, in the card."""

    @property
    def content_type(self) -> str:
        """Return the media type of the body, without parameters; JSON when none is given."""
        for name, value in self.headers:
            if name.lower() == "content-type":
                return value.partition(";")[0].strip().lower()
        return "application/json"


def http_actions(card: CardDocument) -> tuple[HttpAction, ...]:
    """Return the actions that post, in document order."""
    return tuple(_actions(card))


def find_action(card: CardDocument, name: str) -> HttpAction:
    """Return the one action with this id or title, compared without case.

    Raises NothingFound, with the titles there are, or UsageError when several fit.
    """
    wanted = name.casefold()
    found = [
        action
        for action in http_actions(card)
        if wanted in {text.casefold() for text in (action.id, action.title) if text}
    ]
    if not found:
        titles = ", ".join(repr(action.title) for action in http_actions(card)) or "none at all"
        raise NothingFound(
            f"{card.source}: no action {name!r} that posts", hint=f"there are: {titles}"
        )
    if len(found) > 1:
        places = ", ".join(action.pointer for action in found)
        raise UsageError(f"{card.source}: several actions are called {name!r}: {places}")
    return found[0]


def input_defaults(card: CardDocument) -> dict[str, str]:
    """Return each input's id with the value that it shows before anybody types."""
    return {
        str(node.value["id"]): _text(node.value.get("value"))
        for node in inputs(card)
        if isinstance(node.value.get("id"), str)
    }


def _actions(card: CardDocument) -> Iterator[HttpAction]:
    for node in walk(card):
        if node.type == "Action.Http":
            yield _action(node, title="title", url="url")
        elif node.type == "HttpPOST":
            yield _action(node, title="name", url="target")


def _action(node: Node, *, title: str, url: str) -> HttpAction:
    value = node.value
    headers = _headers(value.get("headers"))
    if "bodyContentType" in value:  # the MessageCard's own way of saying it
        headers += (("Content-Type", _text(value["bodyContentType"])),)
    return HttpAction(
        title=_text(value.get(title)),
        id=value["id"] if isinstance(value.get("id"), str) else None,
        method=_text(value.get("method")).upper() or "POST",
        url=_text(value.get(url)),
        headers=headers,
        body=_text(value.get("body")),
        pointer=node.pointer,
    )


def _headers(value: Any) -> tuple[tuple[str, str], ...]:
    members = value if isinstance(value, list) else []
    return tuple(
        (_text(member.get("name")), _text(member.get("value")))
        for member in members
        if isinstance(member, dict)
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
