"""AM1xx: a value is not written as its property asks."""

from __future__ import annotations

from collections.abc import Iterator

from amcli.linting.facts.card import CardFacts
from amcli.linting.finding import Severity
from amcli.linting.fixing.fix import SetValue, safely
from amcli.linting.rule import Certainty, Problem, rule
from amcli.linting.rules.structure import from_schema
from amcli.linting.schema.canonical import definition_of, spellings

_BOTH = "Microsoft, Adaptive Cards schema explorer; legacy message card reference"
_RENDERER = "Microsoft, the adaptivecards JavaScript renderer"
_ASKED_FOR = frozenset({"originator", "altText", "title", "name"})
"""Where one of these is missing, another rule says so."""


@rule(
    "AM105",
    "unknown-value",
    Severity.ERROR,
    Certainty.STATED,
    source=_BOTH,
    only_with=("unknown-value",),
)
def unknown_value(card: CardFacts) -> Iterator[Problem]:
    """A value that is not among the names that the property takes.

    What it finds: a colour, size, weight, style or method that does not exist; case is ignored.
    Why it matters: Outlook takes the default instead, or drops the action.
    Example: {"type": "TextBlock", "text": "Overdue", "weight": "bold"}
    Use instead: {"type": "TextBlock", "text": "Overdue", "weight": "bolder"}
    Fix: unsafe: writes the name that it resembles.
    """
    return from_schema(card, "unknown-value")


@rule(
    "AM106",
    "malformed-value",
    Severity.WARNING,
    Certainty.SEEN,
    source=_RENDERER,
    only_with=("malformed-value",),
)
def malformed_value(card: CardFacts) -> Iterator[Problem]:
    """A value that is not written as the property asks.

    What it finds: sizes such as "50 px", versions such as "v1", colours such as "blue".
    Why it matters: the renderer falls back to its default, so the card looks different.
    Example: {"type": "Column", "width": "50 px", "items": []}
    Use instead: {"type": "Column", "width": "50px", "items": []}
    Fix: safe: takes out spaces, writes auto and stretch small. Unsafe: adds px to a size, .0 to a
    version; for colours none.
    """
    return from_schema(card, "malformed-value")


@rule(
    "AM109",
    "value-as-string",
    Severity.WARNING,
    Certainty.SEEN,
    source=_RENDERER,
    only_with=("value-as-string",),
)
def value_as_string(card: CardFacts) -> Iterator[Problem]:
    """true, false or a number with quotes around it.

    What it finds: "true" where true belongs, "3" where 3 belongs.
    Why it matters: some readers take it, others ignore it.
    Example: {"type": "TextBlock", "text": "Hello", "wrap": "true"}
    Use instead: {"type": "TextBlock", "text": "Hello", "wrap": true}
    Fix: safe: takes the quotes off.
    """
    return from_schema(card, "value-as-string")


@rule("AM117", "other-case-value", Severity.INFO, Certainty.SEEN, source=_RENDERER)
def other_case_value(card: CardFacts) -> Iterator[Problem]:
    """A value in other capitals than the reference writes it.

    What it finds: "Bolder" where the reference has "bolder", "post" where it has "POST".
    Why it matters: Outlook takes it all the same; the schemas of other tools do not.
    Example: {"type": "TextBlock", "text": "Overdue", "weight": "Bolder"}
    Use instead: {"type": "TextBlock", "text": "Overdue", "weight": "bolder"}
    Fix: safe: writes it as the reference does.
    """
    known = spellings(card.document.kind)
    for node in card.nodes:
        properties = known.get(definition_of(node))
        if properties is None:
            continue
        for name, value in node.value.items():
            if name not in properties or not isinstance(value, str) or not value.isascii():
                continue
            usual = properties[name].get(value.casefold(), value)
            if usual != value:
                pointer = f"{node.pointer}/{name}"
                fix = safely(SetValue(pointer, usual))
                yield Problem(pointer, f'{name} is "{value}"', f'write "{usual}"', fix)


@rule(
    "AM121",
    "null-value",
    Severity.INFO,
    Certainty.SEEN,
    source=_RENDERER,
    only_with=("null-value",),
)
def null_value(card: CardFacts) -> Iterator[Problem]:
    """A property that is null, and could as well be missing.

    What it finds: null where the property may be left out; where it may not, the rule that
    asks for it speaks.
    Why it matters: the renderer takes it as not there, as it was meant; no reference has null, and
    other tools refuse it.
    Example: {"type": "TextBlock", "text": "Hello", "id": null}
    Use instead: {"type": "TextBlock", "text": "Hello"}
    Fix: safe: takes the property out.
    """
    for problem in from_schema(card, "null-value"):
        if problem.pointer.rpartition("/")[2] not in _ASKED_FOR:
            yield problem
