"""What jsonschema said of values, remembered, so that it is asked once for values of one sort."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from jsonschema import Draft202012Validator

# Bounds for what is remembered: values come from cards, and a process may see many of them.
_MOST_VALUES = 1000
_LONGEST_VALUE = 100

_ABOUT_TYPES = frozenset({"type", "description", "if", "then", "else"})
_LIST_OF_ONE_SORT = frozenset({"type", "description", "items"})


class Verdicts:
    """Whether values meet one schema."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        items = schema.get("items")
        one_by_one = isinstance(items, Mapping) and schema.keys() <= _LIST_OF_ONE_SORT
        self._items = Verdicts(items) if one_by_one and items else None
        self._schema = {k: v for k, v in schema.items() if not (one_by_one and k == "items")}
        self._type_decides = _asks_for_types_only(self._schema)
        self._known: dict[object, bool] = {}
        self.good_types: set[type] = set()
        """Types of which every value is known to be good."""

    def are_good(self, value: Any) -> bool:
        """Return whether jsonschema finds nothing wrong with a value."""
        kind = type(value)
        key = kind if self._type_decides else (kind, value)
        try:
            good = self._known.get(key)
        except TypeError:  # a list or an object, which cannot be looked up
            return self._validator.is_valid(value)
        if good is None:
            good = self._validator.is_valid(value)
            self._remember(key, value, good=good)
        if not good or self._items is None or kind is not list:
            return good
        return all(map(self._items.are_good, value))

    @cached_property
    def _validator(self) -> Draft202012Validator:
        return Draft202012Validator(self._schema)

    def _remember(self, key: object, value: Any, *, good: bool) -> None:
        is_long = not self._type_decides and isinstance(value, str) and len(value) > _LONGEST_VALUE
        if not is_long and len(self._known) < _MOST_VALUES:
            self._known[key] = good
        if good and self._type_decides and self._items is None:
            self.good_types.add(type(value))


class Condition:
    """Whether objects meet an ``if`` with its ``then`` and ``else``."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._validator = Draft202012Validator(schema)
        self._known: dict[object, bool] = {}
        parts = [schema.get(name, {}) for name in ("if", "then", "else")]
        self._is_plain = all(part.keys() <= {"required", "properties"} for part in parts)
        self._values = sorted({name for part in parts for name in part.get("properties", ())})
        self._names = sorted({name for part in parts for name in part.get("required", ())})

    def is_met_by(self, value: Mapping[str, Any]) -> bool:
        """Return whether jsonschema finds nothing wrong with an object."""
        texts = [value.get(name) for name in self._values]
        are_short = all(type(text) is str and len(text) <= _LONGEST_VALUE for text in texts)
        if not (self._is_plain and are_short):
            return self._validator.is_valid(value)
        key = (*texts, *(name in value for name in self._names))
        good = self._known.get(key)
        if good is None:
            good = self._validator.is_valid(value)
            if len(self._known) < _MOST_VALUES:
                self._known[key] = good
        return good


def _asks_for_types_only(schema: Any) -> bool:
    """Return whether all values of one Python type get the same verdict."""
    if not isinstance(schema, Mapping) or not schema.keys() <= _ABOUT_TYPES:
        return False
    branches = [schema[name] for name in ("if", "then", "else") if name in schema]
    # 1.0 is an integer for JSON Schema, and 1.5 is none.
    return "integer" not in schema.get("type", ()) and all(map(_asks_for_types_only, branches))
