"""Schema errors in words: which rule each belongs to, and what a person is told."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from amcli.card.document import CardDocument, CardKind, pointer_steps
from amcli.linting.fixing.fix import (
    AddProperty,
    Fix,
    RemoveProperty,
    SetValue,
    safely,
    unsafely,
)
from amcli.linting.schema.explained import (
    is_misplaced,
    meant_name,
    needless_nulls,
    unexplained,
)
from amcli.linting.schema.fixes import (
    body_as_text,
    header_mended,
    renamed,
    respelt,
    respelt_as,
    retyped,
    rewritten,
    without_quotes,
)
from amcli.linting.schema.judge import SchemaError, card_schema, schema_errors
from amcli.linting.schema.wording import (
    HERE,
    a,
    asked_for,
    listed,
    names_in,
    noun,
    quoted,
    short,
    shown,
)
from amcli.suggestion import closest, did_you_mean, meant

# What people look for and do not find, by definition and property.
_INSTEAD = {
    ("Action.Execute", "url"): "it asks a bot; to call a URL use Action.Http and version 1.0",
    ("Action.Execute", "method"): "it asks a bot; to call a URL use Action.Http and version 1.0",
    ("Action.Execute", "body"): "it sends data and all inputs to a bot",
    ("Action.OpenUrl", "method"): "it opens a page; to call a URL use Action.Http",
    ("Action.Submit", "url"): "Outlook does not show Action.Submit; use Action.Http",
    ("Action.Http", "data"): "what is sent stands in body, a string",
}


class Mistake(NamedTuple):
    """A schema error with the name of the rule that reports it."""

    slug: str
    pointer: str
    message: str
    hint: str | None = None
    fix: Fix | None = None
    on_name: bool = False
    """The property's name is at fault, not its value."""


def mistakes(document: CardDocument) -> list[Mistake]:
    """Return what the schema finds in a card, one for each mistake of the author."""
    card = document.value
    errors = schema_errors(card, document.kind)
    nulls = needless_nulls(card, document.kind, errors)
    found = [_null(pointer) for pointer in sorted(nulls)]
    errors, misspelt = _misspelt([e for e in errors if e.pointer not in nulls], card)
    errors = unexplained(errors, known_types(document.kind))
    return [*found, *misspelt, *(_mistake(error, document.kind, card) for error in errors)]


def _null(pointer: str) -> Mistake:
    message = f"{pointer_steps(pointer)[-1]} is null, as if it were not there"
    fix = safely(RemoveProperty(pointer))
    return Mistake("null-value", pointer, message, "leave it out", fix, on_name=True)


def _misspelt(
    errors: list[SchemaError], card: Mapping[str, Any]
) -> tuple[list[SchemaError], list[Mistake]]:
    """Take a missing property and the unknown one that resembles it as the one mistake it is."""
    missing: dict[str, dict[str, SchemaError]] = {}
    for error in errors:
        if error.keyword == "required":
            missing.setdefault(error.pointer, {})[str(error.property)] = error
    found, gone = [], set()
    for error in (error for error in errors if error.keyword == "additionalProperties"):
        lacking = missing.get(error.pointer.rpartition("/")[0], {})
        wanted = meant_name(error.property, lacking)
        if wanted is not None:
            gone |= {id(error), id(lacking.pop(wanted))}
            message = f'{noun(error.definition)} has "{error.property}" where it needs "{wanted}"'
            found.append(_on_name("missing-property", error, message, wanted, card))
    return [error for error in errors if id(error) not in gone], found


def _on_name(
    slug: str, error: SchemaError, message: str, name: str, card: Mapping[str, Any]
) -> Mistake:
    """Return the mistake of a property that is spelt otherwise."""
    fix = renamed(card, error, name)
    return Mistake(slug, error.pointer, message, meant(name), fix, on_name=True)


def _mistake(error: SchemaError, kind: CardKind, card: Mapping[str, Any]) -> Mistake:
    if error.keyword == "required":
        return _missing(error)
    if error.keyword == "additionalProperties":
        return _unknown_property(error, card)
    if error.property in {"type", "@type"} and error.keyword in {"enum", "const"}:
        return _unknown_type(error, kind)
    if error.keyword == "pattern":
        return _malformed(error)
    if error.keyword in {"enum", "anyOf"}:
        return _unknown_value(error)
    return _wrong_type(error)


def _missing(error: SchemaError) -> Mistake:
    name = error.property
    message = f'{noun(error.definition)} has no "{name}"'
    if error.definition == "":
        slug = {"@type": "missing-card-type", "@context": "missing-context"}
        return Mistake(slug.get(str(name), "missing-version"), error.pointer, message)
    if error.definition == "HttpHeader":
        if "name" not in error.value and "value" not in error.value:
            message = "this header has neither name nor value"
        return Mistake("malformed-header", error.pointer, message, _HEADER, header_mended(error))
    if error.definition == "Action.Http" and name == "body":
        fix = safely(AddProperty(error.pointer, "body", ""))
        return Mistake("post-without-body", error.pointer, f"POST, but {message}", _EMPTY, fix)
    instead = closest(name, error.value)
    hint = f'write "{name}" where it says "{instead}"' if instead else f'add "{name}"'
    return Mistake("missing-property", error.pointer, message, hint)


_EMPTY = 'an empty one will do: "body": ""'
_HEADER = 'write each header as {"name": "...", "value": "..."}'


def _unknown_property(error: SchemaError, card: Mapping[str, Any]) -> Mistake:
    message = f'{noun(error.definition)} has no property "{short(error.property)}"'
    instead = _INSTEAD.get((error.definition, str(error.property)))
    name = None if instead else closest(error.property, error.schema["properties"])
    if name is not None:
        is_originator = error.pointer.count("/") == 1 and name == "originator"
        slug = "missing-originator" if is_originator and name not in card else "unknown-property"
        return _on_name(slug, error, message, name, card)
    if str(error.property).startswith("$"):
        instead = "Outlook does not bind data to templates; render the card before it is sent"
    hint = instead or "take it out"
    return Mistake("unknown-property", error.pointer, message, hint, on_name=True)


def _unknown_type(error: SchemaError, kind: CardKind) -> Mistake:
    allowed = error.schema.get("enum", [error.schema.get("const")])
    if error.definition == "EmbeddedAction" and error.value == "ActionCard":
        hint = "an ActionCard takes OpenUri and HttpPOST only"
        message = "an ActionCard stands in an ActionCard"
        return Mistake("nested-action-card", error.pointer, message, hint)
    if is_misplaced(error, known_types(kind)):
        where = HERE.get(error.definition, f"the place of {a(error.definition)}")
        message = f"{error.value} cannot stand in {where}"
        return Mistake("misplaced-type", error.pointer, message, f"it takes {listed(allowed)}")
    message = f"{quoted(error.value)} is no type that Outlook knows here"
    hint = did_you_mean(error.value, allowed) or f"it takes {listed(allowed)}"
    return Mistake("unknown-type", error.pointer, message, hint, respelt(error, allowed))


def _unknown_value(error: SchemaError) -> Mistake:
    names = names_in(error.schema)
    if error.property == "fallback" and isinstance(error.value, str):
        message = f"fallback is {quoted(error.value)}"
        instead = 'write "drop", or the whole element or action to show instead'
        fix = unsafely(SetValue(error.pointer, "drop"))
        return Mistake("fallback-type-name", error.pointer, message, instead, fix)
    if not isinstance(error.value, str):
        return Mistake("wrong-value-type", error.pointer, _expected(error), _rewritten(error))
    hint = did_you_mean(error.value, names)
    mended = respelt(error, names)
    return Mistake("unknown-value", error.pointer, _expected(error), hint, mended)


def _malformed(error: SchemaError) -> Mistake:
    text = rewritten(error)
    if text is None:
        hint = did_you_mean(error.value, error.schema.get("examples", ()))
        return Mistake("malformed-value", error.pointer, _expected(error), hint)
    fix = respelt_as(error, text)
    return Mistake("malformed-value", error.pointer, _expected(error), f'write "{text}"', fix)


def _wrong_type(error: SchemaError) -> Mistake:
    if error.property == "body" and error.definition in {"Action.Http", "HttpPOST"}:
        hint = 'write the JSON into a string: "{\\"answer\\": \\"{{comment.value}}\\"}"'
        mended = body_as_text(error)
        return Mistake("body-not-string", error.pointer, _expected(error), hint, mended)
    if error.definition == "HttpHeader" or error.property == "headers":
        fix = header_mended(error)
        return Mistake("malformed-header", error.pointer, _expected(error), _HEADER, fix)
    plain = _without_quotes(error)
    if plain is not None:
        message = f"{_subject(error)} is the string {quoted(error.value)}"
        hint = f"write {plain}, without quotes"
        fix = without_quotes(error, plain)
        return Mistake("value-as-string", error.pointer, message, hint, fix)
    hint = _rewritten(error)
    return Mistake("wrong-value-type", error.pointer, _expected(error), hint, retyped(error))


def _rewritten(error: SchemaError) -> str:
    """Return how the value would fit: in quotes, in a list, or replaced."""
    wanted = error.schema.get("type")
    if wanted == "string" and isinstance(error.value, (bool, int, float)):
        return f'write it with quotes: "{short(json.dumps(error.value))}"'
    if wanted == "array" and error.value is not None:
        return "put it into a list: [...]"
    if error.value is None:
        return f"write {asked_for(error.schema)}, or leave the property out where it may be missing"
    return f"write {asked_for(error.schema)} instead"


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
    return f"{_subject(error)} is {shown(error.value)}; it should be {asked_for(error.schema)}"


def _subject(error: SchemaError) -> str:
    return error.property or noun(error.definition)


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
