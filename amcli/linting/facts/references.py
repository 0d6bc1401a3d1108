"""Input references in a card: those that are filled in at a click, and all that are there."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from amcli.card.document import Node
from amcli.card.input_reference import MEANT_AS_REFERENCE, NEARLY_A_REFERENCE

_MAX_CHARACTERS = 100_000


@dataclass(frozen=True)
class Reference:
    """An input reference such as ``{{comment.value}}`` and where it stands."""

    name: str
    """As written, spaces included."""
    pointer: str
    place: str
    """``url``, ``body``, ``value`` (of a header), ``target`` or ``uri``."""
    text: str
    """All of the text that it stands in."""

    @property
    def id(self) -> str:
        """Return the input's id; ids are compared in lower case."""
        return self.name.strip().casefold()

    def replaced(self, name: str) -> str:
        """Return the text with another name in this reference."""
        return MEANT_AS_REFERENCE.sub(
            lambda found: f"{{{{{name}.value}}}}" if found[1] == self.name else found[0],
            self.text,
        )


@dataclass(frozen=True)
class Misspelt:
    """What is nearly a reference to an input of the card."""

    pointer: str
    written: str
    id: str
    mended: str
    """The text that it stands in, with all such references as they should be."""


def references(actions: Iterable[Node], nodes: Iterable[Node]) -> Iterator[Reference]:
    """Yield every input reference in what an action sends or opens."""
    for pointer, name, text in _sent(actions, nodes):
        if "{{" in text:
            for found in dict.fromkeys(MEANT_AS_REFERENCE.findall(text)):
                yield Reference(found, pointer, name, text)


def nearly_references(
    actions: Iterable[Node], nodes: Iterable[Node], ids: Container[str]
) -> Iterator[Misspelt]:
    """Yield the misspelt references to these inputs, whose ids are in lower case."""
    for pointer, _, text in _sent(actions, nodes):
        if "{" not in text or len(text) > _MAX_CHARACTERS:
            continue
        # What is one already is taken out, so that its parts are not looked at.
        left = MEANT_AS_REFERENCE.sub(lambda found: " " * len(found[0]), text)
        near = [m for m in NEARLY_A_REFERENCE.finditer(left) if _id(m).casefold() in ids]
        mended, at = "", 0
        for found in near:
            mended += text[at : found.start()] + f"{{{{{_id(found)}.value}}}}"
            at = found.end()
        for found in near:
            yield Misspelt(pointer, found[0], _id(found), mended + text[at:])


def _id(found: re.Match[str]) -> str:
    return found[1] or found[2]


def mentioned(nodes: Iterable[Node]) -> set[str]:
    """Return the ids that a reference names anywhere, in lower case."""
    return {
        name.strip().casefold()
        for node in nodes
        for value in node.value.values()
        for text in (value if isinstance(value, list) else (value,))
        if isinstance(text, str) and "{{" in text
        for name in MEANT_AS_REFERENCE.findall(text)
    }


def _sent(actions: Iterable[Node], nodes: Iterable[Node]) -> Iterator[tuple[str, str, str]]:
    for action in actions:
        for name in ("url", "target", "body"):
            text = action.value.get(name)
            if isinstance(text, str):
                yield f"{action.pointer}/{name}", name, text
        headers = action.value.get("headers")
        for index, header in enumerate(headers if isinstance(headers, list) else ()):
            value = header.get("value") if isinstance(header, dict) else None
            if isinstance(value, str) and isinstance(header.get("name"), str):
                yield f"{action.pointer}/headers/{index}/value", "value", value
    for target in nodes:
        if target.holder == "targets" and isinstance(target.value.get("uri"), str):
            yield f"{target.pointer}/uri", "uri", target.value["uri"]
