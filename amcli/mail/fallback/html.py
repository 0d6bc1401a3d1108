"""Blocks as HTML that mail programs agree on: one column, tables, inline styles, no colours of
ours, so that light and dark mode both stay readable."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import singledispatch
from html import escape

from amcli.mail.fallback.blocks import (
    Block,
    Columns,
    Facts,
    Group,
    Heading,
    Link,
    Links,
    Note,
    Paragraph,
    Picture,
    Question,
    Run,
    Runs,
)
from amcli.mail.fallback.markdown import markdown_html, plain_html

_PAGE = "max-width:600px;overflow-wrap:break-word"
_HEADING_SIZES = {1: "22px", 2: "18px", 3: "16px"}
_TABLE = (
    '<table role="presentation" cellpadding="0" cellspacing="0" style="border-collapse:collapse'
)
_CELL = "padding:2px 12px 2px 0;vertical-align:top;text-align:left"
# About what a phone shows side by side, and the longest word that must not widen a table.
_PHONE_CHARACTERS = 36
_LONG_WORD = 24
_LINK_TARGET = re.compile(r"\]\([^()]*\)")
_GROUP = "margin:12px 0;padding-left:12px;border-left:3px solid #8a8886"


def blocks_html(blocks: Iterable[Block]) -> str:
    """Return the blocks as one ``<div>``; every value is escaped."""
    return f'<div style="{_PAGE}">\n{_all(blocks)}</div>'


def _all(blocks: Iterable[Block]) -> str:
    return "".join(f"{_html(block)}\n" for block in blocks)


@singledispatch
def _html(block: Block) -> str:
    raise TypeError(f"no HTML for {type(block).__name__}")


@_html.register
def _heading(block: Heading) -> str:
    style = f"margin:12px 0 4px;font-size:{_HEADING_SIZES[block.level]}"
    return f'<h{block.level} style="{style}">{markdown_html(block.text)}</h{block.level}>'


@_html.register
def _paragraph(block: Paragraph) -> str:
    style = "margin:6px 0"
    style += ";font-weight:bold" if block.strong else ""
    style += ";opacity:0.75" if block.subtle else ""
    style += f";text-align:{block.align}" if block.align else ""
    text = markdown_html(block.text) if block.markdown else plain_html(block.text)
    return f'<div style="{style}">{text}</div>'


@_html.register
def _runs(block: Runs) -> str:
    return f'<div style="margin:6px 0">{"".join(map(_run, block.runs))}</div>'


def _run(run: Run) -> str:
    html = plain_html(run.text)
    for tag, wanted in (("strong", run.strong), ("em", run.emphasized), ("s", run.struck)):
        html = f"<{tag}>{html}</{tag}>" if wanted else html
    return f'<a href="{escape(run.url)}">{html}</a>' if run.url else html


@_html.register
def _facts(block: Facts) -> str:
    rows = "".join(
        f'<tr><th scope="row" style="{_CELL}{_wrapping(name, 2)}">{markdown_html(name)}</th>'
        f'<td style="{_CELL}{_wrapping(value, 2)}">{markdown_html(value)}</td></tr>\n'
        for name, value in block.rows
    )
    table = '<table cellpadding="0" cellspacing="0" style="border-collapse:collapse;margin:8px 0">'
    return f"{table}\n{rows}</table>"


@_html.register
def _columns(block: Columns) -> str:
    rows = "".join(
        f"<tr>{''.join(_column(cell, len(row)) for cell in row)}</tr>\n" for row in block.rows
    )
    return f'{_TABLE};margin:4px 0">\n{rows}</table>'


def _column(blocks: tuple[Block, ...], columns: int) -> str:
    texts = [block.text for block in blocks if isinstance(block, Heading | Paragraph)]
    wrapping = _wrapping("\n".join(texts), columns) if len(texts) == len(blocks) else ""
    return f'<td style="{_CELL}{wrapping}">{_all(blocks).rstrip()}</td>'


def _wrapping(text: str, columns: int) -> str:
    """Return the style that keeps an amount in one line, and lets only very long words break."""
    shown = _LINK_TARGET.sub("]", text)
    if max(map(len, shown.split()), default=0) > _LONG_WORD:
        return ";overflow-wrap:anywhere"
    longest_line = max(map(len, shown.splitlines()), default=0)
    return ";white-space:nowrap" if 0 < longest_line <= _PHONE_CHARACTERS // columns else ""


@_html.register
def _picture(block: Picture) -> str:
    if block.url is None:
        return f'<div style="margin:6px 0">[{plain_html(block.alt)}]</div>'
    width = f' width="{block.width}"' if block.width else ""
    image = (
        f'<img src="{escape(block.url)}" alt="{escape(block.alt)}"{width} '
        'style="max-width:100%;height:auto;border:0">'
    )
    return f'<a href="{escape(block.link)}">{image}</a>' if block.link else image


@_html.register
def _links(block: Links) -> str:
    return f'<div style="margin:8px 0">{" &nbsp; ".join(map(_link, block.links))}</div>'


def _link(link: Link) -> str:
    return f'<a href="{escape(link.url)}">{plain_html(link.title)}</a>'


@_html.register
def _question(block: Question) -> str:
    label = f"{plain_html(block.label)}\n" if block.label else ""
    options = "".join(f"<li>{plain_html(option)}</li>\n" for option in block.options)
    return f'<div style="margin:6px 0">{label}<ul style="margin:4px 0">\n{options}</ul></div>'


@_html.register
def _group(block: Group) -> str:
    title = (
        f'<div style="font-weight:bold">{plain_html(block.title)}</div>\n' if block.title else ""
    )
    return f'<div style="{_GROUP}">\n{title}{_all(block.blocks)}</div>'


@_html.register
def _note(block: Note) -> str:
    return f'<p style="margin:16px 0 0;font-style:italic">{plain_html(block.text)}</p>'
