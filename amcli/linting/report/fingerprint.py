"""What stays the same about a finding when lines move: how programs know it again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

from amcli.linting.finding import Finding
from amcli.linting.report.where import Lines, file_of

_MARKED = 200
"""So many characters of what a finding is about tell it from others."""


def fingerprints(findings: Iterable[Finding], lines: Lines) -> list[str]:
    """Return a fingerprint for each finding, 32 hexadecimal digits; no two are the same.

    It is made of rule, file and the text that the finding marks, and of the number among those
    that are alike. A line that moves, or an element put in before it, does not change it.
    """
    seen: Counter[str] = Counter()
    return [_fingerprint(finding, lines, seen) for finding in findings]


def _fingerprint(finding: Finding, lines: Lines, seen: Counter[str]) -> str:
    text = lines.marked(finding.place)[:_MARKED] if finding.place else ""
    key = "\0".join([finding.rule, file_of(finding), text or finding.pointer])
    seen[key] += 1
    made = f"{key}\0{seen[key]}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(made).hexdigest()[:32]
