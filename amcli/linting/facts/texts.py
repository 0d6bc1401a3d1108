"""The texts of a card that people read: where they stand, and which of them are Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from amcli.card.document import CardKind, Node

_FACT = ("title", "value", "name")
_INPUTS = ("Input.Text", "Input.Number", "Input.Date", "Input.Time", "Input.ChoiceSet")
_ACTIONS = (
    "Http", "OpenUrl", "ShowCard", "ToggleVisibility", "Execute", "Submit", "InvokeAddInCommand",
    "DisplayMessageForm", "DisplayAppointmentForm",
)  # fmt: skip


def _table(
    markdown: Mapping[str, tuple[str, ...]], plain: Mapping[str, tuple[str, ...]]
) -> dict[str | None, tuple[tuple[str, bool], ...]]:
    return {
        key: (
            *((name, True) for name in markdown.get(key, ())),
            *((name, False) for name in plain.get(key, ())),
        )
        for key in {**markdown, **plain}
    }


# By type, or by the property that holds an object whose type is not here.
_TEXTS = {
    CardKind.ADAPTIVE: _table(
        {
            "AdaptiveCard": ("fallbackText",),
            "TextBlock": ("text",),
            "Input.Toggle": ("title",),
            "facts": _FACT,
        },
        {
            "TextRun": ("text",),
            "choices": ("title",),
            "Input.Toggle": ("label", "errorMessage"),
            **dict.fromkeys(_INPUTS, ("label", "placeholder", "errorMessage")),
            **{f"Action.{name}": ("title", "tooltip") for name in _ACTIONS},
        },
    ),
    CardKind.MESSAGE: _table(
        {
            "MessageCard": ("title", "text"),
            "sections": ("title", "text", "activityTitle", "activitySubtitle", "activityText"),
            "facts": _FACT,
        },
        {
            "choices": ("display",),
            "inputs": ("title",),
            "actions": ("name",),
            "potentialAction": ("name",),
        },
    ),
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
    table = _TEXTS[kind]
    for node in nodes:
        holder = node.holder if node.parent else "MessageCard"
        for name, is_markdown in table.get(node.type) or table.get(holder) or ():
            text = node.value.get(name)
            if isinstance(text, str) and text.strip():
                yield Text(node, name, text, is_markdown)
