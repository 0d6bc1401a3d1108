"""AM301 to AM310: actions, how they are written and how many there may be."""

from __future__ import annotations

from collections.abc import Iterator

from amcli.card.document import Node
from amcli.linting.facts.card import CardFacts, text_of
from amcli.linting.finding import Severity
from amcli.linting.fixing.fix import AddProperty, Edit, Fix, SetValue, unsafely
from amcli.linting.rule import ADAPTIVE, MESSAGE, Certainty, Problem, rule
from amcli.linting.rules.structure import from_schema
from amcli.linting.schema.fixes import as_sure_as
from amcli.suggestion import closest, meant

_REFERENCE = "Microsoft, Outlook's Adaptive Card reference"
_MESSAGE = "Microsoft, legacy message card reference"
_MAX_POTENTIAL_ACTIONS = 4
_MAX_CARD_ACTIONS = 5
_MAX_SECTIONS = 10


@rule(
    "AM301", "post-without-body", Severity.ERROR, Certainty.STATED, source=_REFERENCE,
    kinds=ADAPTIVE, only_with=("post-without-body",),
)  # fmt: skip
def post_without_body(card: CardFacts) -> Iterator[Problem]:
    """An Action.Http that posts without a body.

    What it finds: `method` POST and no `body`.
    Why it matters: the body is required for POST; an empty one will do.
    Example: {"type": "Action.Http", "method": "POST", "url": "https://example.com/approve"}
    Use instead: add "body": "" or what the service needs.
    Fix: safe: writes an empty body.
    """
    return from_schema(card, "post-without-body")


@rule(
    "AM302",
    "body-not-string",
    Severity.ERROR,
    Certainty.STATED,
    source="Microsoft, AdaptiveCards issue 1733",
    only_with=("body-not-string",),
)
def body_not_string(card: CardFacts) -> Iterator[Problem]:
    """A body written as an object.

    What it finds: a `body` of Action.Http or HttpPOST that is no string.
    Why it matters: the service gets nothing useful.
    Example: "body": {"answer": "yes"}
    Use instead: "body": "{\\"answer\\": \\"yes\\"}"
    Fix: unsafe: writes the object as JSON into a string.
    """
    return from_schema(card, "body-not-string")


@rule(
    "AM303", "auto-invoke-not-post", Severity.ERROR, Certainty.STATED,
    source="Microsoft, refresh an actionable message when the user opens it", kinds=ADAPTIVE,
    only_with=("autoInvokeAction",),
)  # fmt: skip
def auto_invoke_not_post(card: CardFacts) -> Iterator[Problem]:
    """An autoInvokeAction that does not post.

    What it finds: an autoInvokeAction with a `method` other than POST.
    Why it matters: Outlook calls it with POST only; the card is never refreshed.
    Example: "autoInvokeAction": {"type": "Action.Http", "method": "GET", "url": "https://..."}
    Use instead: "method": "POST" and a body.
    Fix: unsafe: writes POST, and an empty body where there is none; the service must answer it.
    """
    for node in card.nodes:
        method = node.value.get("method")
        if node.holder == "autoInvokeAction" and str(method).upper() == "GET":
            message = "autoInvokeAction must use POST"
            hint = 'write "method": "POST" and a body'
            yield Problem(f"{node.pointer}/method", message, hint, as_post(node))


@rule(
    "AM304",
    "malformed-header",
    Severity.ERROR,
    Certainty.STATED,
    source=_REFERENCE,
    only_with=("malformed-header",),
)
def malformed_header(card: CardFacts) -> Iterator[Problem]:
    """A header that is not a name and a value.

    What it finds: headers as an object or as strings, a header without `name` or `value`.
    Why it matters: the header is not sent. An Authorization header without a value does not
    move Outlook's token out of the way; one with an empty value does.
    Example: "headers": {"Content-Type": "application/json"}
    Use instead: "headers": [{"name": "Content-Type", "value": "application/json"}]
    Fix: safe: writes the list that the reference asks for, and the empty value of Authorization.
    """
    return from_schema(card, "malformed-header")


@rule(
    "AM305",
    "authorization-header",
    Severity.ERROR,
    Certainty.STATED,
    source="Microsoft, security requirements for actionable messages",
    only_with=("headers",),
)
def authorization_header(card: CardFacts) -> Iterator[Problem]:
    """An Authorization header with a value.

    What it finds: a header Authorization whose value is not empty.
    Why it matters: Outlook puts its own token there. The only use of this header is an empty
    value, which moves that token to Action-Authorization. A token in a card is also one that
    everybody who gets the mail can read.
    Example: {"name": "Authorization", "value": "Bearer ..."}
    Use instead: {"name": "Authorization", "value": ""}, and check Outlook's token.
    Fix: unsafe: writes the empty value.
    """
    for pointer, name, value in card.headers:
        if name.strip().lower() == "authorization" and value:
            message = "Outlook sends its own token in Authorization; only an empty value works"
            emptied = unsafely(SetValue(f"{pointer}/value", ""))
            yield Problem(f"{pointer}/value", message, 'write "value": ""', emptied)


@rule(
    "AM306", "toggle-target-not-found", Severity.ERROR, Certainty.STATED, source=_REFERENCE,
    kinds=ADAPTIVE, only_with=("Action.ToggleVisibility",),
)  # fmt: skip
def toggle_target_not_found(card: CardFacts) -> Iterator[Problem]:
    """Action.ToggleVisibility names an element that is not there.

    What it finds: a target that is no element's `id`; ids are exact, capitals included.
    Why it matters: the button does nothing.
    Example: "targetElements": ["detials"] where the element's id is "details"
    Use instead: the id as it stands on the element.
    Fix: unsafe: writes the id that resembles it; safe where only capitals differ.
    """
    actions = [*card.of_type("Action.ToggleVisibility")]
    ids = _ids(card) if actions else None
    if ids is None:
        return
    for action in actions:
        for pointer, name in _targets(action):
            if name not in ids:
                message = f'no element has the id "{name}"'
                near = closest(name, ids)
                fix = as_sure_as(name, near, SetValue(pointer, near)) if near else None
                yield Problem(pointer, message, near and meant(near), fix)


@rule(
    "AM307", "too-many-actions", Severity.WARNING, Certainty.STATED, source=_MESSAGE,
    kinds=MESSAGE, only_with=("potentialAction",),
)  # fmt: skip
def too_many_actions(card: CardFacts) -> Iterator[Problem]:
    """More actions in a MessageCard than Outlook shows.

    What it finds: a `potentialAction` with more than four actions.
    Why it matters: four is the most that one section takes.
    Example: five OpenUri in one potentialAction
    Use instead: keep four, put inputs into one ActionCard, link to a page for the rest.
    Fix: none: only the author knows which ones matter.
    """
    for node in card.nodes:
        actions = node.value.get("potentialAction")
        if isinstance(actions, list) and len(actions) > _MAX_POTENTIAL_ACTIONS:
            message = f"{len(actions)} actions, Outlook takes {_MAX_POTENTIAL_ACTIONS}"
            yield Problem(f"{node.pointer}/potentialAction", message, "keep the most needed ones")


@rule(
    "AM308", "nested-action-card", Severity.ERROR, Certainty.STATED, source=_MESSAGE,
    kinds=MESSAGE, only_with=("nested-action-card",),
)  # fmt: skip
def nested_action_card(card: CardFacts) -> Iterator[Problem]:
    """An ActionCard inside an ActionCard.

    What it finds: an ActionCard among the `actions` of another one.
    Why it matters: an ActionCard takes OpenUri and HttpPOST only.
    Example: {"@type": "ActionCard", "actions": [{"@type": "ActionCard", ...}]}
    Use instead: two ActionCards beside each other.
    Fix: none: only the author knows how they belong together.
    """
    return from_schema(card, "nested-action-card")


@rule(
    "AM309", "too-many-card-actions", Severity.WARNING, Certainty.INFERRED,
    source="Microsoft, AdaptiveCards, samples/HostConfig/outlook-desktop.json", kinds=ADAPTIVE,
    only_with=("actions",),
)  # fmt: skip
def too_many_card_actions(card: CardFacts) -> Iterator[Problem]:
    """More actions in one place of an Adaptive Card than Outlook's host config allows.

    What it finds: an `actions` list, of a card or an ActionSet, with more than five actions.
    Why it matters: Microsoft's sample host config for Outlook says five; what lies beyond may be
    left out. How many Outlook itself takes is not documented.
    Example: six Action.OpenUrl in one "actions"
    Use instead: keep five, put the others into an ActionSet of their own, or open a page.
    Fix: none: only the author knows which ones matter.
    """
    for node in card.of_type("AdaptiveCard", "ActionSet"):
        actions = node.value.get("actions")
        if isinstance(actions, list) and len(actions) > _MAX_CARD_ACTIONS:
            message = f"{len(actions)} actions in one place; the last ones may not be shown"
            hint = f"keep {_MAX_CARD_ACTIONS}, or use a second ActionSet"
            yield Problem(f"{node.pointer}/actions", message, hint)


@rule(
    "AM310", "too-many-sections", Severity.WARNING, Certainty.STATED, source=_MESSAGE,
    kinds=MESSAGE, only_with=("sections",),
)  # fmt: skip
def too_many_sections(card: CardFacts) -> Iterator[Problem]:
    """More sections in a MessageCard than Microsoft advises.

    What it finds: more than ten `sections`.
    Why it matters: the reference asks for ten at the most, so that people can take it in.
    Example: a section for each of twenty new comments
    Use instead: one section that sums them up, and a link to the page that has them all.
    Fix: none: only the author knows what can be left out.
    """
    sections = card.document.value.get("sections")
    if isinstance(sections, list) and len(sections) > _MAX_SECTIONS:
        message = f"{len(sections)} sections; Microsoft advises {_MAX_SECTIONS} at the most"
        yield Problem("/sections", message, "sum them up, and link to the page that has them all")


def _ids(card: CardFacts) -> set[str] | None:
    """Return the elements' ids; None while what is told already may hide one of them."""
    if card.hides_parts or not all(isinstance(n.value.get("id", ""), str) for n in card.nodes):
        return None
    if any("id" not in node.value for node in card.inputs):
        return None
    found = {node.value["id"] for node in card.identified}
    if card.mistakes.get("misplaced-type"):
        found |= {name for node in card.nodes if (name := text_of(node, "id"))}
    return found


def as_post(action: Node) -> Fix:
    """Return the fix that lets an action post, with an empty body where it has none."""
    changes: list[Edit] = [SetValue(f"{action.pointer}/method", "POST")]
    if "body" not in action.value:
        changes.append(AddProperty(action.pointer, "body", ""))
    return unsafely(*changes)


def _targets(action: Node) -> Iterator[tuple[str, str]]:
    targets = action.value.get("targetElements")
    for index, target in enumerate(targets if isinstance(targets, list) else ()):
        at = f"{action.pointer}/targetElements/{index}"
        if isinstance(target, str):
            yield at, target
        elif isinstance(target, dict) and isinstance(target.get("elementId"), str):
            yield f"{at}/elementId", target["elementId"]
