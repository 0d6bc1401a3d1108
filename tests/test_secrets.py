"""Secrets from files, and what never reaches a message."""

from __future__ import annotations

from pathlib import Path

import pytest

from amcli.errors import KeyMaterialError
from amcli.secrets import read_secret, without_tokens


@pytest.mark.parametrize(
    ("content", "secret"),
    [
        ("abc", "abc"),
        ("abc\nmore", "abc"),
        ("abc\r\nmore", "abc"),
        ("\ufeffabc\n", "abc"),
        ("abc\x0cdef\x85ghi\u2028jkl\n", "abc\x0cdef\x85ghi\u2028jkl"),
        (" a b \n", " a b "),
    ],
)
def test_a_secret_is_the_first_line(content: str, secret: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(content.encode())
    assert read_secret(tmp_path / "secret").reveal() == secret


@pytest.mark.parametrize(
    ("content", "what"), [(b"", "the file is empty"), (b"\nabc\n", "the first line is empty")]
)
def test_an_empty_line_is_no_secret(content: bytes, what: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(KeyMaterialError, match=what):
        read_secret(tmp_path / "secret")


def test_tokens_are_taken_out_of_a_text_and_nothing_else() -> None:
    token = "eyJhbGciOiJSUzI1NiIs.eyJhIjoxfQ.c2ln"
    assert without_tokens(f"No such command '{token}'.") == "No such command '***'."
    assert without_tokens(f"{token[:-6]}\n") == "***\n"
    assert without_tokens("eyJ.json and api.example.com") == "eyJ.json and api.example.com"
