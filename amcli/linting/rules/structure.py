"""AM1xx: the card is not built as its format says."""

from __future__ import annotations

from collections.abc import Iterator

from amcli.linting.facts import CardFacts
from amcli.linting.finding import Severity
from amcli.linting.rule import ADAPTIVE, MESSAGE, Certainty, Problem, rule

_ADAPTIVE = "Microsoft, Adaptive Cards schema explorer and Outlook's card reference"
_BOTH = "Microsoft, Adaptive Cards schema explorer; legacy message card reference"
_RENDERER = "Microsoft, the adaptivecards JavaScript renderer"
_MESSAGE = "Microsoft, legacy message card reference"


def from_schema(card: CardFacts, slug: str) -> Iterator[Problem]:
    """Yield what the JSON Schema found that belongs to the rule with this slug."""
    for mistake in card.mistakes.get(slug, ()):
        yield Problem(
            mistake.pointer, mistake.message, mistake.hint, mistake.fix, on_name=mistake.on_name
        )


@rule("AM101", "unknown-type", Severity.ERROR, Certainty.STATED, source=_BOTH)
def unknown_type(card: CardFacts) -> Iterator[Problem]:
    """A type that neither Adaptive Cards nor Outlook has.

    What it finds: a `type` or `@type` that is misspelt or made up, and has no `fallback`.
    Why it matters: Outlook leaves the element or the button out without a word.
    Example: {"type": "TextBlok", "text": "Hello"}
    Use instead: {"type": "TextBlock", "text": "Hello"}; the names are exact, capitals included.
    """
    for problem in from_schema(card, "unknown-type"):
        if problem.pointer not in card.fallbacks:
            yield problem


@rule("AM102", "misplaced-type", Severity.ERROR, Certainty.STATED, source=_BOTH)
def misplaced_type(card: CardFacts) -> Iterator[Problem]:
    """A known type in a place where it cannot stand.

    What it finds: an action in a body, an element in actions, Action.ShowCard in selectAction.
    Why it matters: Outlook leaves it out.
    Example: {"type": "AdaptiveCard", "body": [{"type": "Action.OpenUrl", "url": "https://..."}]}
    Use instead: put actions into `actions`, or into an ActionSet in the body.
    """
    return from_schema(card, "misplaced-type")


@rule("AM103", "missing-property", Severity.ERROR, Certainty.STATED, source=_BOTH)
def missing_property(card: CardFacts) -> Iterator[Problem]:
    """A property without which the element means nothing.

    What it finds: an Image without `url`, an input without `id`, an action without its target.
    Why it matters: the element is not shown, or the click fails.
    Example: {"type": "Image", "altText": "Logo"}
    Use instead: {"type": "Image", "url": "https://example.com/logo.png", "altText": "Logo"}
    """
    return from_schema(card, "missing-property")


@rule("AM104", "wrong-value-type", Severity.ERROR, Certainty.STATED, source=_BOTH)
def wrong_value_type(card: CardFacts) -> Iterator[Problem]:
    """A value of the wrong JSON type.

    What it finds: a number where a string belongs, an object where a list belongs.
    Why it matters: Outlook ignores the value without a word.
    Example: {"title": "Amount", "value": 120}
    Use instead: {"title": "Amount", "value": "120"}
    """
    return from_schema(card, "wrong-value-type")


@rule("AM105", "unknown-value", Severity.ERROR, Certainty.STATED, source=_BOTH)
def unknown_value(card: CardFacts) -> Iterator[Problem]:
    """A value that is not among the names that the property takes.

    What it finds: a colour, size, weight, style or method that does not exist; case is ignored.
    Why it matters: Outlook takes the default instead, or drops the action.
    Example: {"type": "TextBlock", "text": "Overdue", "weight": "bold"}
    Use instead: {"type": "TextBlock", "text": "Overdue", "weight": "bolder"}
    """
    return from_schema(card, "unknown-value")


@rule("AM106", "malformed-value", Severity.WARNING, Certainty.SEEN, source=_RENDERER)
def malformed_value(card: CardFacts) -> Iterator[Problem]:
    """A value that is not written as the property asks.

    What it finds: sizes such as "50 px", versions such as "v1", colours such as "blue".
    Why it matters: the renderer falls back to its default, so the card looks different.
    Example: {"type": "Column", "width": "50 px", "items": []}
    Use instead: {"type": "Column", "width": "50px", "items": []}
    """
    return from_schema(card, "malformed-value")


@rule("AM107", "unknown-property", Severity.WARNING, Certainty.STATED, source=_BOTH)
def unknown_property(card: CardFacts) -> Iterator[Problem]:
    """A property that the type does not have.

    What it finds: misspelt properties, and those of another type; what Outlook has beyond the
    Adaptive Cards schema is known, documented or not.
    Why it matters: Outlook ignores it without a word.
    Example: {"type": "TextBlock", "text": "Overdue", "colour": "attention"}
    Use instead: {"type": "TextBlock", "text": "Overdue", "color": "attention"}
    """
    return from_schema(card, "unknown-property")


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
    """
    for pointer in card.document.duplicates:
        name = pointer.rpartition("/")[2]
        yield Problem(pointer, f'"{name}" stands twice in this object', "keep one of them")


@rule("AM109", "value-as-string", Severity.WARNING, Certainty.SEEN, source=_RENDERER)
def value_as_string(card: CardFacts) -> Iterator[Problem]:
    """true, false or a number with quotes around it.

    What it finds: "true" where true belongs, "3" where 3 belongs.
    Why it matters: some readers take it, others ignore it.
    Example: {"type": "TextBlock", "text": "Hello", "wrap": "true"}
    Use instead: {"type": "TextBlock", "text": "Hello", "wrap": true}
    """
    return from_schema(card, "value-as-string")


@rule(
    "AM110", "missing-card-type", Severity.WARNING, Certainty.STATED, source=_MESSAGE,
    kinds=MESSAGE,
)  # fmt: skip
def missing_card_type(card: CardFacts) -> Iterator[Problem]:
    """A MessageCard without @type.

    What it finds: a card with MessageCard's properties that does not say what it is.
    Why it matters: the reference requires it; Outlook may not recognise the card.
    Example: {"summary": "Hello", "sections": []}
    Use instead: {"@type": "MessageCard", "@context": "http://schema.org/extensions", ...}
    """
    return _said(card, "missing-card-type", 'add "@type": "MessageCard"')


@rule(
    "AM111", "missing-context", Severity.WARNING, Certainty.STATED, source=_MESSAGE,
    kinds=MESSAGE,
)  # fmt: skip
def missing_context(card: CardFacts) -> Iterator[Problem]:
    """A MessageCard without @context.

    What it finds: a MessageCard that does not name its vocabulary.
    Why it matters: the reference requires it.
    Example: {"@type": "MessageCard", "summary": "Hello"}
    Use instead: {"@type": "MessageCard", "@context": "http://schema.org/extensions", ...}
    """
    return _said(card, "missing-context", 'add "@context": "http://schema.org/extensions"')


@rule(
    "AM112", "missing-version", Severity.WARNING, Certainty.STATED, source=_ADAPTIVE,
    kinds=ADAPTIVE,
)  # fmt: skip
def missing_version(card: CardFacts) -> Iterator[Problem]:
    """An Adaptive Card without a version.

    What it finds: a card (not one inside Action.ShowCard) without `version`.
    Why it matters: the reference requires it; the renderer takes such a card as 1.0.
    Example: {"type": "AdaptiveCard", "body": []}
    Use instead: {"type": "AdaptiveCard", "version": "1.0", "body": []}
    """
    return _said(card, "missing-version", 'add "version": "1.0"')


@rule(
    "AM113", "fallback-type-name", Severity.ERROR, Certainty.STATED, source=_ADAPTIVE,
    kinds=ADAPTIVE,
)  # fmt: skip
def fallback_type_name(card: CardFacts) -> Iterator[Problem]:
    """A fallback given as the name of a type.

    What it finds: a `fallback` string other than "drop".
    Why it matters: there is nothing to fall back to, so the element is dropped.
    Example: {"type": "Action.Execute", "title": "Approve", "fallback": "Action.Submit"}
    Use instead: "drop", or the whole element or action to show instead.
    """
    return from_schema(card, "fallback-type-name")


@rule("AM114", "duplicate-id", Severity.ERROR, Certainty.SEEN, source=_RENDERER)
def duplicate_id(card: CardFacts) -> Iterator[Problem]:
    """Two elements with the same id.

    What it finds: the second and each further element with an id that is taken; a fallback may
    have the id of what it stands in for.
    Why it matters: input values and visibility belong to an id, so one of the two is lost.
    Example: two Input.Text with "id": "comment"
    Use instead: an id of its own for each.
    """
    seen: set[str] = set()
    for node in card.identified:
        if node.pointer in card.stand_ins:
            continue
        name = node.value["id"]
        if name in seen:
            yield Problem(f"{node.pointer}/id", f'the id "{name}" is taken', "use another id")
        seen.add(name)


@rule("AM115", "similar-id", Severity.WARNING, Certainty.INFERRED, source=_RENDERER)
def similar_id(card: CardFacts) -> Iterator[Problem]:
    """Two ids that differ in capitals only.

    What it finds: an id that equals another one when case is ignored.
    Why it matters: input references ignore case, so they cannot tell the two apart.
    Example: "id": "Comment" and "id": "comment"
    Use instead: ids that differ in more than capitals.
    """
    seen: dict[str, str] = {}
    for node in card.identified:
        name = node.value["id"]
        first = seen.setdefault(name.casefold(), name)
        if first != name:
            message = f'the id "{name}" differs from "{first}" in capitals only'
            yield Problem(f"{node.pointer}/id", message, "use another id")


@rule(
    "AM116", "missing-summary", Severity.WARNING, Certainty.STATED, source=_MESSAGE,
    kinds=MESSAGE,
)  # fmt: skip
def missing_summary(card: CardFacts) -> Iterator[Problem]:
    """A MessageCard with neither summary nor text.

    What it finds: a card without `summary` and without `text`.
    Why it matters: the reference asks for one of them; it stands in the message list.
    Example: {"@type": "MessageCard", "title": "Expense", "sections": []}
    Use instead: add "summary": "Expense of 120 EUR by Ann".
    """
    value = card.document.value
    if not any(isinstance(value.get(name), str) for name in ("summary", "text")):
        message = "the card has neither summary nor text"
        yield Problem("", message, 'add "summary": one line for the message list')


def _said(card: CardFacts, slug: str, hint: str) -> Iterator[Problem]:
    for problem in from_schema(card, slug):
        yield Problem(problem.pointer, problem.message, hint)


RULES = (
    unknown_type,
    misplaced_type,
    missing_property,
    wrong_value_type,
    unknown_value,
    malformed_value,
    unknown_property,
    duplicate_property,
    value_as_string,
    missing_card_type,
    missing_context,
    missing_version,
    fallback_type_name,
    duplicate_id,
    similar_id,
    missing_summary,
)
