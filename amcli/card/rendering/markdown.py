"""Data in Markdown: escaped where CommonMark would read it as markup, and only there.

Some clients show a backslash that was not needed, so each rule looks at what stands around the
character. Section numbers are those of CommonMark 0.31.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from amcli.card.rendering.compose import Misprint
from amcli.card.rendering.ledger import TrustedMarkdown
from amcli.card.rendering.pieces import Piece, scalar
from amcli.card.rendering.urls import write_url

_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_AUTHOR_MARKUP = re.compile(r"[*_~`\[\]#>|<+]|^\s*-|^\s*\d+[.)]", re.MULTILINE)
_LINE_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x09\x0e-\x1b\x1f\x7f-\x9f]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);")
_BLOCK_START = re.compile(
    r"[ ]*(?:(?P<heading>\#{1,6})(?=[ ]|$)|(?P<quote>>)|(?P<bullet>[-+*])(?=[ ]|$)"
    r"|\d{1,9}(?P<number>[.)])(?=[ ]|$)"
    r"|(?P<rule>(?:-[ ]*)+|(?:\*[ ]*){3,}|(?:_[ ]*){3,}|=+[ ]*|[|: -]*-[|: -]*)$)"
)
_CLOSING_HASHES = re.compile(r"(?:^|[ ])(\#+)[ ]*$")
_UNDERLINE = re.compile(r"\n[ ]*(?:=+|-+)")  # 4.3: a heading's, where a line stands above it
_MARKER_BEFORE = re.compile(r"(?:^|\n)[ ]*(?:[-+*>#]+|\d+[.)])[ ]+$")
_DELIMITERS = ("*", "_", "~")
# Keeps the author's emphasis around a value that is empty, or that begins with punctuation inside
# a word (6.2: flanking); it has no width and is neither white space nor punctuation.
_JOINT = "\u200b"


def write_markdown(pieces: Sequence[Piece]) -> str:
    """Return the Markdown text in which every value reads back as plain text."""
    text, origin = _assembled(_with_destinations(list(pieces)))
    if "D" not in origin:
        return text
    _refuse_code(pieces)
    escaped_at = _inline(text, origin)
    # What has its backslash already begins no block.
    seen = "".join("x" if i in escaped_at else c for i, c in enumerate(text))
    escaped_at |= _block_starts(seen, origin)
    return "".join("\\" + c if i in escaped_at else c for i, c in enumerate(text))


def _refuse_code(pieces: Sequence[Piece]) -> None:
    ticks = 0
    for piece in pieces:
        if piece.printed is None:
            ticks += piece.text.count("`")
        elif ticks % 2:
            raise Misprint(
                "a value between backticks, where nothing can be escaped",
                piece.printed,
                "leave the backticks out: Outlook's Markdown has no code",
            )


def _with_destinations(pieces: list[Piece]) -> Iterator[Piece]:
    """Yield the pieces with the destinations of the author's links written as URLs (6.3, 6.5)."""
    destination: list[Piece] | None = None
    for piece in pieces:
        if piece.is_data:
            if destination is None:
                yield piece
            else:
                destination.append(piece)
            continue
        for text, inside, ends in _split_at_destinations(piece.text, destination is not None):
            if not inside:
                yield Piece(text)
                continue
            destination = [*(destination or []), *([Piece(text)] if text else [])]
            if ends:
                yield Piece(_destination(destination))
                destination = None
        if destination is None and _opens_destination(piece.text):
            destination = []
    if destination:
        yield Piece(_destination(destination))


_DESTINATION_START = re.compile(r"\]\(|<(?=https?:|mailto:)")


def _split_at_destinations(text: str, inside: bool) -> Iterator[tuple[str, bool, bool]]:
    """Yield (text, stands in a destination, ends it)."""
    at = 0
    while at < len(text):
        if inside:
            end = re.compile(r"[)>]").search(text, at)
            yield text[at : end.start() if end else len(text)], True, end is not None
            at, inside = (end.start() if end else len(text)), False
            if end is None:
                return
        else:
            start = _DESTINATION_START.search(text, at)
            yield text[at : start.end() if start else len(text)], False, False
            at, inside = (start.end() if start else len(text)), start is not None


def _opens_destination(text: str) -> bool:
    return bool(re.search(r"\]\($", text))


def _destination(pieces: list[Piece]) -> str:
    if not any(piece.is_data for piece in pieces):
        return "".join(piece.text for piece in pieces)
    return write_url(pieces).replace("(", "%28").replace(")", "%29")


def _assembled(pieces: Iterator[Piece]) -> tuple[str, str]:
    """Return the text and, for each character, A (author), D (data) or E (an empty value)."""
    parts = list(pieces)
    keeps_lines = not _AUTHOR_MARKUP.search("".join(p.text for p in parts if not p.is_data))
    text, origin = "", ""
    for index, piece in enumerate(parts):
        if piece.printed is None or isinstance(piece.printed.value, TrustedMarkdown):
            text, origin = text + piece.text, origin + "A" * len(piece.text)
            continue
        following = "".join(p.text for p in parts[index + 1 :])[:8]
        value = _normal(scalar(piece), keeps_lines)
        value = _jointed(value, text, following)
        text, origin = text + value, origin + "D" * len(value)
    return text, origin


def _normal(value: str, keeps_lines: bool) -> str:
    value = _CONTROL.sub(" ", _LINE_BREAK.sub("\n", value))
    if not keeps_lines:
        return " ".join(value.split("\n"))
    return re.sub(r"[ ]*\n[ ]*", "\n", value)


def _jointed(value: str, before: str, after: str) -> str:
    """Return the value so that delimiters and line starts of the author stay what they are."""
    left = before[-1:] if before[-1:] in {"*", "_", "~", "#", "+", "-", ">", "["} else ""
    right = after[:1] if after[:1] in {"*", "_", "~", "]"} else ""
    if left or not before.rpartition("\n")[2].strip() or _MARKER_BEFORE.search(before):
        value = value.lstrip()
    if right or not after:
        value = value.rstrip()
    opens, closes = left in _DELIMITERS and left, right in _DELIMITERS and right
    if not value and (left or right or _UNDERLINE.match(after)):
        return _JOINT
    if opens and not value[0].isalnum() and before.rstrip(opens)[-1:].isalnum():
        value = _JOINT + value
    if closes and not value[-1].isalnum() and after.lstrip(closes)[:1].isalnum():
        value += _JOINT
    return value


def _inline(text: str, origin: str) -> set[int]:
    """Return where inline markup from data needs a backslash."""
    rules = {
        "\\": _backslash, "`": _backtick, "*": _delimiter, "_": _delimiter, "~": _tilde,
        "[": _bracket, "]": _bracket, "<": _angle, "&": _ampersand, "!": _never,
    }  # fmt: skip
    brackets = _brackets_matter(text, origin)
    found = set()
    for index, character in enumerate(text):
        rule = rules.get(character)
        if rule is None or not _data_decides(character, index, origin):
            continue
        if rule is _bracket and not brackets:
            continue
        if rule(text, index, origin):
            found.add(index)
    return found


def _data_decides(character: str, index: int, origin: str) -> bool:
    # The author's <, & and backslash mean something only through what follows them.
    first = index if origin[index] == "D" else index + 1
    return first == index or (character in "<&\\" and origin[first : first + 1] == "D")


def _never(_text: str, _index: int, _origin: str) -> bool:
    return False


def _backslash(text: str, index: int, _origin: str) -> bool:
    # 2.4: escapes ASCII punctuation; 6.7: a hard line break before a line end.
    return text[index + 1 : index + 2] in _PUNCTUATION or text[index + 1 : index + 2] == "\n"


def _backtick(text: str, _index: int, _origin: str) -> bool:
    return text.count("`") > 1  # 6.1: one alone opens nothing


def _tilde(text: str, _index: int, _origin: str) -> bool:
    return text.count("~") > 1


def _bracket(_text: str, _index: int, _origin: str) -> bool:
    return True


def _brackets_matter(text: str, origin: str) -> bool:
    # 6.3: a link needs (, [ or a definition behind its bracket; 4.7: a definition needs ]:
    if re.search(r"\](?:\(|\[|:)", text):
        return True
    return any(c in "[]" and o == "A" for c, o in zip(text, origin, strict=True))


def _angle(text: str, index: int, _origin: str) -> bool:
    # 6.5, 6.6: HTML and autolinks; an e-mail address may begin with a digit or a sign.
    following = text[index + 1 : index + 2]
    if following.isalpha() or following in {"/", "!", "?"}:
        return True
    return bool(following) and not following.isspace() and "@" in text[index:]


def _ampersand(text: str, index: int, _origin: str) -> bool:
    return _ENTITY.match(text, index) is not None  # 2.5


def _delimiter(text: str, index: int, origin: str) -> bool:
    """Return whether a run of ``*`` or ``_`` could open or close emphasis (6.2)."""
    character = text[index]
    first, last = index, index + 1
    while first and text[first - 1] == character:
        first -= 1
    while last < len(text) and text[last] == character:
        last += 1
    before, after = text[first - 1 : first] if first else "", text[last : last + 1]
    if "A" in origin[first:last]:
        return True
    if (not before or before.isspace()) and (not after or after.isspace()):
        return False
    return not (character == "_" and before.isalnum() and after.isalnum())


def _block_starts(text: str, origin: str) -> set[int]:
    """Return where data would begin a heading, a list, a quote, a rule or a table (4, 5)."""
    found: set[int] = set()
    start = 0
    for line in text.split("\n"):
        found |= {start + at for at in _line_starts(line, origin[start : start + len(line)])}
        start += len(line) + 1
    return found


def _line_starts(line: str, origin: str) -> Iterator[int]:
    at, in_heading = 0, False
    while (marker := _BLOCK_START.match(line, at)) is not None:
        kind = marker.lastgroup
        assert kind is not None  # noqa: S101 - one of the groups matched
        first = marker.start(kind)
        if _written_by_data(marker, origin):
            yield first
            break
        in_heading = in_heading or kind == "heading"
        at = marker.end() + 1
    if in_heading and (hashes := _CLOSING_HASHES.search(line)) and origin[hashes.start(1)] == "D":
        yield hashes.start(1)


def _written_by_data(marker: re.Match[str], origin: str) -> bool:
    # The white space that makes it a marker counts too: the author's "#" before a value is a
    # number sign, and only a value that begins with a space, or is empty, would make a heading.
    return "D" in origin[marker.start() : marker.end() + 1] or marker.end() >= len(origin)
