"""AM607, AM608 and AM610: what a telephone's screen has no room for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from amcli.card.document import Node
from amcli.linting.facts.card import CardFacts, text_of
from amcli.linting.finding import Severity
from amcli.linting.fixing.fix import AddProperty, unsafely
from amcli.linting.rule import ADAPTIVE, Certainty, Problem, rule
from amcli.linting.surroundings import MOBILE

_REFLOW = "W3C, WCAG 2.2, 1.4.10 Reflow: 320 CSS pixels"
_SCREEN = 320
_MOST_COLUMNS = 4
_PIXELS = re.compile(r"([0-9]{1,6})(?:\.[0-9]+)?px")
_DESTINATION = re.compile(r"\]\([^()\s]{0,2000}\)")
_FITTING = 60
_HAS_TEXT = frozenset({"TextBlock", "RichTextBlock", "FactSet"})


@rule(
    "AM607", "fixed-width", Severity.INFO, Certainty.INFERRED,
    source=_REFLOW, kinds=ADAPTIVE, clients=MOBILE, only_with=("width",),
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
    source=_REFLOW, kinds=ADAPTIVE, clients=MOBILE, only_with=("ColumnSet",),
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


@rule(
    "AM610", "unwrapped-text", Severity.INFO, Certainty.STATED,
    source="Microsoft, Adaptive Cards schema explorer, TextBlock", kinds=ADAPTIVE, clients=MOBILE,
    only_with=("TextBlock",),
)  # fmt: skip
def unwrapped_text(card: CardFacts) -> Iterator[Problem]:
    """A long text that is cut off instead of wrapped.

    What it finds: a TextBlock with a line of more than 60 characters that does not say "wrap".
    Why it matters: without "wrap" a text is one line, and what does not fit is not shown; on a
    telephone about 45 characters fit.
    Example: {"type": "TextBlock", "text": "Anna asks for 120 EUR for a taxi from ..."}
    Use instead: add "wrap": true; or "wrap": false where the rest may be lost.
    Fix: unsafe: writes "wrap": true.
    """
    for node in card.of_type("TextBlock"):
        text = text_of(node, "text")
        if text is None or "wrap" in node.value or len(text) <= _FITTING:
            continue
        longest = max(len(line) for line in _DESTINATION.sub("]", text).splitlines())
        if longest > _FITTING and node.pointer not in card.with_unknown_property:
            message = f"a line of {longest} characters is cut off where the screen is narrow"
            fix = unsafely(AddProperty(node.pointer, "wrap", True))
            yield Problem(node.pointer, message, 'add "wrap": true', fix)


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
