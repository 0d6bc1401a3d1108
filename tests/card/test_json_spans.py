"""Where values and property names stand in a JSON text; ``json`` itself reads them back."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.card.document import PairReader, pointer_steps
from amcli.card.json_spans import json_spans

TEXTS = {
    "object": '{"a": 1, "b": [true, null, "x"], "c": {}}',
    "white space": ' {\n\t"a" : 1 ,\r\n"b"\n:\n[ ]} \n',
    "escapes in a name": '{"a\\"b": {"c/d~e": 1, "\\u00e9": 2}}',
    "brackets in strings": '{"a": "}{][,:", "b": "\\\\", "c": "\\""}',
    "half a character": '{"a": "\\ud83d", "b": "\\ud83d\\ude00"}',
    "raw line breaks": '{"a": "x\ny", "b": 1}',
    "numbers": '{"a": -1.5e+10, "b": 0, "c": 12345678901234567890}',
    "a list": "[1, [2, [3]], {}]",
    "a scalar": ' "x" ',
    "beyond ASCII": '{"é": "漢字 🎉", "b": "x"}',
    "names that look alike": '{"": {"": 1}, "/": 2, "~1": 3, "0": 4}',
}


def value_at(value: Any, pointer: str) -> Any:
    for step in pointer_steps(pointer):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def pointers(value: Any) -> int:
    """How many values there are in a value, itself included."""
    children = value.values() if isinstance(value, dict) else value
    return 1 + sum(map(pointers, children if isinstance(value, (dict, list)) else ()))


def check(text: str) -> None:
    """Every value stands where its span says, and every name."""
    value = json.loads(text.removeprefix("\ufeff"), strict=False)
    spans = json_spans(text).values
    assert len(spans) == pointers(value)
    for pointer, span in spans.items():
        assert json.loads(text[span.start : span.end], strict=False) == value_at(value, pointer)
        if span.name_start is not None:
            name = json.loads(text[span.name_start : span.name_end], strict=False)
            assert name == pointer_steps(pointer)[-1]


@pytest.mark.parametrize("name", TEXTS)
def test_every_value_is_read_back_from_its_span(name: str) -> None:
    check(TEXTS[name])


def test_a_byte_order_mark_is_counted_and_skipped() -> None:
    spans = json_spans('\ufeff{"a": 1}').values

    assert spans[""][:2] == (1, 9)
    assert spans["/a"] == (7, 8, 2, 5)


def test_what_has_no_name() -> None:
    spans = json_spans('{"a": [1]}').values

    assert spans[""].name_start is None
    assert spans["/a/0"].name_start is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    st.booleans(),
)
def test_any_json(value: Any, ascii_only: bool) -> None:
    check(json.dumps(value, ensure_ascii=ascii_only))


DUPLICATES = {
    # text: the second names with their values
    '{"a": 1, "a": 2}': {"/a": '"a": 2'},
    '{"a": 1, "a": 2, "a": 3}': {"/a": '"a": 2'},
    '{"a": {"b": 1, "b": 2}, "a": {"b": 3}}': {"/a": '"a": {"b": 3}'},
    '{"a": {"b": 1}, "a": {"b": 2, "b": 3}}': {"/a": '"a": {"b": 2, "b": 3}', "/a/b": '"b": 3'},
    '{"a": {"b": 1, "b": 2}, "a": {"b": 3, "b": 4}}': {
        "/a": '"a": {"b": 3, "b": 4}',
        "/a/b": '"b": 4',
    },
    '[{"a": 1}, {"a": 1, "\\u0061": 2}]': {"/1/a": '"\\u0061": 2'},
}


@pytest.mark.parametrize("text", DUPLICATES)
def test_names_that_stand_twice(text: str) -> None:
    spans = json_spans(text)
    pairs = PairReader()
    value = json.loads(text, object_pairs_hook=pairs)

    found = {p: text[s.name_start : s.end] for p, s in spans.duplicates.items()}
    assert found == DUPLICATES[text]
    assert set(found) == set(pairs.duplicates(value))
    check(text)  # the last one is the value


@pytest.mark.parametrize(
    "text",
    ["", " ", '{"a": ', '{"a" 1}', '{"a": 1}}', "[1]]", "]", '{"a": 1]', "1 2", '"a": 1',
     "[" * 5000 + "]" * 5000],
    ids=lambda text: text[:10] or "nothing",
)  # fmt: skip
def test_what_cannot_be_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="JSON"):
        json_spans(text)


@pytest.mark.parametrize("opening", ["[", '{"a":'], ids=["lists", "objects"])
def test_deep_nesting(opening: str) -> None:
    depth = 1_500
    text = opening * depth + "1" + ("]" if opening == "[" else "}") * depth
    spans = json_spans(text).values

    assert len(spans) == depth + 1
    innermost = max(spans.values(), key=lambda span: span.start)
    assert text[innermost.start : innermost.end] == "1"


def test_time_grows_with_the_length() -> None:
    def seconds(elements: int) -> float:
        body = [{"type": "TextBlock", "text": f"Line {n}", "wrap": True} for n in range(elements)]
        text = json.dumps({"type": "AdaptiveCard", "body": body})
        begun = time.process_time()
        json_spans(text)
        return time.process_time() - begun

    small, large = min(seconds(1_000) for _ in range(3)), seconds(10_000)
    assert large < 40 * small  # ten times the text; quadratic time would be a hundred times


def test_many_duplicates_take_no_quadratic_time() -> None:
    begun = time.process_time()
    spans = json_spans("{" + '"a": [1, 2], ' * 20_000 + '"a": [1, 2]}')

    assert set(spans.values) == {"", "/a", "/a/0", "/a/1"}
    assert time.process_time() - begun < 5
