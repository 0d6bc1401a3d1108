"""Schema errors in words: which rule each belongs to, and what a person is told."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from amcli.card.document import CardDocument, CardKind
from amcli.linting.schema import SchemaError, card_schema, schema_errors
from amcli.suggestion import closest, did_you_mean, meant

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
_HERE = {
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


@dataclass(frozen=True)
class Mistake:
    """A schema error with the name of the rule that reports it."""

    slug: str
    pointer: str
    message: str
    hint: str | None = None


def mistakes(document: CardDocument) -> list[Mistake]:
    """Return what the schema finds in a card, one for each mistake of the author."""
    errors = schema_errors(document.value, document.kind)
    errors, renamed = _misspelt(errors)
    return [*renamed, *(_mistake(error, document.kind) for error in errors)]


def _misspelt(errors: list[SchemaError]) -> tuple[list[SchemaError], list[Mistake]]:
    """Take a missing property and the unknown one that resembles it as the one mistake it is."""
    missing: dict[str, dict[str, SchemaError]] = {}
    for error in errors:
        if error.keyword == "required":
            missing.setdefault(error.pointer, {})[str(error.property)] = error
    renamed, gone = [], set()
    for error in (error for error in errors if error.keyword == "additionalProperties"):
        lacking = missing.get(error.pointer.rpartition("/")[0], {})
        wanted = closest(error.property, lacking) if lacking else None
        if wanted is not None:
            gone |= {id(error), id(lacking.pop(wanted))}
            renamed.append(_renamed(error, wanted))
    return [error for error in errors if id(error) not in gone], renamed


def _renamed(error: SchemaError, name: str) -> Mistake:
    message = f'{_noun(error.definition)} has "{error.property}" where it needs "{name}"'
    return Mistake("missing-property", error.pointer, message, meant(name))


def _mistake(error: SchemaError, kind: CardKind) -> Mistake:
    if error.keyword == "required":
        return _missing(error)
    if error.keyword == "additionalProperties":
        return _unknown_property(error)
    if error.property in {"type", "@type"} and error.keyword in {"enum", "const"}:
        return _unknown_type(error, kind)
    if error.keyword == "pattern":
        return Mistake("malformed-value", error.pointer, _expected(error))
    if error.keyword in {"enum", "anyOf"}:
        return _unknown_value(error)
    return _wrong_type(error)


def _missing(error: SchemaError) -> Mistake:
    name = error.property
    message = f'{_noun(error.definition)} has no "{name}"'
    if error.definition == "":
        slug = {"@type": "missing-card-type", "@context": "missing-context"}
        return Mistake(slug.get(str(name), "missing-version"), error.pointer, message)
    if error.definition == "HttpHeader":
        return Mistake("malformed-header", error.pointer, message, _HEADER)
    if error.definition == "Action.Http" and name == "body":
        empty = 'an empty one will do: "body": ""'
        return Mistake("post-without-body", error.pointer, f"POST, but {message}", empty)
    instead = closest(name, error.value)
    hint = f'write "{name}" where it says "{instead}"' if instead else f'add "{name}"'
    return Mistake("missing-property", error.pointer, message, hint)


_HEADER = 'write each header as {"name": "...", "value": "..."}'


def _unknown_property(error: SchemaError) -> Mistake:
    known = error.schema["properties"]
    message = f'{_noun(error.definition)} has no property "{_short(error.property)}"'
    hint = did_you_mean(error.property, known)
    if hint is None and str(error.property).startswith("$"):
        hint = "Outlook does not bind data to templates; render the card before it is sent"
    return Mistake("unknown-property", error.pointer, message, hint or "Outlook ignores it")


def _unknown_type(error: SchemaError, kind: CardKind) -> Mistake:
    allowed = error.schema.get("enum", [error.schema.get("const")])
    if error.definition == "EmbeddedAction" and error.value == "ActionCard":
        hint = "an ActionCard takes OpenUri and HttpPOST only"
        message = "an ActionCard stands in an ActionCard"
        return Mistake("nested-action-card", error.pointer, message, hint)
    if isinstance(error.value, str) and error.value in known_types(kind):
        where = _HERE.get(error.definition, f"the place of a {error.definition}")
        message = f"{error.value} cannot stand in {where}"
        return Mistake("misplaced-type", error.pointer, message, f"it takes {_listed(allowed)}")
    message = f"{_quoted(error.value)} is no type that Outlook knows here"
    hint = did_you_mean(error.value, allowed) or f"it takes {_listed(allowed)}"
    return Mistake("unknown-type", error.pointer, message, hint)


def _unknown_value(error: SchemaError) -> Mistake:
    names = _names(error.schema)
    if error.property == "fallback" and isinstance(error.value, str):
        message = f"fallback is {_quoted(error.value)}"
        instead = 'write "drop", or the whole element or action to show instead'
        return Mistake("fallback-type-name", error.pointer, message, instead)
    if not isinstance(error.value, str):
        return Mistake("wrong-value-type", error.pointer, _expected(error), _rewritten(error))
    hint = did_you_mean(error.value, names)
    return Mistake("unknown-value", error.pointer, _expected(error), hint)


def _wrong_type(error: SchemaError) -> Mistake:
    if error.property == "body" and error.definition in {"Action.Http", "HttpPOST"}:
        hint = 'write the JSON into a string: "{\\"answer\\": \\"{{comment.value}}\\"}"'
        return Mistake("body-not-string", error.pointer, _expected(error), hint)
    if error.definition == "HttpHeader" or error.property == "headers":
        return Mistake("malformed-header", error.pointer, _expected(error), _HEADER)
    plain = _without_quotes(error)
    if plain is not None:
        message = f"{_subject(error)} is the string {_quoted(error.value)}"
        return Mistake("value-as-string", error.pointer, message, f"write {plain}, without quotes")
    return Mistake("wrong-value-type", error.pointer, _expected(error), _rewritten(error))


def _rewritten(error: SchemaError) -> str:
    """Return how the value would fit: in quotes, in a list, or replaced."""
    wanted = error.schema.get("type")
    if wanted == "string" and isinstance(error.value, (bool, int, float)):
        return f'write it with quotes: "{_short(json.dumps(error.value))}"'
    if wanted == "array" and error.value is not None:
        return "put it into a list: [...]"
    if error.value is None:
        return f"write {_wanted(error.schema)}, or leave the property out where it may be missing"
    return f"write {_wanted(error.schema)} instead"


def _without_quotes(error: SchemaError) -> str | None:
    """Return the value as it should stand, when it only has quotes too many."""
    wanted = error.schema.get("type")
    if not isinstance(error.value, str):
        return None
    if "boolean" in (wanted if isinstance(wanted, list) else [wanted]):
        folded = error.value.casefold()
        return folded if folded in {"true", "false"} else None
    digits = error.value.removeprefix("-").replace(".", "", 1)
    numeric = wanted == "number" and digits.isascii() and digits.isdigit()
    return error.value if numeric else None


def _expected(error: SchemaError) -> str:
    return f"{_subject(error)} is {_shown(error.value)}; it should be {_wanted(error.schema)}"


def _subject(error: SchemaError) -> str:
    return error.property or _noun(error.definition)


def _wanted(schema: Mapping[str, Any]) -> str:
    if "description" in schema and schema.get("type") != "object":
        return str(schema["description"])
    names = _names(schema)
    if names:
        return f"one of {_listed(names)}"
    wanted = schema.get("type", "something else")
    return " or ".join(
        _JSON_TYPES.get(w, w) for w in ([wanted] if isinstance(wanted, str) else wanted)
    )


def _names(schema: Mapping[str, Any]) -> list[str]:
    parts = [schema, *schema.get("anyOf", ())]
    return [name for part in parts for name in part.get("enum", ())]


def _shown(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return _JSON_TYPES["object" if isinstance(value, dict) else "array"]
    return _quoted(value)


def _quoted(value: Any) -> str:
    return _short(json.dumps(value, ensure_ascii=True))


def _short(text: object) -> str:
    shown = str(text)
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 3]}..."


def _listed(names: Iterable[object]) -> str:
    return ", ".join(str(name) for name in names)


def _noun(definition: str) -> str:
    return _NOUNS.get(definition, definition)


@functools.cache
def known_types(kind: CardKind) -> frozenset[str]:
    """Return every type name that a format has, wherever it may stand."""
    return frozenset(_consts(card_schema(kind)["$defs"]))


def _consts(definitions: Mapping[str, Any]) -> Iterator[str]:
    for definition in definitions.values():
        for key in ("type", "@type"):
            const = definition.get("properties", {}).get(key, {}).get("const")
            if const is not None:
                yield const
