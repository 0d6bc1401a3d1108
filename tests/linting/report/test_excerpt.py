"""A line cut to a width, with carets under the exact characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.linting.report.excerpt import columns, excerpt


@pytest.mark.parametrize(
    ("line", "start", "end", "shown"),
    [
        ('{"type": "x"}', 9, 12, ('{"type": "x"}', "         ^^^")),
        ("\t\tx", 2, 3, ("        x", "        ^")),
        ("見積書 x", 4, 5, ("見積書 x", "       ^")),
        ("見積書", 0, 2, ("見積書", "^^^^")),
        ("e\u0301x", 2, 3, ("e\u0301x", " ^")),
        ("\x1b[2Jx", 4, 5, ("\\u001b[2Jx", "         ^")),
        ("x", 0, 0, ("x", "^")),
        ("x", 1, 1, ("x", " ^")),
        ("", 0, 5, ("", "^")),
        ("0123456789" * 4, 20, 22, ("…6789012345678…", "     ^^")),
        ("0123456789" * 4, 0, 40, ("0123456789012…", "^^^^^^^^^^^^^")),
        ("0123456789" * 4, 39, 40, ("…789012345678" + "9", "             ^")),
    ],
)
def test_carets_stand_under_what_is_meant(
    line: str, start: int, end: int, shown: tuple[str, str]
) -> None:
    assert excerpt(line, start, end, 15) == shown


LINES = st.text(st.sampled_from('ab "{\t見é\u0301\x1b\ud800👍'), max_size=60)


@given(LINES, st.integers(0, 60), st.integers(0, 60), st.integers(12, 80))
def test_any_place_is_shown_within_the_width(line: str, start: int, end: int, width: int) -> None:
    start = min(start, len(line))
    shown, carets = excerpt(line, start, end, width)

    assert shown.isprintable()
    assert columns(shown) <= width
    assert carets.strip(" ") == "^" * max(carets.count("^"), 1)
    assert carets.index("^") < width
