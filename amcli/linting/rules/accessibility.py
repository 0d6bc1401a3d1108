"""AM601 and AM603 to AM606: what is read aloud, and what is told by colour."""

from __future__ import annotations

from collections.abc import Iterator

from amcli.card.document import Node
from amcli.linting.facts.card import CardFacts, text_of
from amcli.linting.finding import Severity
from amcli.linting.rule import ADAPTIVE, Certainty, Problem, rule

_EXPLAINED = 1  # what a lone input is for, its button says
_FIRST_LABEL_VERSION = (1, 3)
_SHOWING_ACTIONS = frozenset({"Action.ShowCard", "ActionCard"})
_BUTTONS = frozenset({"actions", "potentialAction", "inlineAction"})
_MESSAGE_ACTIONS = frozenset({"OpenUri", "HttpPOST", "ActionCard", "InvokeAddInCommand"})
_ACTIONS = _MESSAGE_ACTIONS | {
    f"Action.{name}"
    for name in ("Http", "OpenUrl", "ShowCard", "ToggleVisibility", "Execute",
                 "InvokeAddInCommand", "DisplayMessageForm", "DisplayAppointmentForm")
}  # fmt: skip
"""Those that Outlook shows."""
_TEXTS = frozenset({"TextBlock", "RichTextBlock"})
_TELLING_COLOURS = frozenset({"good", "warning", "attention"})
_BLOTS = frozenset("●•∙·◦○◯◉◎⬤⚫⚪■□▪▫◼◻◾◽⬛⬜█▇▆▅▄▃▂▁▌▐▮▬ *_~")


@rule(
    "AM601", "missing-alt-text", Severity.WARNING, Certainty.STATED,
    source="Microsoft, Adaptive Cards schema explorer, Image", kinds=ADAPTIVE,
    only_with=("Image", "images"),
)  # fmt: skip
def missing_alt_text(card: CardFacts) -> Iterator[Problem]:
    """A picture without words for those who do not see it.

    What it finds: an Image without `altText`; an empty one says that it is decoration.
    Why it matters: screen readers have nothing to read, and where pictures are blocked there is
    a hole.
    Example: {"type": "Image", "url": "https://example.com/chart.png"}
    Use instead: add "altText": "Costs by month, rising since May".
    Fix: none: only the author knows what the picture says.
    """
    for node in _images(card):
        if "altText" not in node.value and node.pointer not in card.with_unknown_property:
            message = "the picture has no altText"
            yield Problem(node.pointer, message, 'add "altText"; "" if it is decoration only')


@rule(
    "AM603", "input-without-label", Severity.WARNING, Certainty.INFERRED,
    source="Microsoft, Adaptive Cards schema explorer, note on accessibility and labels of inputs",
)  # fmt: skip
def input_without_label(card: CardFacts) -> Iterator[Problem]:
    """An input that nothing says the purpose of.

    What it finds: an input without label, placeholder or title where there are fewer texts before
    it than inputs that need one.
    Why it matters: people do not know what to fill in, least of all those who listen to the card.
    Example: two Input.Date after each other, with one heading above both
    Use instead: a TextBlock before each; from version 1.3 on also "label".
    Fix: none: only the author knows what it asks for.
    """
    if len(card.inputs) <= _EXPLAINED or not card.has_known_types:
        return
    named = {text.node.pointer for text in card.texts}
    words = _EXPLAINED
    for node in card.nodes:
        if not node.is_input:
            words += _is_said(node, named)
        elif not (node.pointer in named or _is_anothers_matter(card, node)):
            words -= 1
            if words < 0:
                words, hint = 0, "put a TextBlock before it, or give it a placeholder"
                yield Problem(node.pointer, "nothing says what this input asks for", hint)


@rule(
    "AM604", "missing-spoken-text", Severity.INFO, Certainty.INFERRED,
    source="Microsoft, Adaptive Cards schema explorer, AdaptiveCard", kinds=ADAPTIVE,
    only_with=("Image", "images"),
)  # fmt: skip
def missing_spoken_text(card: CardFacts) -> Iterator[Problem]:
    """A card of pictures with nothing to read aloud.

    What it finds: a card whose body has pictures that are all said to be decoration, no text and
    no input, and that has neither `speak` nor `fallbackText`.
    Why it matters: who listens to it, or sees no pictures, gets nothing.
    Example: "body": [{"type": "Image", "url": "https://example.com/sale.png", "altText": ""}]
    Use instead: "speak": "The summer sale begins on Monday.", or an altText.
    Fix: none: only the author knows what the card says.
    """
    images = list(_images(card))
    is_judged = not card.with_unknown_property and card.has_known_types
    if not images or not is_judged or card.inputs or text_of(card.nodes[0], "speak"):
        return
    has_words = any(not (text.node.type or "").startswith("Action.") for text in card.texts)
    if not has_words and all(image.value.get("altText") == "" for image in images):
        yield Problem("", "nothing in this card can be read aloud", 'add "speak", or an altText')


@rule(
    "AM605", "colour-alone", Severity.INFO, Certainty.INFERRED,
    source="W3C, WCAG 2.2, 1.4.1 Use of Color", kinds=ADAPTIVE, only_with=("color",),
)  # fmt: skip
def colour_alone(card: CardFacts) -> Iterator[Problem]:
    """A dot or a square that only its colour gives a meaning.

    What it finds: a text of dots or squares only, in the colour good, warning or attention.
    Why it matters: some people do not see the difference between red and green, others do not see
    colours at all.
    Example: {"type": "TextBlock", "text": "●", "color": "attention"}
    Use instead: {"type": "TextBlock", "text": "● Overdue", "color": "attention"}
    Fix: none: only the author knows what the colour says.
    """
    for node in card.of_type("TextBlock", "TextRun"):
        text, colour = text_of(node, "text"), node.value.get("color")
        is_telling = isinstance(colour, str) and colour.lower() in _TELLING_COLOURS
        if text and text.strip() and is_telling and _BLOTS.issuperset(text):
            message = "this says something by its colour alone"
            yield Problem(f"{node.pointer}/text", message, "say it in words too, best right here")


@rule(
    "AM606", "action-without-title", Severity.WARNING, Certainty.STATED,
    source="Microsoft, Adaptive Cards schema explorer, actions; MessageCard reference",
    only_with=_BUTTONS,
)  # fmt: skip
def action_without_title(card: CardFacts) -> Iterator[Problem]:
    """A button without a title.

    What it finds: an action among `actions` or `potentialAction`, or beside an input, whose title
    (in a MessageCard: name) is missing or empty.
    Why it matters: the button is empty, or has a picture that nobody reads aloud.
    Example: {"type": "Action.OpenUrl", "url": "https://example.com"}
    Use instead: {"type": "Action.OpenUrl", "title": "Open report", "url": "https://example.com"}
    Fix: none: only the author knows what the button says.
    """
    for node in card.nodes:
        is_button = node.holder in _BUTTONS and node.type in _ACTIONS
        if not is_button or node.pointer in card.with_unknown_property:
            continue
        name = "name" if node.type in _MESSAGE_ACTIONS else "title"
        title = node.value.get(name, "")
        if isinstance(title, str) and not title.strip():
            has_icon = text_of(node, "iconUrl") is not None
            what = "a picture and no title" if has_icon else "no title"
            yield Problem(node.pointer, f"this button has {what}", f'give it a "{name}"')


def _images(card: CardFacts) -> Iterator[Node]:
    for node in card.nodes:
        is_image = node.type == "Image" or (node.holder == "images" and node.type is None)
        if is_image and text_of(node, "url"):
            yield node


def _is_said(node: Node, named: set[str]) -> bool:
    """Return whether an object has words that may say what an input after it asks for."""
    if node.holder in _BUTTONS:
        return node.type in _SHOWING_ACTIONS
    is_text = node.type in _TEXTS or node.pointer in named
    return node.holder != "choices" and (is_text or text_of(node, "altText") is not None)


def _is_anothers_matter(card: CardFacts, node: Node) -> bool:
    """Return whether an input is hidden, or what it lacks is another rule's finding."""
    if node.pointer in card.with_unknown_property or "label" in node.value:
        return True
    lacks_label = node.value.get("isRequired") is True and card.is_at_least(_FIRST_LABEL_VERSION)
    return lacks_label or node.type == "Input.Toggle" or node.value.get("isVisible") is False
