"""A report as GitLab's Code Quality widget reads it.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from typing import Any

from amcli.errors import AmcliError, TemplateError
from amcli.linting.finding import Finding, Severity
from amcli.linting.outcome import Report
from amcli.linting.report.fingerprint import digest, fingerprints
from amcli.linting.report.where import file_of, lines_of, near
from amcli.printable import printable_json, printable_line

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def written(report: Report) -> str:
    """Return a JSON list with an issue for each finding and for each input that was not linted."""
    marks = fingerprints(report.findings, lines_of(report))
    issues = [_issue(*pair) for pair in zip(report.findings, marks, strict=True)]
    issues += [_trouble(error) for error in report.troubles]
    return printable_json(issues) + "\n"


def _issue(finding: Finding, fingerprint: str) -> dict[str, Any]:
    hint = f" ({finding.hint})" if finding.hint else ""
    return {
        "description": printable_line(f"{finding.slug}: {finding.message}{hint}"),
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": file_of(finding),
            "lines": {"begin": finding.place.line if finding.place else 1},
        },
    }


def _trouble(error: AmcliError) -> dict[str, Any]:
    # GitLab wants a path; most errors name theirs in the message only.
    file, line = (error.file, error.line) if isinstance(error, TemplateError) else (".", 1)
    return {
        "description": printable_line(f"not linted: {error.message}"),
        "check_name": "not-linted",
        "fingerprint": digest(error.message),
        "severity": "blocker",
        "location": {"path": near(file), "lines": {"begin": line or 1}},
    }
