"""What rules ask about a card, worked out once: its objects, ids, actions and references."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from amcli.card.document import CardDocument, Node, walk
from amcli.card.source_map import SourceMap
from amcli.errors import AmcliError
from amcli.linting.facts.as_meant import AsMeant, as_meant
from amcli.linting.facts.bodies import RequestBody, request_bodies
from amcli.linting.facts.opened import Opened, opened
from amcli.linting.facts.pictures import pictures
from amcli.linting.facts.references import (
    Misspelt,
    Reference,
    mentioned,
    nearly_references,
    references,
)
from amcli.linting.facts.texts import Text, texts
from amcli.linting.fixing.fix import RemoveProperty, RenameProperty
from amcli.linting.schema.mistakes import Mistake, known_types, mistakes
from amcli.linting.surroundings import NOTHING_KNOWN, Surroundings

FIRST_EXECUTE_VERSION = (1, 4)

_HOLDERS = frozenset({"body", "items", "columns", "card", "actions", "inputs", "potentialAction"})

# Under these an author may put any JSON; what looks like an element there is none.
_FREE_FORM = frozenset(
    {"data", "initializationContext", "messageCardContext", "requires", "autoInvokeOptions",
     "productContext", "strings", "parameters"}
)  # fmt: skip

# MessageCard actions may have an id, and authentication has one of its own.
_NO_ELEMENTS = frozenset({"actions", "potentialAction", "tokenExchangeResource", "card"})

_VERSION = re.compile(r"([0-9]{1,6})\.([0-9]{1,6})")


class CardFacts:
    """A card with answers to the questions that more than one rule asks."""

    def __init__(self, document: CardDocument, around: Surroundings = NOTHING_KNOWN) -> None:
        self._written = document
        self.around = around

    @cached_property
    def document(self) -> CardDocument:
        """Return the card as it was meant: misspelt names of properties are put right."""
        return self._meant.document

    def place(self, pointer: str) -> str | None:
        """Return where the author wrote this; None where only a misspelt name makes it so."""
        return self._meant.place(pointer)

    @cached_property
    def _meant(self) -> AsMeant:
        found = [mistake for group in self.mistakes.values() for mistake in group]
        edits = [edit for mistake in found if mistake.fix for edit in mistake.fix.edits]
        names = [e for e in edits if isinstance(e, (RenameProperty, RemoveProperty))]
        return as_meant(self._written, names)

    @cached_property
    def mistakes(self) -> dict[str, list[Mistake]]:
        """Return the schema's findings by the slug of the rule that reports them."""
        found: dict[str, list[Mistake]] = {}
        for mistake in mistakes(self._written):
            found.setdefault(mistake.slug, []).append(mistake)
        return found

    @cached_property
    def has_known_types(self) -> bool:
        """Return whether no type is misspelt or missing, so that what is absent is not there."""
        slugs = ("unknown-type", "misplaced-type")
        return not any(slug in self.mistakes for slug in slugs)

    @cached_property
    def with_unknown_property(self) -> set[str]:
        """Return the pointers of objects with a property that is not theirs: it may be misspelt."""
        slugs = ("unknown-property", "missing-property")
        found = [m for slug in slugs for m in self.mistakes.get(slug, ())]
        return {mistake.pointer.rpartition("/")[0] for mistake in found if mistake.on_name}

    @cached_property
    def hides_parts(self) -> bool:
        """Return whether something that should hold elements, inputs or actions holds none."""
        wrong = {m.pointer.rpartition("/")[2] for m in self.mistakes.get("wrong-value-type", ())}
        cards = (node.value.get("card") for node in self.of_type("Action.ShowCard"))
        return not _HOLDERS.isdisjoint(wrong) or not all(isinstance(c, dict) for c in cards)

    @cached_property
    def nodes(self) -> list[Node]:
        """Return the card's objects in document order, without what free-form JSON holds."""
        free: set[str] = set()
        kept = []
        for node in walk(self.document):
            is_inside = free and node.parent is not None and node.parent.pointer in free
            if is_inside or node.holder in _FREE_FORM:
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
        """Yield the objects of these types, in document order."""
        found = [self._by_type[name] for name in types if name in self._by_type]
        if len(found) < 2:  # noqa: PLR2004 - one list is in order already
            return itertools.chain.from_iterable(found)
        return iter(sorted(itertools.chain.from_iterable(found), key=self._order))

    @cached_property
    def _by_type(self) -> dict[str | None, list[Node]]:
        found: dict[str | None, list[Node]] = {}
        for node in self.nodes:
            found.setdefault(node.type, []).append(node)
        return found

    def _order(self, node: Node) -> int:
        return self._numbers[node.pointer]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {node.pointer: number for number, node in enumerate(self.nodes)}

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
    def inputs_by_id(self) -> dict[str, Node]:
        """Return the inputs by their id in lower case; of several with one id the last."""
        named = [(text_of(node, "id"), node) for node in self.inputs]
        return {name.casefold(): node for name, node in named if name}

    @cached_property
    def texts(self) -> list[Text]:
        """Return the texts that people read."""
        return list(texts(self.document.kind, self.nodes))

    @cached_property
    def opened(self) -> list[Opened]:
        """Return everything that opens a page or an app."""
        return list(opened(self.nodes, self.texts))

    @cached_property
    def pictures(self) -> list[tuple[str, str]]:
        """Return pointer and address of every picture."""
        return list(pictures(self.document.kind, self.nodes))

    @cached_property
    def json(self) -> str:
        """Return the card as compact JSON in ASCII, so that it can be measured and searched."""
        return self.document.compact()

    @property
    def is_template(self) -> bool:
        """Return whether a template made the card."""
        return self.around.written is not None

    @cached_property
    def written(self) -> SourceMap | None:
        """Return how its template wrote the card; None for a finished one. Costs a rendering."""
        try:
            return self.around.written() if self.around.written else None
        except AmcliError:
            return None  # told where the places of findings are looked for

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
    def fallbacks(self) -> dict[str, str]:
        """Return what becomes of a type that is not shown, by its pointer, if it has a fallback.

        A string that is not "drop" is none: there is nothing to show.
        """
        found = ((f"{node.pointer}/type", node.value.get("fallback")) for node in self.nodes)
        becomes = "its fallback is shown", "it is left out"
        return {at: becomes[f == "drop"] for at, f in found if f == "drop" or isinstance(f, dict)}

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
    def calls(self) -> list[tuple[str, str]]:
        """Return pointer and address of everything that the sender's service is called at."""
        names = [(n, "target" if n.type == "HttpPOST" else "url") for n in self.http_actions]
        return [
            (f"{action.pointer}/{name}", action.value[name])
            for action, name in names
            if isinstance(action.value.get(name), str)
        ]

    @cached_property
    def bodies(self) -> list[RequestBody]:
        """Return the bodies that are sent to the sender's service, if they are not empty."""
        return list(request_bodies(self.http_actions))

    @cached_property
    def references(self) -> list[Reference]:
        """Return every input reference in what an action sends or opens."""
        return list(references(self.http_actions, self.nodes))

    @cached_property
    def nearly_references(self) -> list[Misspelt]:
        """Return what is nearly a reference to an input of the card."""
        return list(nearly_references(self.http_actions, self.nodes, self.input_ids))

    @cached_property
    def mentioned(self) -> set[str]:
        """Return the ids that an input reference names anywhere, in lower case."""
        return mentioned(self.nodes) | {near.id.casefold() for near in self.nearly_references}


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
