"""Text from anywhere, made safe for a terminal: nothing in it can rewrite the screen.

Control characters, line separators, direction marks and lone surrogates become JSON's escapes.
"""

from __future__ import annotations

import json
from typing import Any

JSON_FORMAT_VERSION = 1
"""Stands as ``amcli`` in every JSON answer; a field that is renamed or removed raises it."""

_MAX_BMP = 0xFFFF


def printable(text: str) -> str:
    """Return the text as it is, line feeds and tabs too, with what could steer a terminal escaped.

    Use it for whole lines of our own; for one value inside a line use ``printable_line``.
    """
    return "".join(c if c in "\n\t" or c.isprintable() else _escape(c) for c in text)


def printable_line(text: str) -> str:
    """Return the text with every unprintable character as ``\\uXXXX``: it stays on one line."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def printable_json(value: Any) -> str:
    """Return a value as indented JSON that cannot steer a terminal and is always valid UTF-8."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    # Outside strings JSON has only printable characters and line feeds; inside them, what could
    # steer a terminal or has no UTF-8 (lone surrogates) reads the same as \uXXXX.
    lines = (line if line.isprintable() else _escaped_json(line) for line in text.split("\n"))
    return "\n".join(lines)


def _escaped_json(line: str) -> str:
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= _MAX_BMP else f"\\U{code:08x}"
