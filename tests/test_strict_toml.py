"""TOML from anywhere: one exception, with its place, and never slowly."""

from __future__ import annotations

import time

import pytest

from amcli.strict_toml import NotToml, parse_toml


def test_what_is_fine_is_read() -> None:
    assert parse_toml(b"\xef\xbb\xbf[a]\nb.c = 1 # x\n") == {"a": {"b": {"c": 1}}}
    addresses = ", ".join(['"a.b@c.d.example"', "'e.f@g.example'"] * 100)
    assert len(parse_toml(f"to = [{addresses}] # {'.' * 200}".encode())["to"]) == 200


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = nope", "f:1:5: not TOML: Invalid value"),
        (b"\na\n", "f:2:2: not TOML"),
        (b"a = 'x", "f: not TOML: Expected"),
        (b"\xff", "f: not UTF-8 text (byte 0)"),
        (b"a = " + b"9" * 5000, "f: not TOML: a number has too many digits"),
        (b"a = " + b"[" * 5000, "f: not TOML"),
        (b"\n" + b"a." * 50_000 + b"a = 1", "f:2: not TOML: a name has too many parts"),
        (b"[" + b"a." * 50_000 + b"a]", "f:1: not TOML: a name has too many parts"),
        (b'"a".' * 50_000 + b"a = 1", "f:1: not TOML: a name has too many parts"),
        (b"a = {" + b"a." * 50_000 + b"a = 1}", "f:1: not TOML: a name has too many parts"),
    ],
)
def test_what_is_wrong_is_said_at_once_and_with_its_place(content: bytes, message: str) -> None:
    began = time.monotonic()
    with pytest.raises(NotToml) as refused:
        parse_toml(content)
    assert refused.value.at("f").startswith(message)
    assert "sys." not in str(refused.value)
    assert time.monotonic() - began < 2
