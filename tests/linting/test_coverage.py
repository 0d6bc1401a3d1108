"""Which registered target URLs cover which addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.linting.facts.coverage import Coverage, coverage

SURE, PERHAPS, NONE = Coverage.SURE, Coverage.PERHAPS, Coverage.NONE


@pytest.mark.parametrize(
    ("url", "registered", "expected"),
    [
        ("https://api.contoso.com/a", "https://api.contoso.com", SURE),
        ("https://api.contoso.com/a", "https://api.contoso.com/", SURE),
        ("https://api.contoso.com/a", "api.contoso.com", SURE),
        ("https://API.contoso.com./a", "https://api.Contoso.com", SURE),
        ("https://api.contoso.com:443/a", "https://api.contoso.com", SURE),
        ("https://api.contoso.com/a/b?c=1", "https://api.contoso.com/a", SURE),
        ("https://api.contoso.com/ab", "https://api.contoso.com/a", PERHAPS),
        ("https://api.contoso.com", "https://api.contoso.com/a", PERHAPS),
        ("https://api.contoso.com/a", "https://contoso.com", PERHAPS),
        ("https://api.contoso.com/a", "https://*.contoso.com", SURE),
        ("https://contoso.com/a", "https://*.contoso.com", NONE),
        ("https://contoso.com/a", "https://api.contoso.com", NONE),
        ("https://evilcontoso.com/a", "https://contoso.com", NONE),
        ("https://contoso.com.evil.example/a", "https://contoso.com", NONE),
        ("https://contoso.com@evil.example/a", "https://contoso.com", NONE),
        ("not an address", "https://contoso.com", NONE),
        ("https://", "https://contoso.com", SURE),
        ("https://[", "https://contoso.com", SURE),
        ("https://contoso.com", "https://[", SURE),
    ],
)
def test_an_address_is_covered_by_its_host_and_the_beginning_of_its_path(
    url: str, registered: str, expected: Coverage
) -> None:
    assert coverage(url, [registered]) is expected


def test_the_best_of_several_counts_and_none_covers_everything() -> None:
    assert coverage("https://b.example/x", ["https://a.example", "https://b.example"]) is SURE
    assert coverage("https://b.example/x", []) is SURE


@given(st.text(), st.lists(st.text()))
def test_any_text_may_stand_for_an_address(url: str, registered: list[str]) -> None:
    assert coverage(url, registered) in Coverage
