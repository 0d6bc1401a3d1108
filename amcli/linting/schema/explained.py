"""One mistake of the author is one finding: which of the schema's errors another one explains."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from amcli.card.document import CardKind, pointer_steps, pointer_token
from amcli.linting.schema.judge import SchemaError, schema_errors
from amcli.suggestion import closest

# What the other card format, HTML and other tools call it, by the name that a card has for it.
_CALLED = {
    "title": ("name", "display", "label", "key"),
    "name": ("title", "key"),
    "display": ("title", "label", "name"),
    "url": ("src", "href", "link", "image", "target"),
    "image": ("url", "src"),
    "target": ("href", "link"),
    "elementId": ("id",),
    "type": ("@type",),
    "@type": ("type",),
    "text": ("content", "value"),
    "body": ("data", "payload", "content"),
    "items": ("body", "elements"),
}
_OTHER_NAMES = {(other, name) for name, others in _CALLED.items() for other in others}


def meant_name(name: object, lacking: Iterable[str]) -> str | None:
    """Return which of the names that an object lacks an unknown one was meant for."""
    names = list(lacking)
    found = closest(name, names) if names else None
    return found or next((known for known in names if (name, known) in _OTHER_NAMES), None)


def unexplained(errors: list[SchemaError], known_types: Collection[str]) -> list[SchemaError]:
    """Return the errors without those that only follow from another one.

    What stands where it may not is no bad Column besides, and a header that is written as a
    property lacks its name and its value at once.
    """
    misplaced = {(_object(e), e.definition) for e in errors if is_misplaced(e, known_types)}
    bare = _bare_headers(errors)

    def is_explained(error: SchemaError) -> bool:
        if (_object(error), error.definition) in misplaced:
            return not is_misplaced(error, known_types)
        return _object(error) in bare and error.property != "name"

    return [error for error in errors if not is_explained(error)]


def is_misplaced(error: SchemaError, known_types: Collection[str]) -> bool:
    """Return whether the error is about a type that may stand elsewhere."""
    is_type = error.property in {"type", "@type"} and error.keyword in {"enum", "const"}
    return is_type and isinstance(error.value, str) and error.value in known_types


def needless_nulls(
    card: Mapping[str, Any], kind: CardKind, errors: Iterable[SchemaError]
) -> set[str]:
    """Return the pointers of nulls that say no more than leaving the property out."""
    nulls = {
        error.pointer
        for error in errors
        if error.value is None and error.keyword != "additionalProperties"
        and isinstance(_holder(card, error.pointer), dict)
    }  # fmt: skip
    if not nulls:
        return nulls
    needed = {
        f"{error.pointer}/{pointer_token(str(error.property))}"
        for error in schema_errors(_without(card, nulls), kind)
        if error.keyword == "required"
    }
    return nulls - needed


def _bare_headers(errors: Iterable[SchemaError]) -> set[str]:
    lacking: dict[str, set[str | None]] = {}
    for error in errors:
        if error.definition == "HttpHeader" and error.keyword == "required":
            lacking.setdefault(error.pointer, set()).add(error.property)
    return {pointer for pointer, names in lacking.items() if names == {"name", "value"}}


def _object(error: SchemaError) -> str:
    """Return the pointer of the object that was measured."""
    return error.pointer if error.keyword == "required" else error.pointer.rpartition("/")[0]


def _without(card: Mapping[str, Any], pointers: Iterable[str]) -> dict[str, Any]:
    left: dict[str, Any] = copy.deepcopy(dict(card))
    for pointer in pointers:
        _holder(left, pointer).pop(pointer_steps(pointer)[-1], None)
    return left


def _holder(card: Mapping[str, Any], pointer: str) -> Any:
    value: Any = card
    for step in pointer_steps(pointer)[:-1]:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value
