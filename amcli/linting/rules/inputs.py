"""AM4xx: what people fill in, and whether it arrives."""

from __future__ import annotations

from collections.abc import Iterator

from amcli.card.document import Node
from amcli.card.input_reference import INPUT_ID
from amcli.linting.facts import CardFacts, Reference, text_of
from amcli.linting.finding import Severity
from amcli.linting.rule import MESSAGE, Certainty, Problem, rule
from amcli.suggestion import did_you_mean

_RENDERER = "Microsoft, the adaptivecards JavaScript renderer, StringWithSubstitutions"
_NAMED_IDS = 5


@rule(
    "AM401",
    "unknown-input-reference",
    Severity.ERROR,
    Certainty.STATED,
    source="Microsoft, Outlook's Adaptive Card reference; legacy message card reference",
)
def unknown_input_reference(card: CardFacts) -> Iterator[Problem]:
    """An input reference to an input that is not in the card.

    What it finds: `{{id.value}}` in url, body or a header, where no input has that id; case is
    ignored.
    Why it matters: the service gets the braces instead of what the person wrote.
    Example: "body": "{\\"note\\": \\"{{coment.value}}\\"}" with an input "comment"
    Use instead: the id of an input in the same card.
    """
    known = [node.value["id"] for node in card.inputs if isinstance(node.value.get("id"), str)]
    for reference in card.references:
        name = reference.name.strip()
        if name.casefold() not in card.input_ids:
            message = f'no input has the id "{name}"'
            hint = did_you_mean(name, known) or _ids_there_are(known)
            yield Problem(reference.pointer, message, hint)


@rule("AM402", "irreplaceable-input-id", Severity.WARNING, Certainty.SEEN, source=_RENDERER)
def irreplaceable_input_id(card: CardFacts) -> Iterator[Problem]:
    """An input reference that the renderer does not recognise.

    What it finds: a reference with spaces inside the braces, or to an id with other characters
    than letters, digits, `_`, `$` and `@`.
    Why it matters: the renderer that Microsoft publishes leaves it as it is, so the service gets
    the braces; whether Outlook's own does the same is not documented.
    Example: {{due-date.value}} or {{ comment.value }}
    Use instead: {{dueDate.value}}, {{comment.value}}
    """
    for reference in card.references:
        known = reference.name.strip().casefold() in card.input_ids
        if known and not INPUT_ID.fullmatch(reference.name):
            yield Problem(reference.pointer, _irreplaceable(reference), "use a plain id")


@rule(
    "AM403", "reference-outside-body", Severity.ERROR, Certainty.SEEN,
    source="OfficeDev/outlook-dev-docs issue 954", kinds=MESSAGE,
)  # fmt: skip
def reference_outside_body(card: CardFacts) -> Iterator[Problem]:
    """An input reference in the target of a MessageCard.

    What it finds: `{{id.value}}` in `target`, `uri` or a header of a MessageCard.
    Why it matters: a MessageCard fills inputs into the body only; the click fails with "Target
    is not set or not in URL format".
    Example: "target": "https://example.com/reply?text={{comment.value}}"
    Use instead: "body": "{\\"text\\": \\"{{comment.value}}\\"}"
    """
    known = [ref for ref in card.references if ref.name.strip().casefold() in card.input_ids]
    for reference in known:
        if reference.property != "body":
            message = "a MessageCard fills inputs into the body only"
            yield Problem(reference.pointer, message, "move it into the body")


@rule(
    "AM404",
    "unknown-choice",
    Severity.WARNING,
    Certainty.INFERRED,
    source="Microsoft, Adaptive Cards schema explorer; legacy message card reference",
)
def unknown_choice(card: CardFacts) -> Iterator[Problem]:
    """A choice is preselected that is not among the choices.

    What it finds: a `value` of Input.ChoiceSet or MultichoiceInput that no choice has.
    Why it matters: nothing is preselected.
    Example: "value": "eu" where the choices are "EU" and "US"
    Use instead: the value of a choice, exactly.
    """
    for node in card.of_type("Input.ChoiceSet", "MultichoiceInput"):
        known = _choices(node)
        for name in _chosen(node):
            if known and name not in known:
                message = f'no choice has the value "{name}"'
                yield Problem(f"{node.pointer}/value", message, did_you_mean(name, known))


def _ids_there_are(known: list[str]) -> str:
    if not known:
        return "the card has no input with an id: add one, or take the reference out"
    more = ", ..." if len(known) > _NAMED_IDS else ""
    return f"the ids of this card's inputs are {', '.join(known[:_NAMED_IDS])}{more}"


def _choices(node: Node) -> dict[str, None]:
    """Return the values that can be chosen, in their order."""
    choices = node.value.get("choices")
    values = (
        [c.get("value") for c in choices if isinstance(c, dict)]
        if isinstance(choices, list)
        else []
    )
    return dict.fromkeys(value for value in values if isinstance(value, str))


def _chosen(node: Node) -> list[str]:
    value = text_of(node, "value")
    if value is None:
        return []
    return value.split(",") if node.value.get("isMultiSelect") in (True, "true") else [value]


def _irreplaceable(reference: Reference) -> str:
    if reference.name != reference.name.strip():
        return f"there are spaces in {{{{{reference.name}.value}}}}; it may not be filled in"
    return f'"{reference.name}" has characters that are not filled in'


RULES = (
    unknown_input_reference,
    irreplaceable_input_id,
    reference_outside_body,
    unknown_choice,
)
