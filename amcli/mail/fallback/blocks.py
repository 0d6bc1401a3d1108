"""The few things that a card's fallback is made of; texts are the card's Markdown unless said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """A title; level 1 is the card's own."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """A text; ``strong`` and ``subtle`` are the card's emphasis on the whole of it."""

    text: str
    markdown: bool = True
    strong: bool = False
    subtle: bool = False
    align: str | None = None
    """``center`` or ``right``; None is the start of the line."""


@dataclass(frozen=True)
class Run:
    """A stretch of plain text in one style."""

    text: str
    strong: bool = False
    emphasized: bool = False
    struck: bool = False
    url: str | None = None


@dataclass(frozen=True)
class Runs:
    """A paragraph put together from runs (RichTextBlock)."""

    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Facts:
    """Names and values, in the card's order."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Columns:
    """Rows of columns; neighbouring rows with equally many columns are one block."""

    rows: tuple[tuple[tuple[Block, ...], ...], ...]


@dataclass(frozen=True)
class Picture:
    """An image, by https only; ``url`` is None for others, and then only ``alt`` is shown."""

    url: str | None
    alt: str
    width: int | None = None
    """In CSS pixels."""
    link: str | None = None


@dataclass(frozen=True)
class Link:
    """Something to open in a browser; the title is plain text."""

    title: str
    url: str


@dataclass(frozen=True)
class Links:
    """The links of one row of buttons."""

    links: tuple[Link, ...]


@dataclass(frozen=True)
class Question:
    """An input that offers choices; plain texts."""

    label: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Blocks that belong together, indented under a title (plain text, may be empty)."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Note:
    """A line of ours about the card; plain text."""

    text: str


Block = Heading | Paragraph | Runs | Facts | Columns | Picture | Links | Question | Group | Note
