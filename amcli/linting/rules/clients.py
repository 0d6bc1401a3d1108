"""AM211, AM212: the card is well built, and some Outlooks cannot do what it is for."""

from __future__ import annotations

from collections.abc import Iterator

from amcli.linting.facts.card import CardFacts
from amcli.linting.finding import Severity
from amcli.linting.rule import MESSAGE, Certainty, Problem, rule
from amcli.linting.rules.support import type_of
from amcli.linting.surroundings import MOBILE, Client

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
    only_with=_ADD_INS,
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
