"""AM602 and AM609: markup that Outlook shows as it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from amcli.linting.facts.card import CardFacts
from amcli.linting.finding import Severity
from amcli.linting.fixing.fix import Fix, SetValue, unsafely
from amcli.linting.rule import Certainty, Problem, rule

_TAG = re.compile(
    r"(?<!\\)<(/?)(a|b|strong|i|em|u|s|strike|del|br|p|div|span|font|h[1-6]|ul|ol|li|hr|img|table"
    r"|thead|tbody|tr|td|th|pre|code|sub|sup|small|big|center|blockquote)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_AS_MARKDOWN = {
    "b": "**", "strong": "**", "i": "*", "em": "*", "s": "~~", "strike": "~~", "del": "~~",
}  # fmt: skip
_PAIR = re.compile(r"<(b|strong|i|em|s|strike|del)>([^\s<>*~](?:[^<>*~]*[^\s<>*~])?)</\1>")

_PICTURE = re.compile(r"(?<!\\)!\[[^\]\n]{0,500}\]\(")
_TABLE = re.compile(r"^ {0,3}\|?[ ]*:?-{2,}:?[ ]*(?:\|[ ]*:?-{2,}:?[ ]*)+\|?[ ]*$", re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(?:`{3}|~{3})", re.MULTILINE)


@rule(
    "AM602", "html-in-text", Severity.WARNING, Certainty.STATED,
    source="Microsoft, Outlook's Adaptive Card reference; MessageCard reference",
)  # fmt: skip
def html_in_text(card: CardFacts) -> Iterator[Problem]:
    """HTML in a text that people read.

    What it finds: a tag such as `<b>` or `<br>` in a text; a backslash before it says that it is
    meant to be read.
    Why it matters: Outlook shows HTML as it is written.
    Example: {"type": "TextBlock", "text": "<b>Approved</b>"}
    Use instead: {"type": "TextBlock", "text": "**Approved**"}, or the element's `weight`.
    Fix: unsafe: writes Markdown, where bold, italics and strike-through are all there is.
    """
    for found in card.texts:
        tag = _TAG.search(found.text) if "<" in found.text else None
        if tag is not None:
            message = f"people read this tag as it is written: <{tag[1]}{tag[2].lower()}>"
            fix = _as_markdown(found.pointer, found.text) if found.is_markdown else None
            hint = "write Markdown" if found.is_markdown else "leave the tags out"
            yield Problem(found.pointer, message, hint, fix)


@rule(
    "AM609", "unsupported-markdown", Severity.WARNING, Certainty.STATED,
    source="Microsoft, Adaptive Cards documentation on text features; MessageCard reference",
)  # fmt: skip
def unsupported_markdown(card: CardFacts) -> Iterator[Problem]:
    """Markdown that cards do not have.

    What it finds: a picture, a table or a fenced block of code in a Markdown text.
    Why it matters: cards have emphasis, links, lists and, in Outlook, headings; people read the
    rest as it is written, or not at all.
    Example: {"type": "TextBlock", "text": "![logo](https://example.com/logo.png)"}
    Use instead: an Image, a FactSet or a ColumnSet.
    Fix: none: it would be another element.
    """
    for found in card.texts:
        construct = _beyond(found.text) if found.is_markdown else None
        if construct is not None:
            what, instead = construct
            yield Problem(found.pointer, f"Markdown of cards has no {what}", f"use {instead}")


def _as_markdown(pointer: str, text: str) -> Fix | None:
    written = _PAIR.sub(lambda pair: f"{(m := _AS_MARKDOWN[pair[1]])}{pair[2]}{m}", text)
    return None if _TAG.search(written) else unsafely(SetValue(pointer, written))


def _beyond(text: str) -> tuple[str, str] | None:
    """Return what a text has that cards have not, and what to use instead."""
    if "![" in text and _PICTURE.search(text):
        return "pictures", "an Image"
    if "--" in text and "|" in text and _TABLE.search(text):
        return "tables", "a FactSet, or a ColumnSet for each row"
    if _FENCE.search(text):
        return "blocks of code", 'a TextBlock of its own with "fontType": "monospace"'
    return None
