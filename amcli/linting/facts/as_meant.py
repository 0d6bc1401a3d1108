"""The card with its misspelt names put right, so that one misspelling is one finding.

Rules judge the card as it was meant: a picture with "alteTxt" does not lack "altText", and a null
is not there. What they find is told where the author wrote it, and nothing is said of a value whose
name was guessed.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from amcli.card.document import CardDocument, pointer_steps, pointer_token
from amcli.linting.fixing.fix import RemoveProperty, RenameProperty


@dataclass(frozen=True)
class AsMeant:
    """A card with known names, and how the author wrote them."""

    document: CardDocument
    written: Mapping[str, str] = field(default_factory=dict)
    """The author's pointer, by the pointer with the known name."""

    def place(self, pointer: str) -> str | None:
        """Return the author's pointer to a part of the card; None for what a guess is about."""
        if pointer in self.written:
            return None
        start = pointer
        while self.written and start:
            start = start.rpartition("/")[0]
            if start in self.written:
                return self.written[start] + pointer.removeprefix(start)
        return pointer


def as_meant(document: CardDocument, edits: Iterable[RenameProperty | RemoveProperty]) -> AsMeant:
    """Return the card with these edits; the document itself stays as it is."""
    copies: dict[str, Any] = {"": dict(document.value)}
    written: dict[str, str] = {}
    edits = [*edits]
    for edit in edits:
        holder, _, _ = edit.pointer.rpartition("/")
        found = _copied(copies, pointer_steps(holder))
        name = pointer_steps(edit.pointer)[-1]
        if isinstance(edit, RemoveProperty):
            found.pop(name, None)
        elif edit.name not in found:
            _rename(found, name, edit.name)
            written[f"{holder}/{pointer_token(edit.name)}"] = edit.pointer
    return AsMeant(replace(document, value=copies[""]) if edits else document, written)


def _copied(copies: dict[str, Any], steps: list[str]) -> dict[str, Any]:
    """Return the object at the end of a path, all of which is a copy by then."""
    pointer, value = "", copies[""]
    for step in steps:
        key: Any = int(step) if isinstance(value, list) else step
        pointer = f"{pointer}/{pointer_token(step)}"
        if pointer not in copies:
            value[key] = copies[pointer] = copy.copy(value[key])
        value = copies[pointer]
    found: dict[str, Any] = value
    return found


def _rename(value: dict[str, Any], name: str, known: str) -> None:
    """Change a name in its place: findings are told in the order of the card."""
    members = [(known if key == name else key, member) for key, member in value.items()]
    value.clear()
    value.update(members)
