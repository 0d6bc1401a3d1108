"""AM119: what Outlook's cards have and no reference names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amcli.card.document import CardKind, Node
from amcli.linting.facts.card import CardFacts
from amcli.linting.finding import Severity
from amcli.linting.fixing.fix import RenameProperty, unsafely
from amcli.linting.rule import Certainty, Problem, rule
from amcli.linting.schema.canonical import definition_of

_SEE = "see that the card is right without it"
_SERVICE = "leave it out: Outlook's service adds it"

_PADDING = {"padding": _SEE}
_CALLED = {"hideCardOnInvoke": _SEE, "requiredHostCapabilities": _SEE, "speak": _SEE}

_ADAPTIVE: Mapping[str, Mapping[str, str]] = {
    "AdaptiveCard": {
        "padding": _SEE,
        "autoInvokeOptions": _SEE,
        "resources": "give the card a button for it too",
        "enableBodyToggling": _SEE,
        "theme": _SEE,
        "messageCardContext": _SERVICE,
        "requiredHostCapabilities": _SEE,
        "constrainWidth": _SEE,
        "minVersion": 'it is called "version" since 1.0',
    },
    "Container": _PADDING,
    "ColumnSet": _PADDING,
    "Column": {
        **_PADDING,
        "pixelWidth": 'write "width": "50px"',
        "size": 'it is called "width" since 1.0',
    },
    "TableCell": _PADDING,
    "Image": {"pixelWidth": 'write "width": "50px"', "pixelHeight": 'write "height": "50px"'},
    "Input.Choice": {"isSelected": 'write the choice\'s value as "value" of the Input.ChoiceSet'},
    "Action.Http": _CALLED,
}
_MESSAGE: Mapping[str, Mapping[str, str]] = {
    "MessageCard": {
        "style": _SEE,
        "autoInvokeAction": "use an Adaptive Card; for these Microsoft documents it",
        "autoInvokeOptions": "use an Adaptive Card; for these Outlook is known to have it",
    },
    "Section": {"markdown": "leave it out: it is for Teams", "style": _SEE},
}
_KNOWN = {CardKind.ADAPTIVE: _ADAPTIVE, CardKind.MESSAGE: _MESSAGE}
_RENAMED = {("Column", "size"): "width"}


@rule(
    "AM119",
    "undocumented-property",
    Severity.INFO,
    Certainty.SEEN,
    source="Microsoft, samples for Outlook; the Adaptive Cards designer, host Outlook",
)
def undocumented_property(card: CardFacts) -> Iterator[Problem]:
    """A property that works in Outlook and stands in no reference.

    What it finds: padding, resources, pixelWidth and others that Microsoft's own cards have.
    isPrimary is not told: at version 1.0 nothing else marks the main button.
    Why it matters: nobody promises that it stays, and other tools refuse it.
    Example: {"type": "Container", "padding": "none", "items": [...]}
    Use instead: what the reference has, such as `spacing`, `bleed`, `style` or `width`.
    Fix: unsafe: calls a Column's size width; none for the others: there is no other name.
    """
    known = _KNOWN[card.document.kind]
    for node in card.nodes:
        kind = definition_of(node)
        for name, hint in known.get(kind, {}).items():
            if name in node.value:
                yield _problem(node, kind, name, hint)


def _problem(node: Node, kind: str, name: str, hint: str) -> Problem:
    pointer = f"{node.pointer}/{name}"
    message = f"{name} is in no reference for Outlook"
    instead = _RENAMED.get((kind, name))
    mends = instead is not None and instead not in node.value
    fix = unsafely(RenameProperty(pointer, str(instead))) if mends else None
    return Problem(pointer, message, hint, fix, on_name=True)
