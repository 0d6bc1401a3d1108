"""What the JSON Schemas find in a card, fast: one small validator for each definition.

A schema's unions are keyed on ``type`` or ``@type``, so for every object it is known which
definition it must meet. Each definition is compiled once without what lies below it, and a walk
over the card brings every object to its own. jsonschema judges them all: an object whose properties
are each known to be good from an earlier verdict is good, any other is judged in full. A test holds
that this finds what the whole schema finds.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from jsonschema import Draft202012Validator

from amcli.card.document import CardKind, pointer_token
from amcli.linting.schema.verdicts import Condition, Verdicts
from amcli.resources import resource_folder

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

SCHEMA_FILES = {
    CardKind.ADAPTIVE: "adaptive-card-outlook.schema.json",
    CardKind.MESSAGE: "message-card.schema.json",
}
_ROOT = ""

_CONDITION = frozenset({"if", "then", "else"})
_NOTES = frozenset({"$schema", "title", "description", "$comment"})
# With these keywords alone an object is good when each of its properties is, none is missing and
# its condition holds.
_JUDGED_ONE_BY_ONE = (
    frozenset({"type", "properties", "required", "additionalProperties"}) | _CONDITION | _NOTES
)


class SchemaError(NamedTuple):
    """One mistake as the schema sees it."""

    pointer: str
    """The value at fault; for a missing property, the object that lacks it."""
    keyword: str
    definition: str
    """The entry of ``$defs`` that the object was measured by, ``""`` for the whole card."""
    property: str | None
    """The property of that object that is missing, unknown or holds the fault."""
    value: Any
    schema: Mapping[str, Any]
    """The part of the schema that was not met."""


@dataclass(frozen=True)
class Place:
    """A property under which further objects stand."""

    definition: str
    many: bool = False
    objects_only: bool = False
    """Other values may stand there too, and the property's own schema judges them."""


@dataclass(frozen=True)
class Definition:
    """One entry of ``$defs``, without what lies below it."""

    name: str
    schema: Mapping[str, Any]
    properties: Mapping[str, Verdicts]
    places: Mapping[str, Place]
    choices: Mapping[str, str]
    """For a union: the definition for each type."""
    key: str
    """For a union: the property that decides."""

    def choice_for(self, value: Any) -> str:
        """Return the definition that a union has for an object, which asks for its type too.

        The union itself where it has none: it says what is wrong with the type.
        """
        kind = value.get(self.key) if isinstance(value, dict) else None
        return self.choices.get(kind, self.name) if isinstance(kind, str) else self.name

    def is_known_to_be_good(self, value: Any) -> bool:
        """Return whether the verdicts on an object's properties make the object good.

        False says nothing but that the object has to be judged.
        """
        if type(value) is not dict or not self._is_decided_by_properties:
            return False
        if not self._required <= value.keys():
            return False
        if not self._is_closed:
            value = {name: value[name] for name in self.properties if name in value}
        good_types = self._good_types
        for name, item in value.items():
            if type(item) not in good_types.get(name, ()) and not self._is_good(name, item):
                return False
        return self._condition is None or self._condition.is_met_by(value)

    def errors(self, value: Any) -> Iterator[ValidationError]:
        """Yield what jsonschema finds."""
        yield from self._validator.iter_errors(value)

    def _is_good(self, name: str, value: Any) -> bool:
        return name in self.properties and self.properties[name].are_good(value)

    @cached_property
    def _good_types(self) -> Mapping[str, set[type]]:
        return {name: verdicts.good_types for name, verdicts in self.properties.items()}

    @cached_property
    def _is_decided_by_properties(self) -> bool:
        return (
            self.schema.keys() <= _JUDGED_ONE_BY_ONE
            and self.schema.get("type", "object") == "object"
            and self.schema.get("additionalProperties", False) is False
        )

    @cached_property
    def _is_closed(self) -> bool:
        return "additionalProperties" in self.schema

    @cached_property
    def _required(self) -> frozenset[str]:
        return frozenset(self.schema.get("required", ()))

    @cached_property
    def _condition(self) -> Condition | None:
        condition = {key: part for key, part in self.schema.items() if key in _CONDITION}
        return Condition(condition) if condition else None

    @cached_property
    def _validator(self) -> Draft202012Validator:
        return Draft202012Validator(self.schema)


@functools.cache
def card_schema(kind: CardKind) -> dict[str, Any]:
    """Return the JSON Schema (Draft 2020-12) of a card format."""
    path = resource_folder("schemas") / SCHEMA_FILES[kind]
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def schema_errors(card: Mapping[str, Any], kind: CardKind) -> list[SchemaError]:
    """Return what the schema finds in a card, each mistake once, parents before children."""
    definitions = _definitions(kind)
    whole = _name(card_schema(kind)["$ref"])
    found: list[SchemaError] = []
    waiting: list[tuple[Any, str, str]] = [(card, whole, ""), (card, _ROOT, "")]
    while waiting:
        value, name, pointer = waiting.pop()
        definition = definitions[name]
        if definition.choices:
            definition = definitions[definition.choice_for(value)]
        found += _judged(definition, value, pointer)
        if definition.places and isinstance(value, dict):
            waiting += reversed(_below(definition, value, pointer))
    return found


def normalised(error: ValidationError, pointer: str, definition: str) -> Iterator[SchemaError]:
    """Yield jsonschema's error as ours: one for each property that is missing or unknown."""
    path = [*error.absolute_path]
    at = pointer + "".join(f"/{pointer_token(step)}" for step in path)
    schema: Any = error.schema
    value: Any = error.instance
    keyword = str(error.validator)
    if keyword == "required":
        # jsonschema gives an error for each missing property and names it in the message only.
        names = [name for name in schema["required"] if error.message.startswith(repr(name))]
        for name in names:
            yield SchemaError(at, keyword, definition, name, value, schema)
    elif keyword == "additionalProperties":
        for name in [name for name in value if name not in schema["properties"]]:
            here = f"{at}/{pointer_token(name)}"
            yield SchemaError(here, keyword, definition, name, value[name], schema)
    else:
        inside = str(path[0]) if path else None
        yield SchemaError(at, keyword, definition, inside, value, schema)


def _judged(definition: Definition, value: Any, pointer: str) -> list[SchemaError]:
    if definition.is_known_to_be_good(value):
        return []
    errors = definition.errors(value)
    return [ours for error in errors for ours in normalised(error, pointer, definition.name)]


def _below(
    definition: Definition, value: Mapping[str, Any], pointer: str
) -> list[tuple[Any, str, str]]:
    found: list[tuple[Any, str, str]] = []
    for name, below in value.items():
        place = definition.places.get(name)
        if place is None:
            continue
        at = f"{pointer}/{name}"  # no name in the schemas has to be escaped
        items = _items(below, at) if place.many else [(below, at)]
        found += [
            (item, place.definition, where)
            for item, where in items
            if isinstance(item, dict) or not place.objects_only
        ]
    return found


def _items(value: Any, pointer: str) -> list[tuple[Any, str]]:
    items = value if isinstance(value, list) else []
    return [(item, f"{pointer}/{index}") for index, item in enumerate(items)]


@functools.cache
def _definitions(kind: CardKind) -> Mapping[str, Definition]:
    schema = card_schema(kind)
    parts = _Parts(schema["$defs"])
    root = {key: value for key, value in schema.items() if key not in {"$defs", "$ref"}}
    found = {name: parts.definition(name, part) for name, part in schema["$defs"].items()}
    found[_ROOT] = Definition(_ROOT, root, {}, {}, {}, "")
    return found


def _name(reference: str) -> str:
    return reference.removeprefix("#/$defs/")


class _Parts:
    """Takes the definitions apart along their references to other objects."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self._shared: dict[str, Verdicts] = {}

    def definition(self, name: str, schema: Mapping[str, Any]) -> Definition:
        choices = {
            branch["if"]["properties"][key]["const"]: _name(branch["then"]["$ref"])
            for branch in schema.get("allOf", ())
            for key in branch["if"]["required"]
        }
        key = schema["required"][0] if choices else ""
        places = {
            name: place
            for name, part in schema.get("properties", {}).items()
            if (place := self._place(part)) is not None
        }
        alone = self._alone({k: v for k, v in schema.items() if k != "allOf"})
        verdicts = {
            name: self._verdicts(part) for name, part in alone.get("properties", {}).items()
        }
        return Definition(name, alone, verdicts, places, choices, key)

    def _verdicts(self, schema: Mapping[str, Any]) -> Verdicts:
        """Return the same verdicts for the same schema, however often it stands there."""
        text = json.dumps(schema)
        if text not in self._shared:
            self._shared[text] = Verdicts(schema)
        return self._shared[text]

    def _place(self, schema: Mapping[str, Any]) -> Place | None:
        if "$ref" in schema:
            name = _name(schema["$ref"])
            target = self._definitions[name]
            return Place(name) if _is_object(target) else self._place(target)
        if "then" in schema:
            place = self._place(schema["then"])
            return replace(place, objects_only=True) if place else None
        if "items" in schema:
            place = self._place(schema["items"])
            return replace(place, many=True) if place else None
        return None

    def _alone(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return the schema with other objects left open and everything else put in place."""
        if "$ref" in schema:
            target = self._definitions[_name(schema["$ref"])]
            return {} if _is_object(target) else self._alone(target)
        alone = dict(schema)
        for keyword in ("items", "if", "then", "else"):
            if keyword in alone:
                alone[keyword] = self._alone(alone[keyword])
        if "properties" in alone:
            alone["properties"] = {k: self._alone(v) for k, v in alone["properties"].items()}
        return alone


def _is_object(schema: Mapping[str, Any]) -> bool:
    return bool(schema.get("type") == "object")
