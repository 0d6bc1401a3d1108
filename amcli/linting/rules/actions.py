"""AM3xx: what happens at a click."""

from __future__ import annotations

from collections.abc import Iterator

from amcli.card.document import Node
from amcli.linting.facts import CardFacts
from amcli.linting.finding import Severity
from amcli.linting.rule import ADAPTIVE, MESSAGE, Certainty, Problem, rule
from amcli.linting.rules.structure import from_schema
from amcli.suggestion import did_you_mean

_REFERENCE = "Microsoft, Outlook's Adaptive Card reference"
_MESSAGE = "Microsoft, legacy message card reference"
_MAX_POTENTIAL_ACTIONS = 4


@rule(
    "AM301", "post-without-body", Severity.ERROR, Certainty.STATED, source=_REFERENCE,
    kinds=ADAPTIVE,
)  # fmt: skip
def post_without_body(card: CardFacts) -> Iterator[Problem]:
    """An Action.Http that posts without a body.

    What it finds: `method` POST and no `body`.
    Why it matters: the body is required for POST; an empty one will do.
    Example: {"type": "Action.Http", "method": "POST", "url": "https://example.com/approve"}
    Use instead: add "body": "" or what the service needs.
    """
    return from_schema(card, "post-without-body")


@rule(
    "AM302",
    "body-not-string",
    Severity.ERROR,
    Certainty.STATED,
    source="Microsoft, AdaptiveCards issue 1733",
)
def body_not_string(card: CardFacts) -> Iterator[Problem]:
    """A body written as an object.

    What it finds: a `body` of Action.Http or HttpPOST that is no string.
    Why it matters: the service gets nothing useful.
    Example: "body": {"answer": "yes"}
    Use instead: "body": "{\\"answer\\": \\"yes\\"}"
    """
    return from_schema(card, "body-not-string")


@rule(
    "AM303", "auto-invoke-not-post", Severity.ERROR, Certainty.STATED,
    source="Microsoft, refresh an actionable message when the user opens it", kinds=ADAPTIVE,
)  # fmt: skip
def auto_invoke_not_post(card: CardFacts) -> Iterator[Problem]:
    """An autoInvokeAction that does not post.

    What it finds: an autoInvokeAction with a `method` other than POST.
    Why it matters: Outlook calls it with POST only; the card is never refreshed.
    Example: "autoInvokeAction": {"type": "Action.Http", "method": "GET", "url": "https://..."}
    Use instead: "method": "POST" and a body.
    """
    for node in card.nodes:
        method = node.value.get("method")
        if node.holder == "autoInvokeAction" and str(method).upper() == "GET":
            message = "autoInvokeAction must use POST"
            yield Problem(f"{node.pointer}/method", message, 'write "method": "POST" and a body')


@rule("AM304", "malformed-header", Severity.ERROR, Certainty.STATED, source=_REFERENCE)
def malformed_header(card: CardFacts) -> Iterator[Problem]:
    """A header that is not a name and a value.

    What it finds: headers as an object or as strings, a header without `name` or `value`.
    Why it matters: the header is not sent. An Authorization header without a value does not
    move Outlook's token out of the way; one with an empty value does.
    Example: "headers": {"Content-Type": "application/json"}
    Use instead: "headers": [{"name": "Content-Type", "value": "application/json"}]
    """
    return from_schema(card, "malformed-header")


@rule(
    "AM305",
    "authorization-header",
    Severity.ERROR,
    Certainty.STATED,
    source="Microsoft, security requirements for actionable messages",
)
def authorization_header(card: CardFacts) -> Iterator[Problem]:
    """An Authorization header with a value.

    What it finds: a header Authorization whose value is not empty.
    Why it matters: Outlook puts its own token there. The only use of this header is an empty
    value, which moves that token to Action-Authorization. A token in a card is also one that
    everybody who gets the mail can read.
    Example: {"name": "Authorization", "value": "Bearer ..."}
    Use instead: {"name": "Authorization", "value": ""}, and check Outlook's token.
    """
    for pointer, name, value in card.headers:
        if name.strip().lower() == "authorization" and value:
            message = "Outlook sends its own token in Authorization; only an empty value works"
            yield Problem(f"{pointer}/value", message, 'write "value": ""')


@rule(
    "AM306", "toggle-target-not-found", Severity.ERROR, Certainty.STATED, source=_REFERENCE,
    kinds=ADAPTIVE,
)  # fmt: skip
def toggle_target_not_found(card: CardFacts) -> Iterator[Problem]:
    """Action.ToggleVisibility names an element that is not there.

    What it finds: a target that is no element's `id`; ids are exact, capitals included.
    Why it matters: the button does nothing.
    Example: "targetElements": ["detials"] where the element's id is "details"
    Use instead: the id as it stands on the element.
    """
    ids = {node.value["id"] for node in card.identified}
    for action in card.of_type("Action.ToggleVisibility"):
        for pointer, name in _targets(action):
            if name not in ids:
                yield Problem(pointer, f'no element has the id "{name}"', did_you_mean(name, ids))


@rule(
    "AM307", "too-many-actions", Severity.WARNING, Certainty.STATED, source=_MESSAGE,
    kinds=MESSAGE,
)  # fmt: skip
def too_many_actions(card: CardFacts) -> Iterator[Problem]:
    """More actions in a MessageCard than Outlook shows.

    What it finds: a `potentialAction` with more than four actions.
    Why it matters: four is the most that one section takes.
    Example: five OpenUri in one potentialAction
    Use instead: keep four, put inputs into one ActionCard, link to a page for the rest.
    """
    for node in card.nodes:
        actions = node.value.get("potentialAction")
        if isinstance(actions, list) and len(actions) > _MAX_POTENTIAL_ACTIONS:
            message = f"{len(actions)} actions, Outlook takes {_MAX_POTENTIAL_ACTIONS}"
            yield Problem(f"{node.pointer}/potentialAction", message, "keep the most needed ones")


@rule(
    "AM308", "nested-action-card", Severity.ERROR, Certainty.STATED, source=_MESSAGE,
    kinds=MESSAGE,
)  # fmt: skip
def nested_action_card(card: CardFacts) -> Iterator[Problem]:
    """An ActionCard inside an ActionCard.

    What it finds: an ActionCard among the `actions` of another one.
    Why it matters: an ActionCard takes OpenUri and HttpPOST only.
    Example: {"@type": "ActionCard", "actions": [{"@type": "ActionCard", ...}]}
    Use instead: two ActionCards beside each other.
    """
    return from_schema(card, "nested-action-card")


def _targets(action: Node) -> Iterator[tuple[str, str]]:
    targets = action.value.get("targetElements")
    for index, target in enumerate(targets if isinstance(targets, list) else ()):
        at = f"{action.pointer}/targetElements/{index}"
        if isinstance(target, str):
            yield at, target
        elif isinstance(target, dict) and isinstance(target.get("elementId"), str):
            yield f"{at}/elementId", target["elementId"]


RULES = (
    post_without_body,
    body_not_string,
    auto_invoke_not_post,
    malformed_header,
    authorization_header,
    toggle_target_not_found,
    too_many_actions,
    nested_action_card,
)
