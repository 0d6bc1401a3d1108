"""Judges a card: ``lint`` tells everything, ``check`` lets only a card without errors through."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from amcli.card.document import CardDocument, CardKind, pointer_steps
from amcli.errors import FindingsError
from amcli.linting.facts.card import CardFacts
from amcli.linting.facts.words import words_of
from amcli.linting.finding import CheckedCard, Finding, Severity, errors_among
from amcli.linting.registry import RULES, find_rule
from amcli.linting.rule import Rule
from amcli.linting.rules.registration import missing_originator
from amcli.linting.surroundings import NOTHING_KNOWN, Surroundings

_RulesByWord = Mapping[str | None, list[Rule]]

_SHOWN_ERRORS = 3


class CardRejected(FindingsError):
    """A card with ``errors`` that nobody allowed; ``findings`` has all that was found."""

    def __init__(self, source: str, findings: list[Finding], errors: list[Finding]) -> None:
        shown = "; ".join(map(str, errors[:_SHOWN_ERRORS]))
        more = len(errors) - _SHOWN_ERRORS
        rest = f"; and {more} more" if more > 0 else ""
        super().__init__(
            f"{source}: {shown}{rest}",
            hint=errors[0].hint or f"mend it, or let it pass with --allow {errors[0].rule}",
            fields={"findings": [finding.as_json() for finding in findings]},
        )
        self.findings = tuple(findings)
        self.errors = tuple(errors)


def lint(
    document: CardDocument,
    *,
    signed: bool = False,
    surroundings: Surroundings = NOTHING_KNOWN,
    rules: tuple[Rule, ...] = RULES,
) -> list[Finding]:
    """Return everything that is wrong with a card, in document order.

    ``signed`` says that the card will be signed: then its originator stands in the signature and
    is not missed in the card. Never raises.
    """
    card = CardFacts(document, replace(surroundings, signed=True) if signed else surroundings)
    asked = _asked(_by_word(document.kind, rules), words_of(card))
    found = [finding for rule in asked for finding in rule.findings(card)]
    places = _Places(document.value)
    return sorted(found, key=lambda finding: (places.of(finding.pointer), finding.rule))


def _asked(by_word: _RulesByWord, words: set[str]) -> Iterable[Rule]:
    """Return the rules that may find something in a card with these words."""
    return dict.fromkeys(rule for word in (None, *words) for rule in by_word.get(word, ()))


@functools.lru_cache
def _by_word(kind: CardKind, rules: tuple[Rule, ...]) -> _RulesByWord:
    """Return the rules for a format by the words that they need; by None those that need none."""
    found: dict[str | None, list[Rule]] = {}
    for rule in rules:
        for word in (None,) if rule.only_with is None else rule.only_with:
            if kind in rule.kinds:
                found.setdefault(word, []).append(rule)
    return found


def check(
    document: CardDocument,
    *,
    signed: bool = False,
    self_addressed: bool = False,
    allow: Collection[str] = (),
    allow_all: bool = False,
    strict_originator: bool = True,
    surroundings: Surroundings = NOTHING_KNOWN,
) -> CheckedCard:
    """Return the card as one that may be signed and sent.

    A missing originator is an error here, unless the card is signed, goes to its sender only
    (``self_addressed``), or ``strict_originator`` is false. ``allow`` names rules, by id or slug,
    whose errors are let pass; with ``allow_all`` every card passes. Raises CardRejected for any
    other error, and UsageError for a rule that does not exist.
    """
    findings = lint(document, signed=signed, surroundings=surroundings)
    if strict_originator and not (signed or self_addressed):
        findings = [_as_sent_to_others(finding) for finding in findings]
    errors = errors_among(findings)
    broken = {error.rule for error in errors}
    allowed = broken if allow_all else broken & {find_rule(name).id for name in allow}
    standing = [error for error in errors if error.rule not in allowed]
    if standing:
        raise CardRejected(document.source, findings, standing)
    return CheckedCard(document, tuple(findings), tuple(sorted(allowed)))


def _as_sent_to_others(finding: Finding) -> Finding:
    if finding.rule != missing_originator.id:
        return finding
    return finding._replace(severity=Severity.ERROR)


class _Places:
    """Where pointers lead in one card, as numbers that sort in document order."""

    def __init__(self, card: Any) -> None:
        self._card = card
        self._indexes: dict[int, dict[str, int]] = {}

    def of(self, pointer: str) -> tuple[int, ...]:
        """Return the position at each step; what is missing ends where it would stand."""
        place: list[int] = []
        value = self._card
        for name in pointer_steps(pointer):
            index = self._index(value, name)
            if index is None:
                break
            place.append(index)
            value = value[name] if isinstance(value, dict) else value[index]
        return tuple(place)

    def _index(self, value: Any, name: str) -> int | None:
        if isinstance(value, list):
            return int(name) if name.isdecimal() and int(name) < len(value) else None
        if not isinstance(value, dict):
            return None
        if id(value) not in self._indexes:
            self._indexes[id(value)] = {key: number for number, key in enumerate(value)}
        return self._indexes[id(value)].get(name)
