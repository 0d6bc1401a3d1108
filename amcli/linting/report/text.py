"""A report for people at a terminal: one finding in three lines, and a summary that counts."""

from __future__ import annotations

import io
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from amcli.linting.finding import Finding, Severity
from amcli.linting.outcome import Report
from amcli.printable import printable_line

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def findings_text(report: Report, *, colour: bool = False) -> str:
    """Return all findings of a report, as ``listed`` has them."""
    return listed(report.findings, colour=colour)


def listed(findings: Iterable[Finding], *, colour: bool = False) -> str:
    """Return findings, three lines each: what, where, what to do; empty when there is none."""
    return _drawn([line for finding in findings for line in _lines(finding)], colour)


def summary_text(report: Report) -> str:
    """Return one line that counts files, cards, errors, warnings and what was let pass."""
    parts = [
        _counted(report.count(Severity.ERROR), "error"),
        _counted(report.count(Severity.WARNING), "warning"),
    ]
    if report.count(Severity.INFO):
        parts.append(_counted(report.count(Severity.INFO), "note"))
    if report.ignored:
        rules = sorted({f"{finding.rule} {finding.slug}" for finding in report.ignored})
        parts.append(f"{len(report.ignored)} let pass ({', '.join(rules)})")
    if report.troubles:
        parts.append(f"{len(report.troubles)} not linted")
    linted = f"{_counted(report.cards, 'card')} in {_counted(report.files, 'file')}"
    return f"{linted}: {', '.join(parts)}"


def _lines(finding: Finding) -> list[Text]:
    style = _STYLES[finding.severity]
    head = Text.assemble(
        (f"{finding.severity.value}[{finding.rule}]", style),
        (f" {finding.slug}", "bold"),
        f": {printable_line(finding.message)}",
    )
    place = Text(
        f"  --> {printable_line(f'{finding.source} {finding.pointer}'.rstrip())}", style="dim"
    )
    hint = [Text(f"  hint: {printable_line(finding.hint)}")] if finding.hint else []
    return [head, place, *hint]


def _drawn(lines: list[Text], colour: bool) -> str:
    out = io.StringIO()
    console = Console(
        file=out,
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        soft_wrap=True,
        highlight=False,
    )
    for line in lines:
        console.print(line)
    return out.getvalue()


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
