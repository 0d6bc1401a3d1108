"""How a finding is mended: changes of the card as JSON, which ``fixing`` makes in its source."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple


@dataclass(frozen=True)
class SetValue:
    """Write another value at a pointer."""

    pointer: str
    value: Any = field(hash=False)


@dataclass(frozen=True)
class RenameProperty:
    """Give the property at a pointer another name."""

    pointer: str
    name: str


@dataclass(frozen=True)
class RemoveProperty:
    """Take the property at a pointer out of its object."""

    pointer: str


@dataclass(frozen=True)
class AddProperty:
    """Put a property into the object at a pointer."""

    pointer: str
    name: str
    value: Any = field(hash=False)


class TextEdit(NamedTuple):
    """Characters of a file, from ``start`` to before ``end``, and what shall stand there."""

    file: str
    start: int
    end: int
    text: str


Edit = SetValue | RenameProperty | RemoveProperty | AddProperty


@dataclass(frozen=True)
class Fix:
    """Edits that belong together: all are made, or none."""

    edits: tuple[Edit, ...]
    safe: bool = True
    """Whether Outlook shows and does the same as the author meant, without a doubt."""


def safely(*edits: Edit) -> Fix:
    """Return a fix that ``--fix`` makes."""
    return Fix(edits)


def unsafely(*edits: Edit) -> Fix:
    """Return a fix that only ``--unsafe-fixes`` makes: a person should look at it."""
    return Fix(edits, safe=False)
