"""AM4xx: what people fill in, and whether it arrives."""

from __future__ import annotations

import re
from collections.abc import Iterator

from amcli.card.document import Node, pointer_token
from amcli.card.input_reference import INPUT_ID, MEANT_AS_REFERENCE
from amcli.linting.facts.card import CardFacts, text_of
from amcli.linting.facts.references import Reference
from amcli.linting.finding import Severity
from amcli.linting.fixing.fix import SetValue, safely, unsafely
from amcli.linting.rule import ADAPTIVE, MESSAGE, Certainty, Problem, rule
from amcli.suggestion import closest, meant

_RENDERER = "Microsoft, the adaptivecards JavaScript renderer, StringWithSubstitutions"
_BOTH = "Microsoft, Outlook's Adaptive Card reference; legacy message card reference"
_NAMED_IDS = 5
_CHECKS_SINCE = (1, 3)
_SENDS_EVERYTHING = ("Action.Execute", "Action.Submit")
_HIDES_REFERENCES = frozenset(
    {"unknown-type", "wrong-value-type", "missing-property", "body-not-string", "malformed-header"}
)
_IN_DATA = re.compile(r"(?:\{\{|\$\{)([A-Za-z0-9_$@. -]{1,200}?)\.value\s*\}")


@rule(
    "AM401",
    "unknown-input-reference",
    Severity.ERROR,
    Certainty.STATED,
    source="Microsoft, Outlook's Adaptive Card reference; legacy message card reference",
    only_with=("Action.Http", "HttpPOST", "uri"),
)
def unknown_input_reference(card: CardFacts) -> Iterator[Problem]:
    """An input reference to an input that is not in the card.

    What it finds: `{{id.value}}` in url, body or a header, where no input has that id; case is
    ignored. While an input has no id nothing is said: the reference may be meant for it.
    Why it matters: the service gets the braces instead of what the person wrote.
    Example: "body": "{\\"note\\": \\"{{coment.value}}\\"}" with an input "comment"
    Use instead: the id of an input in the same card.
    Fix: unsafe: writes the id that resembles it.
    """
    known = [node.value["id"] for node in card.inputs if isinstance(node.value.get("id"), str)]
    if len(known) < len(card.inputs) or card.hides_parts:
        return  # a reference may be meant for the input that lacks its id, or cannot be seen
    for reference in card.references:
        if reference.id not in card.input_ids:
            name = reference.name.strip()
            near = closest(name, known)
            fix = unsafely(_renamed(reference, near)) if near else None
            hint = meant(near) if near else _ids_there_are(known)
            yield Problem(reference.pointer, f'no input has the id "{name}"', hint, fix)


@rule(
    "AM402",
    "irreplaceable-input-id",
    Severity.WARNING,
    Certainty.SEEN,
    source=_RENDERER,
    only_with=("Action.Http", "HttpPOST", "uri"),
)
def irreplaceable_input_id(card: CardFacts) -> Iterator[Problem]:
    """An input reference that the renderer does not recognise.

    What it finds: a reference with spaces inside the braces, or to an id with other characters
    than letters, digits, `_`, `$` and `@`; one of an input of this card without `.value`, with
    a brace too few, or with a `$` before it.
    Why it matters: the renderer that Microsoft publishes leaves it as it is, so the service gets
    the braces; whether Outlook's own does the same is not documented.
    Example: {{due-date.value}} or {{ comment.value }}
    Use instead: {{dueDate.value}}, {{comment.value}}
    Fix: safe: takes the spaces out of the braces. Unsafe: writes braces and `.value` as they
    should be. None for an id: the service may know it.
    """
    for reference in card.references:
        if reference.id in card.input_ids and not INPUT_ID.fullmatch(reference.name):
            name = reference.name.strip()
            plain = INPUT_ID.fullmatch(name)
            fix = safely(_renamed(reference, name)) if plain else None
            yield Problem(reference.pointer, _irreplaceable(reference), "use a plain id", fix)
    for near in card.nearly_references:
        hint = f"write {{{{{near.id}.value}}}}"
        fix = unsafely(SetValue(near.pointer, near.mended))
        yield Problem(near.pointer, f"{near.written} is not filled in", hint, fix)


@rule(
    "AM403", "reference-outside-body", Severity.ERROR, Certainty.SEEN,
    source="OfficeDev/outlook-dev-docs issue 954", kinds=MESSAGE,
    only_with=("Action.Http", "HttpPOST", "uri"),
)  # fmt: skip
def reference_outside_body(card: CardFacts) -> Iterator[Problem]:
    """An input reference in the target of a MessageCard.

    What it finds: `{{id.value}}` in `target`, `uri` or a header of a MessageCard.
    Why it matters: a MessageCard fills inputs into the body only; the click fails with "Target
    is not set or not in URL format".
    Example: "target": "https://example.com/reply?text={{comment.value}}"
    Use instead: "body": "{\\"text\\": \\"{{comment.value}}\\"}"
    Fix: none: only the author knows what the service calls it.
    """
    for reference in card.references:
        if reference.place != "body" and reference.id in card.input_ids:
            message = "a MessageCard fills inputs into the body only"
            yield Problem(reference.pointer, message, "move it into the body")


@rule(
    "AM405", "unused-input", Severity.WARNING, Certainty.INFERRED, source=_BOTH, only_with=("id",)
)
def unused_input(card: CardFacts) -> Iterator[Problem]:
    """An input whose value goes nowhere.

    What it finds: an input whose id no `{{id.value}}` names, in a card without Action.Execute and
    Action.Submit, which send every input by themselves. While a reference leads nowhere, or an
    action is not well built, nothing is said: they may be meant for this input.
    Why it matters: people fill it in, and the service never gets it.
    Example: {"type": "Input.Text", "id": "comment"} and "body": "{\\"action\\": \\"approve\\"}"
    Use instead: "body": "{\\"action\\": \\"approve\\", \\"comment\\": \\"{{comment.value}}\\"}"
    Fix: none: only the author knows what the service calls it.
    """
    if not card.inputs or next(card.of_type(*_SENDS_EVERYTHING), None):
        return
    if not card.mistakes.keys().isdisjoint(_HIDES_REFERENCES) or _leads_nowhere(card):
        return
    misplaced = {mistake.pointer for mistake in card.mistakes.get("misplaced-type", ())}
    for node in card.inputs:
        name = text_of(node, "id")
        if name is None or name.casefold() in card.mentioned or node.type == "Input.Time":
            continue
        at = node.pointer
        if at not in card.stand_ins and misplaced.isdisjoint((f"{at}/type", f"{at}/@type")):
            message = f'no action sends what people fill into "{name}"'
            hint = f"add {{{{{name}.value}}}} to the body of an action"
            yield Problem(at, message, hint)


@rule(
    "AM407", "required-without-label", Severity.WARNING, Certainty.SEEN,
    source="Microsoft, the adaptivecards JavaScript renderer, Input.validateProperties",
    kinds=ADAPTIVE, versions="1.3 and newer", only_with=("isRequired",),
)  # fmt: skip
def required_without_label(card: CardFacts) -> Iterator[Problem]:
    """A required input that does not say what is missing.

    What it finds: an input with `isRequired` and without `label` or `errorMessage`, in a card of
    version 1.3 or newer.
    Why it matters: the button does nothing, and people do not learn which answer is missing; the
    renderer warns of it.
    Example: {"type": "Input.Text", "id": "reason", "isRequired": true}
    Use instead: add "label": "Reason" and "errorMessage": "Please give a reason".
    Fix: none: only the author knows the words.
    """
    if not card.is_at_least(_CHECKS_SINCE):
        return
    for node in card.inputs:
        lacking = [name for name in ("label", "errorMessage") if node.value.get(name) in (None, "")]
        is_required = node.value.get("isRequired") in (True, "true")
        if lacking and is_required:
            message = f"a required input without {' and '.join(lacking)}"
            hint = "say what it is for, and what is missing when nothing was filled in"
            yield Problem(node.pointer, message, hint)


@rule(
    "AM409",
    "reference-not-filled-in",
    Severity.WARNING,
    Certainty.INFERRED,
    source=_BOTH,
    only_with=("id",),
)
def reference_not_filled_in(card: CardFacts) -> Iterator[Problem]:
    """An input reference in a place where it stays as it is.

    What it finds: `{{id.value}}` of an input of this card in a text, a title, the address of
    Action.OpenUrl: anywhere but in the url, body and headers of Action.Http and the body of
    HttpPOST.
    Why it matters: people see the braces, or the page is opened with them in its address.
    Example: {"type": "Action.OpenUrl", "url": "https://example.com/?text={{comment.value}}"}
    Use instead: Action.Http, and a service that answers with what shall be shown.
    Fix: none: only the author knows what was meant.
    """
    if not card.inputs:
        return
    shown = [(text.pointer, text.text) for text in card.texts]
    opened = [(f"{n.pointer}/url", text_of(n, "url") or "") for n in card.of_type("Action.OpenUrl")]
    for pointer, text in [*shown, *opened]:
        for name in dict.fromkeys(MEANT_AS_REFERENCE.findall(text) if "{{" in text else ()):
            if name.strip().casefold() in card.input_ids:
                message = f"{{{{{name}.value}}}} is not filled in here"
                yield Problem(pointer, message, "it is in what Action.Http sends, and only there")


@rule(
    "AM410", "reference-in-execute-data", Severity.INFO, Certainty.STATED,
    source="Microsoft, universal action model for actionable messages", kinds=ADAPTIVE,
    versions="1.4 and newer", only_with=("Action.Execute",),
)  # fmt: skip
def reference_in_execute_data(card: CardFacts) -> Iterator[Problem]:
    """An input reference in the data of Action.Execute.

    What it finds: `{{id.value}}` or `${id.value}` of an input of this card in `data`.
    Why it matters: Outlook sends every input beside `data` by itself, under its id; the reference
    is sent as it stands.
    Example: "data": {"comment": "${comment.value}"} with an input "comment"
    Use instead: leave it out; the bot gets "comment" all the same.
    Fix: none: only the author knows which name the bot reads.
    """
    for action in card.of_type("Action.Execute") if card.inputs else ():
        for pointer, text in _data(action):
            names = [name.strip() for name in _IN_DATA.findall(text)]
            for name in dict.fromkeys(n for n in names if n.casefold() in card.input_ids):
                message = f'"{name}" is sent by itself; here it stays as it is'
                yield Problem(pointer, message, "leave it out, and read it by its id")


def _data(action: Node) -> Iterator[tuple[str, str]]:
    """Yield the texts in an action's data, each with its place."""
    data = action.value.get("data")
    if isinstance(data, str):
        yield f"{action.pointer}/data", data
    for name, value in data.items() if isinstance(data, dict) else ():
        if isinstance(value, str):
            yield f"{action.pointer}/data/{pointer_token(name)}", value


def _renamed(reference: Reference, name: str) -> SetValue:
    return SetValue(reference.pointer, reference.replaced(name))


def _leads_nowhere(card: CardFacts) -> bool:
    return any(reference.id not in card.input_ids for reference in card.references)


def _ids_there_are(known: list[str]) -> str:
    if not known:
        return "the card has no input with an id: add one, or take the reference out"
    more = ", ..." if len(known) > _NAMED_IDS else ""
    return f"the ids of this card's inputs are {', '.join(known[:_NAMED_IDS])}{more}"


def _irreplaceable(reference: Reference) -> str:
    if reference.name != reference.name.strip():
        return f"there are spaces around {reference.name.strip()}.value; it may not be filled in"
    return f'"{reference.name}" has characters that are not filled in'
