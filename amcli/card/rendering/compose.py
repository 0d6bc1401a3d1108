"""The rendered text becomes a JSON value: tokens outside quotes are values, inside they stay."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from amcli.card.document import PairReader
from amcli.card.rendering.ledger import (
    CLOSE,
    LINE_MARK,
    OPEN,
    TOKEN,
    InputReference,
    Ledger,
    Printed,
    PrintError,
    Trusted,
    json_value,
)

_INTERESTING = re.compile(f'["\\\\{OPEN}]')


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


@dataclass(frozen=True)
class Segment:
    """A run of literal text, or one token, and whether it stands inside quotes."""

    text: str
    quoted: bool
    token: re.Match[str] | None = None


def segments(text: str) -> Iterator[Segment]:
    """Yield literal runs and tokens of a text that is JSON but for its tokens."""
    quoted, start, at = False, 0, 0
    while (found := _INTERESTING.search(text, at)) is not None:
        at = found.end()
        if found[0] == "\\":
            at += quoted  # the next character is escaped
        elif found[0] == '"':
            yield Segment(text[start:at], quoted)
            quoted, start = not quoted, at
        elif (token := TOKEN.match(text, found.start())) is not None:
            yield Segment(text[start : token.start()], quoted)
            yield Segment(token[0], quoted, token)
            start = at = token.end()
    yield Segment(text[start:], quoted)


def composed(text: str, ledger: Ledger) -> tuple[str, list[tuple[int, int]]]:
    """Return the text with values for the tokens outside quotes, and where line marks stood.

    A mark is a pair: position in the returned text, number of the mark. Tokens inside quotes
    stay; strings outside become tokens inside quotes of their own. Raises Misprint.
    """
    written: list[str] = []
    marks: list[tuple[int, int]] = []
    length = 0
    for segment in segments(text):
        piece = segment.text
        if segment.token is not None and segment.token[1] == LINE_MARK:
            marks.append((length, int(segment.token[2])))
            continue
        if segment.token is not None and not segment.quoted:
            piece = _value(ledger.at(segment.token), ledger)
        written.append(piece)
        length += len(piece)
    return "".join(written), marks


def _value(printed: Printed, ledger: Ledger) -> str:
    if isinstance(printed.value, InputReference):
        raise Misprint(
            f"the input reference {printed.value} stands outside quotes",
            printed,
            "an empty input would leave broken JSON behind; put it inside quotes",
        )
    if isinstance(printed.value, Trusted):
        return str(printed.value)
    try:
        value = json_value(printed.value)
    except PrintError as error:
        raise Misprint(str(error), printed, error.hint) from None
    if isinstance(value, (str, list, dict)):
        # Told apart from the same token inside quotes by being entered once more, as a whole.
        token = ledger.add(printed.value, printed.file, printed.line, whole=True)
        return f' "{token}" '
    return f" {json.dumps(value)} "  # spaces, so that two prints never make one number


def read_json(text: str) -> tuple[Any, tuple[str, ...]]:
    """Return the JSON value of a composed text and the pointers of properties that stand twice.

    Raises NotJson. Line breaks inside strings are taken, as authors wrap long texts.
    """
    pairs = PairReader()
    try:
        value = json.loads(text, strict=False, object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        raise NotJson(error.msg, error.pos) from None
    except RecursionError:
        raise NotJson("nested too deeply", 0) from None
    return value, pairs.duplicates(value)


def has_token(text: str) -> bool:
    """Return whether a string still holds tokens."""
    return OPEN in text and CLOSE in text
