"""What came of linting some paths: findings, what was left out of them, and what failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from amcli.errors import FINDINGS, AmcliError, NothingFound, worst
from amcli.linting.finding import Finding, Severity


@dataclass(frozen=True)
class Report:
    """What was linted, and what came of it."""

    files: int
    cards: int
    findings: tuple[Finding, ...]
    """In the order of files, and in a file of places."""
    ignored: tuple[Finding, ...] = ()
    """Left out by a comment, a setting or an option."""
    held_back: tuple[Finding, ...] = ()
    """Known from the baseline."""
    fixed: tuple[Finding, ...] = ()
    """Mended by ``--fix`` in this run."""
    troubles: tuple[AmcliError, ...] = ()
    """Why an input could not be linted; the others were."""
    hiding: tuple[tuple[str, Path], ...] = ()
    """Names that meant a project's template, with its folder, and are a built-in one's too."""
    notes: tuple[str, ...] = ()
    """What a person should know beside the findings, a line each."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """The text of every file that a finding's place names, for excerpts."""

    def count(self, severity: Severity) -> int:
        """Return how many findings have this severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def fixable(self, *, safely: bool = True) -> int:
        """Return how many findings ``--fix`` would mend; else how many ``--unsafe-fixes``."""
        return sum(
            bool(f.edits) and f.fix is not None and f.fix.safe is safely for f in self.findings
        )

    @property
    def exit_code(self) -> int:
        """Return the exit code: 0, or the worst of what happened."""
        codes = {trouble.exit_code for trouble in self.troubles}
        if self.count(Severity.ERROR):
            codes.add(FINDINGS)
        if not self.cards and not codes:
            codes.add(NothingFound.exit_code)
        return worst(codes)
