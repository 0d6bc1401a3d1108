"""AM404, AM406, AM408: what people choose from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amcli.card.document import Node
from amcli.linting.facts.card import CardFacts, text_of
from amcli.linting.finding import Severity
from amcli.linting.fixing.fix import SetValue
from amcli.linting.rule import ADAPTIVE, Certainty, Problem, rule
from amcli.linting.schema.fixes import as_sure_as
from amcli.suggestion import closest, meant

_BOTH = "Microsoft, Adaptive Cards schema explorer; legacy message card reference"
_RENDERER = "Microsoft, the adaptivecards JavaScript renderer, Input.ChoiceSet"
_CHOICE_INPUTS = ("Input.ChoiceSet", "MultichoiceInput")


@rule(
    "AM404",
    "unknown-choice",
    Severity.WARNING,
    Certainty.INFERRED,
    source=_BOTH,
    only_with=_CHOICE_INPUTS,
)
def unknown_choice(card: CardFacts) -> Iterator[Problem]:
    """A choice is preselected that is not among the choices.

    What it finds: a `value` of Input.ChoiceSet or MultichoiceInput that no choice has.
    Why it matters: nothing is preselected.
    Example: "value": "eu" where the choices are "EU" and "US"
    Use instead: the value of a choice, exactly.
    Fix: unsafe: writes the choice that resembles it; safe where only capitals differ.
    """
    for node in card.of_type(*_CHOICE_INPUTS):
        known = _values(node)
        chosen = _chosen(node) if known else []
        for name in chosen:
            if name not in known:
                near = closest(name, known)
                at = f"{node.pointer}/value"
                whole = ",".join(near if near and one == name else one for one in chosen)
                fix = as_sure_as(name, near, SetValue(at, whole)) if near else None
                message = f'no choice has the value "{name}"'
                yield Problem(at, message, near and meant(near), fix)


@rule(
    "AM406",
    "comma-in-choice",
    Severity.WARNING,
    Certainty.SEEN,
    source=_RENDERER,
    kinds=ADAPTIVE,
    only_with=("Input.ChoiceSet",),
)
def comma_in_choice(card: CardFacts) -> Iterator[Problem]:
    """A comma in the value of a choice, where several can be chosen.

    What it finds: a choice of an Input.ChoiceSet with `isMultiSelect` whose `value` has a comma.
    Why it matters: the values of all chosen ones are sent with commas between them, and the
    service cannot tell where one ends.
    Example: "isMultiSelect": true, "choices": [{"title": "Berlin", "value": "Berlin, DE"}]
    Use instead: "value": "berlin"
    Fix: none: the service knows these values, only the author can change both.
    """
    for node in card.of_type("Input.ChoiceSet"):
        if not _takes_several(node):
            continue
        for index, choice in enumerate(_choices(node)):
            value = choice.get("value") if isinstance(choice, dict) else None
            if isinstance(value, str) and "," in value:
                message = "the values of several choices are sent with commas between them"
                hint = "use values without a comma"
                yield Problem(f"{node.pointer}/choices/{index}/value", message, hint)


@rule(
    "AM408",
    "no-choices",
    Severity.WARNING,
    Certainty.SEEN,
    source=_RENDERER,
    only_with=_CHOICE_INPUTS,
)
def no_choices(card: CardFacts) -> Iterator[Problem]:
    """A choice between nothing.

    What it finds: an Input.ChoiceSet or MultichoiceInput without `choices`, or with an empty list.
    Why it matters: people cannot choose anything, and where an answer is required they are stuck.
    Example: {"type": "Input.ChoiceSet", "id": "who", "choices": []}
    Use instead: leave the input out when there is nothing to choose from.
    Fix: none: only the author knows the choices.
    """
    for node in card.shown(*_CHOICE_INPUTS):
        if node.value.get("choices", []) != [] or "choices.data" in node.value:
            continue
        pointer = f"{node.pointer}/choices" if "choices" in node.value else node.pointer
        hint = "leave the input out when there is nothing to choose from"
        yield Problem(pointer, "there is nothing to choose from", hint)


def _choices(node: Node) -> list[Any]:
    choices = node.value.get("choices")
    return choices if isinstance(choices, list) else []


def _values(node: Node) -> dict[str, None]:
    """Return the values that can be chosen, in their order."""
    values = [choice.get("value") for choice in _choices(node) if isinstance(choice, dict)]
    return dict.fromkeys(value for value in values if isinstance(value, str))


def _takes_several(node: Node) -> bool:
    return node.value.get("isMultiSelect") in (True, "true")


def _chosen(node: Node) -> list[str]:
    value = text_of(node, "value")
    if value is None or isinstance(node.value.get("isMultiSelect"), (list, dict)):
        return []
    return value.split(",") if _takes_several(node) else [value]
