"""How the references write names that Outlook takes in any capitals: colours, sizes, methods."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from amcli.card.document import CardKind, Node
from amcli.linting.schema.judge import card_schema
from amcli.linting.schema.wording import names_in

Spellings = Mapping[str, Mapping[str, Mapping[str, str]]]

# Objects that need not say what they are.
_BY_HOLDER = {
    None: "AdaptiveCard",
    "card": "AdaptiveCard",
    "columns": "Column",
    "backgroundImage": "BackgroundImage",
    "padding": "PaddingSides",
    "choices": "Input.Choice",
    "targets": "Target",
    "sections": "Section",
}


def definition_of(node: Node) -> str:
    """Return the entry of the schema's ``$defs`` that an object is most likely measured by."""
    return node.type or _BY_HOLDER.get(node.holder, "")


@functools.cache
def spellings(kind: CardKind) -> Spellings:
    """Return by definition and property: the name in small letters, and as the reference has it."""
    definitions = card_schema(kind)["$defs"]
    found = {
        name: {
            key: {spelt.casefold(): spelt for spelt in _names(part, definitions)}
            for key, part in definition.get("properties", {}).items()
            if _names(part, definitions)
        }
        for name, definition in definitions.items()
    }
    return {name: properties for name, properties in found.items() if properties}


def _names(part: Mapping[str, Any], definitions: Mapping[str, Any]) -> list[str]:
    if "$ref" in part:
        return _names(definitions[part["$ref"].rpartition("/")[2]], definitions)
    if "else" in part:
        return _names(part["else"], definitions)
    return names_in(part) if "anyOf" in part else []
