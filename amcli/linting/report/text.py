"""A report for people at a terminal: each finding with its line, and a summary that counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from amcli.linting.finding import Finding, Place, Severity
from amcli.linting.outcome import Report
from amcli.linting.registry import RULES
from amcli.linting.report.excerpt import excerpt
from amcli.linting.report.fix_words import fix_words
from amcli.linting.report.where import Lines, file_of, lines_of, marked_end, near, place_text
from amcli.linting.rule_text import why
from amcli.printable import printable_line

WIDTH = 100
"""Columns, where nobody says how wide the terminal is."""

# Codes of ECMA-48, as every terminal with colours takes them.
_STYLES = {Severity.ERROR: "1;31", Severity.WARNING: "33", Severity.INFO: "36"}
_BOLD, _DIM = "1", "2"
_FEW = 3
_RULES = {rule.id: rule for rule in RULES}


def written(report: Report) -> str:
    """Return all findings without colours."""
    return findings_text(report)


def findings_text(report: Report, *, colour: bool = False, width: int = WIDTH) -> str:
    """Return all findings: what, where, the line, why, what to do; empty when there is none.

    Why a rule matters, and how to read more about it, is said at its first finding only.
    """
    return _drawn(report.findings, _Page(lines_of(report), width, colour))


def listed(findings: Iterable[Finding], *, colour: bool = False) -> str:
    """Return findings as ``findings_text`` does, without the lines that they are in."""
    return _drawn(findings, _Page(Lines({}), WIDTH, colour))


def _drawn(findings: Iterable[Finding], page: _Page) -> str:
    blocks = ("\n".join(page.lines(finding)) for finding in findings)
    return "\n".join(f"{block}\n" for block in blocks)


@dataclass
class _Page:
    """What is the same for all findings, and which rules have been explained."""

    files: Lines
    width: int
    colour: bool
    explained: set[str] = field(default_factory=set)

    def lines(self, finding: Finding) -> Iterator[str]:
        severity = finding.severity
        head = self.ink(f"{severity.value}[{finding.rule}]", _STYLES[severity])
        name = self.ink(f" {finding.slug}", _BOLD)
        yield f"{head}{name}: {printable_line(finding.message)}"
        yield self.ink(f"  --> {_where(finding)}", _DIM)
        if finding.place:
            yield from self.excerpt(finding.place, _STYLES[severity])
        for label, text in self.notes(finding):
            yield f"  {self.ink(f'{label}:', _DIM)} {printable_line(text)}"

    def excerpt(self, place: Place, style: str) -> Iterator[str]:
        line = self.files.at(place)
        if line is None:
            return
        number = str(place.line)
        end = marked_end(place, line)
        shown, carets = excerpt(line, place.column - 1, end, self.width - len(number) - 4)
        blank = self.ink(f" {' ' * len(number)} |", _DIM)
        yield f"{self.ink(f' {number} |', _DIM)} {shown}"
        yield f"{blank} {self.ink(carets, style)}"

    def notes(self, finding: Finding) -> Iterator[tuple[str, str]]:
        if file_of(finding) != near(finding.source):
            yield "card", near(finding.source)
        if finding.place and (value := _printed(finding.place)):
            yield "value", value
        if finding.samples:
            yield "shown by", ", ".join(finding.samples)
        rule = _RULES.get(finding.rule) if finding.rule not in self.explained else None
        self.explained.add(finding.rule)
        if rule:
            yield "why", why(rule)
        if finding.hint:
            yield "hint", finding.hint
        if words := fix_words(finding):
            yield "fix", words
        if rule:
            yield "more", f"amcli rule {rule.id}"

    def ink(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.colour else text


def _where(finding: Finding) -> str:
    return printable_line(f"{place_text(finding)}  {finding.pointer}".rstrip())


def _printed(place: Place) -> str | None:
    """Return where a printed value comes from, as far as it is known."""
    if place.data_key is None:
        return place.expression
    file = near(place.data_file) if place.data_file else "the data"
    others = f", and {_counted(place.data_others, 'other')}" if place.data_others else ""
    return f"{place.data_key} in {file}{others}"


def summary_text(report: Report) -> str:
    """Return one line that counts files, cards, findings, and all that was left out of them."""
    parts = [
        _counted(report.count(Severity.ERROR), "error"),
        _counted(report.count(Severity.WARNING), "warning"),
    ]
    if notes := report.count(Severity.INFO):
        parts.append(_counted(notes, "note"))
    if report.fixed:
        parts.append(f"{len(report.fixed)} fixed")
    if report.ignored:
        parts.append(f"{len(report.ignored)} ignored ({_rules_of(report.ignored)})")
    if report.held_back:
        parts.append(f"{len(report.held_back)} held back by the baseline")
    if report.troubles:
        parts.append(f"{len(report.troubles)} not linted")
    linted = f"{_counted(report.cards, 'card')} in {_counted(report.files, 'file')}"
    return f"{linted}: {', '.join(parts)}{_fixable(report)}"


def _rules_of(findings: Iterable[Finding]) -> str:
    """Return the rules that found something; of many only the ids."""
    rules = sorted({(finding.rule, finding.slug) for finding in findings})
    if len(rules) > _FEW:
        return ", ".join(rule for rule, _ in rules)
    return ", ".join(f"{rule} {slug}" for rule, slug in rules)


def _fixable(report: Report) -> str:
    safe, unsafe = report.fixable(), report.fixable(safely=False)
    if safe and unsafe:
        return f"; {safe} fixable with --fix, {unsafe} more with --unsafe-fixes"
    if safe or unsafe:
        return f"; {safe or unsafe} fixable with {'--fix' if safe else '--unsafe-fixes'}"
    return ""


def statistics_text(report: Report) -> str:
    """Return a table with a line for each rule that found something, the most frequent first."""
    counts = Counter((f.rule, f.slug, f.severity.value) for f in report.findings)
    fixable = Counter(f.rule for f in report.findings if f.fix_kind)
    rows = [("count", "fixable", "rule", "", "severity")]
    for (rule, slug, severity), count in sorted(counts.items(), key=lambda c: (-c[1], c[0])):
        rows.append((str(count), str(fixable[rule]), rule, slug, severity))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(f"{_row(row, widths)}\n" for row in rows) if counts else ""


def _row(row: tuple[str, ...], widths: list[int]) -> str:
    numbers = [cell.rjust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
    words = [cell.ljust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
    return "  ".join([*numbers, *words]).rstrip()


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
