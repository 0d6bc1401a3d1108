"""Each mistake once: loops, samples and includes show the same one many times."""

from __future__ import annotations

from dataclasses import dataclass, field

from amcli.linting.finding import Finding, Place

Identity = tuple[str, str, tuple[str, int, int, int, int] | None]


def identity(finding: Finding) -> Identity:
    """Return what makes two findings one: the rule, the message, and where it was written."""
    place = finding.place
    return finding.rule, finding.message, _written(place) if place else None


def _written(place: Place) -> tuple[str, int, int, int, int]:
    return place.file, place.line, place.column, place.end_line, place.end_column


@dataclass
class _Shown:
    """A mistake as it was found first, and all that shows it."""

    finding: Finding
    samples: dict[str, None] = field(default_factory=dict)
    data: set[tuple[str | None, str | None]] = field(default_factory=set)

    def told(self, samples: int) -> Finding:
        """Return the finding; its samples are named unless all ``samples`` show it."""
        finding, place = self.finding, self.finding.place
        if place and len(self.data) > 1:
            finding = finding._replace(place=place._replace(data_others=len(self.data) - 1))
        if len(self.samples) < samples:
            finding = finding._replace(samples=tuple(self.samples))
        return finding


class ToldOnce:
    """The mistakes in a file's cards."""

    def __init__(self) -> None:
        self._shown: dict[Identity, _Shown] = {}

    def take(self, finding: Finding, sample: str) -> None:
        """Take a finding in the card that a sample makes; ``""`` where there is none."""
        shown = self._shown.setdefault(identity(finding), _Shown(finding))
        shown.samples[sample] = None
        if finding.place and finding.place.data_key:
            shown.data.add((finding.place.data_file, finding.place.data_key))

    def told(self, samples: int) -> list[Finding]:
        """Return a finding for each mistake; the cards are made of so many ``samples``."""
        return [shown.told(samples) for shown in self._shown.values()]
