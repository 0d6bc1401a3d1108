"""Text from anywhere, made safe for a terminal: nothing in it can rewrite the screen.

Control characters, line separators, direction marks and lone surrogates become JSON's escapes.
"""

from __future__ import annotations

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


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= _MAX_BMP else f"\\U{code:08x}"
