"""Values of a card as texts and addresses that may be shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from amcli.card.input_reference import LIKE_A_REFERENCE

LINK_SCHEMES = frozenset({"https", "http", "mailto"})

# Microsoft, "Text features": {{DATE(2017-02-14T06:08:00Z, SHORT)}} and {{TIME(...)}}.
_DATE = re.compile(r"\{\{DATE\(\s*(\d{4}-\d\d-\d\d)T[^{}]*?\)\}\}")
_TIME = re.compile(r"\{\{TIME\(\s*[\d-]+T(\d\d:\d\d)(?::\d\d)?(Z|[+-]\d\d:?\d\d)\s*\)\}\}")


def clean(value: Any) -> str:
    """Return a text of the card without input references and without what no page can hold.

    Dates and times that Outlook would format are written as they stand. Anything that is neither
    text nor number gives ``""``.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = LIKE_A_REFERENCE.sub("", str(value))  # here nobody will fill it in
    text = _DATE.sub(r"\1", text)
    text = _TIME.sub(lambda m: f"{m[1]} {'UTC' if m[2] == 'Z' else m[2]}", text)
    return "".join(map(_shown, text.replace("\r\n", "\n").replace("\r", "\n"))).strip()


def link_url(value: Any) -> str | None:
    """Return an address that a link may have (https, http, mailto), else None."""
    url = value.strip() if isinstance(value, str) else ""
    # "{{" is an input reference, and the address is complete only after a click.
    if not url or "{{" in url or any(not c.isprintable() or c in ' "<>' for c in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    has_place = parts.path if parts.scheme == "mailto" else parts.netloc
    return url if parts.scheme in LINK_SCHEMES and has_place else None


def image_url(value: Any) -> str | None:
    """Return an address that an image may be loaded from (https), else None."""
    url = link_url(value)
    return url if url is not None and url.lower().startswith("https:") else None


def needs_outlook(buttons: Iterable[str]) -> str | None:
    """Return the line that says which buttons are missing here; None when there are none."""
    titles = list(dict.fromkeys(title for title in buttons if title))
    if not titles:
        return None
    named = ", ".join(f"“{title}”" for title in titles)
    return f"To use {named}, open this message in Outlook."


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"  # half a character has no encoding
    return "" if category == "Cc" and character not in "\n\t" else character
