"""Data in request bodies and headers: JSON, forms, and what cannot be escaped."""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from amcli.card.input_reference import INPUT_REFERENCE
from amcli.card.rendering.compose import Misprint, refuse_after_backslash, segments
from amcli.card.rendering.ledger import (
    OPEN,
    TOKEN,
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
_HARMLESS = re.compile(r"[\w .@-]*")


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
    first = str(action.get("body", "")).lstrip()[:1]
    begins_like_json = first in {"{", "["} or (not content_type and first in {'"', OPEN})
    is_json = content_type.startswith("application/json") or begins_like_json
    return BodyFormat.JSON if is_json else BodyFormat.OTHER


def _content_type(action: dict[str, Any]) -> str:
    named = action.get("bodyContentType")
    if isinstance(named, str):
        return named.strip().lower()
    headers = action.get("headers")
    for header in headers if isinstance(headers, list) else ():
        if isinstance(header, dict) and _name_of(header) == "content-type":
            return str(header.get("value", "")).strip().lower()
    return ""


def _name_of(header: dict[str, Any]) -> str:
    return str(header.get("name", "")).strip().lower()


def write_json_body(text: str, ledger: Ledger) -> str:
    """Return a JSON body: values escaped inside its quotes, JSON values outside.

    ``{{`` from data becomes ``{\\u007b``, which reads the same and is no input reference. Raises
    Misprint where the body is not JSON around the values, for property names from data, and for
    JSON inside JSON, whose values would need escaping twice.
    """
    _check_frame(text, ledger)
    assembly = Assembly()
    for segment in segments(text):
        if segment.token is None:
            assembly.literal(segment.text)
            continue
        printed = ledger.at(segment.token)
        if isinstance(printed.value, (Trusted, InputReference)):
            assembly.literal(piece_of(printed, ledger).text)
        elif segment.quoted:
            escaped = _in_json_string(scalar(piece_of(printed)))
            assembly.data(_apart(escaped, assembly.last), printed)
        else:
            assembly.data(_json_text(printed), printed)
    return assembly.without_foreign_references()


def _check_frame(text: str, ledger: Ledger) -> None:
    """Read the body with tokens for its values, as the service will read it with the values."""
    first = next((ledger.at(s.token) for s in segments(text) if s.token), None)
    assert first is not None  # noqa: S101 - a body without prints is never written
    try:
        frame = json.loads("".join(_frame(text, ledger)), strict=False)
    except (ValueError, RecursionError) as error:
        reason = getattr(error, "msg", "nested too deeply")
        raise Misprint(
            f"the body around this value is not JSON: {reason}",
            first,
            'easiest is `{% set body %}{...}{% endset %}` and `"body": {{ body | tojson }}`',
        ) from None
    _check_names(frame, ledger)


def _frame(text: str, ledger: Ledger) -> Iterator[str]:
    for segment in segments(text):
        if segment.token is None:
            # An input reference outside quotes stands for a number; the linter warns of it.
            yield segment.text if segment.quoted else INPUT_REFERENCE.sub("0", segment.text)
            continue
        refuse_after_backslash(segment, ledger.at(segment.token))
        yield segment.text if segment.quoted else f' "{segment.text}" '


def _check_names(frame: Any, ledger: Ledger) -> None:
    if isinstance(frame, dict):
        for name in frame:
            if (token := TOKEN.search(name)) is not None:
                raise Misprint(
                    "a property's name in a body cannot come from data",
                    ledger.at(token),
                    "send the name as a value, or print a whole mapping: `{{ mapping }}`",
                )
    if isinstance(frame, (dict, list)):
        for value in frame.values() if isinstance(frame, dict) else frame:
            _check_names(value, ledger)
    elif isinstance(frame, str) and (token := TOKEN.search(frame)) is not None:
        _refuse_json_in_json(frame, ledger.at(token))


def _refuse_json_in_json(text: str, printed: Printed) -> None:
    if text.lstrip()[:1] not in {"{", "["} or '"' not in text:
        return
    try:
        json.loads(TOKEN.sub("0", text), strict=False)
    except (ValueError, RecursionError):
        return
    raise Misprint(
        "JSON inside a string of a JSON body: the value would need escaping twice",
        printed,
        "send an object instead of a string that holds one",
    )


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
    """Return a body of unknown format; raises Misprint for data that could be more than text."""
    for piece in pieces:
        if piece.printed is not None and not _HARMLESS.fullmatch(scalar(piece)):
            raise Misprint(
                f"{scalar(piece)[:60]!r} in a body that is neither JSON nor a form, "
                "where it cannot be escaped",
                piece.printed,
                "make the body JSON, or add the header Content-Type: "
                "application/x-www-form-urlencoded",
            )
    return joined(pieces).without_foreign_references()


def write_header(pieces: list[Piece]) -> str:
    """Return a header's value; raises Misprint for line breaks and for ``{{`` from data."""
    for piece in pieces:
        if piece.printed is not None and _CONTROL.search(scalar(piece)):
            raise Misprint(
                "a line break or control character from data in a header",
                piece.printed,
                "send this value in the body",
            )
    assembly = joined(pieces)
    text = assembly.text
    for first, last, printed in assembly.spans:
        if "{{" in text[max(first - 1, 0) : last + 1] and "{" in text[first:last]:
            raise Misprint(
                "data with {{ in a header, where it cannot be escaped",
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
