"""A report with one line a finding, as compilers write them."""

from __future__ import annotations

from amcli.linting.finding import Finding
from amcli.linting.outcome import Report
from amcli.linting.report.where import place_text
from amcli.printable import printable_line


def written(report: Report) -> str:
    """Return ``file:line:column: AM203 slug: message`` for each finding."""
    return "".join(f"{concise_line(finding)}\n" for finding in report.findings)


def concise_line(finding: Finding) -> str:
    """Return a finding in one line."""
    text = f"{place_text(finding)}: {finding.rule} {finding.slug}: {finding.message}"
    return printable_line(text)
