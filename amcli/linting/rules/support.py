"""AM2xx: the card is well built, and Outlook still does not show it."""

from __future__ import annotations

from collections.abc import Iterator

from amcli.card.document import Node
from amcli.linting.facts.card import FIRST_EXECUTE_VERSION, CardFacts
from amcli.linting.finding import Severity
from amcli.linting.fixing.fix import AddProperty, Fix, SetValue, unsafely
from amcli.linting.rule import ADAPTIVE, Certainty, Problem, rule
from amcli.linting.rules.structure import from_schema

_REFERENCE = "Microsoft, Outlook's Adaptive Card reference"
_FAQ = "Microsoft, actionable messages FAQ"
_MODEL = "Microsoft, universal action model for actionable messages"
_RUN_VERSIONS = {(1, 0), (1, 4)}
_CHECKS = ("isRequired", "errorMessage", "regex", "label")
_CHECKS_SINCE = (1, 3)
_OLD = 'write "version": "1.0" in the card'
_NEW = 'write "version": "1.4" if a bot answers; otherwise use Action.Http'
_ONE_OF_TWO = 'write "version": "1.0", or "1.4" if a bot answers'


@rule(
    "AM201", "unsupported-version", Severity.WARNING, Certainty.SEEN,
    source="Microsoft, AdaptiveCards issue 5145", kinds=ADAPTIVE, only_with=("version",),
)  # fmt: skip
def unsupported_version(card: CardFacts) -> Iterator[Problem]:
    """A card version that Outlook is not known to run.

    What it finds: a `version` other than 1.0 and 1.4, unless http-action-in-1-4 or
    execute-before-1-4 speaks of it.
    Why it matters: Outlook went from 1.0 to 1.4; what lies between or above is shown by some
    clients and not by others.
    Example: "version": "1.2"
    Use instead: "1.0" with Action.Http, or "1.4" with Action.Execute and a bot.
    Fix: unsafe: writes 1.4 where the card asks a bot, otherwise 1.0.
    """
    if card.version not in {None, *_RUN_VERSIONS} and not _runs_the_other_model(card):
        message = f"Outlook runs version 1.0 and 1.4, this card is {card.document.version}"
        fix = _version("1.4" if card.executes else "1.0")
        yield Problem("/version", message, _ONE_OF_TWO, fix)


@rule(
    "AM202", "http-action-in-1-4", Severity.ERROR, Certainty.STATED, source=_FAQ,
    kinds=ADAPTIVE, versions="1.4 and newer", only_with=("Action.Http",),
)  # fmt: skip
def http_action_in_1_4(card: CardFacts) -> Iterator[Problem]:
    """Action.Http in a card of version 1.4 or newer.

    What it finds: Action.Http, also as autoInvokeAction, where `version` is 1.4 or higher.
    Why it matters: Outlook leaves such buttons out; from 1.4 on it knows Action.Execute only.
    Example: {"type": "AdaptiveCard", "version": "1.4", "actions": [{"type": "Action.Http", ...}]}
    Use instead: "version": "1.0".
    Fix: unsafe: writes version 1.0; what came with newer versions may then be missing.
    """
    if card.is_at_least(FIRST_EXECUTE_VERSION) and not card.executes:
        for action in card.shown("Action.Http"):
            message = f"Outlook shows no Action.Http in a card of version {card.document.version}"
            yield Problem(type_of(action), message, _OLD, _version("1.0"))


@rule(
    "AM203", "execute-before-1-4", Severity.ERROR, Certainty.STATED, source=_MODEL,
    kinds=ADAPTIVE, versions="below 1.4", only_with=("Action.Execute", "refresh"),
)  # fmt: skip
def execute_before_1_4(card: CardFacts) -> Iterator[Problem]:
    """Action.Execute or refresh in a card older than version 1.4.

    What it finds: Action.Execute or `refresh` where `version` is below 1.4; where it is missing,
    the card is named.
    Why it matters: Outlook does not know them there and leaves them out.
    Example: {"type": "AdaptiveCard", "version": "1.0", "refresh": {...}}
    Use instead: "version": "1.4" and a bot that answers, or Action.Http and autoInvokeAction.
    Fix: unsafe: writes version 1.4; a bot must answer.
    """
    if not is_below_its_bot(card):
        return
    if card.document.version is None:
        fix = unsafely(AddProperty("", "version", "1.4"))
        yield Problem("", "Action.Execute and refresh need card version 1.4", _NEW, fix)
        return
    fix = _version("1.4")
    for action in card.executes:
        if action.parent is None or action.parent.holder != "refresh":
            message = "Action.Execute needs card version 1.4"
            yield Problem(type_of(action), message, _NEW, fix)
    if "refresh" in card.document.value:
        yield Problem("/refresh", "refresh needs card version 1.4", _NEW, fix, on_name=True)


@rule(
    "AM204", "mixed-action-models", Severity.ERROR, Certainty.STATED, source=_FAQ,
    kinds=ADAPTIVE, only_with=("Action.Execute",),
)  # fmt: skip
def mixed_action_models(card: CardFacts) -> Iterator[Problem]:
    """Action.Http and Action.Execute in one card.

    What it finds: each Action.Http of a card of version 1.4 or newer that has Action.Execute
    too; in an older card, each Action.Execute.
    Why it matters: Outlook runs one model or the other; the odd ones out are not shown.
    Example: Approve as Action.Http and Reject as Action.Execute
    Use instead: Action.Http only, with version 1.0, or Action.Execute only, with version 1.4.
    Fix: none: only the author knows whether a service or a bot answers.
    """
    old = card.shown("Action.Http")
    if not (old and card.executes):
        return
    new = card.is_at_least(FIRST_EXECUTE_VERSION)
    for action in old if new else card.executes:
        message = f"the card mixes Action.Http and Action.Execute; this {action.type} is left out"
        yield Problem(type_of(action), message, "use one of the two in the whole card")


@rule(
    "AM205", "unsupported-action", Severity.ERROR, Certainty.STATED, source=_REFERENCE,
    kinds=ADAPTIVE, only_with=("Action.Submit",),
)  # fmt: skip
def unsupported_action(card: CardFacts) -> Iterator[Problem]:
    """Action.Submit, which Outlook does not show.

    What it finds: Action.Submit without a `fallback`.
    Why it matters: Outlook drops the button.
    Example: {"type": "Action.Submit", "title": "Approve"}
    Use instead: Action.Http, or Action.Execute in a card of version 1.4.
    Fix: none: only the author knows which URL is to be called.
    """
    for action in card.shown("Action.Submit"):
        if "fallback" not in action.value:
            message = "Outlook does not show Action.Submit"
            yield Problem(type_of(action), message, "use Action.Http with method, url and body")


@rule(
    "AM206", "unsupported-input", Severity.ERROR, Certainty.STATED, source=_REFERENCE,
    kinds=ADAPTIVE, only_with=("Input.Time",),
)  # fmt: skip
def unsupported_input(card: CardFacts) -> Iterator[Problem]:
    """Input.Time, which Outlook does not show.

    What it finds: Input.Time without a `fallback`.
    Why it matters: Outlook drops the input, and nobody can fill it in.
    Example: {"type": "Input.Time", "id": "start"}
    Use instead: Input.Text with a placeholder such as 14:30, checked by the service.
    Fix: unsafe: writes Input.Text; none where the input has min or max.
    """
    for node in card.shown("Input.Time"):
        if "fallback" not in node.value:
            message = "Outlook does not show Input.Time"
            plain = not {"min", "max"} & node.value.keys()
            fix = unsafely(SetValue(type_of(node), "Input.Text")) if plain else None
            hint = "use Input.Text and check it in the service"
            yield Problem(type_of(node), message, hint, fix)


@rule(
    "AM207", "unsupported-element", Severity.WARNING, Certainty.INFERRED,
    source="Microsoft, Adaptive Cards designer, host Outlook (version 1.4)", kinds=ADAPTIVE,
    only_with=("Table", "Carousel"),
)  # fmt: skip
def unsupported_element(card: CardFacts) -> Iterator[Problem]:
    """An element newer than any version that Outlook runs.

    What it finds: Table (1.5) and Carousel (1.6) without a `fallback`.
    Why it matters: Outlook is not known to run anything above version 1.4, and a client that does
    not know them leaves them out.
    Example: {"type": "Table", "rows": [...]}
    Use instead: ColumnSet with a Column for each column, or FactSet.
    Fix: none: only the author knows how it should look instead.
    """
    for node in card.shown("Table", "Carousel"):
        if "fallback" not in node.value:
            message = f"{node.type} is newer than what Outlook is known to run"
            yield Problem(type_of(node), message, "build it from ColumnSet, or use FactSet")


@rule(
    "AM208",
    "withdrawn-action",
    Severity.WARNING,
    Certainty.INFERRED,
    source="Microsoft, Outlook's Adaptive Card reference, history of 2018",
    only_with=("Action.Transaction", "Transaction"),
)
def withdrawn_action(card: CardFacts) -> Iterator[Problem]:
    """An action that Microsoft took out of its documents.

    What it finds: Action.Transaction and Transaction (payments, 2018).
    Why it matters: nothing says that it still works.
    Example: {"type": "Action.Transaction", "title": "Pay"}
    Use instead: Action.OpenUrl to a page where people pay.
    Fix: none: only the author knows the page.
    """
    for node in card.of_type("Action.Transaction", "Transaction"):
        message = f"{node.type} was withdrawn in 2018"
        yield Problem(type_of(node), message, "open a page for it instead")


@rule(
    "AM209", "fallback-shown", Severity.WARNING, Certainty.INFERRED, source=_REFERENCE,
    kinds=ADAPTIVE, only_with=("fallback",),
)  # fmt: skip
def fallback_shown(card: CardFacts) -> Iterator[Problem]:
    """A type that Outlook does not show, with a fallback.

    What it finds: unknown and unsupported types that have a `fallback`.
    Why it matters: in Outlook people see the fallback only; it came with version 1.2, so at 1.0
    it may be that they see nothing.
    Example: {"type": "Table", "rows": [...], "fallback": {"type": "TextBlock", "text": "..."}}
    Use instead: the fallback itself, if the card is for Outlook only.
    Fix: none: the card may be for other hosts too.
    """
    for problem in from_schema(card, "unknown-type"):
        if problem.pointer in card.fallbacks:
            yield Problem(problem.pointer, f"{problem.message}; {card.fallbacks[problem.pointer]}")
    for node in card.shown("Action.Submit", "Input.Time", "Table", "Carousel"):
        becomes = card.fallbacks.get(type_of(node))
        if becomes is not None:
            yield Problem(type_of(node), f"Outlook does not show {node.type}; {becomes}")


@rule(
    "AM210", "input-check-before-1-3", Severity.WARNING, Certainty.SEEN,
    source="Microsoft, the adaptivecards JavaScript renderer; AdaptiveCards issue 5537",
    kinds=ADAPTIVE, versions="below 1.3", only_with=_CHECKS,
)  # fmt: skip
def input_check_before_1_3(card: CardFacts) -> Iterator[Problem]:
    """A label or a check of an input in a card older than version 1.3.

    What it finds: `label`, `isRequired`, `regex` or `errorMessage` where `version` is lower.
    Why it matters: they came with 1.3; at 1.0 the label may be missing and nothing be checked.
    Example: {"type": "Input.Text", "id": "reason", "isRequired": true} in a card of version 1.0
    Use instead: a TextBlock as label, and checks in the service that answers the click.
    Fix: none: only the author knows what the service checks.
    """
    if card.version is None or card.is_at_least(_CHECKS_SINCE):
        return
    hint = "use a TextBlock as label, and check the value in the service"
    for node in card.inputs:
        for name in _CHECKS:
            if name in node.value:
                message = f"{name} needs card version 1.3; this card is {card.document.version}"
                yield Problem(f"{node.pointer}/{name}", message, hint, on_name=True)


def _runs_the_other_model(card: CardFacts) -> bool:
    if card.is_at_least(FIRST_EXECUTE_VERSION):
        return bool(card.shown("Action.Http")) and not card.executes
    return is_below_its_bot(card)


def is_below_its_bot(card: CardFacts) -> bool:
    """Return whether the card asks a bot, and nobody else, below the version that can."""
    is_unreadable = "version" in card.document.value and card.version is None
    if is_unreadable or card.is_at_least(FIRST_EXECUTE_VERSION) or card.shown("Action.Http"):
        return False
    return bool(card.executes) or "refresh" in card.document.value


def _version(version: str) -> Fix:
    return unsafely(SetValue("/version", version))


def type_of(node: Node) -> str:
    """Return the pointer of an object's type."""
    return f"{node.pointer}/{'@type' if '@type' in node.value else 'type'}"
