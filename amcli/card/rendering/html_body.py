"""Values in a hand-written HTML body: in text and in quoted attributes, and nowhere else."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace

from amcli.card.rendering.compose import Misprint, has_token
from amcli.card.rendering.ledger import OPEN, TOKEN, InputReference, Ledger, Printed
from amcli.card.rendering.pieces import Piece, piece_of, scalar, take_apart
from amcli.card.rendering.urls import write_url

# Comments, elements whose content is no HTML text, and tags; what is left is text.
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(script|style|xmp|iframe|noscript|template|plaintext)\b.*?(?:</\1\s*>|\Z)"
    r"|<[A-Za-z/!?](?:[^>\"']|\"[^\"]*\"|'[^']*')*(?:>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_UNFINISHED_TAG = re.compile(f"<[A-Za-z/!?{OPEN}]")
_ATTRIBUTE = re.compile(r"""(?<=[\s"'])([^\s"'<>/=]+)(\s*=\s*)("[^"]*"|'[^']*')""")
_URL_ATTRIBUTES = frozenset(
    {"href", "src", "action", "background", "cite", "data", "formaction", "longdesc", "poster"}
)
_TEXT_ATTRIBUTES = frozenset(
    {"alt", "title", "lang", "dir", "align", "width", "height", "colspan", "rowspan", "aria-label",
     "summary", "datetime", "value", "name", "label", "abbr", "class", "bgcolor", "color",
     "border", "cellpadding", "cellspacing", "valign", "scope"}
)  # fmt: skip


def write_html(text: str, ledger: Ledger) -> str:
    """Return the HTML with every value escaped; URLs in attributes are written as in cards.

    Raises Misprint for values in tags, unquoted or other attributes, scripts, styles, comments.
    """
    return "".join(_written(text, ledger))


def _written(text: str, ledger: Ledger) -> Iterator[str]:
    end = 0
    for markup in _MARKUP.finditer(text):
        yield _text(text[end : markup.start()], ledger)
        yield _tag(markup[0], ledger) if has_token(markup[0]) else markup[0]
        end = markup.end()
    yield _text(text[end:], ledger)


def _text(text: str, ledger: Ledger) -> str:
    unfinished = _UNFINISHED_TAG.search(text)
    token = TOKEN.search(text, unfinished.start()) if unfinished else None
    if token is not None:
        raise _no_place(ledger.at(token))
    return TOKEN.sub(lambda token: _escaped(ledger.at(token)), text)


def _tag(tag: str, ledger: Ledger) -> str:
    def attribute(found: re.Match[str]) -> str:
        value = found[3][1:-1]
        if not has_token(value):
            return found[0]
        return f'{found[1]}{found[2]}"{_attribute_value(found[1].lower(), value, ledger)}"'

    written = _ATTRIBUTE.sub(attribute, tag) if re.match(r"<[A-Za-z]", tag) else tag
    token = TOKEN.search(written)
    if token is not None:
        raise _no_place(ledger.at(token))
    return written


def _attribute_value(name: str, value: str, ledger: Ledger) -> str:
    if name in _TEXT_ATTRIBUTES:
        return _text(value, ledger)
    token = TOKEN.search(value)
    if name not in _URL_ATTRIBUTES and token is not None:
        raise _no_place(ledger.at(token))
    for found in TOKEN.finditer(value):
        _refuse_reference(ledger.at(found))
    # The author's own part is HTML already: &amp; in it stands for &.
    pieces = [
        piece if piece.is_data else replace(piece, text=html.unescape(piece.text))
        for piece in take_apart(value, ledger)
    ]
    return html.escape(write_url(pieces))


def _escaped(printed: Printed) -> str:
    _refuse_reference(printed)
    piece: Piece = piece_of(printed)
    text = piece.text if piece.printed is None else scalar(piece)
    return html.escape(text.encode("utf-8", "replace").decode())


def _no_place(printed: Printed) -> Misprint:
    return Misprint(
        "a value in a tag, in a comment, in a script or style, or in an attribute that takes none",
        printed,
        "values may stand in text, in quoted attributes such as title and alt, and in URLs",
    )


def _refuse_reference(printed: Printed) -> None:
    if isinstance(printed.value, InputReference):
        raise Misprint(
            f"'{printed.value.id}' is no variable, and a mail's body has no inputs",
            printed,
            "give it with --data or --set",
        )
