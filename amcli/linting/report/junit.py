"""A report as JUnit's XML, which nearly every CI server shows: a suite a file, a case a finding.

An error is a failed case. Warnings and notes are skipped ones: shown, and no failure. An input that
was not linted is a case with an error.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from amcli.errors import AmcliError
from amcli.linting.finding import Finding, Severity
from amcli.linting.outcome import Report
from amcli.linting.report.where import file_of
from amcli.printable import printable, printable_line


def written(report: Report) -> str:
    """Return the XML document; a clean report has one case, which passed."""
    root = Element("testsuites", name="amcli lint")
    in_order = sorted(report.findings, key=file_of)
    for file, findings in itertools.groupby(in_order, key=file_of):
        _suite(root, file, [_case(finding) for finding in findings])
    if report.troubles:
        _suite(root, "not linted", [_trouble(error) for error in report.troubles])
    if not len(root):
        name = f"cards: {report.cards}, files: {report.files}"
        _suite(root, "amcli lint", [Element("testcase", classname="amcli.lint", name=name)])
    indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return head + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, name: str, cases: Iterable[Element]) -> None:
    suite = root.makeelement("testsuite", {"name": printable_line(name)})
    suite.extend(cases)
    suite.set("tests", str(len(suite)))
    for count, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(sum(1 for _ in suite.iter(kind))))
    root.append(suite)


def _case(finding: Finding) -> Element:
    place = finding.place
    where = f"{place.line}:{place.column}" if place else finding.pointer or "the card"
    name = printable_line(f"{finding.rule} {finding.slug} at {where}")
    case = Element("testcase", classname=printable_line(file_of(finding)), name=name)
    if place:
        case.set("line", str(place.line))
    kind = "failure" if finding.severity is Severity.ERROR else "skipped"
    said = SubElement(case, kind, message=printable_line(finding.message))
    if kind == "failure":
        said.set("type", finding.severity.value)
    said.text = printable("\n".join(filter(None, [finding.message, finding.hint])))
    return case


def _trouble(error: AmcliError) -> Element:
    case = Element("testcase", classname="amcli.lint", name=printable_line(error.message))
    said = SubElement(case, "error", message=printable_line(error.message))
    said.set("type", type(error).__name__)
    said.text = printable(error.hint or error.message)
    return case
