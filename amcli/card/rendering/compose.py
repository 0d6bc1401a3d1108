"""The rendered text becomes a JSON value: tokens outside quotes are values, inside they stay."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

from amcli.card.document import PairReader
from amcli.card.rendering.ledger import (
    CLOSE,
    OPEN,
    TOKEN,
    CapturedText,
    InputReference,
    Ledger,
    Printed,
    Trusted,
)

_INTERESTING = re.compile(f'["\\\\{OPEN}]')
_HALF_AN_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{0,3}$")
_ESCAPED_TOKEN_CHARACTER = re.compile(r"((?<!\\)(?:\\\\)*)\\u([eE]00[01])")


class Misprint(Exception):
    """A print that the card cannot take; becomes a TemplateError at the print's place."""

    def __init__(self, message: str, printed: Printed, hint: str | None = None) -> None:
        super().__init__(message)
        self.printed = printed
        self.hint = hint


class NotJson(Exception):
    """The rendered text is not JSON; ``position`` counts characters of the composed text."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


class Segment(NamedTuple):
    """A run of literal text, or one token, and whether it stands inside quotes."""

    text: str
    quoted: bool
    token: re.Match[str] | None = None
    after_backslash: bool = False
    """A token whose first character would be taken as part of the author's escape."""


def segments(text: str) -> Iterator[Segment]:
    """Yield literal runs and tokens of a text that is JSON but for its tokens."""
    quoted, start, at, escaping = False, 0, 0, False
    while (found := _INTERESTING.search(text, at)) is not None:
        at = found.end()
        if found[0] == "\\":
            escaping = quoted and text.startswith(OPEN, at)
            at += quoted and not escaping  # the next character is escaped
        elif found[0] == '"':
            yield Segment(text[start:at], quoted)
            quoted, start = not quoted, at
        elif (token := TOKEN.match(text, found.start())) is not None:
            literal = text[start : token.start()]
            yield Segment(literal, quoted)
            escaping = escaping or (quoted and _HALF_AN_ESCAPE.search(literal) is not None)
            yield Segment(token[0], quoted, token, escaping)
            start, at, escaping = token.end(), token.end(), False
    yield Segment(text[start:], quoted)


class Part(NamedTuple):
    """What a run of the rendered text became in the JSON text."""

    text: str
    length: int
    """How many characters of the rendered text it stands for."""
    printed: Printed | None = None
    """None for literal text that stayed as it was."""


def composed(text: str, ledger: Ledger) -> str:
    """Return the JSON text of a rendered text, with values for the tokens outside quotes.

    Tokens inside quotes stay; those outside become tokens inside quotes of their own. Raises
    Misprint.
    """
    return "".join(part.text for part in parts(text, ledger))


def parts(text: str, ledger: Ledger) -> Iterator[Part]:
    """Yield what becomes of a rendered text, run by run; raises Misprint."""
    for segment in segments(text):
        if segment.token is None:
            if "\\" in segment.text:
                yield from _literal_parts(segment.text, ledger)
            else:
                yield Part(segment.text, len(segment.text))
        else:
            printed = ledger.at(segment.token)
            yield Part(_printed(segment, printed, ledger), len(segment.text), printed)


def _literal_parts(text: str, ledger: Ledger) -> Iterator[Part]:
    """Yield literal text, and tokens for what would be read as one of our own characters."""
    at = 0
    for escape in _ESCAPED_TOKEN_CHARACTER.finditer(text):
        start = escape.end(1)
        yield Part(text[at:start], start - at)
        # After the JSON is parsed the author's \ue000 is such a character.
        token = ledger.add(Trusted(chr(int(escape[2], 16))), "", 0)
        yield Part(token, escape.end() - start, ledger.printed[-1])
        at = escape.end()
    yield Part(text[at:], len(text) - at)


def refuse_after_backslash(segment: Segment, printed: Printed) -> None:
    """Raise Misprint for a value that the author's backslash would escape."""
    if segment.after_backslash:
        raise Misprint(
            "a value right after a backslash, where it would become part of the escape",
            printed,
            "for a backslash of your own write two, or four inside a request body",
        )


def _printed(segment: Segment, printed: Printed, ledger: Ledger) -> str:
    refuse_after_backslash(segment, printed)
    if segment.quoted:
        return segment.text
    if isinstance(printed.value, InputReference):
        raise Misprint(
            f"the input reference {printed.value} stands outside quotes",
            printed,
            "an empty input would leave broken JSON behind; put it inside quotes",
        )
    if isinstance(printed.value, Trusted):
        return str(printed.value)
    if isinstance(printed.value, CapturedText):
        return json.dumps(str(printed.value), ensure_ascii=False)
    # Told apart from the same token inside quotes by being entered once more, as a whole; the
    # spaces keep two prints from making one.
    token = ledger.add(printed.value, printed.file, printed.line, whole=True)
    return f' "{token}" '


def read_json(text: str) -> tuple[Any, tuple[str, ...]]:
    """Return the JSON value of a composed text and the pointers of properties that stand twice.

    Raises NotJson. Line breaks inside strings are taken, as authors wrap long texts.
    """
    pairs = PairReader()
    if not text.strip():
        raise NotJson("there is nothing in it", 0)
    try:
        value = json.loads(
            text,
            strict=False,
            object_pairs_hook=pairs,
            parse_constant=_no_number,
            parse_float=_finite_number,
        )
    except json.JSONDecodeError as error:
        raise NotJson(error.msg, error.pos) from None
    except _BadNumber as error:
        raise NotJson(f"{error} is no JSON number", max(text.find(str(error)), 0)) from None
    except RecursionError:
        raise NotJson("nested too deeply", 0) from None
    return value, pairs.duplicates(value)


class _BadNumber(Exception):
    """NaN, Infinity or a number beyond a double; the text is the number."""


def _no_number(name: str) -> NoReturn:
    raise _BadNumber(name)


def _finite_number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _BadNumber(digits)
    return number


def has_token(text: str) -> bool:
    """Return whether a string still holds tokens."""
    return OPEN in text and CLOSE in text
