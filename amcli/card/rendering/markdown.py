"""Data in Markdown: escaped where CommonMark would read it as markup, and only there.

Some clients show a backslash that was not needed, so each rule looks at what stands around the
character. Section numbers, here and in the modules for inline and block markup, are those of
CommonMark 0.31; strike-through is GitHub's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from amcli.card.rendering.compose import Misprint
from amcli.card.rendering.ledger import TrustedMarkdown
from amcli.card.rendering.markdown_blocks import block_starts
from amcli.card.rendering.markdown_inline import inline_markup
from amcli.card.rendering.markdown_links import with_destinations
from amcli.card.rendering.pieces import Piece, scalar

_AUTHOR_MARKUP = re.compile(r"[*_~`\[\]#>|<+\t]|^ {4}|^\s*[-=]|^\s*\d+[.)]", re.MULTILINE)
_LINE_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x09\x0e-\x1b\x1f\x7f-\x9f]")
_MARKER_BEFORE = re.compile(r"^[ ]*(?:[-+*>#]+|\d+[.)])[ ]+$")
_DELIMITERS = ("*", "_", "~")
_LOOK_AHEAD = 8
# Stands for a value that is empty, and keeps the author's emphasis around one that begins with
# punctuation inside a word (6.2: flanking); it has no width, is no white space, no punctuation.
_JOINT = "\u200b"


def write_markdown(pieces: Sequence[Piece]) -> str:
    """Return the Markdown text in which every value reads back as plain text.

    Raises Misprint for values where nothing can be escaped: in code, in a link's title, and in the
    host of a link.
    """
    _refuse_code(pieces)
    text, origin = _assembled(list(with_destinations(pieces)))
    if "D" not in origin:
        return text
    escaped_at = inline_markup(text, origin)
    # What has its backslash already begins no block.
    seen = "".join("x" if i in escaped_at else c for i, c in enumerate(text))
    escaped_at |= block_starts(seen, origin)
    return "".join("\\" + c if i in escaped_at else c for i, c in enumerate(text))


def _refuse_code(pieces: Iterable[Piece]) -> None:
    opened = 0
    for piece in pieces:
        if piece.printed is None:
            opened += len(re.findall("`+", piece.text))
        elif opened % 2:
            raise Misprint(
                "a value between backticks, where nothing can be escaped",
                piece.printed,
                "leave the backticks out: Outlook's Markdown has no code",
            )


def _assembled(pieces: list[Piece]) -> tuple[str, str]:
    """Return the text and, for each of its characters, A (the author's) or D (from data)."""
    has_markup = bool(_AUTHOR_MARKUP.search("".join(p.text for p in pieces if not p.is_data)))
    parts, origins, line = [], [], ""
    for index, piece in enumerate(pieces):
        text, origin = _LINE_BREAK.sub("\n", piece.text), "A"
        if piece.printed is not None and not isinstance(piece.printed.value, TrustedMarkdown):
            value = _normal(scalar(piece), keeps_lines=not has_markup)
            text, origin = _fitted(value, line, _following(pieces, index)), "D"
            text = text or (_JOINT if has_markup else "")
        parts.append(text)
        origins.append(origin * len(text))
        line = text.rpartition("\n")[2] if "\n" in text else line + text
    return "".join(parts), "".join(origins)


def _following(pieces: list[Piece], index: int) -> str:
    text = ""
    for piece in pieces[index + 1 : index + 1 + _LOOK_AHEAD]:
        text += piece.text
        if len(text) >= _LOOK_AHEAD:
            break
    return text[:_LOOK_AHEAD]


def _normal(value: str, *, keeps_lines: bool) -> str:
    """Return text without control characters; in markup of the author's it becomes one line."""
    lines = _CONTROL.sub(" ", _LINE_BREAK.sub("\n", value)).split("\n")
    if not keeps_lines:
        return " ".join(lines)
    # White space at a line's end would be a break (6.7), four spaces in front code (4.4).
    inner = [line.strip(" ") for line in lines[1:-1]]
    ends = [lines[0].rstrip(" "), *inner, lines[-1].lstrip(" ")] if len(lines) > 1 else lines
    return "\n".join(ends).strip("\n")


def _fitted(value: str, line: str, after: str) -> str:
    """Return the value so that the author's delimiters and markers around it stay what they are.

    ``line`` is what stands on the same line before it, ``after`` the next few characters.
    """
    left = line[-1:] if line[-1:] in {*_DELIMITERS, "#", "+", "-", ">", "["} else ""
    right = after[:1] if after[:1] in {*_DELIMITERS, "]"} else ""
    if left or not line.strip() or _MARKER_BEFORE.match(line):
        value = value.lstrip()
    if right or not after:
        value = value.rstrip()
    if not value:
        return value
    if left in _DELIMITERS and not value[0].isalnum() and line.rstrip(left)[-1:].isalnum():
        value = _JOINT + value
    if right in _DELIMITERS and not value[-1].isalnum() and after.lstrip(right)[:1].isalnum():
        value += _JOINT
    return value
