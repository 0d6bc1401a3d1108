"""A report as workflow commands, which GitHub shows beside the lines of a change.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from amcli.errors import AmcliError
from amcli.linting.finding import Finding, Place, Severity
from amcli.linting.outcome import Report
from amcli.linting.report.concise import concise_line
from amcli.linting.report.where import near
from amcli.printable import printable

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def written(report: Report) -> str:
    """Return a command for each finding, and one for each input that was not linted."""
    lines = [_annotation(finding) for finding in report.findings]
    lines += [_trouble(error) for error in report.troubles]
    return "".join(f"{line}\n" for line in lines)


def _annotation(finding: Finding) -> str:
    properties = {**_place(finding.place), "title": f"{finding.rule} {finding.slug}"}
    text = [concise_line(finding)] + ([f"hint: {finding.hint}"] if finding.hint else [])
    return _command(_COMMANDS[finding.severity], properties, "\n".join(text))


def _place(place: Place | None) -> dict[str, str]:
    if place is None:
        return {}
    properties = {"file": near(place.file), "line": str(place.line)}
    if place.end_line == place.line:  # GitHub takes columns within one line only
        columns = {"col": str(place.column), "endColumn": str(place.end_column)}
        return {**properties, **columns}
    return {**properties, "endLine": str(place.end_line)}


def _trouble(error: AmcliError) -> str:
    text = error.message + (f"\nhint: {error.hint}" if error.hint else "")
    return _command("error", {"title": "not linted"}, text)


def _command(name: str, properties: dict[str, str], text: str) -> str:
    listed = ",".join(f"{key}={_in_property(value)}" for key, value in properties.items())
    return f"::{name} {listed}::{_in_text(printable(text))}"


def _in_text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _in_property(text: str) -> str:
    return _in_text(printable(text)).replace(":", "%3A").replace(",", "%2C")
