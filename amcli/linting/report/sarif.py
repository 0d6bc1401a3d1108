"""A report as SARIF 2.1.0, which code scanning services and editors read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from amcli._version import __version__
from amcli.linting.finding import Finding, Place, Severity
from amcli.linting.fixing.fix import TextEdit
from amcli.linting.outcome import Report
from amcli.linting.registry import RULES
from amcli.linting.report.fingerprint import fingerprints
from amcli.linting.report.fix_words import is_secret
from amcli.linting.report.where import file_of, lines_of, uri_of
from amcli.linting.rule import Certainty, Rule
from amcli.linting.rule_text import sections
from amcli.printable import printable, printable_json, printable_line

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PRECISION = {Certainty.STATED: "very-high", Certainty.SEEN: "high", Certainty.INFERRED: "medium"}
_ROOT = "%SRCROOT%"


def written(report: Report) -> str:
    """Return one run with its rules and results.

    What was ignored, or held back by the baseline, is there as suppressed; what was fixed is not.
    """
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return printable_json({"$schema": schema, "version": "2.1.0", "runs": [_run(report)]}) + "\n"


def _run(report: Report) -> dict[str, Any]:
    everything = [*report.findings, *report.ignored, *report.held_back]
    found = {finding.rule for finding in everything}
    rules = [rule for rule in RULES if rule.id in found]
    return {
        "tool": {
            "driver": {
                "name": "amcli",
                "semanticVersion": __version__,
                "rules": [_descriptor(rule) for rule in rules],
            }
        },
        "invocations": [
            {
                "executionSuccessful": not report.troubles,
                "toolExecutionNotifications": _notifications(report),
            }
        ],
        "originalUriBaseIds": {_ROOT: {"description": _message("The folder that amcli ran in.")}},
        "columnKind": "unicodeCodePoints",
        "results": _results(report, {rule.id: index for index, rule in enumerate(rules)}),
    }


def _descriptor(rule: Rule) -> dict[str, Any]:
    parts = sections(rule).items()
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.slug.split("-")),
        "shortDescription": _message(rule.summary),
        "fullDescription": _message(_finds(rule)),
        "help": {
            "text": "\n\n".join(f"{name}: {text}" for name, text in parts) or rule.summary,
            "markdown": "\n\n".join(f"**{name}**: {text}" for name, text in parts) or rule.summary,
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"slug": rule.slug, "precision": _PRECISION[rule.certainty]},
    }


def _finds(rule: Rule) -> str:
    return " ".join(sections(rule).get("What it finds", "").split()) or rule.summary


def _results(report: Report, rules: Mapping[str, int]) -> list[dict[str, Any]]:
    lines = lines_of(report)
    state = {"baselineState": "new"} if report.held_back else {}
    known = {"baselineState": "unchanged", **_suppressed("It is in the baseline.")}
    ignored = {**state, **_suppressed("A comment, a setting or an option says so.")}
    kinds = ((report.findings, state), (report.ignored, ignored), (report.held_back, known))
    everything = [(finding, more) for findings, more in kinds for finding in findings]
    marks = fingerprints((finding for finding, _ in everything), lines)
    return [
        {**_result(finding, rules, mark), **more}
        for (finding, more), mark in zip(everything, marks, strict=True)
    ]


def _suppressed(reason: str) -> dict[str, Any]:
    return {"suppressions": [{"kind": "external", "justification": reason}]}


def _result(finding: Finding, rules: Mapping[str, int], fingerprint: str) -> dict[str, Any]:
    text = finding.message + (f"\n{finding.hint}" if finding.hint else "")
    may_be_shown = finding.fix_kind and not any(is_secret(edit.text) for edit in finding.edits)
    fixes = {"fixes": [_fix(finding)]} if may_be_shown else {}
    index = {"ruleIndex": rules[finding.rule]} if finding.rule in rules else {}
    return {
        "ruleId": finding.rule,
        **index,
        "level": _LEVELS[finding.severity],
        "message": _message(text),
        "locations": [_location(finding)],
        "partialFingerprints": {"amcli/v1": fingerprint},
        **fixes,
        "properties": {"samples": list(finding.samples)},
    }


def _location(finding: Finding) -> dict[str, Any]:
    region = {"region": _region(finding.place)} if finding.place else {}
    pointer = {"fullyQualifiedName": printable_line(finding.pointer), "kind": "value"}
    return {
        "physicalLocation": {"artifactLocation": _artifact(file_of(finding)), **region},
        "logicalLocations": [pointer],
    }


def _artifact(file: str) -> dict[str, str]:
    uri = uri_of(file)
    return {"uri": uri} if uri.startswith("file:") else {"uri": uri, "uriBaseId": _ROOT}


def _region(place: Place) -> dict[str, int]:
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _fix(finding: Finding) -> dict[str, Any]:
    files = dict.fromkeys(edit.file for edit in finding.edits)
    changes = [
        _changes(file, [edit for edit in finding.edits if edit.file == file]) for file in files
    ]
    return {"artifactChanges": changes}


def _changes(file: str, edits: Iterable[TextEdit]) -> dict[str, Any]:
    return {
        "artifactLocation": _artifact(file),
        "replacements": [
            {
                "deletedRegion": {"charOffset": edit.start, "charLength": edit.end - edit.start},
                "insertedContent": {"text": edit.text},
            }
            for edit in edits
        ],
    }


def _notifications(report: Report) -> list[dict[str, Any]]:
    troubles = [
        {"level": "error", "message": _message("\nhint: ".join(filter(None, (t.message, t.hint))))}
        for t in report.troubles
    ]
    return troubles + [{"level": "note", "message": _message(note)} for note in report.notes]


def _message(text: str) -> dict[str, str]:
    return {"text": printable(text)}
