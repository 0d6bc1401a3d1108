"""A report for programs: the fields of the JSON answer, with names of their own."""

from __future__ import annotations

from typing import Any

from amcli.linting.finding import Finding, Severity
from amcli.linting.run import Report, Trouble


def report_fields(report: Report) -> dict[str, Any]:
    """Return the report as plain JSON values."""
    return {
        "files": report.files,
        "cards": report.cards,
        "errors": report.count(Severity.ERROR),
        "warnings": report.count(Severity.WARNING),
        "findings": [finding_fields(finding) for finding in report.findings],
        "allowed": [finding_fields(finding) for finding in report.allowed],
        "not_linted": [_trouble(trouble) for trouble in report.troubles],
    }


def finding_fields(finding: Finding) -> dict[str, Any]:
    """Return one finding as plain JSON values."""
    return {
        "rule": finding.rule,
        "slug": finding.slug,
        "severity": finding.severity.value,
        "message": _encodable(finding.message),
        "source": _encodable(finding.source),
        "pointer": _encodable(finding.pointer),
        "hint": _encodable(finding.hint) if finding.hint else None,
    }


def _trouble(trouble: Trouble) -> dict[str, Any]:
    message = _encodable(trouble.message)
    return {"message": message, "hint": trouble.hint, "exit_code": trouble.exit_code}


def _encodable(text: str) -> str:
    """Return text without lone surrogates, which a card may hold and UTF-8 may not."""
    return text.encode("utf-8", "backslashreplace").decode()
