"""The texts of a card that people read: where they stand, and which of them are Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from amcli.card.document import CardKind, Node

_Names = Mapping[str, tuple[str, ...]]

_FACT = ("title", "value", "name")
_MARKDOWN: Mapping[CardKind, _Names] = {
    CardKind.ADAPTIVE: {
        "AdaptiveCard": ("fallbackText",),
        "TextBlock": ("text",),
        "Input.Toggle": ("title",),
        "facts": _FACT,
    },
    CardKind.MESSAGE: {
        "MessageCard": ("title", "text"),
        "": ("title", "text"),
        "sections": ("title", "text", "activityTitle", "activitySubtitle", "activityText"),
        "facts": _FACT,
    },
}
_PLAIN: Mapping[CardKind, _Names] = {
    CardKind.ADAPTIVE: {
        "TextRun": ("text",),
        "choices": ("title",),
        "Input.": ("label", "placeholder", "errorMessage"),
        "Action.": ("title", "tooltip"),
    },
    CardKind.MESSAGE: {
        "choices": ("display",),
        "inputs": ("title",),
        "actions": ("name",),
        "potentialAction": ("name",),
    },
}


class Text(NamedTuple):
    """A text that is not empty."""

    node: Node
    """The object that it belongs to."""
    name: str
    text: str
    is_markdown: bool

    @property
    def pointer(self) -> str:
        """Return where it stands."""
        return f"{self.node.pointer}/{self.name}"


def texts(kind: CardKind, nodes: Iterable[Node]) -> Iterator[Text]:
    """Yield what people read in a card's objects, in their order."""
    marked, plain = _MARKDOWN[kind], _PLAIN[kind]
    for node in nodes:
        keys = _keys(node)
        for names, is_markdown in ((marked, True), (plain, False)):
            for name in (name for key in keys for name in names.get(key, ())):
                text = node.value.get(name)
                if isinstance(text, str) and text.strip():
                    yield Text(node, name, text, is_markdown)


def _keys(node: Node) -> tuple[str, ...]:
    """Return what an object is looked up by: its type, the type's family, or what holds it."""
    if node.type is None:
        return (node.holder or "",)
    family, dot, _ = node.type.partition(".")
    if dot:
        return (node.type, f"{family}.")
    return (node.type, node.holder) if node.holder else (node.type,)
