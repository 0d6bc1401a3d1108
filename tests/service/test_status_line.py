"""The status line: a test that runs into a name or a time in it is told."""

from __future__ import annotations

import warnings

import pytest

from amcli.service import ActionResponse, StatusLineWarning
from amcli.service.status_line import warn_of_names


@pytest.mark.parametrize(
    "line",
    [
        "Approved by adele.vance@contoso.com.",
        "Approved at 14:05.",
        "Genehmigt um 9:30 Uhr",
        "Done 2026-11-20T12:00:00Z",
    ],
)
def test_an_address_or_a_time_is_told_where_the_line_was_written(line: str) -> None:
    with pytest.warns(StatusLineWarning, match="Outlook shows who acted and when") as success:
        ActionResponse.success(line)
    with pytest.warns(StatusLineWarning) as failure:
        ActionResponse.failure(400, line)

    assert {success[0].filename, failure[0].filename} == {__file__}


@pytest.mark.parametrize(
    "line",
    [
        "The expense was approved.",
        "EUR 1,284.50 was paid.",
        "The score is 3:2.",
        "EXP-2041:17 was approved.",
        "Report 2026-11 was approved.",
        "Ratio 1:1000",
    ],
)
def test_other_lines_are_not_told(line: str) -> None:
    ActionResponse.success(line)


@pytest.mark.parametrize(
    ("line", "name", "told"),
    [
        ("Approved by Adele Vance.", "Adele Vance", True),
        ("approved by ADELE VANCE", "Adele Vance", True),
        ("Zatwierdzil Lukasz", "Łukasz", True),
        ("The planner was told.", "Ann", False),
        ("Sent to Ed.", "Ed", False),
        ("Approved.", None, False),
        ("Approved.", "", False),
        ("Approved.", "承認", False),
    ],
)
def test_who_clicked_is_told(line: str, name: str | None, told: bool) -> None:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        warn_of_names(line, [name], stacklevel=1)

    assert bool(found) is told
    assert not [warning for warning in found if name and name in str(warning.message)]
