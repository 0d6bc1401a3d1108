"""AM1xx: the card is not built as its format says."""

from __future__ import annotations

from collections.abc import Iterator

from amcli.linting.facts.card import CardFacts
from amcli.linting.finding import Severity
from amcli.linting.rule import ADAPTIVE, Certainty, Problem, rule

_ADAPTIVE = "Microsoft, Adaptive Cards schema explorer and Outlook's card reference"
_BOTH = "Microsoft, Adaptive Cards schema explorer; legacy message card reference"


def from_schema(card: CardFacts, slug: str) -> Iterator[Problem]:
    """Yield what the JSON Schema found that belongs to the rule with this slug."""
    for mistake in card.mistakes.get(slug, ()):
        yield Problem(
            mistake.pointer, mistake.message, mistake.hint, mistake.fix, on_name=mistake.on_name
        )


@rule(
    "AM101",
    "unknown-type",
    Severity.ERROR,
    Certainty.STATED,
    source=_BOTH,
    only_with=("unknown-type",),
)
def unknown_type(card: CardFacts) -> Iterator[Problem]:
    """A type that neither Adaptive Cards nor Outlook has.

    What it finds: a `type` or `@type` that is misspelt or made up, and has no `fallback`.
    Why it matters: Outlook leaves the element or the button out without a word.
    Example: {"type": "TextBlok", "text": "Hello"}
    Use instead: {"type": "TextBlock", "text": "Hello"}; the names are exact, capitals included.
    Fix: unsafe: writes the type that it resembles; safe where only capitals differ.
    """
    for problem in from_schema(card, "unknown-type"):
        if problem.pointer not in card.fallbacks:
            yield problem


@rule(
    "AM102",
    "misplaced-type",
    Severity.ERROR,
    Certainty.STATED,
    source=_BOTH,
    only_with=("misplaced-type",),
)
def misplaced_type(card: CardFacts) -> Iterator[Problem]:
    """A known type in a place where it cannot stand.

    What it finds: an action in a body, an element in actions, Action.ShowCard in selectAction.
    Why it matters: Outlook leaves it out.
    Example: {"type": "AdaptiveCard", "body": [{"type": "Action.OpenUrl", "url": "https://..."}]}
    Use instead: put actions into `actions`, or into an ActionSet in the body.
    Fix: none: only the author knows where it should stand.
    """
    return from_schema(card, "misplaced-type")


@rule(
    "AM103",
    "missing-property",
    Severity.ERROR,
    Certainty.STATED,
    source=_BOTH,
    only_with=("missing-property",),
)
def missing_property(card: CardFacts) -> Iterator[Problem]:
    """A property without which the element means nothing.

    What it finds: an Image without `url`, an input without `id`, an action without its target.
    Why it matters: the element is not shown, or the click fails.
    Example: {"type": "Image", "altText": "Logo"}
    Use instead: {"type": "Image", "url": "https://example.com/logo.png", "altText": "Logo"}
    Fix: unsafe: gives a misspelt property its name, safe where only capitals differ; what is not
    there at all only the author knows.
    """
    return from_schema(card, "missing-property")


@rule(
    "AM104",
    "wrong-value-type",
    Severity.ERROR,
    Certainty.STATED,
    source=_BOTH,
    only_with=("wrong-value-type",),
)
def wrong_value_type(card: CardFacts) -> Iterator[Problem]:
    """A value of the wrong JSON type.

    What it finds: a number where a string belongs, an object where a list belongs.
    Why it matters: Outlook ignores the value without a word.
    Example: {"title": "Amount", "value": 120}
    Use instead: {"title": "Amount", "value": "120"}
    Fix: safe: puts quotes around a whole number. Unsafe: around other values, and one object into
    a list; otherwise none.
    """
    return from_schema(card, "wrong-value-type")


@rule(
    "AM107",
    "unknown-property",
    Severity.WARNING,
    Certainty.STATED,
    source=_BOTH,
    only_with=("unknown-property", "missing-originator"),
)
def unknown_property(card: CardFacts) -> Iterator[Problem]:
    """A property that the type does not have.

    What it finds: misspelt properties, and those of another type; what Outlook has beyond the
    Adaptive Cards schema is known, documented or not.
    Why it matters: Outlook ignores it without a word.
    Example: {"type": "TextBlock", "text": "Overdue", "colour": "attention"}
    Use instead: {"type": "TextBlock", "text": "Overdue", "color": "attention"}
    Fix: unsafe: gives it the name that it resembles, safe where only capitals differ; none where
    that name is taken.
    """
    yield from from_schema(card, "unknown-property")
    if card.around.signed:  # otherwise missing-originator says so
        yield from from_schema(card, "missing-originator")


@rule(
    "AM108", "duplicate-property", Severity.ERROR, Certainty.INFERRED,
    source="RFC 8259, section 4",
)  # fmt: skip
def duplicate_property(card: CardFacts) -> Iterator[Problem]:
    """The same property twice in one object.

    What it finds: an object whose JSON text names a property more than once.
    Why it matters: which of the values counts is up to each program that reads the card.
    Example: {"type": "TextBlock", "text": "One", "text": "Two"}
    Use instead: keep one of them.
    Fix: none: only the author knows which of the values is meant.
    """
    for pointer in card.document.duplicates:
        name = pointer.rpartition("/")[2]
        message = f'"{name}" stands twice in this object'
        yield Problem(pointer, message, "keep one of them", on_name=True)


@rule(
    "AM113", "fallback-type-name", Severity.ERROR, Certainty.STATED, source=_ADAPTIVE,
    kinds=ADAPTIVE, only_with=("fallback-type-name",),
)  # fmt: skip
def fallback_type_name(card: CardFacts) -> Iterator[Problem]:
    """A fallback given as the name of a type.

    What it finds: a `fallback` string other than "drop".
    Why it matters: there is nothing to fall back to, so the element is dropped.
    Example: {"type": "Action.Execute", "title": "Approve", "fallback": "Action.Submit"}
    Use instead: "drop", or the whole element or action to show instead.
    Fix: unsafe: writes "drop", which is what Outlook does.
    """
    return from_schema(card, "fallback-type-name")
