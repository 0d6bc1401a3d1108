"""AM314, AM315, AM318: what a click asks of the service, and whether it may be asked again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from amcli.card.document import Node
from amcli.card.input_reference import MEANT_AS_REFERENCE
from amcli.linting.facts.card import CardFacts, text_of
from amcli.linting.finding import Severity
from amcli.linting.fixing.fix import AddProperty, Fix, SetValue, unsafely
from amcli.linting.rule import ADAPTIVE, Certainty, Problem, rule
from amcli.linting.rules.actions import as_post

_SECURITY = "Microsoft, security requirements for actionable messages"
_REFRESH = "Microsoft, Outlook's Adaptive Card reference, reporting an action's execution"

# Verbs that only a decision has: "update" or "close" may be harmless.
_DECISIONS = frozenset(
    {"accept", "acknowledge", "approve", "assign", "confirm", "decline", "delete", "deny",
     "reject", "remove", "resolve", "submit", "unsubscribe", "vote"}
)  # fmt: skip
_TAKEN = {
    "accepted": "accept", "acknowledged": "acknowledge", "approved": "approve",
    "confirmed": "confirm", "declined": "decline", "denied": "deny", "rejected": "reject",
    "resolved": "resolve", "submitted": "submit",
}  # fmt: skip
_TURNS_TOKENS_AWAY = ("logic.azure.com", "powerplatform.com")
_LONGEST = 4000
_EMPTIED = {"name": "Authorization", "value": ""}

# Random characters, as tokens have them, mix digits with letters and are no words.
_PLAIN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]+(?![A-Za-z0-9])")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@rule(
    "AM314", "state-changed-by-get", Severity.WARNING, Certainty.INFERRED,
    source="RFC 9110, section 9.2.1", kinds=ADAPTIVE, only_with=("Action.Http",),
)  # fmt: skip
def state_changed_by_get(card: CardFacts) -> Iterator[Problem]:
    """A decision that is sent with GET.

    What it finds: an Action.Http with `method` GET whose title or address names a decision:
    approve, reject, accept, decline, delete and the like.
    Why it matters: a GET is taken as harmless. Mail gateways, link scanners and browsers fetch
    such an address by themselves, and nobody clicked.
    Example: {"type": "Action.Http", "method": "GET", "url": "https://example.com/approve?id=1"}
    Use instead: "method": "POST" and a body.
    Fix: unsafe: writes POST, and an empty body where there is none; the service must answer it.
    """
    for action in card.of_type("Action.Http"):
        if action.holder == "autoInvokeAction" or text_of(action, "method") is None:
            continue
        if str(action.value["method"]).upper() == "GET" and (word := _decision(action)):
            message = f'"{word}" is sent with GET, which programs fetch without a click'
            hint = 'write "method": "POST" and a body'
            yield Problem(f"{action.pointer}/method", message, hint, as_post(action))


@rule(
    "AM315", "missing-authorization-header", Severity.WARNING, Certainty.STATED, source=_SECURITY,
    only_with=("Action.Http", "HttpPOST"),
)  # fmt: skip
def missing_authorization_header(card: CardFacts) -> Iterator[Problem]:
    """A flow or a Logic App is called with Outlook's token in Authorization.

    What it finds: an Action.Http or HttpPOST to `*.logic.azure.com` or `*.powerplatform.com`
    without an empty Authorization header.
    Why it matters: Outlook puts its own token into Authorization, and the platform in front of
    the flow answers it with 401. An empty header in the card moves the token to
    Action-Authorization.
    Example: {"method": "POST", "url": "https://prod-01.westeurope.logic.azure.com/...", ...}
    Use instead: "headers": [{"name": "Authorization", "value": ""}]
    Fix: unsafe: writes the header; a flow that takes Outlook's own token in Authorization must
    not have it.
    """
    for action in card.http_actions:
        turned_away = _is_turned_away(_address(action))
        if turned_away and not _names_authorization(action.value.get("headers")):
            message = "flows and Logic Apps answer Outlook's token in Authorization with 401"
            hint = 'add {"name": "Authorization", "value": ""} to the headers'
            yield Problem(action.pointer, message, hint, _with_header(action))


@rule(
    "AM318",
    "decided-action-remains",
    Severity.INFO,
    Certainty.INFERRED,
    source=_REFRESH,
    only_with=("Action.Http", "HttpPOST"),
)
def decided_action_remains(card: CardFacts) -> Iterator[Problem]:
    """A refresh card offers the same decision again.

    What it finds: a call of the first card, with the same address and body, that says a decision
    (approve, reject, accept, decline and the like) and stands in a refresh card that is named
    after the decision, such as `approved`. In a refresh card with another name only where every
    decision of the first card still stands, and for calls that send nothing that people type:
    the others may be meant for another try.
    Why it matters: the refresh card replaces the first one. Who sees it can decide once more, and
    the service gets a request that it has answered already.
    Example: a card "Approved" that still has the buttons Approve and Reject
    Use instead: leave the buttons out that can be pressed only once.
    Fix: none: only the author knows which buttons may be pressed again.
    """
    first = card.around.first
    if first is None or not card.http_actions:
        return
    now = {_request(action): action for action in _decisions(card)}
    before = {_request(action) for action in _decisions(CardFacts(first))} if now else set()
    taken = _taken(card.document.source)
    all_stand = before <= now.keys()
    for request in [request for request in now if request in before]:
        is_typed_into = any(map(MEANT_AS_REFERENCE.search, request))
        said = _decision(now[request], "body")
        if said in taken or (all_stand and (taken or not is_typed_into)):
            message = "this decision stood in the first card, and can be made again"
            hint = "leave it out if it can be made only once"
            yield Problem(now[request].pointer, message, hint)


def _taken(source: str) -> set[str]:
    """Return the decisions that a refresh card's name says: ``approve`` for approved.json.j2."""
    name = PurePath(source).name.partition(".")[0]
    return {_TAKEN[word] for word in _words(name.replace("_", " ")) if word in _TAKEN}


def _decision(action: Node, *more: str) -> str | None:
    """Return the word in an action's title, address or other properties that says a decision."""
    texts = [text_of(action, name) or "" for name in ("title", "name", *more)]
    path = _address(action).partition("://")[2].partition("/")[2]
    return next((word for word in _words(" ".join([*texts, path])) if word in _DECISIONS), None)


def _words(text: str) -> Iterator[str]:
    for plain in _PLAIN.findall(text[:_LONGEST]):
        yield from (word.lower() for word in _WORD.findall(plain))


def _decisions(card: CardFacts) -> list[Node]:
    """Return the calls that say a decision."""
    return [
        action
        for action in card.http_actions
        if action.holder != "autoInvokeAction" and _decision(action, "body") is not None
    ]


def _request(action: Node) -> tuple[str, str]:
    return _address(action), text_of(action, "body") or ""


def _address(action: Node) -> str:
    return text_of(action, "target" if action.type == "HttpPOST" else "url") or ""


def _is_turned_away(url: str) -> bool:
    if not any(name in url for name in _TURNS_TOKENS_AWAY):
        return False
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return any(host == name or host.endswith(f".{name}") for name in _TURNS_TOKENS_AWAY)


def _names_authorization(headers: Any) -> bool:
    """Return whether the header is there in any form: what is wrong with it is another finding."""
    if isinstance(headers, dict):
        names = [*headers]
    else:
        items = headers if isinstance(headers, list) else []
        names = [item.get("name") if isinstance(item, dict) else item for item in items]
    return any(str(name).strip().lower().startswith("authorization") for name in names)


def _with_header(action: Node) -> Fix | None:
    headers = action.value.get("headers", [])
    if not isinstance(headers, list):
        return None
    if "headers" not in action.value:
        return unsafely(AddProperty(action.pointer, "headers", [_EMPTIED]))
    return unsafely(SetValue(f"{action.pointer}/headers", [*headers, _EMPTIED]))
