"""What rules ask about a card, worked out once: its objects, ids, actions and references."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from amcli.card.document import CardDocument, Node, walk
from amcli.card.input_reference import MEANT_AS_REFERENCE
from amcli.linting.mistakes import Mistake, known_types, mistakes
from amcli.linting.surroundings import NOTHING_KNOWN, Surroundings

FIRST_EXECUTE_VERSION = (1, 4)

# Under these an author may put any JSON; what looks like an element there is none.
_FREE_FORM = frozenset(
    {"data", "initializationContext", "messageCardContext", "requires", "autoInvokeOptions",
     "productContext", "strings", "parameters"}
)  # fmt: skip

# MessageCard actions may have an id, and authentication has one of its own.
_NO_ELEMENTS = frozenset({"actions", "potentialAction", "tokenExchangeResource", "card"})

_VERSION = re.compile(r"([0-9]{1,6})\.([0-9]{1,6})")


@dataclass(frozen=True)
class Reference:
    """An input reference such as ``{{comment.value}}`` and where it stands."""

    name: str
    """As written, spaces included."""
    pointer: str
    property: str
    """``url``, ``body``, ``value`` (of a header), ``target`` or ``uri``."""


class CardFacts:
    """A card with answers to the questions that more than one rule asks."""

    def __init__(self, document: CardDocument, around: Surroundings = NOTHING_KNOWN) -> None:
        self.document = document
        self.around = around

    @cached_property
    def mistakes(self) -> dict[str, list[Mistake]]:
        """Return the schema's findings by the slug of the rule that reports them."""
        found: dict[str, list[Mistake]] = {}
        for mistake in mistakes(self.document):
            found.setdefault(mistake.slug, []).append(mistake)
        return found

    @cached_property
    def nodes(self) -> list[Node]:
        """Return the card's objects in document order, without what free-form JSON holds."""
        free: set[str] = set()
        kept = []
        for node in walk(self.document):
            parent = node.parent.pointer if node.parent else None
            if parent in free or node.holder in _FREE_FORM:
                free.add(node.pointer)
            else:
                kept.append(node)
        return kept

    @cached_property
    def version(self) -> tuple[int, int] | None:
        """Return the card's version as two numbers; None when it has none that can be read."""
        match = _VERSION.fullmatch(self.document.version or "")
        return (int(match[1]), int(match[2])) if match else None

    def of_type(self, *types: str) -> Iterator[Node]:
        """Yield the objects of these types."""
        return (node for node in self.nodes if node.type in types)

    @cached_property
    def inputs(self) -> list[Node]:
        """Return the inputs of either format."""
        return [node for node in self.nodes if node.is_input]

    @cached_property
    def input_ids(self) -> set[str]:
        """Return the inputs' ids; they are compared ignoring case.

        An element whose type is missing or misspelt counts too: it may be meant as an input, and
        its type is a finding already.
        """
        known = known_types(self.document.kind)
        nameless = [n for n in self.nodes if n.type not in known and n.holder != "columns"]
        found = [text_of(node, "id") for node in [*self.inputs, *nameless]]
        return {name.casefold() for name in found if name}

    @cached_property
    def stand_ins(self) -> set[str]:
        """Return the pointers of all that stands in a fallback: shown only instead of another."""
        found: set[str] = set()
        for node in self.nodes:
            if node.holder == "fallback" or (node.parent and node.parent.pointer in found):
                found.add(node.pointer)
        return found

    def shown(self, *types: str) -> list[Node]:
        """Return the objects of these types that are no stand-ins."""
        return [node for node in self.of_type(*types) if node.pointer not in self.stand_ins]

    @cached_property
    def identified(self) -> list[Node]:
        """Return the elements that have an id: those of actions are not looked up."""
        return [node for node in self.nodes if _is_text(node, "id") and not _is_apart(node)]

    @cached_property
    def fallbacks(self) -> set[str]:
        """Return the pointers of types whose object has something to fall back to."""
        return {f"{node.pointer}/type" for node in self.nodes if "fallback" in node.value}

    @cached_property
    def executes(self) -> list[Node]:
        """Return the actions of the model that came with version 1.4."""
        return self.shown("Action.Execute")

    @cached_property
    def headers(self) -> list[tuple[str, str, str]]:
        """Return pointer, name and value of every header that has both."""
        return [
            (f"{action.pointer}/headers/{index}", header["name"], header["value"])
            for action in self.http_actions
            for index, header in enumerate(_list(action.value.get("headers")))
            if isinstance(header, dict)
            and isinstance(header.get("name"), str)
            and isinstance(header.get("value"), str)
        ]

    def is_at_least(self, version: tuple[int, int]) -> bool:
        """Return whether the card says this version or a newer one; without one it is 1.0."""
        return (self.version or (1, 0)) >= version

    @cached_property
    def http_actions(self) -> list[Node]:
        """Return the actions that call the sender's service: Action.Http and HttpPOST."""
        return [*self.of_type("Action.Http", "HttpPOST")]

    @cached_property
    def references(self) -> list[Reference]:
        """Return every input reference in what an action sends or opens."""
        return [
            Reference(name, pointer, place)
            for place, text, pointer in [*self._texts()]
            for name in dict.fromkeys(MEANT_AS_REFERENCE.findall(text))
        ]

    def _texts(self) -> Iterator[tuple[str, str, str]]:
        for action in self.http_actions:
            for name in ("url", "target", "body"):
                if text := text_of(action, name):
                    yield name, text, f"{action.pointer}/{name}"
        for pointer, _name, value in self.headers:
            yield "value", value, f"{pointer}/value"
        for target in self.nodes:
            if target.holder == "targets" and (text := text_of(target, "uri")):
                yield "uri", text, f"{target.pointer}/uri"


def text_of(node: Node, name: str) -> str | None:
    """Return a property when it is a string that is not empty."""
    value = node.value.get(name)
    return value if isinstance(value, str) and value else None


def _is_text(node: Node, name: str) -> bool:
    return isinstance(node.value.get(name), str)


def _is_apart(node: Node) -> bool:
    """Return whether an id belongs to something else than an element: an action, the card."""
    kind = node.type or ""
    return kind.startswith("Action.") or node.parent is None or node.holder in _NO_ELEMENTS


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
