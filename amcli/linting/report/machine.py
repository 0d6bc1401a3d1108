"""A report for programs: the fields of the JSON answer, with names of their own."""

from __future__ import annotations

from typing import Any

from amcli.errors import AmcliError
from amcli.linting.finding import Severity
from amcli.linting.outcome import Report


def report_fields(report: Report) -> dict[str, Any]:
    """Return the report as plain JSON values."""
    return {
        "files": report.files,
        "cards": report.cards,
        "errors": report.count(Severity.ERROR),
        "warnings": report.count(Severity.WARNING),
        "findings": [finding.as_json() for finding in report.findings],
        "allowed": [finding.as_json() for finding in report.ignored],
        "not_linted": [_trouble(error) for error in report.troubles],
    }


def _trouble(error: AmcliError) -> dict[str, Any]:
    return {"message": error.message, "hint": error.hint, "exit_code": error.exit_code}
