"""Choosing: which rules are asked, what is left out of their findings, how bad each is."""

from __future__ import annotations

import fnmatch
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from amcli.errors import UsageError
from amcli.linting.finding import Finding, Severity
from amcli.linting.registry import RULES, find_rule
from amcli.linting.rule import Rule
from amcli.linting.surroundings import ALL_CLIENTS, Client
from amcli.suggestion import did_you_mean

_PREFIX = "am"


@dataclass(frozen=True)
class PathChoice:
    """What holds for the files that a pattern matches."""

    pattern: str
    """Relative to the project: ``old/**``, ``*.json``, ``templates/leave``."""
    ignore: frozenset[str] = frozenset()
    severity: Mapping[str, Severity] = field(default_factory=dict)


@dataclass(frozen=True)
class NamedRules:
    """The rules that one name stands for."""

    name: str
    """As a person wrote it: an id, a slug, or the beginning of ids."""
    ids: frozenset[str]


@dataclass(frozen=True)
class IgnoredPlace:
    """One place of a card at which rules are left out; what stands below it is meant as well."""

    file: str
    """Relative to the project."""
    pointer: str
    rules: tuple[NamedRules, ...]
    reason: str
    where: str = ""
    """File and line of the setting."""


@dataclass(frozen=True)
class Choice:
    """Everything that a person chose; rules are ids."""

    select: frozenset[str] | None = None
    """None asks all."""
    ignore: frozenset[str] = frozenset()
    targets: frozenset[Client] = ALL_CLIENTS
    severity: Mapping[str, Severity] = field(default_factory=dict)
    per_path: tuple[PathChoice, ...] = ()
    ignore_at: tuple[IgnoredPlace, ...] = ()
    project: Path = field(default_factory=Path)
    """The folder that patterns and files are relative to."""
    comments: bool = True
    """Whether ignores count at all: comments in templates and ``ignore_at``."""

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Return the rules to ask, in the order of their ids."""
        return tuple(
            rule
            for rule in RULES
            if (self.select is None or rule.id in self.select) and rule.clients & self.targets
        )

    def for_file(self, file: str) -> FileChoice:
        """Return what was chosen for one file."""
        if not self.per_path and not self.ignore_at:
            return FileChoice(self, Path(file))
        return FileChoice(self, relative(file, self.project))


@dataclass(frozen=True)
class FileChoice:
    """What holds for one file."""

    choice: Choice
    path: Path
    """Relative to the project, where it lies below it."""

    @cached_property
    def _matching(self) -> list[PathChoice]:
        return [p for p in self.choice.per_path if _matches(self.path, p.pattern)]

    @cached_property
    def places(self) -> tuple[IgnoredPlace, ...]:
        """Return the places in this file at which something is left out."""
        if not self.choice.comments:
            return ()
        return tuple(p for p in self.choice.ignore_at if Path(p.file) == self.path)

    def leaves_out(self, rule: str) -> bool:
        """Return whether everything that a rule finds in this file is left out."""
        return rule in self.choice.ignore or any(rule in p.ignore for p in self._matching)

    def weighed(self, finding: Finding) -> Finding:
        """Return the finding with the severity that was chosen; the last pattern wins."""
        severity = self.choice.severity.get(finding.rule, finding.severity)
        for path in self._matching:
            severity = path.severity.get(finding.rule, severity)
        return finding if severity is finding.severity else finding._replace(severity=severity)


EVERYTHING = Choice()


def rules_named(names: Iterable[str]) -> frozenset[str]:
    """Return the ids that ids, slugs and beginnings of ids (``AM6``) name, case ignored.

    A name may hold several, with commas between. Raises UsageError for one that is no rule's.
    """
    return ids_of(each_named(names))


def each_named(names: Iterable[str]) -> tuple[NamedRules, ...]:
    """Return the same as ``rules_named``, name by name."""
    words = (word.strip() for name in names for word in name.split(","))
    return tuple(NamedRules(word, frozenset(_ids(word))) for word in words if word)


def ids_of(named: Iterable[NamedRules]) -> frozenset[str]:
    """Return the ids that any of the names stands for."""
    return frozenset(found for name in named for found in name.ids)


def clients_named(names: Iterable[str]) -> frozenset[Client]:
    """Return the clients of these names, all for none; raises UsageError for an unknown one."""
    known = {client.value: client for client in Client}
    words = [word.strip().lower() for name in names for word in name.split(",") if word.strip()]
    for word in words:
        if word not in known:
            raise UsageError(
                f'there is no target "{word[:40]}"',
                hint=did_you_mean(word, known) or f"known: {', '.join(known)}",
            )
    return frozenset(known[word] for word in words) or ALL_CLIENTS


def is_below(pointer: str, place: str) -> bool:
    """Return whether a pointer leads to a place or into it."""
    return pointer == place or pointer.startswith(f"{place}/")


def relative(file: str, folder: Path) -> Path:
    """Return a file's path relative to a folder, where it lies below it."""
    path = Path(file).resolve()
    root = folder.resolve()
    return path.relative_to(root) if path.is_relative_to(root) else path


def _ids(word: str) -> list[str]:
    folded = word.casefold()
    if folded.startswith(_PREFIX) and len(folded) < len("AM000"):
        found = [rule.id for rule in RULES if rule.id.casefold().startswith(folded)]
        if found:
            return found
    return [find_rule(word).id]


def _matches(path: Path, pattern: str) -> bool:
    """Return whether a pattern is for a file: for its path, its name, or a folder around it."""
    wanted = pattern.removeprefix("./").rstrip("/").split("/")
    whole = [part.as_posix().split("/") for part in (path, *path.parents) if part.name]
    names = [[path.name]] if "/" not in pattern else []
    return any(_fits(parts, wanted) for parts in [*whole, *names])


def _fits(parts: list[str], wanted: list[str]) -> bool:
    """Return whether the parts of a path are those of a pattern; ``**`` is any number of them."""
    reached = {0}
    for name in wanted:
        if not reached:
            return False
        if name == "**":
            reached = set(range(min(reached), len(parts) + 1))
        else:
            after = (at for at in reached if at < len(parts))
            reached = {at + 1 for at in after if _name(name).match(parts[at])}
    return len(parts) in reached


@functools.cache
def _name(pattern: str) -> re.Pattern[str]:
    # "*" and "?" stay inside a name; it looks at no character again and again, as ".*" would.
    return re.compile(fnmatch.translate(pattern.replace("[", "[[]")))
