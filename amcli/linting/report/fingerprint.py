"""What stays the same about a finding when lines move: how programs know it again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

from amcli.linting.finding import Finding
from amcli.linting.report.where import Lines, file_of

_MARKED = 200
"""So many characters of what a finding is about tell it from others."""
_LINES = 20


def fingerprints(findings: Iterable[Finding], lines: Lines) -> list[str]:
    """Return a fingerprint for each finding, 32 hexadecimal digits; no two are the same.

    It is made of rule, file and the text that the finding marks, and of the number among those
    that are alike. A line that moves, or an element put in before it, does not change it.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    return [_fingerprint(finding, lines, seen) for finding in findings]


def _fingerprint(finding: Finding, lines: Lines, seen: Counter[tuple[str, str, str]]) -> str:
    key = (finding.rule, file_of(finding), marked_text(finding, lines))
    seen[key] += 1
    return digest(*key, str(seen[key]))


def marked_text(finding: Finding, lines: Lines) -> str:
    """Return what tells a finding from others of its rule and file, wherever it moves.

    It is the beginning of the text that it marks. Of a whole card that is its first line, since
    whatever is changed in a card would make it another; without a text it is the pointer.
    """
    most = _LINES if finding.pointer else 1
    text = lines.marked(finding.place, most)[:_MARKED] if finding.place else ""
    return text or finding.pointer


def digest(*parts: str) -> str:
    """Return 32 hexadecimal digits that stand for some texts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
