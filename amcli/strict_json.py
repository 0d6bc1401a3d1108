"""JSON (RFC 8259) read so strictly that no two readers understand it differently.

What RFC 8259 leaves to the reader is refused, as I-JSON asks (RFC 7493, section 2): a name that
stands twice in one object, numbers beyond a double, half surrogate pairs. So are NaN and Infinity,
which Python takes, and text that is nested deeper than any program writes it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn

from amcli.misread import Misread

MAX_NESTING = 200

_FLATTEN = "put fewer lists and objects into each other"
_AS_TEXT = "write it as a text, in quotes"

Pairs = Callable[[list[tuple[str, Any]]], dict[str, Any]]
"""Makes an object of its names and values."""


class NotStrictJson(Misread):
    """JSON that is refused."""


def unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object; raises NotStrictJson when a name stands twice in it."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise NotStrictJson("has a name twice in one object, and nobody can tell which one counts")
    return value


def parse_json(
    text: str | bytes,
    *,
    byte_order_mark: bool = False,
    pairs: Pairs = unique_names,
    half_characters: bool = False,
) -> Any:
    """Return the JSON value in ``text``; bytes must be UTF-8.

    ``byte_order_mark`` skips one at the beginning, ``pairs`` is for who wants to note names that
    stand twice, and ``half_characters`` lets lone surrogates pass, which cards in the wild have.
    At most 200 levels of nesting, of which a scalar is one. Raises NotStrictJson, and nothing else.
    """
    decoded = _decoded(text)
    value = _parsed(decoded.removeprefix("\ufeff") if byte_order_mark else decoded, pairs)
    if _openings(decoded, "{") + _openings(decoded, "[") >= MAX_NESTING:
        _limit_nesting(value)
    # In bytes that are UTF-8 only an escape can make half a character.
    if not half_characters and (isinstance(text, str) or "\\u" in decoded):
        _refuse_half_characters(value)
    return value


def parse_json_object(text: str | bytes, *, byte_order_mark: bool = False) -> dict[str, Any]:
    """Return the JSON object in ``text``; raises NotStrictJson for other values too."""
    value = parse_json(text, byte_order_mark=byte_order_mark)
    if not isinstance(value, dict):
        raise NotStrictJson("is JSON, but no object")
    return value


def _decoded(text: str | bytes) -> str:
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotStrictJson(
            f"is not UTF-8 text (byte {error.start})", hint="save the file as UTF-8"
        ) from None


def _parsed(text: str, pairs: Pairs) -> Any:
    decoder = _STRICT if pairs is unique_names else _decoder(pairs)
    try:
        return decoder.decode(text)
    except NotStrictJson:
        raise
    except json.JSONDecodeError as error:
        raise NotStrictJson(
            f"is not JSON: {error.msg}",
            line=error.lineno,
            column=error.colno,
            hint="look at the commas, quotes and brackets there and just before it",
        ) from None
    except RecursionError:
        raise NotStrictJson("is nested too deeply", hint=_FLATTEN) from None
    except ValueError:  # an integer of more digits than Python converts
        raise NotStrictJson("has a number with too many digits", hint=_AS_TEXT) from None


def _decoder(pairs: Pairs) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=pairs, parse_float=_finite, parse_constant=_no_constant
    )


def _finite(digits: str) -> float:
    number = float(digits)
    if number in {float("inf"), float("-inf")}:
        raise NotStrictJson(f"has a number that is too large: {digits[:20]}", hint=_AS_TEXT)
    return number


def _no_constant(name: str) -> NoReturn:
    raise NotStrictJson(f"has {name}, which is not JSON", hint="write null, a number or a text")


_STRICT = _decoder(unique_names)


def _openings(text: str, bracket: str) -> int:
    """Return how many there are, up to the limit: nothing can be nested more deeply than that."""
    return len(text.split(bracket, MAX_NESTING)) - 1  # several times as fast as count()


def _limit_nesting(value: Any) -> None:
    level = [value]
    for _ in range(MAX_NESTING):
        level = [child for item in level for child in _direct(item)]
        if not level:
            return
    raise NotStrictJson(f"is nested too deeply, more than {MAX_NESTING} levels", hint=_FLATTEN)


def _direct(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _refuse_half_characters(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise NotStrictJson("has half of a surrogate pair in a string") from None
