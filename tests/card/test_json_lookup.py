"""Places in a JSON text, found when asked for: the same as those that are noted for all values."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.card.json_lookup import JsonDuplicates, JsonLookup
from amcli.card.json_spans import json_spans

TEXTS = [
    '{"a": 1, "b": [true, null, "x"], "c": {}, "d": []}',
    ' {\n\t"a" : 1 ,\r\n"b"\n:\n[ ] ,"c":[ 1 , 2 ]} \n',
    '\ufeff{"a": 1}',
    '{"a\\"b": {"c/d~e": 1, "\\u00e9": 2}}',
    '{"a": "}{][,:", "b": "\\\\", "c": "\\""}',
    '{"a": "x\ny", "b": -1.5e+10, "c": ' + "9" * 5000 + "}",
    '{"": {"": 1}, "/": 2, "~1": 3, "0": 4}',
    '[{"a": 1}, {"a": 1, "\\u0061": {"b": 1}, "a": {"b": 2, "b": 3}}]',
    ' "x" ',
]
NAMES = st.sampled_from(["a", "b", "", "/", "~", "é"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=30,
)


def check(text: str) -> None:
    every = json_spans(text)
    asked = {pointer: JsonLookup(text)[pointer] for pointer in every.values}
    assert asked == every.values
    assert dict(JsonDuplicates(JsonLookup(text))) == every.duplicates
    one_by_one = JsonLookup(text)
    assert [one_by_one[pointer] for pointer in every.values] == [*every.values.values()]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_every_place_is_found(text: str) -> None:
    check(text)


@given(JSON, st.sampled_from([None, 0, 1, "\t", "\n "]))
def test_every_place_is_found_in_any_text(value: Any, indent: int | str | None) -> None:
    check(json.dumps(value, indent=indent))


@pytest.mark.parametrize("pointer", ["/b", "/a/3", "/a/-1", "/a/x", "/a/0/0", "/a/", "/"])
def test_what_is_not_there_has_no_place(pointer: str) -> None:
    lookup = JsonLookup('{"a": [1, "x", {}]}')
    assert pointer not in lookup
    with pytest.raises(KeyError):
        lookup[pointer]


@pytest.mark.parametrize("text", ["", " ", '{"a": ', "[1]]", "1 2", "{'a': 1}", "[" * 90_000])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's own words
        JsonLookup(text)


def test_a_text_of_many_levels_is_not_read_once_for_each() -> None:
    depth = 150
    text = '{"a":' * depth + "[1, 2]" + "}" * depth
    lookup = JsonLookup(text)
    deepest = "/a" * depth + "/1"

    assert lookup[deepest] == json_spans(text).values[deepest]
    assert "all" in lookup.__dict__  # every value was noted instead
    assert lookup["/a"] == json_spans(text).values["/a"]
