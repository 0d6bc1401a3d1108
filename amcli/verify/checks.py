"""A verdict: named checks in the order they were made, each with its reason."""

from __future__ import annotations

import enum
from typing import NamedTuple


class Outcome(enum.Enum):
    """What came of a check; one that was asked for and cannot be made has failed."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Check(NamedTuple):
    """One question and its answer."""

    name: str
    """A short stable name: ``signature``, ``audience``, ``dkim``."""
    outcome: Outcome
    reason: str
    """What was compared with what, for a person."""
    hint: str | None = None

    def as_json(self) -> dict[str, str | None]:
        """Return the check as it stands in ``--json`` output."""
        return {
            "name": self.name,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "hint": self.hint,
        }


class Verdict(NamedTuple):
    """All checks, in order."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Return whether something was checked and nothing failed."""
        outcomes = {check.outcome for check in self.checks}
        return Outcome.PASSED in outcomes and Outcome.FAILED not in outcomes

    @property
    def failed(self) -> tuple[Check, ...]:
        """Return the checks that failed."""
        return tuple(c for c in self.checks if c.outcome is Outcome.FAILED)


def passed(name: str, reason: str) -> Check:
    """Return a check that held."""
    return Check(name, Outcome.PASSED, reason)


def failed(name: str, reason: str, hint: str | None = None) -> Check:
    """Return a check that did not hold, or could not be made."""
    return Check(name, Outcome.FAILED, reason, hint)


def skipped(name: str, reason: str, hint: str | None = None) -> Check:
    """Return a check that nobody asked for."""
    return Check(name, Outcome.SKIPPED, reason, hint)
