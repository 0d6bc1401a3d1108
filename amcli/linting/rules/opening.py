"""AM316, AM317, AM319: what people see at first, and where else they can go."""

from __future__ import annotations

import re
from collections.abc import Iterator

from amcli.card.document import Node
from amcli.linting.facts.card import CardFacts
from amcli.linting.finding import Severity
from amcli.linting.rule import ADAPTIVE, Certainty, Problem, rule

_REFRESH = "Microsoft, refresh an actionable message when the user opens it"
_BOXES = frozenset({"Container", "ColumnSet", "Column", "ActionSet"})
_BY_THEMSELVES = frozenset({"autoInvokeAction", "refresh"})
_OPENING = ("Action.OpenUrl", "OpenUri", "ViewAction")
_DECISION = 2
"""So many buttons let people decide."""
_LONGEST_PLACEHOLDER = 100
_SHOW = "show what is known when the mail is sent"
_WAIT = re.compile(
    r"\b(wait|loading|fetching|retrieving|refreshing|updating|warten|moment|lädt|laden|geladen|"
    r"patienter|chargement|espere|cargando|attend\w*|caricamento|aguarde|carregando)\b"
    r"|(\.\.\.|…)\s*\Z",
    re.IGNORECASE,
)


@rule(
    "AM316", "placeholder-first-card", Severity.WARNING, Certainty.STATED, source=_REFRESH,
    kinds=ADAPTIVE, only_with=("autoInvokeAction",),
)  # fmt: skip
def placeholder_first_card(card: CardFacts) -> Iterator[Problem]:
    """A first card that only asks people to wait.

    What it finds: a card with `autoInvokeAction` that holds one short text such as "Loading..."
    and nothing else but pictures: no button, no input. Also one whose boxes are all empty.
    Why it matters: when the refresh fails or takes longer than two seconds, this is all that
    people get.
    Example: {"autoInvokeAction": {...}, "body": [{"type": "TextBlock", "text": "Please wait..."}]}
    Use instead: the state at the time of sending, with its buttons.
    Fix: none: only the author knows what the card is about.
    """
    if not _refreshes_at_first(card):
        return
    seen = [node for node in card.nodes if _is_part(node)]
    if not seen and (pointer := _boxes(card)) is not None:
        yield Problem(pointer, "the first card shows nothing; if the refresh fails it stays", _SHOW)
    parts = [node for node in seen if node.type != "Image"]
    text = parts[0].value.get("text") if len(parts) == 1 else None
    if not isinstance(text, str) or len(text) > _LONGEST_PLACEHOLDER:
        return
    if parts[0].type == "TextBlock" and _WAIT.search(text):
        message = "the first card only asks to wait; if the refresh fails it stays"
        yield Problem(parts[0].pointer, message, _SHOW)


@rule(
    "AM317",
    "no-way-to-open",
    Severity.INFO,
    Certainty.INFERRED,
    source=_REFRESH,
    only_with=("Action.Http", "HttpPOST", "Action.Execute"),
)
def no_way_to_open(card: CardFacts) -> Iterator[Problem]:
    """A card that asks for a decision and has no link to what it is about.

    What it finds: two or more buttons that call the service, and neither Action.OpenUrl, OpenUri
    nor a link in a text.
    Why it matters: when a click fails, when the mail is too old for it, or when the card says too
    little, people have no other way to the thing itself.
    Example: Approve and Reject, and nothing that opens the request in its own application
    Use instead: add {"type": "Action.OpenUrl", "title": "Open request", "url": "https://..."}
    Fix: none: only the author knows the address.
    """
    calls = [a for a in [*card.http_actions, *card.executes] if a.holder not in _BY_THEMSELVES]
    if len(calls) < _DECISION or card.opened or card.hides_parts or not card.has_known_types:
        return
    if next(card.of_type(*_OPENING), None) is None:
        message = "nothing in this card opens what it is about"
        yield Problem("", message, "add a button or a link that opens it in its own application")


@rule(
    "AM319", "empty-first-card", Severity.ERROR, Certainty.STATED, source=_REFRESH, kinds=ADAPTIVE,
    only_with=("autoInvokeAction",),
)  # fmt: skip
def empty_first_card(card: CardFacts) -> Iterator[Problem]:
    """A card that holds nothing but autoInvokeAction.

    What it finds: a card with `autoInvokeAction` and neither a body nor actions.
    Why it matters: Outlook's service rejects such a card; nothing is shown, and nothing refreshed.
    Example: {"type": "AdaptiveCard", "version": "1.0", "body": [], "autoInvokeAction": {...}}
    Use instead: the state at the time of sending, with its buttons.
    Fix: none: only the author knows what the card is about.
    """
    value = card.document.value
    if _refreshes_at_first(card) and not (value.get("body") or value.get("actions")):
        pointer = "/body" if "body" in value else ""
        message = "a card with nothing but autoInvokeAction is rejected"
        yield Problem(pointer, message, _SHOW)


def _refreshes_at_first(card: CardFacts) -> bool:
    """Return whether this is the card that is sent, and refreshes when it is opened."""
    return card.around.first is None and isinstance(
        card.document.value.get("autoInvokeAction"), dict
    )


def _boxes(card: CardFacts) -> str | None:
    """Return where the card holds boxes; None where it holds nothing, which is another mistake."""
    value = card.document.value
    return next((f"/{name}" for name in ("body", "actions") if value.get(name)), None)


def _is_part(node: Node) -> bool:
    """Return whether people see this object: not the card, a box, or what runs by itself."""
    if node.parent is None or node.holder in _BY_THEMSELVES or node.type in _BOXES:
        return False
    above = node.parent.holder
    return above not in _BY_THEMSELVES
