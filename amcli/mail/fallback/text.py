"""Blocks as plain text: headings underlined, facts and columns aligned, links as ``title: URL``."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from functools import singledispatch
from itertools import zip_longest

from amcli.mail.fallback.blocks import (
    Block,
    Columns,
    Facts,
    Group,
    Heading,
    Links,
    Note,
    Paragraph,
    Picture,
    Question,
    Runs,
)
from amcli.mail.fallback.markdown import link_text, plain_text

_WIDTH = 72
_WIDEST_COLUMN = 40  # wider rows are written below each other
_UNDERLINES = {1: "=", 2: "-", 3: "-"}


def blocks_text(blocks: Iterable[Block]) -> str:
    """Return the blocks as text, an empty line between two of them."""
    return f"{_all(blocks)}\n"


def _all(blocks: Iterable[Block], between: str = "\n\n") -> str:
    return between.join(filter(None, map(_text, blocks)))


@singledispatch
def _text(block: Block) -> str:
    raise TypeError(f"no text for {type(block).__name__}")


@_text.register
def _heading(block: Heading) -> str:
    lines = _wrapped(" ".join(plain_text(block.text).split()))
    longest = max(map(len, lines.splitlines()), default=0)
    return f"{lines}\n{_UNDERLINES[block.level] * longest}" if lines else ""


@_text.register
def _paragraph(block: Paragraph) -> str:
    return _wrapped(plain_text(block.text) if block.markdown else block.text)


@_text.register
def _runs(block: Runs) -> str:
    return _wrapped("".join(link_text(r.text, r.url) if r.url else r.text for r in block.runs))


@_text.register
def _facts(block: Facts) -> str:
    rows = [(_one_line(name), plain_text(value)) for name, value in block.rows]
    names = [f"{name.removesuffix(':')}:" if name else "" for name, _ in rows]
    width = min(max(map(len, names)), _WIDEST_COLUMN)
    indent = " " * (width + 2)
    return "\n".join(
        f"{name:<{width}}  {value}".replace("\n", f"\n{indent}").rstrip()
        for name, (_, value) in zip(names, rows, strict=True)
    )


@_text.register
def _columns(block: Columns) -> str:
    rows = [[_all(cell, "\n") for cell in row] for row in block.rows]
    widths = [max(map(_widest, column)) for column in zip_longest(*rows, fillvalue="")]
    if sum(widths) > _WIDTH or max(widths, default=0) > _WIDEST_COLUMN:
        return "\n\n".join("\n".join(filter(None, row)) for row in rows)
    return "\n".join(_side_by_side(row, widths) for row in rows)


def _side_by_side(row: list[str], widths: list[int]) -> str:
    lines = zip_longest(*(cell.splitlines() for cell in row), fillvalue="")
    return "\n".join(
        "  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


@_text.register
def _picture(block: Picture) -> str:
    alt = f"[{block.alt}]" if block.alt else ""
    return link_text(alt, block.link) if block.link else alt


@_text.register
def _links(block: Links) -> str:
    return "\n".join(link_text(link.title, link.url) for link in block.links)


@_text.register
def _question(block: Question) -> str:
    options = "\n".join(f"- {option}" for option in block.options)
    return f"{block.label}\n{options}" if block.label else options


@_text.register
def _group(block: Group) -> str:
    title = f"{block.title}:\n" if block.title else ""
    return title + textwrap.indent(_all(block.blocks), "  ")


@_text.register
def _note(block: Note) -> str:
    return _wrapped(block.text)


def _wrapped(text: str) -> str:
    """Return the text in lines that fit; words that do not, such as addresses, stay whole."""
    return "\n".join(
        textwrap.fill(line, _WIDTH, break_long_words=False, break_on_hyphens=False)
        for line in text.splitlines()
    )


def _one_line(text: str) -> str:
    return " ".join(plain_text(text).split())


def _widest(cell: str) -> int:
    return max(map(len, cell.splitlines()), default=0)
