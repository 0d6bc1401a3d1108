"""AM218, AM219: the card asks for more than Outlook has."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from amcli.card.document import pointer_token
from amcli.linting.facts.card import FIRST_EXECUTE_VERSION, CardFacts
from amcli.linting.finding import Severity
from amcli.linting.rule import ADAPTIVE, Certainty, Problem, rule
from amcli.linting.schema.wording import short

_RENDERER = "Microsoft, the adaptivecards JavaScript renderer"
_VERSION = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,6}))?")
_WITHOUT = "see that the card is right without it"
_UNMET = "leave requires out, or add a fallback"

# What only changes the look or holds a note, such as tooltip and metadata, is not among these.
_INPUTS = {"labelPosition": "1.6", "labelWidth": "1.6", "inputStyle": "1.6"}
_ACTIONS = {"isEnabled": "1.5", "mode": "1.5"}
_SINCE = {
    "ImageSet": {"style": "1.6"},
    "Input.ChoiceSet": {**_INPUTS, "choices.data": "1.6"},
    **dict.fromkeys(("Input.Text", "Input.Date", "Input.Number", "Input.Toggle"), _INPUTS),
    **dict.fromkeys(("Action.Http", "Action.OpenUrl", "Action.ShowCard"), _ACTIONS),
    **dict.fromkeys(("Action.ToggleVisibility", "Action.Execute"), _ACTIONS),
}
_STYLES_SINCE: dict[tuple[str | None, str], str] = {
    ("Input.Text", "password"): "1.5",
    ("Input.ChoiceSet", "filtered"): "1.5",
}


@rule(
    "AM218", "unmet-requirement", Severity.WARNING, Certainty.INFERRED, source=_RENDERER,
    kinds=ADAPTIVE, only_with=("requires",),
)  # fmt: skip
def unmet_requirement(card: CardFacts) -> Iterator[Problem]:
    """An element that is shown only where a host has more than Outlook.

    What it finds: `requires` with another feature than adaptiveCards, or with a version of it
    above 1.4, on an element or action without a `fallback`.
    Why it matters: what the host does not have is not shown.
    Example: {"type": "TextBlock", "text": "Hello", "requires": {"token": "1.0"}}
    Use instead: leave `requires` out, or add a `fallback`.
    Fix: none: only the author knows what to show instead.
    """
    for node in card.nodes:
        wanted = node.value.get("requires")
        if not isinstance(wanted, dict) or "fallback" in node.value:
            continue
        for name, version in wanted.items():
            at = f"{node.pointer}/requires/{pointer_token(name)}"
            if name != "adaptiveCards":
                message = f'Outlook is not known to have "{short(name)}"'
                yield Problem(at, message, _UNMET, on_name=True)
            elif _is_newer(version):
                message = f"Outlook has Adaptive Cards up to 1.4, not {short(version)}"
                yield Problem(at, message, _UNMET)


@rule(
    "AM219", "newer-property", Severity.WARNING, Certainty.INFERRED,
    source="Microsoft, Adaptive Cards designer, host Outlook (version 1.4)", kinds=ADAPTIVE,
    only_with={"style", *itertools.chain(*_SINCE.values())},
)  # fmt: skip
def newer_property(card: CardFacts) -> Iterator[Problem]:
    """A property or a style that is newer than any version that Outlook runs.

    What it finds: isEnabled and mode of actions, labelPosition, labelWidth and inputStyle of
    inputs, choices.data, the style of an ImageSet, and the styles password and filtered.
    Why it matters: Outlook stops at version 1.4 and does without: a button that is switched off
    can be clicked, a password can be read.
    Example: {"type": "Action.OpenUrl", "title": "Open", "url": "https://...", "isEnabled": false}
    Use instead: leave the button out, or give the choices in the card.
    Fix: none: only the author knows what the card should do without it.
    """
    for node in card.of_type(*_SINCE):
        for name, since in _SINCE[str(node.type)].items():
            if name in node.value:
                message = f"{name} came with version {since}; Outlook runs none above 1.4"
                yield Problem(f"{node.pointer}/{name}", message, _WITHOUT, on_name=True)
        style = node.value.get("style")
        since_then = (
            _STYLES_SINCE.get((node.type, style.casefold())) if isinstance(style, str) else None
        )
        if since_then is not None:
            message = f'"{style}" came with version {since_then}; Outlook runs none above 1.4'
            yield Problem(f"{node.pointer}/style", message, _WITHOUT)


def _is_newer(version: object) -> bool:
    match = _VERSION.match(version) if isinstance(version, str) else None
    return match is not None and (int(match[1]), int(match[2] or 0)) > FIRST_EXECUTE_VERSION
