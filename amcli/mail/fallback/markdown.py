"""The Markdown that cards know, read by markdown-it-py, written as HTML and as plain text.

Emphasis, strong, strike, links, headings and lists; raw HTML is shown as the text it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from itertools import count
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from amcli.mail.fallback.wording import link_url

if TYPE_CHECKING:
    from markdown_it.token import Token

# Beyond this a text is shown as it is: no card has one, and reading Markdown takes its time.
_MAX_CHARACTERS = 20_000
_RULES = ("emphasis", "strikethrough", "link", "heading", "list", "newline", "escape", "entity")


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("zero", {"html": False, "breaks": True, "maxNesting": 20})
    reader.enable(_RULES)
    reader.validateLink = lambda url: link_url(url) is not None  # type: ignore[method-assign]  # its way to set one
    return reader


def markdown_html(text: str) -> str:
    """Return the text as HTML; a single paragraph comes without ``<p>`` around it."""
    if len(text) > _MAX_CHARACTERS:
        return plain_html(text)
    tokens = _reader().parse(text)
    single = len(tokens) == 3 and tokens[0].type == "paragraph_open"  # noqa: PLR2004 - open, text, close
    html = str(_reader().renderer.render(tokens[1:2] if single else tokens, _reader().options, {}))
    return html.strip().replace("<br />", "<br>")


def plain_html(text: str) -> str:
    """Return plain text as HTML, its line breaks kept."""
    return escape(text).replace("\n", "<br>\n")


def plain_text(text: str) -> str:
    """Return the Markdown as plain text, links as ``text: URL``, list items under each other."""
    if len(text) > _MAX_CHARACTERS:
        return text
    return re.sub(r"\n{3,}", "\n\n", "".join(_written(_reader().parse(text)))).strip()


def _written(tokens: Sequence[Token]) -> Iterator[str]:
    marks: list[Iterator[str]] = []
    for token in tokens:
        if token.type == "bullet_list_open":
            marks.append(iter(lambda: "- ", None))
        elif token.type == "ordered_list_open":
            marks.append(f"{number}. " for number in count(int(token.attrGet("start") or 1)))
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            marks.pop()
            yield "\n"
        elif token.type == "list_item_open":
            yield "  " * (len(marks) - 1) + next(marks[-1])
        elif token.type == "inline":
            yield _inline_text(token.children or [])
        elif token.type in {"paragraph_close", "heading_close"}:
            yield "\n" if marks else "\n\n"


def _inline_text(tokens: Sequence[Token]) -> str:
    pieces: list[str] = []
    opened: list[tuple[int, str]] = []
    for token in tokens:
        if token.type == "link_open":
            opened.append((len(pieces), str(token.attrGet("href") or "")))
        elif token.type == "link_close":
            start, url = opened.pop()
            pieces[start:] = [link_text("".join(pieces[start:]), url)]
        else:
            pieces.append("\n" if token.type in {"softbreak", "hardbreak"} else token.content)
    return "".join(pieces)


def link_text(title: str, url: str) -> str:
    """Return a link as plain text: ``title: URL``, or the URL alone when the title is it."""
    return url if not title or title == url else f"{title}: {url}"
