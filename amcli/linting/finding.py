"""What the linter says, and the card that it let pass."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from amcli.card.document import CardDocument
from amcli.linting.fixing.fix import Fix, TextEdit


class Severity(enum.Enum):
    """How bad a finding is: only an error stops a mail."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Place(NamedTuple):
    """Where a person wrote what a finding is about; lines and columns count from 1."""

    file: str
    line: int
    column: int
    """In characters."""
    end_line: int
    end_column: int
    """The column after the last character."""
    data_file: str | None = None
    """The file that a printed value came from."""
    data_key: str | None = None
    """``items[2].name``, where the value was printed unchanged."""
    expression: str | None = None
    """What the template prints there."""
    data_others: int = 0
    """So many other values of the data, printed there too, show the same."""


class Finding(NamedTuple):
    """One thing that is wrong with a card, at one place."""

    rule: str
    """``AM`` and three digits."""
    slug: str
    """The rule's name; reads well after "allow"."""
    severity: Severity
    message: str
    pointer: str
    """RFC 6901, in the card."""
    source: str
    """The card's source, as in CardDocument."""
    hint: str | None = None
    fix: Fix | None = None
    on_name: bool = False
    """The property's name is at fault, not its value."""
    place: Place | None = None
    """Unknown for a card that was never text."""
    edits: tuple[TextEdit, ...] = ()
    """How the fix changes the source; none where it cannot be made there."""
    samples: tuple[str, ...] = ()
    """The samples that show it, where not every sample of the template does."""

    def __str__(self) -> str:
        """Return the rule, the place and the message in one line; the card is not named."""
        return f"{self.rule} {self.slug} at {self.pointer or 'the card'}: {self.message}"

    def as_json(self) -> dict[str, Any]:
        """Return the finding as it stands in ``--json`` output; the place's fields may be null."""
        return {
            "rule": self.rule,
            "slug": self.slug,
            "severity": self.severity.value,
            "message": self.message,
            "source": self.source,
            "pointer": self.pointer,
            "hint": self.hint,
            **{name: getattr(self.place, name, None) for name in Place._fields},
            "samples": list(self.samples),
            "fix": self.fix_kind,
        }

    @property
    def fix_kind(self) -> str | None:
        """Return ``safe`` or ``unsafe`` where there is a fix that can be made, else None."""
        if self.fix is None or not self.edits:
            return None
        return "safe" if self.fix.safe else "unsafe"


@dataclass(frozen=True)
class CheckedCard:
    """A card that may be signed and sent, with the findings that did not stop it.

    Made by ``amcli.linting.engine.check`` only: whoever holds one holds a card that was checked.
    """

    document: CardDocument
    findings: tuple[Finding, ...]
    allowed: tuple[str, ...] = ()
    """Ids of rules that found an error and were let pass by the caller."""


def errors_among(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that are errors."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]
