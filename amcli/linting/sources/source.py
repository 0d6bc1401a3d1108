"""One file that is linted, with the cards that it makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from amcli.card.document import CardDocument
from amcli.card.source_map import SourceMap
from amcli.linting.surroundings import Correspondence


@dataclass(frozen=True)
class CardSource:
    """One card to lint."""

    sample: str | None
    """The data file that the template is rendered with."""
    load: Callable[[], CardDocument]
    """Raises an AmcliError where there is no card."""
    written: Callable[[], SourceMap]
    """Finds out where its parts were written; costs a rendering, the first time."""


@dataclass(frozen=True)
class Source:
    """One file with the cards that it makes."""

    file: str
    """What a person calls the file."""
    cards: tuple[CardSource, ...]
    folder: Path | None = None
    """Of a template: where its parts lie."""
    first: Callable[[], CardDocument] | None = None
    """For a refresh card: gets the card that is sent at first."""
    signed: bool = False
    mail: Correspondence | None = None
    is_final: bool = False
    """Made by something else and never mended: a mail, a page, a built-in template's name."""
    hides_built_in: bool = False
    """Whether it is a project's template that was named, as a built-in one is named too."""
    note: str | None = None
    """What a person should know of how it was found."""
