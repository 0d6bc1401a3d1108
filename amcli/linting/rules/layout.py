"""AM607 and AM608: what a telephone's screen has no room for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from amcli.card.document import Node
from amcli.linting.facts import CardFacts
from amcli.linting.finding import Severity
from amcli.linting.rule import ADAPTIVE, Certainty, Problem, rule
from amcli.linting.surroundings import MOBILE

_REFLOW = "W3C, WCAG 2.2, 1.4.10 Reflow: 320 CSS pixels"
_SCREEN = 320
_MOST_COLUMNS = 4
_PIXELS = re.compile(r"([0-9]{1,6})(?:\.[0-9]+)?px")
_HAS_TEXT = frozenset({"TextBlock", "RichTextBlock", "FactSet"})


@rule(
    "AM607", "fixed-width", Severity.INFO, Certainty.INFERRED,
    source=_REFLOW, kinds=ADAPTIVE, clients=MOBILE,
)  # fmt: skip
def fixed_width(card: CardFacts) -> Iterator[Problem]:
    """Something with a fixed width that a telephone has no room for.

    What it finds: an Image, or columns beside each other, of more than 320 pixels.
    Why it matters: a narrow screen cuts off what is wider, or makes people scroll sideways.
    Example: {"type": "Image", "url": "https://example.com/chart.png", "width": "600px"}
    Use instead: "size": "stretch", or "width": "auto" and "stretch" for columns.
    Fix: none: only the author knows what may shrink.
    """
    for node in card.of_type("Image", "ColumnSet"):
        columns = _columns(node) if node.type == "ColumnSet" else [node.value]
        width = sum(_pixels(column.get("width")) for column in columns)
        if width > _SCREEN:
            place = "" if node.type == "ColumnSet" else "/width"
            message = f"{width} pixels wide, and a telephone has room for about {_SCREEN}"
            hint = 'let it adapt: "stretch" or "auto"'
            yield Problem(f"{node.pointer}{place}", message, hint)


@rule(
    "AM608", "too-many-columns", Severity.INFO, Certainty.INFERRED,
    source=_REFLOW, kinds=ADAPTIVE, clients=MOBILE,
)  # fmt: skip
def too_many_columns(card: CardFacts) -> Iterator[Problem]:
    """More columns of text than fit on a telephone.

    What it finds: a ColumnSet with more than four visible columns that hold text.
    Why it matters: on a screen of 320 pixels each has room for a few letters.
    Example: a ColumnSet with columns for date, item, department, price, tax and sum
    Use instead: fewer columns, or a FactSet for each row.
    Fix: none: only the author knows what can be left out.
    """
    for node in card.of_type("ColumnSet"):
        count = sum(_shows_text(column) for column in _columns(node))
        if count > _MOST_COLUMNS:
            message = f"{count} columns of text; a telephone has room for {_MOST_COLUMNS} at most"
            yield Problem(node.pointer, message, "use fewer columns, or a FactSet for each row")


def _columns(node: Node) -> list[dict[str, Any]]:
    columns = node.value.get("columns")
    return [c for c in _list(columns) if isinstance(c, dict) and c.get("isVisible") is not False]


def _pixels(width: Any) -> int:
    match = _PIXELS.fullmatch(width) if isinstance(width, str) else None
    return int(match[1]) if match else 0


def _shows_text(column: dict[str, Any]) -> bool:
    items = (item for item in _list(column.get("items")) if isinstance(item, dict))
    return any(isinstance(kind := item.get("type"), str) and kind in _HAS_TEXT for item in items)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


RULES = (fixed_width, too_many_columns)
