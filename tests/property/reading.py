"""How others read a card: markdown-it-py its Markdown, json its bodies, urllib its URLs.

Nothing here knows how amcli escapes; the tests compare what these readers see.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from markdown_it.token import Token

# CommonMark with strike-through; Outlook documents less, and no tables (Adaptive Card reference).
_MARKDOWN = MarkdownIt("commonmark").enable("strikethrough")
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


# Where the two formats take Markdown (Microsoft, Adaptive Card and MessageCard references).
_MARKDOWN_PROPERTIES = {
    "text", "activityTitle", "activitySubtitle", "activityText", "fallbackText", "errorMessage",
}  # fmt: skip
_URL_PROPERTIES = {"url", "target", "uri", "image"}


def check_same_but_for(card: Any, harmless: Any, marker: str, text: str) -> None:
    """Two renderings are the same card, with ``text`` in one where ``marker`` is in the other."""
    assert skeleton(card) == skeleton(harmless)
    assert references(card) == references(harmless)
    for one, other in zip(_leaves(card), _leaves(harmless), strict=True):
        if one.text != other.text or marker in other.text:
            _check_leaf(one, other.text, marker, text)


@dataclass(frozen=True)
class Leaf:
    """A string of a card: its property, the object around it and what holds that object."""

    text: str
    name: str
    owner: dict[str, Any]
    holder: str
    parent: dict[str, Any]

    @property
    def is_markdown(self) -> bool:
        """Whether Outlook reads it as Markdown."""
        if self.name == "title":
            shown_as_buttons = self.parent.get("style") == "expanded"
            return (
                self.owner.get("@type") == "MessageCard"
                or self.owner.get("type") == "Input.Toggle"
                or self.holder in {"sections", "facts"}
                or (self.holder == "choices" and shown_as_buttons)
            )
        if self.holder in {"facts", "inlines"}:
            return self.holder == "facts"
        return self.name in _MARKDOWN_PROPERTIES


def _leaves(
    value: Any, name: str = "", owner: Any = None, holder: str = "", parent: Any = None
) -> Iterator[Leaf]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, key, value, name, owner or {})
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, name, owner, holder, parent)
    elif isinstance(value, str):
        yield Leaf(value, name, owner, holder, parent)


def _check_leaf(leaf: Leaf, other: str, marker: str, text: str) -> None:
    if leaf.name in _URL_PROPERTIES:
        _check_url(leaf.text, other, marker, text)
    elif leaf.name == "body":
        _check_body(leaf.text, other, marker, text)
    elif leaf.is_markdown:
        assert markdown_structure(leaf.text) == markdown_structure(other)
        expected = markdown_text(other).replace(marker, text)
        assert letters(markdown_text(leaf.text)) == letters(expected)
    else:
        assert leaf.text == other.replace(marker, text)


def _check_url(one: str, other: str, marker: str, text: str) -> None:
    here, there = urlsplit(one), urlsplit(other)
    assert (here.scheme, here.netloc) == (there.scheme, there.netloc)
    assert here.path.count("/") == there.path.count("/")
    assert unquote(here.path) == unquote(there.path).replace(marker, text)


def _check_body(one: str, other: str, marker: str, text: str) -> None:
    if other.startswith("{"):
        expected = json.dumps(json.loads(other)).replace(marker, json.dumps(text)[1:-1])
        assert json.loads(one) == json.loads(expected)
    else:
        fields = parse_qsl(other, keep_blank_values=True)
        expected_fields = [(name, value.replace(marker, text)) for name, value in fields]
        assert parse_qsl(one, keep_blank_values=True) == expected_fields
