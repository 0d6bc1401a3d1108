"""How a mistake that the schema found is mended, where more than the author can know it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from amcli.card.document import pointer_steps
from amcli.linting.fixing.fix import (
    AddProperty,
    Edit,
    Fix,
    RenameProperty,
    SetValue,
    safely,
    unsafely,
)
from amcli.linting.schema.judge import SchemaError
from amcli.suggestion import closest

_LONGEST_NUMBER = 15  # more digits than that may be read as another number


def renamed(card: Mapping[str, Any], error: SchemaError, name: str) -> Fix | None:
    """Return the fix that gives an unknown property its known name; none if that is taken."""
    if name in _object_of(card, error.pointer):
        return None
    return as_sure_as(error.property, name, RenameProperty(error.pointer, name))


def respelt(error: SchemaError, names: Iterable[str]) -> Fix | None:
    """Return the fix that writes the one of these names which the value resembles."""
    name = closest(error.value, names)
    return None if name is None else as_sure_as(error.value, name, SetValue(error.pointer, name))


def retyped(error: SchemaError) -> Fix | None:
    """Return the fix that writes a value as the JSON type that belongs there."""
    wanted = error.schema.get("type")
    if wanted == "array" and isinstance(error.value, dict):
        return unsafely(SetValue(error.pointer, [error.value]))
    if wanted != "string" or not isinstance(error.value, (bool, int, float)):
        return None
    # 120.50 is read as 120.5, and true may be meant as "yes": only whole numbers are certain.
    change = SetValue(error.pointer, json.dumps(error.value))
    return safely(change) if type(error.value) is int else unsafely(change)


def without_quotes(error: SchemaError, plain: str) -> Fix | None:
    """Return the fix that writes true, false or a number where its text stands in quotes."""
    if len(plain) > _LONGEST_NUMBER:
        return None
    try:
        return safely(SetValue(error.pointer, json.loads(plain)))
    except ValueError:  # 007 and 3. are numbers to people only
        return None


def rewritten(error: SchemaError) -> str | None:
    """Return a size or a version as its pattern asks; None for what cannot be guessed."""
    pattern = error.schema.get("pattern")
    if not isinstance(error.value, str) or not isinstance(pattern, str):
        return None
    close = "".join(error.value.split())
    candidates = (close, close.lower(), f"{close}px", f"{close}.0", close.lstrip("vV"))
    return next((text for text in candidates if re.fullmatch(pattern, text)), None)


def respelt_as(error: SchemaError, text: str) -> Fix:
    """Return the fix that writes this; safe if spaces and capitals are all that changes."""
    found = "".join(str(error.value).split())
    return as_sure_as(found, text, SetValue(error.pointer, text))


def body_as_text(error: SchemaError) -> Fix | None:
    """Return the fix that writes a body's JSON into a string."""
    if not isinstance(error.value, (dict, list)):
        return None
    return unsafely(SetValue(error.pointer, json.dumps(error.value, ensure_ascii=False)))


def header_mended(error: SchemaError) -> Fix | None:
    """Return the fix of what names headers otherwise, or of an Authorization without a value."""
    value = error.value
    if error.property == "headers":
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            return None
        headers = [{"name": name, "value": text} for name, text in value.items()]
        return safely(SetValue(error.pointer, headers))
    name = value.get("name") if isinstance(value, dict) else None
    if error.keyword == "required" and str(name).strip().lower() == "authorization":
        # An empty value is the only one that Outlook takes there.
        return safely(AddProperty(error.pointer, "value", ""))
    if error.keyword == "required" and isinstance(value, dict) and len(value) == 1:
        ((written, text),) = value.items()
        if written not in {"name", "value"} and isinstance(text, str):
            return safely(SetValue(error.pointer, {"name": written, "value": text}))
    return retyped(error)


def as_sure_as(found: object, meant: str, change: Edit) -> Fix:
    """Return the fix that writes what was meant: safe where only capitals differ."""
    same = isinstance(found, str) and found.casefold() == meant.casefold()
    return safely(change) if same else unsafely(change)


def _object_of(card: Mapping[str, Any], pointer: str) -> Mapping[str, Any]:
    value: Any = card
    for step in pointer_steps(pointer)[:-1]:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value if isinstance(value, dict) else {}
