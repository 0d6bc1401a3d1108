"""The table of printed values, and the tokens that stand for them in the text."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from amcli.card.keyed import like
from amcli.card.plain_data import PlainDict, PlainList
from amcli.card.rendering.limits import MAX_OUTPUT_CHARACTERS, MAX_TURNS, LimitReached

# Two characters of the private use area; templates that contain them get tokens for them too,
# and data never enters the text, so a token in the text is always one of ours.
OPEN, CLOSE = "\ue000", "\ue001"
TOKEN = re.compile(f"{OPEN}(@?)(\\d+){CLOSE}")
LINE_MARK = "@"


class PrintError(Exception):
    """A value that cannot be printed where the template prints it."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class Trusted(str):
    """The author's own text: a string constant of the template."""

    __slots__ = ()


class Url(str):
    """Data that the author lets stand as a URL, or as the beginning of one: ``| url``."""

    __slots__ = ("key",)
    key: str | None
    """In the data, where it came from there unchanged."""


class TrustedMarkdown(str):
    """Data that the author lets stand as Markdown: ``| markdown``."""

    __slots__ = ("key",)
    key: str | None
    """In the data, where it came from there unchanged."""


class CapturedText(str):
    """Captured text after ``| tojson``: becomes one JSON string, its values still tokens.

    So a request body can be written as it is sent: ``{% set body %}{"a": "{{ x }}"}{% endset %}``
    and ``"body": {{ body | tojson }}``.
    """

    __slots__ = ()


@dataclass(frozen=True)
class InputReference:
    """``{{id.value}}``: what Outlook replaces by the input's value when somebody clicks."""

    id: str

    def __str__(self) -> str:
        return "{{" + self.id + ".value}}"

    def __bool__(self) -> bool:
        raise _not_known_yet(self)


@dataclass(frozen=True)
class Printed:
    """One print of the template."""

    value: Any
    file: str
    line: int
    whole: bool = False
    """Stands outside quotes: the JSON string that holds its token is the value itself."""


@dataclass
class Ledger:
    """What one rendering wrote down, and what it has used up."""

    printed: list[Printed] = field(default_factory=list)
    turns: int = 0
    characters: int = 0
    references: list[Printed] = field(default_factory=list)
    """Input references that reached the card."""
    value_reads: list[Printed] = field(default_factory=list)
    """Reads of ``name.value`` where ``name`` is a variable; ``value`` here is the name."""

    def add(self, value: Any, file: str, line: int, *, whole: bool = False) -> str:
        """Note a print and return its token."""
        self.write(len(value) if isinstance(value, str) else 8)
        self.printed.append(Printed(value, file, line, whole))
        return f"{OPEN}{len(self.printed) - 1}{CLOSE}"

    def write(self, characters: int) -> None:
        """Count output; raises LimitReached beyond 16 MB."""
        self.characters += characters
        if self.characters > MAX_OUTPUT_CHARACTERS:
            raise LimitReached("more than 16 MB of output")

    def work(self, turns: int = 1) -> None:
        """Count work; raises LimitReached beyond a million turns."""
        self.turns += turns
        if self.turns > MAX_TURNS:
            raise LimitReached(
                "more than 1,000,000 loop turns", "loop over less, or prepare the data beforehand"
            )

    def at(self, token: re.Match[str]) -> Printed:
        """Return the print that a token stands for."""
        return self.printed[int(token[2])]


_current: ContextVar[Ledger] = ContextVar("ledger")


def ledger() -> Ledger:
    """Return the ledger of the rendering that is going on."""
    return _current.get()


class Rendering:
    """``with Rendering() as ledger:`` one rendering, with a ledger of its own."""

    def __enter__(self) -> Ledger:
        self._token = _current.set(Ledger())
        return _current.get()

    def __exit__(self, *_exception: object) -> None:
        _current.reset(self._token)


def plain(value: Any) -> Any:
    """Return what filters, operators and comparisons see: captured text as plain text.

    Lists and mappings that a template made are searched; the caller's data, which plain_data
    has marked, holds no captured text. Raises PrintError for an input reference, whose value
    nobody knows yet.
    """
    if isinstance(value, Markup):
        ledger().work(expanded_length(value) // 200)
        return TOKEN.sub(_plain_token, str(value))
    if isinstance(value, str):
        ledger().work(len(value) // 1000)
    if isinstance(value, CapturedText):
        return plain(Markup(str(value)))  # noqa: S704 - captured text again, not HTML
    if isinstance(value, InputReference):
        raise _not_known_yet(value)
    if hasattr(value, "__html__"):  # an imported template, printed as a whole
        return plain(Markup(value))  # noqa: S704 - what it captured, not HTML
    if isinstance(value, (list, tuple, dict)) and not isinstance(value, (PlainList, PlainDict)):
        return _plain_inside(value)
    return value


def expanded_length(captured: Markup) -> int:
    """Return how long captured text is with its values; raises LimitReached beyond 16 MB."""
    current, length = ledger(), len(captured)
    for token in TOKEN.finditer(captured):
        if token[1]:
            length -= len(token[0])
            continue
        value = current.at(token).value
        length += len(value) if isinstance(value, str) else 0
    if length > MAX_OUTPUT_CHARACTERS:
        raise LimitReached("more than 16 MB of captured text")
    return length


def plain_itself(value: Any) -> Any:
    """Return captured text as plain text, and everything else as it is, whatever is in it."""
    return plain(value) if isinstance(value, (Markup, CapturedText, InputReference)) else value


def _plain_inside(value: Any) -> Any:
    ledger().work(len(value) + 1)
    if isinstance(value, dict):
        return {plain(name): plain(item) for name, item in value.items()}
    items = [plain(item) for item in value]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*items)  # what groupby gives has names for its two parts
    return tuple(items) if isinstance(value, tuple) else items


def _not_known_yet(reference: InputReference) -> PrintError:
    name = reference.id
    return PrintError(
        f"{name!r} is no variable, so `{name}.value` is the input's value, which can only be "
        "printed: it is not known before the click",
        "decide on it in the web service; for a variable give the data with --data or --set",
    )


def _plain_token(token: re.Match[str]) -> str:
    if token[1] == LINE_MARK:
        return ""
    value = ledger().at(token).value
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(json_value(value), ensure_ascii=False)
    return str(value) if isinstance(value, InputReference) else text_of(value)


def text_of(value: Any) -> str:
    """Return a value as text for inside quotes: strings, numbers, booleans and dates.

    Raises PrintError for None, NaN, lists, mappings and everything else.
    """
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return str(_finite(value))
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    raise PrintError(*_unprintable(value))


def json_value(value: Any) -> Any:
    """Return a value as JSON has it: dates as text, tuples as lists.

    Raises PrintError for NaN and for anything that JSON does not have.
    """
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, (str, date, time)):
        return text_of(value)
    if isinstance(value, Decimal):
        return int(value) if _finite(value) == value.to_integral_value() else float(value)
    if isinstance(value, float):
        return _finite(value)
    if isinstance(value, dict):
        return {text_of(name): json_value(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_value(item) for item in value]
    raise PrintError(*_unprintable(value))


def settled(value: Any) -> Any:
    """Return a value that stays as it is: generators and ranges become lists."""
    if value is None or isinstance(value, (str, int, float, Decimal, date, time, InputReference)):
        return value
    if isinstance(value, dict):
        return like({plain(n): settled(plain(item)) for n, item in value.items()}, value)
    if isinstance(value, Iterable):
        return like([settled(plain(item)) for item in _counted(value)], value)
    raise PrintError(*_unprintable(value))


def _counted(items: Iterable[Any]) -> Iterable[Any]:
    for item in items:
        ledger().work()
        yield item


def _finite(value: Any) -> Any:
    if not math.isfinite(value):
        raise PrintError(
            f"{value} is no number that JSON knows", "test the value, or give null or text instead"
        )
    return value


def _unprintable(value: Any) -> tuple[str, str]:
    if value is None:
        return "None inside quotes", "write `{{ x | default('', true) }}`, or print it unquoted"
    if isinstance(value, (list, tuple, dict)):
        kind = "a mapping" if isinstance(value, dict) else "a list"
        return f"{kind} inside quotes", "print its parts, join them, or print it unquoted"
    if callable(value):
        return "a macro or function is printed", "call it: write `{{ name() }}`"
    return (
        f"a value of type {type(value).__name__} cannot be printed",
        "print text, numbers, dates, lists or mappings",
    )
