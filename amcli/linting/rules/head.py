"""AM11x: what a card says of itself at its top."""

from __future__ import annotations

from collections.abc import Iterator

from amcli.linting.facts.card import CardFacts
from amcli.linting.finding import Severity
from amcli.linting.fixing.fix import AddProperty, SetValue, safely
from amcli.linting.rule import ADAPTIVE, MESSAGE, Certainty, Problem, rule
from amcli.linting.rules.structure import from_schema
from amcli.linting.rules.support import is_below_its_bot

_ADAPTIVE = "Microsoft, Adaptive Cards schema explorer and Outlook's card reference"
_MESSAGE = "Microsoft, legacy message card reference"
_CONTEXT = "https://schema.org/extensions"
_OLD_CONTEXT = "http://schema.org/extensions"


@rule(
    "AM110", "missing-card-type", Severity.WARNING, Certainty.STATED, source=_MESSAGE,
    kinds=MESSAGE, only_with=("missing-card-type",),
)  # fmt: skip
def missing_card_type(card: CardFacts) -> Iterator[Problem]:
    """A MessageCard without @type.

    What it finds: a card with MessageCard's properties that does not say what it is.
    Why it matters: the reference requires it; Outlook may not recognise the card.
    Example: {"summary": "Hello", "sections": []}
    Use instead: {"@type": "MessageCard", "@context": "https://schema.org/extensions", ...}
    Fix: safe: adds "@type": "MessageCard".
    """
    return _added(card, "missing-card-type", "@type", "MessageCard")


@rule(
    "AM111", "missing-context", Severity.WARNING, Certainty.STATED, source=_MESSAGE,
    kinds=MESSAGE, only_with=("missing-context",),
)  # fmt: skip
def missing_context(card: CardFacts) -> Iterator[Problem]:
    """A MessageCard without @context.

    What it finds: a MessageCard that does not name its vocabulary.
    Why it matters: the reference requires it.
    Example: {"@type": "MessageCard", "summary": "Hello"}
    Use instead: {"@type": "MessageCard", "@context": "https://schema.org/extensions", ...}
    Fix: safe: adds "@context": "https://schema.org/extensions".
    """
    return _added(card, "missing-context", "@context", _CONTEXT)


@rule(
    "AM112", "missing-version", Severity.WARNING, Certainty.STATED, source=_ADAPTIVE,
    kinds=ADAPTIVE, only_with=("missing-version",),
)  # fmt: skip
def missing_version(card: CardFacts) -> Iterator[Problem]:
    """An Adaptive Card without a version.

    What it finds: a card (not one inside Action.ShowCard) without `version`. Of one that asks a
    bot execute-before-1-4 speaks.
    Why it matters: the reference requires it; the renderer takes such a card as 1.0.
    Example: {"type": "AdaptiveCard", "body": []}
    Use instead: {"type": "AdaptiveCard", "version": "1.0", "body": []}
    Fix: safe: adds "version": "1.0".
    """
    if is_below_its_bot(card):
        return iter(())
    return _added(card, "missing-version", "version", "1.0")


@rule(
    "AM116", "missing-summary", Severity.WARNING, Certainty.STATED, source=_MESSAGE,
    kinds=MESSAGE,
)  # fmt: skip
def missing_summary(card: CardFacts) -> Iterator[Problem]:
    """A MessageCard with neither summary nor text.

    What it finds: a card without `summary` and without `text`.
    Why it matters: the reference asks for one of them; it stands in the message list.
    Example: {"@type": "MessageCard", "title": "Expense", "sections": []}
    Use instead: add "summary": "Expense of 120 EUR by Ann".
    Fix: none: people read it.
    """
    if not {"summary", "text"} & card.document.value.keys():
        message = "the card has neither summary nor text"
        yield Problem("", message, 'add "summary": one line for the message list')


@rule(
    "AM118",
    "insecure-context",
    Severity.INFO,
    Certainty.STATED,
    source=_MESSAGE,
    kinds=MESSAGE,
    only_with=("@context",),
)
def insecure_context(card: CardFacts) -> Iterator[Problem]:
    """A @context with http.

    What it finds: "@context": "http://schema.org/extensions".
    Why it matters: Outlook takes both; the reference and its schema have had https since 2018,
    and tools that go by that schema refuse the older form.
    Example: "@context": "http://schema.org/extensions"
    Use instead: "@context": "https://schema.org/extensions"
    Fix: safe: writes https.
    """
    if card.document.value.get("@context") == _OLD_CONTEXT:
        message = "@context is written with http, the reference has https"
        fix = safely(SetValue("/@context", _CONTEXT))
        yield Problem("/@context", message, f'write "{_CONTEXT}"', fix)


def _added(card: CardFacts, slug: str, name: str, value: str) -> Iterator[Problem]:
    for problem in from_schema(card, slug):
        hint = f'add "{name}": "{value}"'
        fix = safely(AddProperty(problem.pointer, name, value))
        yield Problem(problem.pointer, problem.message, hint, fix)
