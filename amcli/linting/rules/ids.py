"""AM11x: names that tell the parts of a card apart."""

from __future__ import annotations

from collections.abc import Iterator

from amcli.card.document import CardKind, Node
from amcli.linting.facts.card import CardFacts
from amcli.linting.finding import Severity
from amcli.linting.rule import Certainty, Problem, rule

_RENDERER = "Microsoft, the adaptivecards JavaScript renderer"


@rule("AM114", "duplicate-id", Severity.ERROR, Certainty.SEEN, source=_RENDERER, only_with=("id",))
def duplicate_id(card: CardFacts) -> Iterator[Problem]:
    """Two elements with the same id.

    What it finds: the second and each further element with an id that is taken; a fallback may
    have the id of what it stands in for. In a MessageCard the inputs of one ActionCard are asked.
    Why it matters: input values and visibility belong to an id, so one of the two is lost.
    Example: two Input.Text with "id": "comment"
    Use instead: an id of its own for each.
    Fix: none: what refers to the id does not say which of the two it means.
    """
    seen: set[tuple[str, str]] = set()
    for node in card.identified:
        if node.pointer in card.stand_ins:
            continue
        name = node.value["id"]
        if (_form(card, node), name) in seen:
            yield Problem(f"{node.pointer}/id", f'the id "{name}" is taken', "use another id")
        seen.add((_form(card, node), name))


@rule(
    "AM115", "similar-id", Severity.WARNING, Certainty.INFERRED, source=_RENDERER, only_with=("id",)
)
def similar_id(card: CardFacts) -> Iterator[Problem]:
    """Two ids that cannot always be told apart.

    What it finds: an id that equals another one when case is ignored; in a MessageCard also the
    same id in two ActionCards.
    Why it matters: input references ignore case, so they cannot tell the two apart; whether an
    ActionCard keeps its ids to itself is not documented.
    Example: "id": "Comment" and "id": "comment"
    Use instead: ids that differ in more than capitals.
    Fix: none: what refers to the id does not say which of the two it means.
    """
    seen: dict[str, tuple[str, str]] = {}
    for node in card.identified:
        name, form = node.value["id"], _form(card, node)
        first, first_form = seen.setdefault(name.casefold(), (name, form))
        if first != name:
            message = f'the id "{name}" differs from "{first}" in capitals only'
            yield Problem(f"{node.pointer}/id", message, "use another id")
        elif first_form != form:
            message = f'the id "{name}" stands in another ActionCard too'
            yield Problem(f"{node.pointer}/id", message, "use another id")


def _form(card: CardFacts, node: Node) -> str:
    """Return the pointer of the ActionCard that an input is sent with; "" in an Adaptive Card."""
    is_message = card.document.kind is CardKind.MESSAGE
    return node.parent.pointer if is_message and node.parent else ""
