"""How others read a card: markdown-it-py its Markdown, json its bodies, urllib its URLs.

Nothing here knows how amcli escapes; the tests compare what these readers see.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

# CommonMark, with the strike-through and the tables that some clients know besides.
_MARKDOWN = MarkdownIt("commonmark").enable(["strikethrough", "table"])
_REFERENCE = re.compile(r"\{\{[a-z0-9_$@]+.value\}\}", re.IGNORECASE)


def markdown_structure(text: str) -> list[str]:
    """The markup that a reader finds, without its text: ``["paragraph_open", "strong_open"]``."""
    return [t.type for t in _flat(_MARKDOWN.parse(text)) if t.type not in _ONLY_TEXT]


_ONLY_TEXT = {"text", "softbreak", "hardbreak", "inline", "paragraph_open", "paragraph_close",
              "text_special"}  # fmt: skip


def markdown_text(text: str) -> str:
    """The text that a reader sees."""
    tokens = _flat(_MARKDOWN.parse(text))
    return "".join("\n" if "break" in t.type else t.content for t in tokens if _is_text(t))


def _is_text(token: Token) -> bool:
    return token.type in {"text", "text_special", "softbreak", "hardbreak", "code_inline",
                          "html_inline", "html_block", "code_block", "fence"}  # fmt: skip


def _flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _flat(token.children or [])


def letters(text: str) -> str:
    """The text without white space, control and format characters."""
    return "".join(c for c in text if unicodedata.category(c)[0] != "Z" and
                   unicodedata.category(c) not in {"Cc", "Cf"}).replace("\ufffd", "")  # fmt: skip


def skeleton(value: Any) -> Any:
    """The card's structure: names, lists and types, without the text of its strings."""
    if isinstance(value, dict):
        return {
            name: item if name in {"type", "@type"} else skeleton(item)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [skeleton(item) for item in value]
    return type(value).__name__


# Where Outlook fills inputs in (Microsoft, Adaptive Card reference), and Action.Execute's data.
_SENT = {"url", "body", "headers", "data", "target"}


def references(value: Any, sent: bool = False) -> list[str]:
    """All input references in what the actions of a card send, in order."""
    if isinstance(value, dict):
        kind = str(value.get("type", value.get("@type", "")))
        names = _SENT if kind.startswith(("Action.", "HttpPOST")) else set()
        return [r for name, item in value.items() for r in references(item, sent or name in names)]
    if isinstance(value, list):
        return [ref for item in value for ref in references(item, sent)]
    return _REFERENCE.findall(value) if isinstance(value, str) and sent else []
