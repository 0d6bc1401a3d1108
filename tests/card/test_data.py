"""Data: files that merge, single values, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from markupsafe import Markup

from amcli.card.data import load_data
from amcli.card.plain_data import plain_data
from amcli.errors import DataError, UsageError


def _file(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_later_files_win_mappings_merge_and_lists_replace(tmp_path: Path) -> None:
    one = _file(tmp_path, "one.json", '{"a": {"b": 1, "c": 2}, "l": [1, 2]}')
    two = _file(tmp_path, "two.json", '{"a": {"b": 3}, "l": [9]}')
    assert load_data([one, two]) == {"a": {"b": 3, "c": 2}, "l": [9]}


def test_toml_brings_dates(tmp_path: Path) -> None:
    assert load_data([_file(tmp_path, "d.toml", "due = 2027-01-31")]) == {"due": date(2027, 1, 31)}


def test_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    assert load_data([_file(tmp_path, "d.json", b'\xef\xbb\xbf{"a": 1}')]) == {"a": 1}


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [
        ("a.b=text", {"a": {"b": "text"}, "l": [{"n": 1}]}),
        ("a.b:=[1, null]", {"a": {"b": [1, None]}, "l": [{"n": 1}]}),
        ("a=x=y", {"a": "x=y", "l": [{"n": 1}]}),
        ("l.0.n:=2", {"a": {}, "l": [{"n": 2}]}),
        ("new.deep.name=", {"a": {}, "l": [{"n": 1}], "new": {"deep": {"name": ""}}}),
    ],
)
def test_set(assignment: str, expected: object, tmp_path: Path) -> None:
    base = _file(tmp_path, "d.json", '{"a": {}, "l": [{"n": 1}]}')
    assert load_data([base], [assignment]) == expected


@pytest.mark.parametrize("assignment", ["a", "=x", "a..b=1", "a:=nonsense", "l.5=x", "l.x=1"])
def test_set_that_cannot_be_right(assignment: str, tmp_path: Path) -> None:
    base = _file(tmp_path, "d.json", '{"l": [1]}')
    with pytest.raises(UsageError, match="--set"):
        load_data([base], [assignment])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"[1]", "must be a JSON object"),
        (b'{"a": }', r":1:7: not JSON"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": 1, "a": 2}', "a name twice"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b'{"originator": "x"}', "reserved name"),
        (b"[" * 200_000, "data.json|d.json"),
        (b'{"a":' * 150 + b"1" + b"}" * 150, "nested deeper than 100"),
    ],
    ids=[
        "empty",
        "list",
        "not JSON",
        "NaN",
        "huge",
        "twice",
        "not UTF-8",
        "reserved",
        "deep list",
        "deep",
    ],
)
def test_data_that_cannot_be_used(content: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=reason):
        plain_data(load_data([_file(tmp_path, "d.json", content)]))


def test_a_folder_a_missing_file_and_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DataError, match="directory"):
        load_data([tmp_path])
    with pytest.raises(DataError, match="No such file"):
        load_data([tmp_path / "none.json"])
    monkeypatch.setattr("amcli.card.data.MAX_DATA_BYTES", 1024 * 1024)
    large = _file(tmp_path, "large.json", b'{"a": "' + b"x" * 1024 * 1024 + b'"}')
    with pytest.raises(DataError, match="larger than 1 MB"):
        load_data([large])
    half = _file(tmp_path, "half.json", b'{"a": "' + b"x" * 600 * 1024 + b'"}')
    with pytest.raises(DataError, match="more than 1 MB"):
        load_data([half, half])


def test_only_plain_types_reach_a_template() -> None:
    cleaned = plain_data({"m": Markup("<b>"), "t": (1, 2)})
    assert type(cleaned["m"]) is str
    assert cleaned["t"] == [1, 2]
    with pytest.raises(DataError, match="type object"):
        plain_data({"o": object()})
