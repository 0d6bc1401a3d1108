"""Filters, functions and methods of templates: what is refused, what is bounded, what is ours."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2.filters import FILTERS
from jinja2.utils import Joiner
from markupsafe import Markup

from amcli.card.keyed import key_of
from amcli.card.rendering.ledger import (
    CapturedText,
    InputReference,
    PrintError,
    Trusted,
    TrustedMarkdown,
    Url,
    ledger,
    plain,
    text_of,
)
from amcli.card.rendering.limits import (
    MAX_FILTER_WIDTH,
    MAX_OUTPUT_CHARACTERS,
    MAX_RANGE,
    PREPARE,
    LimitReached,
)

_ESCAPED_ANYWAY = "leave it out: amcli escapes every value for the place where it stands"
REFUSED_FILTERS: Mapping[str, str] = {
    "safe": "leave it out; for Markdown that you trust write `| markdown`, for a URL `| url`",
    "e": _ESCAPED_ANYWAY,
    "escape": _ESCAPED_ANYWAY,
    "forceescape": _ESCAPED_ANYWAY,
    "urlencode": "leave it out: amcli encodes every value in a URL by itself",
    "urlize": "write the link yourself: `[text]({{ address | url }})`",
    "xmlattr": "cards are JSON; write the properties out",
    "striptags": "remove the tags from the data before it reaches the template",
    "random": "a card must come out the same each time; choose in your own program",
    "pprint": "write `| tojson` outside quotes",
}

_ALLOWED = frozenset(FILTERS) - frozenset(REFUSED_FILTERS) - {"tojson", "filesizeformat"}
# What these take as a width, count or indent decides how much memory they use.
_BOUNDED = frozenset({"center", "indent", "wordwrap", "batch", "slice", "round", "truncate"})

# These go through a text character by character, or make a list of its characters.
_TAKES_APART = frozenset(
    {"list", "sort", "unique", "batch", "slice", "map", "select", "reject", "join", "sum", "min",
     "max", "groupby", "wordwrap", "items"}
)  # fmt: skip
_WANTS_TEXT = frozenset(
    {"upper", "lower", "capitalize", "title", "trim", "center", "indent", "truncate", "wordwrap",
     "wordcount", "string"}
)  # fmt: skip

STRING_METHODS = frozenset(
    {
        "capitalize", "casefold", "count", "endswith", "find", "isalnum", "isalpha", "isdigit",
        "islower", "isnumeric", "isspace", "istitle", "isupper", "lower", "lstrip", "partition",
        "removeprefix", "removesuffix", "rfind", "rpartition", "rsplit", "rstrip", "split",
        "splitlines", "startswith", "strip", "swapcase", "title", "upper",
    }
)  # fmt: skip
DATE_ATTRIBUTES = frozenset(
    {
        "date", "day", "hour", "isoformat", "isoweekday", "microsecond", "minute", "month",
        "second", "time", "weekday", "year",
    }
)  # fmt: skip
LIST_METHODS = frozenset({"count", "index"})


class AuthorJoiner(Joiner):
    """``joiner(",")``: gives the author's separator, and nothing the first time."""

    def __call__(self) -> str:
        """Return the separator from the second call on."""
        return super().__call__() or Trusted("")


def card_filters() -> dict[str, Callable[..., Any]]:
    """Return the filters of card templates, each reading captured text as plain text."""
    filters = {name: seeing_plain_text(FILTERS[name], name) for name in _ALLOWED}
    filters["filesizeformat"] = seeing_plain_text(FILTERS["filesizeformat"], "filesizeformat")
    filters["replace"] = seeing_plain_text(_replace, "replace")
    filters["join"] = seeing_plain_text(_join_within_limits(), "join")
    filters["format"] = seeing_plain_text(_format, "format")
    filters["indent"] = seeing_plain_text(_indent, "indent")
    filters["sum"] = seeing_plain_text(_sum, "sum")
    filters["tojson"] = _tojson
    filters["url"] = lambda value: _let_stand(Url, plain(value))
    filters["markdown"] = lambda value: _let_stand(TrustedMarkdown, plain(value))
    return filters


def _let_stand(kind: type[Url | TrustedMarkdown], value: Any) -> Url | TrustedMarkdown:
    text = kind(text_of(value))
    text.key = key_of(value)  # the text is what the data has
    return text


def knowing_no_inputs(test: Callable[..., Any]) -> Callable[..., Any]:
    """Return a test such as ``is defined`` that refuses to judge an input reference."""

    @functools.wraps(test)
    def wrapped(*args: Any) -> Any:
        for arg in args:
            if isinstance(arg, InputReference):
                plain(arg)  # raises: the name is no variable
        return test(*args)

    return wrapped


def plain_dict(**values: Any) -> dict[str, Any]:
    """``dict(a=1)`` in templates; the type itself would lend its methods."""
    return values


def seeing_plain_text(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """Return a filter or test that sees captured text as plain text and returns data."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        args = tuple(plain(arg) for arg in args)
        kwargs = {key: plain(value) for key, value in kwargs.items()}
        _charge(name, args)
        _refuse_none(name, args)
        if name in _BOUNDED:
            _refuse_large_numbers(name, [*args[1:], *kwargs.values()])
        result = function(*args, **kwargs)
        return str(result) if isinstance(result, Markup) else result

    return wrapped


def card_range(*args: int) -> range:
    """``range()`` of at most 100,000 numbers, each counted as a loop turn."""
    numbers = range(*args)
    if len(numbers) > MAX_RANGE:
        raise LimitReached(
            f"range() of more than {MAX_RANGE:,} numbers", "loop over the data, or ask for fewer"
        )
    ledger().work(len(numbers))
    return numbers


def _charge(name: str, args: tuple[Any, ...]) -> None:
    ledger().work()
    for arg in args:
        if isinstance(arg, str):
            ledger().work(len(arg) // (1 if name in _TAKES_APART else 50))
        elif isinstance(arg, (list, tuple, dict, range)):
            ledger().work(len(arg))


def _refuse_none(name: str, args: tuple[Any, ...]) -> None:
    if name in _WANTS_TEXT and None in args[:1]:
        raise PrintError(
            f"None given to `| {name}`", f"write `{{{{ x | default('', true) | {name} }}}}`"
        )


def _refuse_large_numbers(name: str, values: Iterable[Any]) -> None:
    for value in values:
        size = len(value) if isinstance(value, str) else value
        if isinstance(size, int) and abs(size) > MAX_FILTER_WIDTH:
            raise LimitReached(f"`| {name}` with a number above {MAX_FILTER_WIDTH:,}", PREPARE)


def _replace(value: Any, old: str, new: str, count: int = -1) -> str:
    """Replace text; the size of the result is known before it is made."""
    text, old, new = text_of(value), text_of(old), text_of(new)
    times = text.count(old) if count < 0 else min(count, text.count(old))
    if len(text) + times * (len(new) - len(old)) > MAX_OUTPUT_CHARACTERS:
        raise LimitReached("`| replace` makes more than 16 MB of text", PREPARE)
    return text.replace(old, new, count)


def _join_within_limits() -> Callable[..., Any]:
    join = FILTERS["join"]

    @functools.wraps(join)
    def bounded(context: Any, value: Iterable[Any], d: str = "", attribute: Any = None) -> Any:
        items = list(value) if attribute is not None else [text_of(item) for item in value]
        ledger().work(len(items))
        characters = sum(len(i) for i in items if isinstance(i, str)) + len(items) * len(d)
        if characters > MAX_OUTPUT_CHARACTERS:
            raise LimitReached("`| join` makes more than 16 MB of text", PREPARE)
        return join(context, items, d, attribute)

    return bounded


def _indent(value: str, width: int | str = 4, *args: Any, **kwargs: Any) -> str:
    """Indent lines; the size of the result is known before it is made."""
    lines = value.count("\n") + 1
    if lines * (len(width) if isinstance(width, str) else width) > MAX_OUTPUT_CHARACTERS:
        raise LimitReached("`| indent` makes more than 16 MB of text", PREPARE)
    return str(FILTERS["indent"](value, width, *args, **kwargs))


_add_up: Callable[..., Any] = FILTERS["sum"]


@functools.wraps(_add_up)
def _sum(environment: Any, values: Any, attribute: Any = None, start: Any = 0) -> Any:
    """Add numbers; adding lists or texts this way takes quadratic time."""
    if not isinstance(start, (int, float)):
        raise PrintError("`| sum` adds numbers", "join texts with `| join`, lists with `+`")
    return _add_up(environment, values, attribute, start)


def _tojson(value: Any, *_indent: Any, **_options: Any) -> Any:
    """``| tojson``: captured text becomes one JSON string; a value stays the value it is."""
    if isinstance(value, Markup):
        return CapturedText(str(value))
    return value if isinstance(value, CapturedText) else plain(value)


_WIDE = re.compile(r"%[^a-zA-Z%]*(?:\*|\d{4})")


def _format(value: str, *args: Any, **kwargs: Any) -> str:
    """``"%.2f" | format(x)`` with widths of at most three digits."""
    if _WIDE.search(value):
        raise LimitReached("`| format` with a width of more than three digits", PREPARE)
    return str(FILTERS["format"](value, *args, **kwargs))
