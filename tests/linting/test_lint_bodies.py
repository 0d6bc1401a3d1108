"""Bodies of requests: what is JSON, and what is still JSON when people have typed into it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.card.document import CardDocument, CardKind, Node
from amcli.linting.engine import lint
from amcli.linting.facts.bodies import RequestBody, json_trouble

BODY_RULES = {"escaping-switched-off", "unquoted-input-reference", "body-not-json"}
NAMES = ("comment", "amount", "urgent")
REFERENCES = st.sampled_from([f"{{{{{name}.value}}}}" for name in NAMES])
TYPED = st.text(max_size=20) | st.sampled_from(['"', "\\", "\n", '","x":"', "{{amount.value}}"])


def body(text: str, content_type: str | None = None) -> RequestBody:
    return RequestBody(
        Node({}, "/actions/0", None, "actions", "Action.Http"), text, content_type, None
    )


def found(text: str, content_type: str | None = None) -> set[str]:
    """The rules about bodies that find something in a card with this body."""
    action: dict[str, Any] = {
        "type": "Action.Http", "title": "Send", "method": "POST", "url": "https://contoso.com",
        "body": text,
    }  # fmt: skip
    if content_type is not None:
        action["headers"] = [{"name": "Content-Type", "value": content_type}]
    inputs = [{"type": "Input.Text", "id": name} for name in NAMES]
    value = {"type": "AdaptiveCard", "version": "1.0", "body": inputs, "actions": [action]}
    findings = lint(CardDocument(value, CardKind.ADAPTIVE, "card.json"))
    return {finding.slug for finding in findings} & BODY_RULES


@pytest.mark.parametrize(
    "text",
    [
        "",
        "approved",
        "{{comment.value}}",
        "Comment: {{comment.value}}",
        "[1] {{comment.value}}",
        "{approved}",
        "{}",
        "[]",
        '"{{comment.value}}"',
        '{"a": "{{comment.value}} and {{amount.value}}"}',
        '{"a": "\\"{{comment.value}}\\""}',
        "comment={{comment.value}}&more={}",
    ],
)
def test_a_body_that_is_json_or_was_never_meant_as_json_is_fine(text: str) -> None:
    assert found(text) == set()


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ('{"a": 1,}', "body-not-json"),
        ("{'a': 1}", "body-not-json"),
        ("{a: 1}", "body-not-json"),
        ('{"a": NaN}', "body-not-json"),
        ('{"a": "one\ntwo"}', "body-not-json"),
        ('{"a": "\\{{comment.value}}"}', "body-not-json"),
        ('{"a": "\\u00{{comment.value}}"}', "body-not-json"),
        ('{"a": {{amount.value}}}', "unquoted-input-reference"),
        ('["x", {{amount.value}}]', "unquoted-input-reference"),
    ],
)
def test_a_body_that_is_no_json_or_does_not_stay_it_is_found(text: str, slug: str) -> None:
    assert found(text) == {slug}


def test_a_content_type_says_what_a_body_is_meant_as() -> None:
    assert found("a={{comment.value}}", "application/x-www-form-urlencoded") == set()
    assert found("a={{comment.value}}", "application/json") == {"body-not-json"}
    assert found("{{comment.value}}", "application/json") == {"unquoted-input-reference"}
    assert found('{"a": "{{comment.value}}"}', "text/json") == {"escaping-switched-off"}
    assert found("<a>{{comment.value}}</a>", "text/xml") == set()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | REFERENCES,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    ).map(lambda value: {"a": value})
)  # fmt: skip
def test_whatever_a_program_wrote_as_json_is_fine(value: Any) -> None:
    assert found(json.dumps(value)) == set()


@given(TYPED)
def test_what_is_typed_comes_back_from_the_filled_body(typed: str) -> None:
    filled = body('{"a": "{{comment.value}}", "b": {{amount.value}}}').filled(typed)
    assert json.loads(filled) == {"a": typed, "b": 0}


@given(st.lists(st.sampled_from(['"', "\\", "{{comment.value}}", "{", "}", "x", ",", "\n"])))
def test_the_frame_of_any_text_keeps_every_character_at_its_place(parts: list[str]) -> None:
    text = "".join(parts)
    frame = body(text).frame()
    assert len(frame) == len(text)
    assert "{{comment.value}}" not in frame


@given(
    st.lists(st.sampled_from(['"', "\\", "\\u00", "{{a.value}}", "{", "}", "x", "41", ",", ":"]))
)
def test_an_empty_input_breaks_no_body_that_is_sound_with_something_typed(parts: list[str]) -> None:
    request = body("".join(parts))
    if json_trouble(request.frame()) is None:
        assert json_trouble(request.filled("")) is None


@pytest.mark.parametrize("text", ['"' + '\\"' * 50_000 + "\\", "{{" * 50_000, "[" * 50_000])
def test_a_hostile_body_takes_no_longer_than_its_length(text: str) -> None:
    request = body(text, "application/json")
    request.frame()
    request.bare_references()
    json_trouble(text)
    assert found(text, "application/json") <= {"body-not-json"}
