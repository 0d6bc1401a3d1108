"""AM311 to AM313: the body of a request, and whether it is still JSON once people have typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from amcli.linting.facts.bodies import FORM_TYPE, JSON_TYPE, RequestBody, json_trouble
from amcli.linting.facts.card import CardFacts, text_of
from amcli.linting.finding import Severity
from amcli.linting.fixing.fix import SetValue, safely, unsafely
from amcli.linting.rule import ADAPTIVE, Certainty, Problem, rule
from amcli.linting.schema.wording import listed, quoted

_RENDERER = "Microsoft, the adaptivecards JavaScript renderer, StringWithSubstitutions"
_TYPED = 'a "b"\nc'
"""What people may type: a quotation mark and a line break."""


@rule(
    "AM311", "escaping-switched-off", Severity.WARNING, Certainty.SEEN, source=_RENDERER,
    kinds=ADAPTIVE, only_with=("Action.Http", "HttpPOST"),
)  # fmt: skip
def escaping_switched_off(card: CardFacts) -> Iterator[Problem]:
    """A content type that keeps Outlook from escaping what people type.

    What it finds: a JSON body with input references whose header Content-Type is something else
    than exactly `application/json`; a form body whose header is not exactly
    `application/x-www-form-urlencoded`. Parameters and capitals count.
    Why it matters: the renderer that Microsoft publishes escapes for these two only, so a
    quotation mark or a line break in a comment breaks the body.
    Example: {"name": "Content-Type", "value": "application/json; charset=utf-8"}
    Use instead: {"name": "Content-Type", "value": "application/json"}
    Fix: safe: writes the plain content type; unsafe where another one stands there.
    """
    for body in card.bodies:
        wanted = _content_type_for(body)
        if wanted is None or body.content_type in (None, wanted) or not body.has_references:
            continue
        assert body.content_type_pointer is not None  # noqa: S101 - it came with the type
        change = SetValue(body.content_type_pointer, wanted)
        kind = "JSON" if wanted == JSON_TYPE else "a form"
        message = f"with {quoted(body.content_type)} what people type is not escaped as {kind}"
        fix = safely(change) if body.media_type == wanted else unsafely(change)
        yield Problem(body.content_type_pointer, message, f'write exactly "{wanted}"', fix)


@rule(
    "AM312",
    "unquoted-input-reference",
    Severity.WARNING,
    Certainty.SEEN,
    source=_RENDERER,
    only_with=("Action.Http", "HttpPOST"),
)
def unquoted_input_reference(card: CardFacts) -> Iterator[Problem]:
    """An input reference without quotes in a JSON body.

    What it finds: `{{id.value}}` outside quotes; not for a toggle or a preselected choice, which
    always have a value that is JSON.
    Why it matters: an empty input leaves nothing there, and the body is no JSON any more.
    Example: "body": "{\\"amount\\": {{amount.value}}}"
    Use instead: "body": "{\\"amount\\": \\"{{amount.value}}\\"}"; the service reads the number.
    Fix: unsafe: writes the quotes; the service then gets text where it got a number.
    """
    for body in card.bodies:
        bare = body.bare_references() if body.is_meant_as_json else []
        names = [name for name in bare if not _is_always_json(card, name)]
        if names and json_trouble(body.frame()) is None:
            shown = listed(f"{{{{{name}.value}}}}" for name in names)
            message = f"{shown} without quotes: an empty input leaves no JSON"
            hint = "put it in quotes, and let the service read the number"
            fix = unsafely(SetValue(body.pointer, body.quoting(names)))
            yield Problem(body.pointer, message, hint, fix)


@rule(
    "AM313", "body-not-json", Severity.WARNING, Certainty.INFERRED,
    source="RFC 8259; Microsoft, Outlook's Adaptive Card reference",
    only_with=("Action.Http", "HttpPOST"),
)  # fmt: skip
def body_not_json(card: CardFacts) -> Iterator[Problem]:
    """A JSON body that is not JSON.

    What it finds: a body that says it is JSON, by its content type or by how it begins, and is
    not: as it stands with something typed, or when somebody types a quotation mark or a line break
    into a text that is JSON itself. Of references without quotes AM312 speaks.
    Why it matters: the service answers with an error, or reads something else.
    Example: "body": "{\\"answer\\": \\"yes\\",}"
    Use instead: "body": "{\\"answer\\": \\"yes\\"}"
    Fix: none: only the author knows what was meant.
    """
    for body in card.bodies:
        if body.is_meant_as_json and (reason := _why_no_json(body)) is not None:
            yield Problem(body.pointer, *reason)


def _content_type_for(body: RequestBody) -> str | None:
    """Return the content type with which Outlook escapes for such a body; None if it never does."""
    if body.is_like_json or body.media_type == JSON_TYPE:
        return JSON_TYPE
    return FORM_TYPE if body.media_type == FORM_TYPE else None


def _why_no_json(body: RequestBody) -> tuple[str, str] | None:
    trouble = json_trouble(body.frame())
    if trouble is not None:
        message, position = trouble
        hint = f"look at character {position + 1} of the body"
        return f"the body is not JSON: {message}", hint
    # JSON with a text in it can stand in a string with escapes only.
    if "\\" in body.text and body.quoted_references() and _breaks_inside(body.filled(_TYPED)):
        return (
            "JSON in a string of this body breaks when somebody types a quotation mark",
            "send an object instead of a string that holds one",
        )
    return None


def _breaks_inside(text: str) -> bool:
    """Return whether the strings of a JSON text hold JSON that what people type breaks."""
    if json_trouble(text) is not None:
        return True
    try:
        waiting = [json.loads(text, parse_int=float)]
    except RecursionError:
        return False
    while waiting:
        value = waiting.pop()
        if isinstance(value, str) and _is_broken_json(value):
            return True
        if isinstance(value, (dict, list)):
            waiting.extend(value.values() if isinstance(value, dict) else value)
    return False


def _is_broken_json(text: str) -> bool:
    """Return whether a text is JSON only as long as nobody types what is special in it."""
    if _TYPED not in text or text.lstrip()[:1] not in ("{", "["):
        return False
    return json_trouble(text.replace(_TYPED, "x")) is None and json_trouble(text) is not None


def _is_always_json(card: CardFacts, name: str) -> bool:
    """Return whether an input always has a value, and one that is JSON without quotes."""
    node = card.inputs_by_id.get(name.strip().casefold())
    if node is None:
        return True  # that there is no such input is another finding
    if node.type == "Input.Toggle":
        values = [node.value.get(key, "true") for key in ("valueOn", "valueOff")]
    elif node.type == "Input.ChoiceSet" and text_of(node, "value") is not None:
        values = _choices(node.value)
    else:
        return False
    return all(isinstance(value, str) and json_trouble(value) is None for value in values)


def _choices(choice_set: dict[str, Any]) -> list[Any]:
    choices = choice_set.get("choices")
    if choice_set.get("isMultiSelect") in (True, "true") or not isinstance(choices, list):
        return [None]
    return [choice.get("value") for choice in choices if isinstance(choice, dict)]
