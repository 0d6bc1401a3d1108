"""The addresses of a card's pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from amcli.card.document import CardKind, Node

_MESSAGE_CARD = ("activityImage", "image")
_HOLDERS = frozenset({"images", "backgroundImage"})


def pictures(kind: CardKind, nodes: Iterable[Node]) -> Iterator[tuple[str, str]]:
    """Yield the pointer and the address of every picture that has one."""
    for node in nodes:
        for name in _MESSAGE_CARD if kind is CardKind.MESSAGE else _names(node):
            url = node.value.get(name)
            if isinstance(url, str) and url:
                yield f"{node.pointer}/{name}", url


def _names(node: Node) -> tuple[str, ...]:
    is_picture = node.type == "Image" or node.holder in _HOLDERS
    return ("url",) if is_picture else ("backgroundImage", "iconUrl")
