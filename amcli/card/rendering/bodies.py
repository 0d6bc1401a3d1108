"""Data in request bodies and headers: JSON, forms, and what cannot be escaped."""

from __future__ import annotations

import enum
import json
import re
from typing import Any
from urllib.parse import quote

from amcli.card.rendering.compose import Misprint, segments
from amcli.card.rendering.ledger import (
    InputReference,
    Ledger,
    Printed,
    PrintError,
    Trusted,
    json_value,
)
from amcli.card.rendering.pieces import Assembly, Piece, joined, piece_of, scalar

_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class BodyFormat(enum.Enum):
    """What Outlook and the service take the body for."""

    JSON = "JSON"
    FORM = "a form"
    OTHER = "text of unknown format"


def body_format(action: dict[str, Any]) -> BodyFormat:
    """Return the format of an action's body: from its content type, else from how it begins.

    Action.Http names it in ``headers``, HttpPOST in ``bodyContentType``; without one Outlook
    takes JSON (Microsoft, Adaptive Card reference for actionable messages).
    """
    content_type = _content_type(action)
    if content_type.startswith("application/x-www-form-urlencoded"):
        return BodyFormat.FORM
    begins_like_json = str(action.get("body", "")).lstrip()[:1] in tuple('{["\ue000')
    if content_type.startswith("application/json") or (not content_type and begins_like_json):
        return BodyFormat.JSON
    return BodyFormat.JSON if content_type and begins_like_json else BodyFormat.OTHER


def _content_type(action: dict[str, Any]) -> str:
    named = action.get("bodyContentType")
    if isinstance(named, str):
        return named.strip().lower()
    headers = action.get("headers")
    for header in headers if isinstance(headers, list) else ():
        if isinstance(header, dict) and str(header.get("name", "")).lower() == "content-type":
            return str(header.get("value", "")).strip().lower()
    return ""


def write_json_body(text: str, ledger: Ledger) -> str:
    """Return a JSON body: values escaped inside its quotes, JSON values outside.

    ``{{`` from data becomes ``{\\u007b``, which reads the same and is no input reference.
    """
    assembly = Assembly()
    for segment in segments(text):
        if segment.token is None:
            assembly.literal(segment.text)
            continue
        printed = ledger.at(segment.token)
        if isinstance(printed.value, (Trusted, InputReference)):
            assembly.literal(str(printed.value))
        elif segment.quoted:
            escaped = _in_json_string(scalar(piece_of(printed)))
            assembly.data(_apart(escaped, assembly.text), printed)
        else:
            assembly.data(_json_text(printed), printed)
    return assembly.without_foreign_references()


def write_form_body(pieces: list[Piece]) -> str:
    """Return a form body with every value percent-encoded."""
    assembly = Assembly()
    for piece in pieces:
        if piece.printed is None:
            assembly.literal(piece.text)
        else:
            encoded = quote(scalar(piece).encode("utf-8", "replace"), safe="")
            assembly.data(encoded, piece.printed)
    return assembly.without_foreign_references()


def write_other_body(pieces: list[Piece]) -> str:
    """Return a body of unknown format; raises Misprint for data that would need escaping."""
    return _unescaped(pieces, "a body that is neither JSON nor a form")


def write_header(pieces: list[Piece]) -> str:
    """Return a header's value; raises Misprint for line breaks and for ``{{`` from data."""
    for piece in pieces:
        if piece.printed is not None and _CONTROL.search(scalar(piece)):
            raise Misprint(
                "a line break or control character from data in a header",
                piece.printed,
                "send this value in the body",
            )
    return _unescaped(pieces, "a header")


def _unescaped(pieces: list[Piece], where: str) -> str:
    assembly = joined(pieces)
    for first, last, printed in assembly.spans:
        around = assembly.text[max(first - 1, 0) : last + 1]
        if "{{" in around and "{" in assembly.text[first:last]:
            raise Misprint(
                f"data with {{{{ in {where}, where it cannot be escaped",
                printed,
                "send this value in a JSON body",
            )
    return assembly.without_foreign_references()


def _in_json_string(text: str) -> str:
    return _without_surrogates(json.dumps(text, ensure_ascii=False)[1:-1])


def _json_text(printed: Printed) -> str:
    try:
        text = json.dumps(json_value(printed.value), ensure_ascii=False)
    except PrintError as error:
        raise Misprint(str(error), printed, error.hint) from None
    return _without_surrogates(text).replace("{{", "{\\u007b")


def _apart(escaped: str, before: str) -> str:
    """Return an escaped string whose braces pair neither among themselves nor with neighbours."""
    escaped = escaped.replace("{{", "{\\u007b")
    if escaped.startswith("{") and before.endswith("{"):
        escaped = "\\u007b" + escaped[1:]
    return escaped[:-1] + "\\u007b" if escaped.endswith("{") else escaped


def _without_surrogates(text: str) -> str:
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
