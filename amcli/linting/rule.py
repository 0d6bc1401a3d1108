"""What a rule is: a documented question to a card, answered with pointers."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from amcli.card.document import CardKind
from amcli.linting.finding import Finding, Severity
from amcli.linting.fixing.fix import Fix
from amcli.linting.surroundings import ALL_CLIENTS, Client

if TYPE_CHECKING:
    from amcli.linting.facts.card import CardFacts


class Certainty(enum.Enum):
    """How sure it is that Outlook behaves as the rule says."""

    STATED = "stated by Microsoft"
    SEEN = "seen in the field"
    INFERRED = "inferred"


class Problem(NamedTuple):
    """What a rule found, at one place."""

    pointer: str
    message: str
    hint: str | None = None
    fix: Fix | None = None
    on_name: bool = False
    """The property's name is at fault, not its value."""


Question = Callable[["CardFacts"], Iterator[Problem]]

BOTH_KINDS = frozenset(CardKind)
ADAPTIVE = frozenset({CardKind.ADAPTIVE})
MESSAGE = frozenset({CardKind.MESSAGE})


@dataclass(frozen=True, eq=False)
class Rule:
    """A question with its number, its name and where the answer is known from."""

    id: str
    slug: str
    severity: Severity
    certainty: Certainty
    source: str
    """A public document or source that a reader can find."""
    kinds: frozenset[CardKind]
    versions: str
    """The card versions it speaks of, for people: ``all``, ``1.4 and newer``."""
    clients: frozenset[Client]
    """The Outlooks in which it matters."""
    only_with: frozenset[str] | None
    """What a card must have one of for the rule to find anything: types, names of properties, slugs
    of the schema's mistakes. None for a rule that looks at every card."""
    question: Question

    @property
    def summary(self) -> str:
        """Return the first line of the rule's text."""
        return self.text.partition("\n")[0]

    @property
    def text(self) -> str:
        """Return the rule's text: a summary, then paragraphs under fixed headings."""
        lines = (self.question.__doc__ or "").strip().splitlines()
        return "\n".join(line.strip() for line in lines)

    def findings(self, card: CardFacts) -> list[Finding]:
        """Return what the rule finds in a card of one of its kinds."""
        problems = [*self.question(card)]
        if not problems:  # as most of the time, and there are many rules
            return []
        return [
            self._finding(problem, pointer, card.document.source)
            for problem in problems
            if (pointer := card.place(problem.pointer)) is not None
        ]

    def _finding(self, problem: Problem, pointer: str, source: str) -> Finding:
        return Finding(
            rule=self.id,
            slug=self.slug,
            severity=self.severity,
            message=problem.message,
            pointer=pointer,
            source=source,
            hint=problem.hint,
            fix=problem.fix,
            on_name=problem.on_name,
        )


def rule(  # noqa: PLR0913 - each is a fact of the rule
    id: str,  # noqa: A002 - it is the rule's id, and reads best so
    slug: str,
    severity: Severity,
    certainty: Certainty,
    *,
    source: str,
    kinds: frozenset[CardKind] = BOTH_KINDS,
    versions: str = "all",
    clients: frozenset[Client] = ALL_CLIENTS,
    only_with: Iterable[str] | None = None,
) -> Callable[[Question], Rule]:
    """Return a decorator that makes a Rule of a question; its docstring is the rule's text.

    A card that has none of the words of ``only_with`` is not asked: see ``Rule.only_with``.
    """
    words = None if only_with is None else frozenset(only_with)

    def make(question: Question) -> Rule:
        return Rule(
            id, slug, severity, certainty, source, kinds, versions, clients, words, question
        )

    return make
