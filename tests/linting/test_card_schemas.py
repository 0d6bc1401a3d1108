"""The JSON Schemas: sound in themselves, and found in full by the dispatching validators."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from amcli.card.document import CardKind, parse_card
from amcli.linting.schema.judge import _definitions, card_schema, normalised, schema_errors

KINDS = list(CardKind)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)

SAMPLE_CARDS: dict[CardKind, dict[str, Any]] = {
    CardKind.ADAPTIVE: {
        "type": "AdaptiveCard",
        "version": "1.0",
        "backgroundImage": {"url": "https://contoso.com/a.png"},
        "body": [
            {"type": "TextBlock", "text": "Hello", "weight": "Bolder"},
            {"type": "RichTextBlock", "inlines": ["a", {"type": "TextRun", "text": "b"}]},
            {"type": "ColumnSet", "columns": [{"items": [{"type": "Image", "url": "https://x.y"}]}]},
            {"type": "Container", "padding": {"left": "small"}, "fallback": "drop", "items": []},
            {"type": "Input.ChoiceSet", "id": "c", "choices": [{"title": "a", "value": "b"}]},
        ],
        "actions": [
            {"type": "Action.ToggleVisibility", "targetElements": ["a", {"elementId": "b"}]},
            {"type": "Action.Http", "method": "POST", "url": "https://x.y", "body": "",
             "headers": [{"name": "a", "value": "b"}]},
            {"type": "Action.ShowCard", "card": {"type": "AdaptiveCard", "body": []}},
        ],
    },
    CardKind.MESSAGE: {
        "@type": "MessageCard",
        "@context": "http://schema.org/extensions",
        "sections": [{"facts": [{"name": "a", "value": "b"}], "heroImage": {"image": "https://x"}}],
        "potentialAction": [
            {"@type": "OpenUri", "name": "a", "targets": [{"os": "iOS", "uri": "https://x.y"}]},
            {"@type": "ActionCard", "inputs": [{"@type": "TextInput", "id": "a"}],
             "actions": [{"@type": "HttpPOST", "target": "https://x.y", "body": ""}]},
        ],
    },
}  # fmt: skip


def whole(card: dict[str, Any], kind: CardKind) -> set[tuple[str, str]]:
    """What the whole schema finds: pointer and keyword."""
    validator = Draft202012Validator(card_schema(kind))
    return {
        (found.pointer, found.keyword)
        for error in validator.iter_errors(card)
        for found in normalised(error, "", "")
    }


def dispatched(card: dict[str, Any], kind: CardKind) -> set[tuple[str, str]]:
    return {(error.pointer, error.keyword) for error in schema_errors(card, kind)}


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in a card with a key or an index in it."""
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in keys:
        yield value, key
        yield from places(value[key])


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_a_valid_schema(kind: CardKind) -> None:
    Draft202012Validator.check_schema(card_schema(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_every_reference_leads_somewhere_and_every_definition_is_used(kind: CardKind) -> None:
    schema = card_schema(kind)
    used = {
        value.removeprefix("#/$defs/")
        for container, key in places(schema)
        if key == "$ref" and isinstance(value := container[key], str)
    }
    assert used == set(schema["$defs"])


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_values_are_taken_in_any_case(kind: CardKind) -> None:
    for container, key in places(card_schema(kind)):
        if key == "anyOf":
            names, pattern = (part for part in container[key][:2])
            validator = Draft202012Validator(pattern)
            for name in names["enum"]:
                assert all(validator.is_valid(n) for n in (name, name.upper(), name.lower()))
                assert not validator.is_valid(f"x{name}")
                assert not validator.is_valid(f"{name}x")


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_without_mistakes_has_none(kind: CardKind) -> None:
    assert dispatched(SAMPLE_CARDS[kind], kind) == whole(SAMPLE_CARDS[kind], kind) == set()


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_dispatch_finds_what_the_whole_schema_finds(kind: CardKind, data: st.DataObject) -> None:
    card = copy.deepcopy(SAMPLE_CARDS[kind])
    change(card, data)
    assert dispatched(card, kind) == whole(card, kind)


@settings(max_examples=40)  # the whole schema takes its time
@given(st.data())
def test_dispatch_finds_what_the_whole_schema_finds_in_changed_official_cards(
    official_cards: Path, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(sorted(official_cards.glob("*/*/*.json"))))
    document = parse_card(path.read_bytes(), path.name)
    change(document.value, data)
    assert dispatched(document.value, document.kind) == whole(document.value, document.kind)


def change(card: dict[str, Any], data: st.DataObject) -> None:
    """Put wrong values, values of other properties and unknown names into a card."""
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(list(places(card))))
        action = data.draw(st.sampled_from(["replace", "add", "remove", "borrow"]))
        if action == "remove" and isinstance(container, dict) and len(card) > 1:
            del container[key]
        elif action == "borrow":
            other, borrowed = data.draw(st.sampled_from(list(places(card))))
            container[key] = copy.deepcopy(other[borrowed])
        elif action == "add" and isinstance(container, dict):
            names = ["type", "@type", "itmes", "id", "style", "fallback"]
            container[data.draw(st.sampled_from(names))] = data.draw(JSON)
        else:
            container[key] = data.draw(JSON)


def test_dispatch_finds_what_the_whole_schema_finds_in_official_cards(official_cards: Path) -> None:
    for path in sorted(official_cards.glob("*/*/*.json")):
        document = parse_card(path.read_bytes(), path.name)
        assert dispatched(document.value, document.kind) == whole(document.value, document.kind), (
            path
        )


def test_one_mistake_is_one_error_at_its_place() -> None:
    card = {
        "type": "AdaptiveCard",
        "version": "1.0",
        "body": [
            {"type": "ColumnSet", "columns": [{"items": [{"type": "TextBlok", "text": "a"}]}]}
        ],
    }
    assert dispatched(card, CardKind.ADAPTIVE) == {("/body/0/columns/0/items/0/type", "enum")}


@pytest.mark.parametrize("kind", KINDS)
def test_no_good_object_is_judged_in_full_twice(kind: CardKind) -> None:
    # This is where the linter's speed comes from.
    judged: list[tuple[str, Any]] = []
    for name, definition in _definitions(kind).items():
        for value in objects(SAMPLE_CARDS[kind]):
            if not [*definition.errors(value)] and name:
                judged.append((name, value))
                assert definition.is_known_to_be_good(value), name
    assert len(judged) > 10


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, (dict, list)):
            yield from objects(part)
