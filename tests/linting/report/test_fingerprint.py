"""How programs know a finding again after the file has changed."""

from __future__ import annotations

from lint_reports import finding

from amcli.linting.finding import Finding, Place, Severity
from amcli.linting.report.fingerprint import fingerprints
from amcli.linting.report.where import Lines


def at(line: int, pointer: str, file: str = "a.json") -> Finding:
    return finding(
        "AM601", "missing-alt-text", Severity.WARNING, "no altText", pointer, source=file,
        place=Place(file, line, 1, line, 99),
    )  # fmt: skip


def marks(text: str, *findings: Finding) -> list[str]:
    return fingerprints(findings, Lines({"a.json": text, "b.json": text}))


def test_a_line_that_moves_keeps_it() -> None:
    assert marks('{"a": 1}', at(1, "/body/0")) == marks('\n\n{"a": 1}', at(3, "/body/7"))


def test_what_was_said_differently_is_another() -> None:
    assert marks('{"a": 1}', at(1, "/body/0")) != marks('{"a": 2}', at(1, "/body/0"))


def test_each_of_several_that_are_alike_has_its_own() -> None:
    same = '{"a": 1}\n{"a": 1}'
    found = marks(same, at(1, "/body/0"), at(2, "/body/1"), at(1, "/body/0", "b.json"))

    assert len(set(found)) == 3


def test_without_a_text_the_pointer_tells_them_apart() -> None:
    assert len(set(marks("", at(1, "/body/0"), at(1, "/body/1")))) == 2
