"""Remembered verdicts: the same as jsonschema's, for every value and however often it is asked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from amcli.card.document import CardKind
from amcli.linting.schema.judge import _definitions
from amcli.linting.schema.verdicts import Condition, Verdicts

# Names that the schemas know, so that both verdicts come about; 1, 1.0 and True are one to Python.
SCALARS = (
    st.sampled_from(["Bolder", "bolder", "drop", "50px", "auto", "1.0", "POST", "a" * 200])
    | st.sampled_from([0, 0.0, False, 1, 1.0, True, 1.5, None])
    | st.text(max_size=3)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=5,
)


IN_THE_SCHEMAS = {
    json.dumps(schema): Verdicts(schema)
    for kind in CardKind
    for definition in _definitions(kind).values()
    for schema in definition.schema.get("properties", {}).values()
}
OF_OTHER_SHAPES = {
    json.dumps(schema): Verdicts(schema)
    for schema in (
        {"enum": [1, "1", None]},
        {"const": True},
        {"type": "integer"},
        {"type": ["integer", "string"]},
        {"type": "array", "items": {"type": "array", "items": {"enum": ["drop", 1]}}},
        {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        {"type": "array", "items": False},
        {"items": {"type": "string"}},
        {"if": {"type": "object"}, "then": {}, "else": {"type": "string"}},
        {"if": {"type": "string"}, "then": {"pattern": "^a"}},
        {"if": {"const": 1}, "then": False},
        {"type": "object", "required": ["a"]},
        {"minimum": 1},
        {},
    )
}
ALL = IN_THE_SCHEMAS | OF_OTHER_SHAPES


@given(st.sampled_from(sorted(ALL)), st.lists(VALUES, min_size=1, max_size=6))
def test_verdicts_are_those_of_jsonschema(schema: str, values: list[Any]) -> None:
    plain = Draft202012Validator(json.loads(schema))
    for value in [*values, *values]:
        assert ALL[schema].are_good(value) is plain.is_valid(value)


@pytest.mark.parametrize("schema", sorted(ALL))
def test_values_that_python_takes_as_equal_have_verdicts_of_their_own(schema: str) -> None:
    plain = Draft202012Validator(json.loads(schema))
    fresh = Verdicts(json.loads(schema))
    for value in (1, True, 1.0, [1], [True], [1.0], 0, False, 0.0):
        assert fresh.are_good(value) is plain.is_valid(value)


def test_what_is_remembered_is_bounded() -> None:
    verdicts = Verdicts({"pattern": "^[0-9]+$"})
    for number in range(5000):
        assert verdicts.are_good(str(number))
    assert not verdicts.are_good("a" * 1_000_000)
    assert len(verdicts._known) <= 1000
    assert all(len(value) <= 100 for _kind, value in verdicts._known)


CONDITIONS = {
    json.dumps(schema): Condition(schema)
    for schema in (
        {"if": {"required": ["a"], "properties": {"a": {"pattern": "^x"}}},
         "then": {"required": ["b"]}},
        {"if": {"properties": {"a": {"enum": ["x", 1]}}}, "then": {"required": ["b"]},
         "else": {"properties": {"b": {"type": "string"}}}},
        {"if": {"required": ["a"]}, "then": {"not": {"required": ["b"]}}},
    )
}  # fmt: skip


@given(
    st.sampled_from(sorted(CONDITIONS)),
    st.lists(st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES | st.just("x")), min_size=1),
)
def test_conditions_are_judged_as_jsonschema_judges_them(
    schema: str, objects: list[dict[str, Any]]
) -> None:
    plain = Draft202012Validator(json.loads(schema))
    for value in [*objects, *objects]:
        assert CONDITIONS[schema].is_met_by(value) is plain.is_valid(value)
