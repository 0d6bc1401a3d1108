"""A report for programs: the fields of the JSON answer, with names of their own.

``schemas/lint-report.schema.json`` describes it; a field that is there stays and keeps its meaning
as long as ``amcli`` in the answer says the same number.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from amcli.errors import AmcliError
from amcli.linting.finding import Finding, Severity
from amcli.linting.outcome import Report
from amcli.printable import JSON_FORMAT_VERSION, printable_json


def written(report: Report) -> str:
    """Return the same object that ``amcli lint --json`` answers with."""
    head = {"amcli": JSON_FORMAT_VERSION, "command": "lint", "ok": report.exit_code == 0}
    return printable_json({**head, **report_fields(report)}) + "\n"


def report_fields(report: Report) -> dict[str, Any]:
    """Return the report as plain JSON values."""
    return {
        "files": report.files,
        "cards": report.cards,
        "errors": report.count(Severity.ERROR),
        "warnings": report.count(Severity.WARNING),
        "notes": report.count(Severity.INFO),
        "fixable": {"safe": report.fixable(), "unsafe": report.fixable(safely=False)},
        "findings": _listed(report.findings),
        "ignored": _listed(report.ignored),
        "held_back": _listed(report.held_back),
        "fixed": _listed(report.fixed),
        "not_linted": [_trouble(error) for error in report.troubles],
        "remarks": list(report.notes),
    }


def _listed(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [finding.as_json() for finding in findings]


def _trouble(error: AmcliError) -> dict[str, Any]:
    return {"message": error.message, "hint": error.hint, "exit_code": error.exit_code}
