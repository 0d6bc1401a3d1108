"""Claims as people read them: nothing in them can steer a terminal, and times say how long ago."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from amcli.printable import printable_line

_MAX_SHOWN = 200
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def shown(value: Any, limit: int = _MAX_SHOWN) -> str:
    """Return a claim's value as JSON on one line, cut when long, unprintable characters escaped.

    Whoever made the token chose these characters; control characters, line separators and
    direction marks would otherwise rewrite the screen around them.
    """
    text = printable_line(_ENCODER.encode(value))
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


def instant(seconds: float) -> datetime:
    """Return a token's time, aware and in UTC; the caller knows that it is in range."""
    return datetime.fromtimestamp(seconds, UTC)


def moment(seconds: float) -> str:
    """Return a token's time as ``2026-06-08 12:00:00 UTC``."""
    return f"{instant(seconds).replace(tzinfo=None).isoformat(' ', 'seconds')} UTC"


def span(seconds: float) -> str:
    """Return a length of time in its largest unit: ``3 h``, ``45 s``."""
    whole = int(abs(seconds))
    for size, unit in _UNITS:
        if whole >= size:
            return f"{whole // size} {unit}"
    return "0 s"


def relative(seconds: float, now: datetime) -> str:
    """Return how far from now a time is: ``3 h ago``, ``in 20 min``, ``now``."""
    distance = seconds - now.timestamp()
    if abs(distance) < 1:
        return "now"
    return f"in {span(distance)}" if distance > 0 else f"{span(distance)} ago"
