"""AM211, AM212, AM218: what some Outlooks, or all, leave out of a card that is well built."""

from __future__ import annotations

import re
from collections.abc import Iterator

from amcli.card.document import pointer_token
from amcli.linting.facts import FIRST_EXECUTE_VERSION, CardFacts
from amcli.linting.finding import Severity
from amcli.linting.rule import ADAPTIVE, MESSAGE, Certainty, Problem, rule
from amcli.linting.rules.support import type_of
from amcli.linting.surroundings import MOBILE, Client
from amcli.linting.wording import short

_VERSION = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,6}))?")
_UNMET = "leave requires out, or add a fallback"
_ADD_INS = ("Action.InvokeAddInCommand", "InvokeAddInCommand")
_OTHERS = ("Action.OpenUrl", "OpenUri", "Action.Http", "HttpPOST", "Action.Execute")


@rule(
    "AM211", "message-card-not-on-mobile", Severity.INFO, Certainty.STATED,
    source="Microsoft, actionable messages in Outlook, supported clients", kinds=MESSAGE,
    clients=MOBILE | {Client.MAC},
)  # fmt: skip
def message_card_not_on_mobile(card: CardFacts) -> Iterator[Problem]:
    """A MessageCard, which phones and Macs do not show.

    What it finds: every MessageCard, as long as Outlook for iOS, Android or Mac is a target.
    Why it matters: people there see the mail's own body only.
    Example: {"@type": "MessageCard", "summary": "Expense", ...}
    Use instead: an Adaptive Card; or a body that says everything and has the links.
    Fix: none: the card would have to be written anew.
    """
    pointer = "/@type" if "@type" in card.document.value else ""
    message = "Outlook for iOS, Android and Mac shows no MessageCard"
    yield Problem(pointer, message, "write an Adaptive Card, or put all of it into the body too")


@rule(
    "AM212",
    "add-in-action-alone",
    Severity.WARNING,
    Certainty.SEEN,
    source="OfficeDev, outlook-dev-docs issues 1004, 1005 and 1013",
)
def add_in_action_alone(card: CardFacts) -> Iterator[Problem]:
    """A card whose only button needs an add-in.

    What it finds: Action.InvokeAddInCommand or InvokeAddInCommand in a card without an action
    that opens a page or calls a service.
    Why it matters: where the add-in is missing, or the client cannot start it, nothing happens.
    Example: "actions": [{"type": "Action.InvokeAddInCommand", ...}]
    Use instead: an Action.OpenUrl beside it.
    Fix: none: only the author knows the page.
    """
    found = [*card.of_type(*_ADD_INS)]
    if found and not any(card.of_type(*_OTHERS)):
        message = "the only button needs an add-in; without it a click does nothing"
        yield Problem(type_of(found[0]), message, "put a button beside it that opens a page")


@rule(
    "AM218", "unmet-requirement", Severity.WARNING, Certainty.INFERRED,
    source="Microsoft, the adaptivecards JavaScript renderer", kinds=ADAPTIVE,
)  # fmt: skip
def unmet_requirement(card: CardFacts) -> Iterator[Problem]:
    """An element that asks for more than Outlook has.

    What it finds: `requires` with another feature than adaptiveCards, or with a version of it
    above 1.4, on an element or action without a `fallback`.
    Why it matters: what the host does not have is not shown.
    Example: {"type": "TextBlock", "text": "Hello", "requires": {"token": "1.0"}}
    Use instead: leave `requires` out, or add a `fallback`.
    Fix: none: only the author knows what to show instead.
    """
    for node in card.nodes:
        wanted = node.value.get("requires")
        if not isinstance(wanted, dict) or "fallback" in node.value:
            continue
        for name, version in wanted.items():
            at = f"{node.pointer}/requires/{pointer_token(name)}"
            if name != "adaptiveCards":
                message = f'Outlook is not known to have "{short(name)}"'
                yield Problem(at, message, _UNMET, on_name=True)
            elif _is_newer(version):
                message = f"Outlook has Adaptive Cards up to 1.4, not {short(version)}"
                yield Problem(at, message, _UNMET)


def _is_newer(version: object) -> bool:
    match = _VERSION.match(version) if isinstance(version, str) else None
    return match is not None and (int(match[1]), int(match[2] or 0)) > FIRST_EXECUTE_VERSION


RULES = (message_card_not_on_mobile, add_in_action_alone, unmet_requirement)
