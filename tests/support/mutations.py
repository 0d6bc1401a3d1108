"""One mistake at a time, put into a card that has none: what a person gets wrong by hand."""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from amcli.card.document import CardDocument, CardKind, Node, pointer_steps, pointer_token
from amcli.linting.engine import lint
from amcli.linting.facts.card import CardFacts
from amcli.linting.finding import Finding
from amcli.linting.schema.judge import card_schema

PARTS = {
    "facts": "Fact",
    "headers": "HttpHeader",
    "columns": "Column",
    "targetElements": "TargetElement",
    "targets": "Target",
    "sections": "Section",
}
"""Objects that mostly stand without a type, by the property that holds them."""
REFERENCE = re.compile(r"\{\{([A-Za-z0-9_$@]+)\.value\}\}")

MISSING = frozenset(
    {
        "missing-property",
        "missing-version",
        "missing-card-type",
        "missing-context",
        "missing-summary",
        "execute-before-1-4",
        "post-without-body",
        "malformed-header",
    }
)
UNKNOWN_TYPE = frozenset({"unknown-type", "fallback-shown"})
WRONG_TYPE = frozenset(
    {
        "wrong-value-type",
        "body-not-string",
        "malformed-header",
        "malformed-value",
        "value-as-string",
        "unknown-value",
        "unknown-type",
        "fallback-type-name",
    }
)


@dataclass(frozen=True)
class Mutation:
    """A card with one mistake, and what the linter should say."""

    kind: str
    card: CardDocument
    pointers: frozenset[str]
    """Any of these is the right place."""
    slugs: frozenset[str]
    """Any of these is the right rule."""
    new_place: str | None = None
    """Where a part of the card stands now ..."""
    old_place: str = ""
    """... and where it stood before: what was found in it there is not new."""

    def outcome(self, before: Counter[tuple[str, str]]) -> str:
        """How the linter did: ``found``, or what it did instead."""
        found = lint(self.card)
        new = [f for f in found if before[f.slug, self.before(f.pointer)] == 0]
        if not new:
            return "missed"
        right = [f for f in new if f.pointer in self.pointers and f.slug in self.slugs]
        if not right:
            return "elsewhere"
        return "found" if len(new) == 1 else f"and {other(new, right[0])}"

    def before(self, pointer: str) -> str:
        """Where a pointer led before the mistake."""
        if self.new_place is None or not f"{pointer}/".startswith(f"{self.new_place}/"):
            return pointer
        return self.old_place + pointer.removeprefix(self.new_place)


def other(new: list[Finding], right: Finding) -> str:
    """The names of what was found besides."""
    return ", ".join(sorted({finding.slug for finding in new if finding is not right}))


def findings_before(card: CardDocument) -> Counter[tuple[str, str]]:
    """What the linter says of a card as it is."""
    return Counter((finding.slug, finding.pointer) for finding in lint(card))


def mutations(card: CardDocument) -> Iterator[Mutation]:
    """Every mistake of every kind that can be put into a card."""
    facts = CardFacts(card)
    for node in facts.nodes:
        definition = definition_of(node, card.kind)
        if definition is None or node.pointer in facts.stand_ins:
            continue
        if node.value != at(card.value, node.pointer):
            continue  # something in it is misspelt already
        for make in PROPERTY_MUTATIONS:
            yield from make(card, node, definition)
    yield from moved(card, facts)
    yield from broken_references(card, facts)


def definition_of(node: Node, kind: CardKind) -> dict[str, Any] | None:
    """The schema's definition of an object; None where its type is not known."""
    definitions = card_schema(kind)["$defs"]
    if node.parent is None:
        found = definitions["AdaptiveCard" if kind is CardKind.ADAPTIVE else "MessageCard"]
    else:
        found = definitions.get(node.type or PARTS.get(node.holder or "", ""))
    return found if found is not None and "properties" in found else None


def removed(card: CardDocument, node: Node, definition: dict[str, Any]) -> Iterator[Mutation]:
    """A property that the object cannot be without is gone."""
    needed = set(definition.get("required", ()))
    if node.parent is None:
        needed |= set(card_schema(card.kind)["required"]) - {"type", "@type"}
    for name in needed & node.value.keys() - {"type", "@type"}:
        where = frozenset({node.pointer, f"{node.pointer}/{pointer_token(name)}"})
        yield changed(card, "required property removed", node, where, MISSING, gone=name)


def retyped(card: CardDocument, node: Node, definition: dict[str, Any]) -> Iterator[Mutation]:
    """A value has another JSON type."""
    for name, value in known(node, definition):
        if name in {"type", "@type", "@context", "version", "fallback"} or value is None:
            continue
        where = frozenset({f"{node.pointer}/{pointer_token(name)}"})
        wrong: Any = 7 if isinstance(value, list) else ["unexpected"]
        yield changed(card, "JSON type changed", node, where, WRONG_TYPE, {name: wrong})


def unlisted(card: CardDocument, node: Node, definition: dict[str, Any]) -> Iterator[Mutation]:
    """A value that must be one of a list is another."""
    for name, value in known(node, definition):
        part = resolved(definition["properties"][name], card.kind)
        if (
            isinstance(value, str)
            and ("enum" in part or "anyOf" in part)
            and name not in {"type", "@type"}
        ):
            where = frozenset({f"{node.pointer}/{pointer_token(name)}"})
            slugs = frozenset({"unknown-value"})
            yield changed(card, "enum value changed", node, where, slugs, {name: "zzz"})


def misspelt_property(
    card: CardDocument, node: Node, definition: dict[str, Any]
) -> Iterator[Mutation]:
    """A property's name has two letters in the wrong order."""
    for name, value in known(node, definition):
        wrong = misspelt(name)
        if wrong in definition["properties"] or name in {"type", "@type"}:
            continue
        if node.parent is None and name in {"version", "@context", "sections", "potentialAction"}:
            continue  # these decide which format a card is
        where = frozenset({f"{node.pointer}/{pointer_token(wrong)}"})
        slugs = frozenset({"unknown-property", "missing-property", "malformed-header",
                           "post-without-body", "missing-originator"})  # fmt: skip
        mutated = changed(card, "property misspelt", node, where, slugs, gone=name)
        holder = at(mutated.card.value, node.pointer)
        holder[wrong] = value
        (new_place,) = where
        old_place = f"{node.pointer}/{pointer_token(name)}"
        yield replace(mutated, new_place=new_place, old_place=old_place)


def misspelt_type(card: CardDocument, node: Node, definition: dict[str, Any]) -> Iterator[Mutation]:
    """A type has two letters in the wrong order, or is made up."""
    name = next((n for n in ("type", "@type") if isinstance(node.value.get(n), str)), None)
    if name is None or node.parent is None or definition is None:
        return
    where, slugs = frozenset({f"{node.pointer}/{name}"}), UNKNOWN_TYPE
    wrong = misspelt(node.value[name])
    yield changed(card, "type misspelt", node, where, slugs, {name: wrong})
    yield changed(card, "type changed", node, where, slugs, {name: "Bogus"})


PROPERTY_MUTATIONS: tuple[Callable[[CardDocument, Node, dict[str, Any]], Iterator[Mutation]], ...]
PROPERTY_MUTATIONS = (removed, retyped, unlisted, misspelt_property, misspelt_type)


def moved(card: CardDocument, facts: CardFacts) -> Iterator[Mutation]:
    """The last element of a list stands among actions, or the last action among elements."""
    if card.kind is not CardKind.ADAPTIVE:
        return
    lists = [(n, name) for n in facts.nodes for name in ("body", "items", "actions")
             if isinstance(n.value.get(name), list) and n.value[name]
             and n.pointer not in facts.stand_ins]  # fmt: skip
    for source, name in lists:
        for target, other_name in lists:
            if (name == "actions") != (other_name == "actions"):
                mutation = _move(card, f"{source.pointer}/{name}", f"{target.pointer}/{other_name}")
                if mutation is not None:
                    yield mutation


def _move(card: CardDocument, source: str, target: str) -> Mutation | None:
    if target.startswith(f"{source}/{len(at(card.value, source)) - 1}"):
        return None  # into itself
    value = copy.deepcopy(card.value)
    element = at(value, source).pop()
    at(value, target).append(element)
    old = f"{source}/{len(at(value, source))}"
    new = f"{target}/{len(at(value, target)) - 1}"
    where, slugs = frozenset({f"{new}/type"}), frozenset({"misplaced-type"})
    return Mutation("element misplaced", replace(card, value=value), where, slugs, new, old)


def broken_references(card: CardDocument, facts: CardFacts) -> Iterator[Mutation]:
    """An input reference or a target of Action.ToggleVisibility leads nowhere."""
    for action in facts.http_actions:
        body = action.value.get("body")
        if isinstance(body, str) and REFERENCE.search(body):
            where = frozenset({f"{action.pointer}/body"})
            slugs = frozenset({"unknown-input-reference"})
            new = REFERENCE.sub("{{zzzz.value}}", body, count=1)
            yield changed(card, "reference broken", action, where, slugs, {"body": new})
    for action in facts.of_type("Action.ToggleVisibility"):
        targets = action.value.get("targetElements")
        if isinstance(targets, list) and targets and isinstance(targets[0], str):
            where = frozenset({f"{action.pointer}/targetElements/0"})
            slugs = frozenset({"toggle-target-not-found"})
            new_targets = ["zzzz", *targets[1:]]
            yield changed(
                card, "reference broken", action, where, slugs, {"targetElements": new_targets}
            )


def changed(
    card: CardDocument, kind: str, node: Node, where: frozenset[str], slugs: frozenset[str],
    values: dict[str, Any] | None = None, *, gone: str | None = None,
) -> Mutation:  # fmt: skip
    """The card with an object's properties changed, one of them gone."""
    value = copy.deepcopy(card.value)
    target = at(value, node.pointer)
    if gone is not None:
        del target[gone]
    target.update(values or {})
    return Mutation(kind, replace(card, value=value), where, slugs)


def known(node: Node, definition: dict[str, Any]) -> list[tuple[str, Any]]:
    """The object's properties that its definition has."""
    return [(n, v) for n, v in node.value.items() if n in definition["properties"]]


def resolved(part: dict[str, Any], kind: CardKind) -> dict[str, Any]:
    """A property's schema, its reference followed."""
    reference = part.get("$ref")
    if reference is None:
        return part
    found: dict[str, Any] = card_schema(kind)["$defs"][reference.removeprefix("#/$defs/")]
    return found


def misspelt(name: str) -> str:
    """The name with two letters swapped, as fingers do it."""
    for index in range(len(name) // 2, len(name) - 1):
        if name[index] != name[index + 1]:
            return name[:index] + name[index + 1] + name[index] + name[index + 2 :]
    return f"{name}x"


def at(value: Any, pointer: str) -> Any:
    """What a pointer leads to."""
    for step in pointer_steps(pointer):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value
