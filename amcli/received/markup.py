"""HTML as it lies there: start tags, their text to the letter, and where in the page they are.

A parser that repairs would hide what this is about: how exactly a card is written into a mail.
One pass over the text, without going back, so that no page takes long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

# A quote opens a value only behind "=": class=it's is a whole attribute (HTML, 13.2.5.37).
_VALUE = r"""\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'>][^\s>]*+|(?=>))"""
_TAG = re.compile(rf"""<(/?)([a-zA-Z][^\s/>]*+)((?:[^=>]|={_VALUE})*+)>""")
_ATTRIBUTE = re.compile(rf"""([^\s=/>]++)(?:\s*+=({_VALUE}))?""")
# HTML, 13.2.5.43 and following: what a comment ends with, and comments that end at once.
_COMMENT_END = re.compile(r"--!?>")
_EMPTY_COMMENT = re.compile(r"<!---?>")
# Nothing inside these is markup (HTML, section 13.2.5.2 and following).
_RAW_TEXT = frozenset(
    {"script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"}
)


@dataclass(frozen=True)
class Tag:
    """A start or end tag."""

    name: str
    """In lower case."""
    closing: bool
    raw: str
    """The tag to the letter, with its angle brackets."""
    attributes: dict[str, str]
    """Names in lower case, values as HTML means them; the first of equal names counts."""
    raw_attributes: dict[str, str]
    """The values to the letter, with their quotes."""
    content: str
    """The text up to the next tag; for script and style all of what is inside."""
    in_head: bool
    at: int
    """The offset of ``<``."""


def tags(html: str) -> Iterator[Tag]:
    """Yield the tags of a page in order.

    What stands in comments, raw text and templates is shown or run by nobody, and is left out.
    """
    templates = 0
    for tag in _all_tags(html):
        if tag.name == "plaintext" and not tag.closing:
            return  # the rest of the page is text
        if tag.name == "template":
            templates = max(0, templates + (-1 if tag.closing else 1))
        if not templates:
            yield tag


def _all_tags(html: str) -> Iterator[Tag]:
    at, in_head = 0, False
    while (at := html.find("<", at)) >= 0:
        if (after := _comment_end(html, at)) is not None:
            at = after
            continue
        match = _TAG.match(html, at)
        if match is None:
            if re.match(r"</?[a-zA-Z]", html[at : at + 3]):
                return  # a tag that nobody closes swallows the rest of the page
            at += 1
            continue
        tag = _tag(html, match, in_head)
        in_head = _still_in_head(tag, in_head)
        yield tag
        at = match.end() + (len(tag.content) if tag.name in _RAW_TEXT else 0)


def _comment_end(html: str, at: int) -> int | None:
    """Return where a comment that begins here is over; None when none begins here."""
    if empty := _EMPTY_COMMENT.match(html, at):
        return empty.end()
    if html.startswith("<!--", at):
        end = _COMMENT_END.search(html, at + 4)
        return end.end() if end else len(html)
    # <!doctype>, <?xml>, <![CDATA[ and </1 are read up to the next > (HTML, 13.2.5.41).
    if re.match(r"<[!?]|</[^a-zA-Z]", html[at : at + 3]):
        return html.find(">", at) + 1 or len(html)
    return None


def _tag(html: str, match: re.Match[str], in_head: bool) -> Tag:
    name, closing = match[2].lower(), bool(match[1])
    raw_attributes: dict[str, str] = {}
    for attribute in _ATTRIBUTE.finditer(match[3]):
        raw_attributes.setdefault(attribute[1].lower(), (attribute[2] or "").lstrip())
    attributes = {key: unescape(_unquoted(raw)) for key, raw in raw_attributes.items()}
    content = _content(html, match.end(), name if not closing else "")
    return Tag(name, closing, match[0], attributes, raw_attributes, content, in_head, match.start())


def _content(html: str, start: int, name: str) -> str:
    if name in _RAW_TEXT:
        end = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(html, start)
        return html[start : end.start() if end else len(html)]
    end_at = html.find("<", start)
    return html[start : end_at if end_at >= 0 else len(html)]


def _still_in_head(tag: Tag, in_head: bool) -> bool:
    if tag.name == "head":
        return not tag.closing
    return in_head and tag.name != "body"


def _unquoted(raw: str) -> str:
    return raw[1:-1] if raw[:1] in {'"', "'"} else raw
