"""TOML (1.0) from anywhere: what is wrong with it is said with its place, and it costs no time."""

from __future__ import annotations

import re
from typing import Any

from amcli.misread import Misread

_MAX_DOTS = 100
"""Dots of one line outside texts. Python takes quadratic time for a key of many parts."""

_CHECK_LINE = "check the quotes, the brackets and the = on this line and just before it"

_TEXT_OR_COMMENT = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|#[^\n]*")
_PLACE = re.compile(r"^(.*) \(at line (\d+), column (\d+)\)$")


class NotToml(Misread):
    """TOML that is refused."""


def parse_toml(content: bytes) -> dict[str, Any]:
    """Return the tables of a TOML file, which may begin with a byte order mark.

    Raises NotToml, and nothing else.
    """
    import tomllib  # slow to load, and many commands have no file

    text = _decoded(content)
    _refuse_long_keys(text)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _misread(error) from None
    except RecursionError:
        raise NotToml(
            "not TOML: nested too deeply", hint="put fewer lists and tables into each other"
        ) from None
    except ValueError:  # an integer of more digits than Python converts
        raise NotToml(
            "not TOML: a number has too many digits", hint="write it as a text, in quotes"
        ) from None


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotToml(
            f"not UTF-8 text (byte {error.start})", hint="save the file as UTF-8"
        ) from None


def _refuse_long_keys(text: str) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > _MAX_DOTS and _TEXT_OR_COMMENT.sub("", line).count(".") > _MAX_DOTS:
            raise NotToml(
                "not TOML: a name has too many parts",
                line=number,
                hint="a text with dots in it stands in quotes",
            )


def _misread(error: ValueError) -> NotToml:
    found = _PLACE.match(str(error))
    if found is None:
        return NotToml(f"not TOML: {error}", hint=_CHECK_LINE)
    hint = 'a text stands in "quotes"' if found[1] == "Invalid value" else _CHECK_LINE
    return NotToml(f"not TOML: {found[1]}", line=int(found[2]), column=int(found[3]), hint=hint)
