"""``CARD-ACTION-STATUS``: the one line that Outlook shows under the card.

It travels as an HTTP header, and Outlook itself adds who clicked and when, so the line should
name neither (Microsoft, "Designing Outlook Actionable Message cards with the Adaptive Card
format"). ``StatusLineWarning`` says so where a test runs into it.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Iterable

MAX_STATUS_CHARACTERS = 256
"""Longer status lines are cut; Outlook shows one line under the card."""

_MIN_NAME_CHARACTERS = 3
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w")
_CLOCK_TIME = re.compile(r"(?<![\d:])[0-2]?\d:[0-5]\d(?::[0-5]\d)?(?![\d:])")

# Punctuation that word processors make and Latin-1 does not have.
_PLAIN_PUNCTUATION = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-",
     "\u2026": "...", "\u20ac": "EUR"}
)  # fmt: skip
# Letters that no decomposition turns into Latin-1.
_PLAIN_LETTERS = str.maketrans(
    {"\u0141": "L", "\u0142": "l", "\u0110": "D", "\u0111": "d", "\u0152": "OE", "\u0153": "oe",
     "\u0131": "i", "\u1e9e": "SS"}
)  # fmt: skip


class StatusLineWarning(UserWarning):
    """A status line that seems to name a person or a time; its text never shows the line."""


def header_text(text: str, *, otherwise: str) -> str:
    """Return ``text`` as a header value: one line, Latin-1, at most 256 characters.

    White space and line breaks become single spaces, other control characters go. Letters that
    Latin-1 lacks lose their accent or become ``?`` (RFC 9110, section 5.5: a field value is
    ASCII or opaque); where no letter would be left, ``otherwise`` is returned.
    """
    shown = " ".join(text.translate(_PLAIN_PUNCTUATION).translate(_PLAIN_LETTERS).split())
    if not (shown.isascii() and shown.isprintable()):
        shown = "".join(_latin(character) for character in shown)
    if not any(character.isalnum() for character in shown):
        return otherwise
    if len(shown) > MAX_STATUS_CHARACTERS:
        shown = shown[: MAX_STATUS_CHARACTERS - 3] + "..."
    return shown


def warn_of_person_or_time(status: str, *, stacklevel: int) -> None:
    """Warn with StatusLineWarning where a line has an e-mail address or a time of day in it."""
    if _ADDRESS.search(status):
        warnings.warn(_told("an e-mail address"), StatusLineWarning, stacklevel + 1)
    if _CLOCK_TIME.search(status):
        warnings.warn(_told("a time"), StatusLineWarning, stacklevel + 1)


def warn_of_names(status: str, names: Iterable[str | None], *, stacklevel: int) -> None:
    """Warn with StatusLineWarning where a line has one of these people's names in it."""
    line = status.casefold()
    for name in names:
        shown = header_text(name or "", otherwise="").casefold()
        if len(shown) < _MIN_NAME_CHARACTERS or shown not in line:
            continue
        if re.search(rf"(?<!\w){re.escape(shown)}(?!\w)", line):
            warnings.warn(_told("who clicked"), StatusLineWarning, stacklevel + 1)


def _told(what: str) -> str:
    # The same text each time: Python shows a warning once a place and text, and a log needs no
    # names.
    return f"the status line names {what}; Outlook shows who acted and when by itself"


def _latin(character: str) -> str:
    if unicodedata.category(character) in {"Cc", "Cf", "Mn"}:
        return ""
    if character <= "\xff":
        return character
    base = "".join(c for c in unicodedata.normalize("NFKD", character) if c <= "\x7f")
    return base or "?"
