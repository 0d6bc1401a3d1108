"""The report for people: what a finding is told with, what is said once, and what is counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lint_reports import clean_report, finding

from amcli.linting.finding import Finding, Place, Severity
from amcli.linting.fixing.fix import Fix, SetValue, TextEdit
from amcli.linting.outcome import Report
from amcli.linting.report import FORMATS
from amcli.linting.report.text import findings_text, listed, statistics_text, summary_text


def blocks(report: Report, width: int = 100) -> list[list[str]]:
    """The lines of each finding."""
    return [block.splitlines() for block in findings_text(report, width=width).split("\n\n")]


def test_why_and_where_to_read_more_are_said_once_a_rule(report: Report, in_a_folder: Path) -> None:
    shown = findings_text(report)

    assert (
        shown.count("  why: ")
        == shown.count("  more: ")
        == len({finding.rule for finding in report.findings})
    )
    assert shown.count("amcli rule AM601") == 1


def test_a_printed_value_names_its_data(report: Report, in_a_folder: Path) -> None:
    assert "  value: company.logo in leave/long.json" in blocks(report)[2]


def test_an_expression_stands_for_a_value_that_was_not_printed_unchanged(report: Report) -> None:
    place = Place("x.j2", 1, 1, 1, 5, expression="total | round")
    shown = replace(report, findings=(report.findings[0]._replace(place=place),))

    assert "  value: total | round" in blocks(shown)[0]


def test_samples_are_named(report: Report, in_a_folder: Path) -> None:
    assert "  shown by: long.json" in blocks(report)[1]


def test_a_finding_in_a_part_names_the_card(report: Report) -> None:
    place = Place("leave/_buttons.json.j2", 1, 1, 1, 5)
    (lines,) = blocks(replace(report, findings=(report.findings[1]._replace(place=place),)))

    assert lines[1].startswith("  --> leave/_buttons.json.j2:1:1 ")
    assert "  card: leave/card.json.j2" in lines


def test_a_fix_says_which_option_makes_it(report: Report, in_a_folder: Path) -> None:
    assert '  fix: --unsafe-fixes writes "TextBlock"' in blocks(report)[0]
    assert '  fix: --fix adds "body": ""' in blocks(report)[4]


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_a_card_on_one_line_is_cut_around_the_caret(
    width: int, report: Report, in_a_folder: Path
) -> None:
    line, carets = blocks(report, width)[5][2:4]

    assert len(line) <= width
    assert line[carets.index("^") : carets.rindex("^") + 1] == '"x"'
    assert line.startswith(" 1 | …")


def test_a_place_in_a_text_that_is_not_known_has_no_excerpt(report: Report) -> None:
    (_, place, *_) = blocks(replace(report, texts={}))[0]

    assert place == "  --> leave/card.json.j2:4:15  /body/0/type"
    assert "^" not in findings_text(replace(report, texts={}))


def test_findings_without_a_report_are_listed_without_their_lines(report: Report) -> None:
    assert listed(report.findings) == findings_text(replace(report, texts={}))


SECRET = '{"url": "https://contoso.com/?sig=hunter2hunter2"}'


def secret_report(*findings: Finding, left_out: bool = False) -> Report:
    return Report(
        1, 1, () if left_out else findings, findings if left_out else (), texts={"a.json": SECRET}
    )


@pytest.mark.parametrize("name", FORMATS)
def test_a_secret_is_never_shown(name: str) -> None:
    place = Place("a.json", 1, 9, 1, 50)
    secret = finding(
        "AM801", "secret-in-card", Severity.ERROR, "a key", "/url", source="a.json", place=place
    )
    beside = finding(
        "AM101", "unknown-type", Severity.ERROR, "x", "", source="a.json",
        place=place._replace(column=1),
    )  # fmt: skip
    assert "hunter2" not in FORMATS[name](secret_report(secret, beside))
    ignored = replace(secret_report(beside), ignored=(secret,))
    assert "hunter2" not in FORMATS[name](ignored)


@pytest.mark.parametrize("name", FORMATS)
def test_a_fix_shows_no_secret_either(name: str, report: Report) -> None:
    url = "https://a.logic.azure.com/?sig=hunter2hunter2hunter2hunter2"
    fix = Fix((SetValue("/url", url),), safe=False)
    edits = (TextEdit("a.json", 9, 50, f'"{url}"'),)
    mended = report.findings[0]._replace(fix=fix, edits=edits, place=None)

    assert "hunter2" not in FORMATS[name](Report(1, 1, (mended,)))


def test_a_token_is_never_shown_whatever_the_finding() -> None:
    text = '{"Authorization": "Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.abc"}'
    place = Place("a.json", 1, 19, 1, 70)
    shown = finding("AM305", "authorization-header", Severity.ERROR, "x", "", place=place)
    (lines,) = blocks(Report(1, 1, (shown,), texts={"a.json": text}))

    assert "eyJ" not in "".join(lines)
    assert lines[2].startswith(' 1 | {"Authorization": "Bearer ****')


def test_everything_is_counted(report: Report) -> None:
    assert summary_text(report) == (
        "6 cards in 4 files: 3 errors, 3 warnings, 1 note, 1 fixed, "
        "1 ignored (AM601 missing-alt-text), 1 held back by the baseline, 2 not linted; "
        "1 fixable with --fix, 1 more with --unsafe-fixes"
    )


def test_many_ignored_rules_are_told_by_their_ids(report: Report) -> None:
    rules = [("AM601", "a"), ("AM101", "b"), ("AM105", "c"), ("AM204", "d"), ("AM204", "d")]
    ignored = tuple(finding(id_, slug, Severity.INFO, "x", "") for id_, slug in rules)
    counted = summary_text(replace(report, ignored=ignored))
    assert "5 ignored (AM101, AM105, AM204, AM601)" in counted


def test_what_is_none_is_not_counted_but_errors_and_warnings_are() -> None:
    assert summary_text(clean_report()) == "2 cards in 1 file: 0 errors, 0 warnings"


@pytest.mark.parametrize(
    ("which", "said"), [(0, "1 fixable with --unsafe-fixes"), (4, "1 fixable with --fix")]
)
def test_one_kind_of_fix_is_counted_alone(which: int, said: str, report: Report) -> None:
    alone = replace(report, findings=report.findings[which : which + 1])

    assert summary_text(alone).endswith(f"; {said}")


def test_statistics_count_by_rule(report: Report) -> None:
    assert statistics_text(report).splitlines() == [
        "count  fixable  rule                       severity",
        "    2        1  AM101  unknown-type        error",
        "    2        0  AM601  missing-alt-text    warning",
        "    1        1  AM301  post-without-body   error",
        "    1        0  AM504  image-not-https     warning",
        "    1        0  AM901  missing-originator  info",
    ]
    assert statistics_text(clean_report()) == ""


def test_colours_change_nothing_else(report: Report) -> None:
    from rich.text import Text

    coloured = findings_text(report, colour=True)

    assert "\x1b[1;31merror[AM101]\x1b[0m" in coloured
    assert Text.from_ansi(coloured).plain.rstrip() == findings_text(report).rstrip()


def test_ten_thousand_findings_on_one_line_take_no_ten_thousand_readings(report: Report) -> None:
    text = "[" + '"x", ' * 200_000 + "]"
    first = report.findings[0]._replace(source="a.json")
    places = (Place("a.json", 1, 2 + 100 * n, 1, 5 + 100 * n) for n in range(10_000))
    many = tuple(first._replace(place=place) for place in places)
    # Each would take a millisecond and more, and the test ten seconds, if all were read for each.
    assert findings_text(Report(1, 1, many, texts={"a.json": text})).count("^^^") == 10_000
