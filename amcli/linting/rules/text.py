"""AM6xx: what people read, and what is read to them."""

from __future__ import annotations

from collections.abc import Iterator

from amcli.linting.facts import CardFacts, text_of
from amcli.linting.finding import Severity
from amcli.linting.rule import ADAPTIVE, Certainty, Problem, rule


@rule(
    "AM601", "missing-alt-text", Severity.WARNING, Certainty.STATED,
    source="Microsoft, Adaptive Cards schema explorer, Image", kinds=ADAPTIVE,
)  # fmt: skip
def missing_alt_text(card: CardFacts) -> Iterator[Problem]:
    """A picture without words for those who do not see it.

    What it finds: an Image without `altText`; an empty one says that it is decoration.
    Why it matters: screen readers have nothing to read, and where pictures are blocked there is
    a hole.
    Example: {"type": "Image", "url": "https://example.com/chart.png"}
    Use instead: add "altText": "Costs by month, rising since May".
    """
    for node in card.nodes:
        is_image = node.type == "Image" or (node.holder == "images" and node.type is None)
        if is_image and "altText" not in node.value and text_of(node, "url"):
            message = "the picture has no altText"
            yield Problem(node.pointer, message, 'add "altText"; "" if it is decoration only')


RULES = (missing_alt_text,)
