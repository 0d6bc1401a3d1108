"""AM7xx: how large a card is. Outlook's own limits are not documented, so nothing is an error."""

from __future__ import annotations

from collections.abc import Iterator

from amcli.card.document import Node
from amcli.linting.facts.card import CardFacts
from amcli.linting.finding import Severity
from amcli.linting.rule import Certainty, Problem, rule

_KILOBYTE = 1000
_ADVICE = "show less, and link to the rest"


@rule(
    "AM701", "large-card", Severity.INFO, Certainty.INFERRED,
    source="MicrosoftDocs/AdaptiveCards issue 514",
)  # fmt: skip
def large_card(card: CardFacts) -> Iterator[Problem]:
    """A card of many kilobytes.

    What it finds: a card of more than 28 kB, written without white space.
    Why it matters: Outlook's limit is not documented; cards of this size are read by nobody, and
    the smaller a card is, the surer it arrives.
    Example: a card that lists three hundred orders
    Use instead: the first ten, and a link to all of them.
    Fix: none: only the author knows what can be left out.
    """
    size = len(card.json)
    if size > card.around.limits.card_bytes:
        message = f"the card has {size // _KILOBYTE} kB; what Outlook takes is not documented"
        yield Problem("", message, _ADVICE)


@rule(
    "AM702", "deep-nesting", Severity.INFO, Certainty.INFERRED,
    source="microsoft/AdaptiveCards issue 7132",
)  # fmt: skip
def deep_nesting(card: CardFacts) -> Iterator[Problem]:
    """Containers and cards far inside each other.

    What it finds: an element that stands in more than twelve others.
    Why it matters: each level takes room from the next, and clients take longer to show it.
    Example: a ShowCard in a ShowCard in a ShowCard, each with containers and columns
    Use instead: fewer levels.
    Fix: none: only the author knows what belongs together.
    """
    limit = card.around.limits.depth
    depths: dict[str, int] = {}
    for node in card.nodes:
        above = depths[node.parent.pointer] if node.parent else -1
        depths[node.pointer] = above + 1
        if above + 1 > limit:
            message = f"this stands in {above + 1} elements, one inside the other"
            yield Problem(node.pointer, message, "use fewer levels")
            return


@rule(
    "AM703", "crowded-card", Severity.INFO, Certainty.SEEN,
    source="microsoft/AdaptiveCards issue 7132",
)  # fmt: skip
def crowded_card(card: CardFacts) -> Iterator[Problem]:
    """A card with very many inputs or cards inside it.

    What it finds: more than 50 inputs, or more than 20 ShowCards (in a MessageCard: ActionCards).
    Why it matters: clients were seen to struggle with cards of this kind.
    Example: an approval list with a ShowCard for each of sixty requests
    Use instead: a card for each request, or a link to the list.
    Fix: none: only the author knows what can be left out.
    """
    limits = card.around.limits
    shown = list(card.of_type("Action.ShowCard", "ActionCard"))
    yield from _beyond(card.inputs, limits.inputs, "inputs")
    yield from _beyond(shown, limits.show_cards, "cards inside it")


def _beyond(nodes: list[Node], limit: int, what: str) -> Iterator[Problem]:
    if len(nodes) > limit:
        message = f"the card has {len(nodes)} {what}; clients may struggle with so many"
        yield Problem(nodes[limit].pointer, message, _ADVICE)
