"""What a person chose, applied to findings: what is left out, how bad, which ignores are idle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path

from amcli.linting.choosing.ignores import Ignore, ignores_by_line, ignores_in
from amcli.linting.choosing.selection import (
    Choice,
    FileChoice,
    IgnoredPlace,
    NamedRules,
    ids_of,
    is_below,
)
from amcli.linting.finding import Finding, Place
from amcli.linting.rules.ignoring import unused_ignore


class Judge:
    """Knows the choice, and remembers which ignores were of use."""

    def __init__(self, choice: Choice) -> None:
        self.choice = choice
        self._used: dict[tuple[Path, Ignore], set[str]] = defaultdict(set)
        self._used_places: dict[IgnoredPlace, set[str]] = defaultdict(set)
        self._places: set[IgnoredPlace] = set()
        self.for_file = cache(choice.for_file)

    def is_ignored(self, finding: Finding, file: str, texts: Mapping[str, str]) -> bool:
        """Return whether a finding in a card's ``file`` is left out, and note what did it.

        ``texts`` has the text of the file in which it was written, by its name.
        """
        chosen = self.for_file(file)
        by_comment = self._by_comment(finding, texts)
        by_place = self._by_place(finding, chosen)
        return by_comment or by_place or chosen.leaves_out(finding.rule)

    def weighed(self, finding: Finding, file: str) -> Finding:
        """Return the finding with the severity that was chosen."""
        return self.for_file(file).weighed(finding)

    def linted(self, file: str) -> None:
        """Note that a file was linted, so that idle entries for it can be told."""
        self._places.update(self.for_file(file).places)

    def idle(self, file: str, text: str) -> Iterator[Finding]:
        """Yield what is wrong with the comments of a template that was linted in full."""
        if not self._is_asked(file):
            return
        for ignore in ignores_in(text):
            place = Place(file, ignore.line, ignore.column, ignore.end_line, ignore.end_column)
            for message, hint in ignore.problems:
                yield self._told(message, hint, file, place)
            if idle := self._idle(ignore.rules, self._used[_real(file), ignore]):
                hint = f"it is for line {ignore.target}; take it out, or out of the brackets"
                yield self._told(_nothing(idle), hint, file, place)

    def idle_places(self) -> Iterator[Finding]:
        """Yield what is wrong with the entries of ``lint.ignore_at`` for files that were linted."""
        for entry in self.choice.ignore_at:
            idle = self._idle(entry.rules, self._used_places[entry])
            if entry in self._places and idle and self._is_asked(entry.file):
                file, _, line = entry.where.rpartition(":")
                number = int(line) if line.isdecimal() else 1
                place = Place(file or entry.where, number, 1, number, 1)
                message = f"{_nothing(idle)} at {entry.pointer or 'the card'} of {entry.file}"
                yield self._told(message, "take the entry out", place.file, place)

    def _by_comment(self, finding: Finding, texts: Mapping[str, str]) -> bool:
        place = finding.place
        if place is None or not self.choice.comments or not place.file.endswith(".j2"):
            return False
        fitting = [
            ignore
            for ignore in ignores_by_line(texts.get(place.file, "")).get(place.line, ())
            if finding.rule in ids_of(ignore.rules)
        ]
        for ignore in fitting:
            self._used[_real(place.file), ignore].add(finding.rule)
        return bool(fitting)

    def _by_place(self, finding: Finding, chosen: FileChoice) -> bool:
        fitting = [
            entry
            for entry in chosen.places
            if finding.rule in ids_of(entry.rules) and is_below(finding.pointer, entry.pointer)
        ]
        for entry in fitting:
            self._used_places[entry].add(finding.rule)
        return bool(fitting)

    def _idle(self, rules: Iterable[NamedRules], used: set[str]) -> list[str]:
        """Return the names of which no rule was of use; those that were not asked are not idle."""
        return [named.name for named in rules if named.ids & self._asked and not named.ids & used]

    @cached_property
    def _asked(self) -> frozenset[str]:
        return frozenset(rule.id for rule in self.choice.rules)

    def _is_asked(self, file: str) -> bool:
        asked = unused_ignore in self.choice.rules and self.choice.comments
        return asked and not self.for_file(file).leaves_out(unused_ignore.id)

    def _told(self, message: str, hint: str | None, file: str, place: Place) -> Finding:
        finding = Finding(
            unused_ignore.id, unused_ignore.slug, unused_ignore.severity,
            message, "", place.file, hint, place=place,
        )  # fmt: skip
        return self.weighed(finding, file)


def _real(file: str) -> Path:
    return Path(file).resolve()


def _nothing(names: list[str]) -> str:
    verb = "finds" if len(names) == 1 else "find"
    return f"{' and '.join(names)} {verb} nothing"
