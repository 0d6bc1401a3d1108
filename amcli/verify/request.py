"""Where Microsoft puts the bearer token in a request.

Outlook posts it as ``Authorization: Bearer``, or as ``Action-Authorization: Bearer`` when the
card sets Authorization itself, for example to "" (Microsoft, "Security requirements for
actionable messages").
"""

from __future__ import annotations

import re
from collections.abc import Iterable

TOKEN_HEADERS = ("authorization", "action-authorization")

_BEARER = r"bearer[ \t]+(\S+)"


def bearer_tokens(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return name and token of every header that carries a bearer token, in their order."""
    return [
        (name, token)
        for name, value in headers
        if name.lower() in TOKEN_HEADERS and (token := bearer_token(value))
    ]


def bearer_token(value: str) -> str | None:
    """Return the token of a header's value, or None where it has another form."""
    match = re.fullmatch(_BEARER, value.strip(), re.IGNORECASE)
    return match[1] if match else None
