"""Ignores that are of no use: ``linting.choosing.judging`` finds them, after all the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from amcli.linting.finding import Severity
from amcli.linting.rule import Certainty, Problem, rule

if TYPE_CHECKING:
    from amcli.linting.facts.card import CardFacts


@rule(
    "AM120",
    "unused-ignore",
    Severity.WARNING,
    Certainty.STATED,
    source="amcli, docs/lint.md",
    only_with=(),
)
def unused_ignore(_card: CardFacts) -> Iterator[Problem]:
    """An ignore that leaves nothing out, or is not written as it should be.

    What it finds: an ignore comment, or an entry in lint.ignore_at, for a rule that finds nothing
    there; an ignore without a rule, without a reason, or with a rule that does not exist.
    Why it matters: what was mended long ago could come back unseen.
    Example: {# amcli: ignore[AM601] #} above a picture that has an altText.
    Use instead: no ignore; or the right rule in brackets, and the reason behind them.
    Fix: none: only the author knows whether the comment is still wanted.
    """
    # Whether an ignore is used is known only when all samples of all cards were linted.
    yield from ()
