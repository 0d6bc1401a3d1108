"""How a schema and what it refused are said in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from amcli.linting.facts.credentials import concealed

_SHOWN = 60

_NOUNS = {
    "": "the card",
    "AdaptiveCard": "the card",
    "MessageCard": "the card",
    "Element": "this element",
    "Action": "this action",
    "EmbeddedAction": "this action",
    "SelectAction": "this action",
    "AutoInvokeAction": "autoInvokeAction",
    "RefreshAction": "the action of refresh",
    "Inline": "this inline",
    "Input": "this input",
    "HttpHeader": "this header",
    "TargetElement": "this target",
    "Input.Choice": "this choice",
    "Choice": "this choice",
    "Fact": "this fact",
}
HERE = {
    "Element": "a body or a container",
    "Action": "actions",
    "EmbeddedAction": "an ActionCard",
    "SelectAction": "selectAction or inlineAction",
    "AutoInvokeAction": "autoInvokeAction",
    "RefreshAction": "refresh",
    "Inline": "a RichTextBlock",
    "Input": "inputs",
}
_JSON_TYPES = {
    "string": "a string",
    "boolean": "true or false",
    "number": "a number",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def asked_for(schema: Mapping[str, Any]) -> str:
    """Return what a part of a schema takes."""
    if "description" in schema and schema.get("type") != "object":
        return str(schema["description"])
    names = names_in(schema)
    if names:
        return f"one of {listed(names)}"
    wanted = schema.get("type", "something else")
    return " or ".join(
        _JSON_TYPES.get(w, w) for w in ([wanted] if isinstance(wanted, str) else wanted)
    )


def names_in(schema: Mapping[str, Any]) -> list[str]:
    """Return the names that a part of a schema lists."""
    parts = [schema, *schema.get("anyOf", ())]
    return [name for part in parts for name in part.get("enum", ())]


def shown(value: Any) -> str:
    """Return a value as a message names it: short, in ASCII."""
    if isinstance(value, (dict, list)):
        return _JSON_TYPES["object" if isinstance(value, dict) else "array"]
    return quoted(value)


def quoted(value: Any) -> str:
    """Return a value as JSON, short, in ASCII."""
    return short(json.dumps(value, ensure_ascii=True))


def short(text: object) -> str:
    """Return the first 60 characters, with asterisks for what may open a door."""
    whole = str(text)
    shown = concealed(whole[: 4 * _SHOWN])
    return shown if len(whole) <= _SHOWN else f"{shown[: _SHOWN - 3]}..."


def listed(names: Iterable[object]) -> str:
    """Return names with commas between them."""
    return ", ".join(str(name) for name in names)


def noun(definition: str) -> str:
    """Return what people call an object that a definition measures."""
    return _NOUNS.get(definition, definition)


def a(name: str) -> str:
    """Return a type's name with its article."""
    return f"an {name}" if name[:1] in "AEIOaeio" else f"a {name}"
