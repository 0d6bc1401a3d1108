"""What the strict reader takes means the same to everybody; all the rest it refuses."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.card.document import PairReader
from amcli.strict_json import MAX_NESTING, NotStrictJson, parse_json, parse_json_object

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=20)


def json_values(text: st.SearchStrategy[str], *, finite: bool) -> st.SearchStrategy[Any]:
    numbers = st.floats(allow_nan=not finite, allow_infinity=not finite)
    return st.recursive(
        st.none() | st.booleans() | st.integers() | numbers | text,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
        max_leaves=8,
    )


@given(json_values(st.text(), finite=True), st.booleans())
def test_what_json_writes_comes_back(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)

    assert parse_json(text) == value
    assert parse_json(text.encode()) == value


@given(
    st.text(alphabet='{}[]",:\\ud8123456789.eE+-aN \n\ufeff', max_size=30)
    | json_values(ANY_TEXT, finite=False).map(json.dumps)
)
def test_what_is_taken_reads_the_same_elsewhere(text: str) -> None:
    try:
        value = parse_json(text)
    except NotStrictJson:
        return

    assert value == json.loads(text)
    json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        value = parse_json(content)
    except NotStrictJson:
        return

    assert value == json.loads(content.decode("utf-8"))


REFUSED = {
    "nothing": (b"", "is not JSON"),
    "two values": (b"1 2", "is not JSON: Extra data"),
    "not UTF-8": (b'"\xff"', r"is not UTF-8 text \(byte 1\)"),
    "UTF-16": ("{}".encode("utf-16"), "is not UTF-8 text"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "is not JSON"),
    "a name twice": (b'{"a": 1, "b": 2, "a": 1}', "has a name twice"),
    "a name twice, escaped": (rb'{"a": 1, "\u0061": 1}', "has a name twice"),
    "a name twice, deep inside": (b'[{"x": {"a": 1, "a": 2}}]', "has a name twice"),
    "NaN": (b"[NaN]", "has NaN"),
    "infinity": (b"-Infinity", "has -Infinity"),
    "beyond a double": (b"[-1e999]", "has a number that is too large: -1e999"),
    "too many digits": (b"9" * 5000, "has a number with too many digits"),
    "half a character": (rb'["\ud83d"]', "has half of a surrogate pair"),
    "half a character in a name": (rb'{"\udc00": 1}', "has half of a surrogate pair"),
    "half a character as text": ('["\ud83d"]', "has half of a surrogate pair"),
    "nested without end": (b"[" * 100_000, "is nested too deeply"),
    "nested too deeply": (b"[" * (MAX_NESTING + 1) + b"]" * (MAX_NESTING + 1), "is nested too dee"),
    "a raw line break": (b'["a\nb"]', "is not JSON"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=list(REFUSED))
def test_what_could_mean_two_things_is_refused(text: str | bytes, reason: str) -> None:
    with pytest.raises(NotStrictJson, match=f"^{reason}"):
        parse_json(text)


def test_what_is_unusual_and_clear_is_taken() -> None:
    deep = b"[" * MAX_NESTING + b"]" * MAX_NESTING

    assert parse_json(rb'["\ud83d\ude00", 1e-999, -0, 10000000000000000000000]') == [
        "😀", 0.0, 0, 10**22,
    ]  # fmt: skip
    assert json.dumps(parse_json(deep)).encode() == deep


def test_options_let_pass_what_a_caller_can_deal_with() -> None:
    pairs = PairReader()

    assert parse_json(b"\xef\xbb\xbf{}", byte_order_mark=True) == {}
    assert parse_json(rb'"\ud800"', half_characters=True) == "\ud800"
    value = parse_json(b'{"a": 1, "a": 2}', pairs=pairs)
    assert (value, pairs.duplicates(value)) == ({"a": 2}, ("/a",))


def test_names_that_stand_twice_are_found_in_a_time_that_grows_with_the_text() -> None:
    pairs = PairReader()
    names = ", ".join(f'"n{number % 30_000}": 0' for number in range(60_000))
    started = time.process_time()
    value = parse_json(f"{{{names}}}", pairs=pairs)
    assert len(pairs.duplicates(value)) == 30_000
    assert time.process_time() - started < 30  # asking each name against all takes a minute


@pytest.mark.parametrize("text", ["[]", '"{}"', "null", "1"])
def test_an_object_is_an_object(text: str) -> None:
    with pytest.raises(NotStrictJson, match="no object"):
        parse_json_object(text)


def test_a_message_for_a_file_begins_with_the_place() -> None:
    with pytest.raises(NotStrictJson) as refused:
        parse_json('{"a":\n }')
    assert refused.value.at("card.json").startswith("card.json:2:2: not JSON: ")

    with pytest.raises(NotStrictJson) as refused:
        parse_json("[NaN]")
    assert refused.value.at("card.json") == "card.json: has NaN, which is not JSON"
