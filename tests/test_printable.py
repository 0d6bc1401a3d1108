"""Text from anywhere cannot steer a terminal, and what it held can still be read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from amcli.printable import printable, printable_line


def test_what_is_escaped_and_what_stays() -> None:
    assert printable("a\x1b[31m\xe9\n\t\u202e") == "a\\u001b[31m\xe9\n\t\\u202e"
    assert printable_line("a\n\x9b\ud800\U000e0001\U0001f600") == (
        "a\\u000a\\u009b\\ud800\\U000e0001\U0001f600"
    )


@given(st.text())
def test_no_text_leaves_its_line(text: str) -> None:
    assert printable_line(text).isprintable()
    assert printable(text).replace("\n", "").replace("\t", "").isprintable()


@given(st.text().filter(str.isprintable))
def test_printable_text_stays_as_it_is(text: str) -> None:
    assert printable_line(text) == printable(text) == text
