"""``{{comment.value}}``: what Outlook writes into an action's address, headers and body.

As Outlook's own renderer does it: an id is letters, digits, ``_``, ``$`` and ``@``, compared
without case; in a JSON body the value is escaped as part of a string, in addresses, headers and
form bodies it is percent-encoded (Microsoft, "Designing Outlook Actionable Message cards",
Action.Http).
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from amcli.card.input_reference import INPUT_REFERENCE
from amcli.outlook.action import HttpAction

Encode = Callable[[str], str]


def fill(action: HttpAction, values: Mapping[str, str]) -> HttpAction:
    """Return the action with its references filled.

    References to ids that are not among ``values`` stay as they are, and a value that looks like
    a reference is never filled again.
    """
    known = {name.lower(): value for name, value in values.items()}
    return dataclasses.replace(
        action,
        url=_filled(action.url, known, _in_url),
        headers=tuple((name, _filled(value, known, _in_url)) for name, value in action.headers),
        body=_filled(action.body, known, _body_encoding(action.content_type)),
    )


def _filled(text: str, values: Mapping[str, str], encode: Encode) -> str:
    def value_of(reference: re.Match[str]) -> str:
        value = values.get(reference[1].lower())
        return reference[0] if value is None else encode(value)

    return INPUT_REFERENCE.sub(value_of, text)


def _body_encoding(content_type: str) -> Encode:
    if content_type == "application/x-www-form-urlencoded":
        return _in_url
    return _in_json if content_type == "application/json" else str


def _in_json(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _in_url(value: str) -> str:
    return quote(value, safe="", errors="replace")
