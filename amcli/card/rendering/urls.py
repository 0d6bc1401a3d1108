"""Data in URLs: encoded, and never able to change scheme, host or path segments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from amcli.card.rendering.compose import Misprint
from amcli.card.rendering.ledger import Printed, Url
from amcli.card.rendering.pieces import Assembly, Piece, scalar

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# Everything RFC 3986 allows somewhere in a URL, but no braces: they could form a reference.
_URL_CHARACTERS = "%:/?#[]@!$&'*+,;=-._~"
_ASK_FOR_URL = "if the value is a URL, or the beginning of one, write `{{ x | url }}`"


def write_url(pieces: Sequence[Piece]) -> str:
    """Return the URL; raises Misprint where data stands in scheme or host, or makes ``..``."""
    assembly = Assembly()
    for piece in pieces:
        if piece.printed is None:
            assembly.literal(piece.text)
        elif isinstance(piece.printed.value, Url) and not assembly.text:
            assembly.data(_whole_url(piece.text, piece.printed, len(pieces) > 1), piece.printed)
        else:
            _refuse_in_authority(assembly.text, piece.printed)
            assembly.data(_encoded(piece, assembly.text), piece.printed)
    _refuse_dot_segments(assembly)
    return assembly.without_foreign_references()


def _encoded(piece: Piece, before: str) -> str:
    safe = "@+" if before.lower().startswith(("mailto:", "tel:")) else ""
    # Lone surrogates have no UTF-8; they become the replacement character, as browsers do.
    return quote(scalar(piece).encode("utf-8", "replace"), safe=safe)


def _whole_url(text: str, printed: Printed, continued: bool) -> str:
    hint = "a URL from data must be https and name a host: https://host/path"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise Misprint(f"{text[:80]!r} is not a URL", printed, hint) from None
    if parts.scheme.lower() != "https" or not host or _unfit_for_url(text):
        raise Misprint(f"{text[:80]!r} is not an https URL with a host", printed, hint)
    if parts.username is not None or parts.password is not None or port == 0:
        raise Misprint("a URL with a user name or password in it", printed, hint)
    if continued and (parts.query or parts.fragment or "?" in text or "#" in text):
        raise Misprint(
            f"the beginning of a URL, {text[:80]!r}, already has a query or fragment",
            printed,
            "give scheme, host and path only, or print the whole URL from data",
        )
    return quote(text.encode("utf-8", "replace"), safe=_URL_CHARACTERS)


def _unfit_for_url(text: str) -> bool:
    return any(c <= " " or c in '\\<>"\x7f' for c in text)


def _refuse_in_authority(before: str, printed: Printed) -> None:
    scheme = _SCHEME.match(before)
    if not before or (scheme is None and not re.search(r"[/?#{]", before)):
        raise Misprint("a URL that begins with data", printed, _ASK_FOR_URL)
    rest = before[scheme.end() :] if scheme else before
    if rest.startswith("//") and not re.search(r"[/?#]", rest[2:]):
        raise Misprint(
            "data in the host of a URL",
            printed,
            "put scheme and host into one value and write `{{ base | url }}/path`",
        )
    if scheme and before.lower() in {"http:", "https:", "http:/", "https:/"}:
        raise Misprint("data before the host of a URL", printed, _ASK_FOR_URL)


def _refuse_dot_segments(assembly: Assembly) -> None:
    start = _path_start(assembly.text)
    end = min((i for i in map(assembly.text.find, "?#") if i >= start), default=len(assembly.text))
    for segment in re.finditer(r"[^/]*", assembly.text[start:end]):
        printed = assembly.touching(start + segment.start(), start + segment.end())
        if segment[0] in {".", ".."} and printed is not None:
            raise Misprint(
                f"data makes the path segment {segment[0]!r}, which leads elsewhere",
                printed,
                "check the value before it reaches the template, or send it in the query",
            )
        if start == 0 and segment.start() == 1 and not segment[0] and printed is not None:
            raise Misprint("an empty value makes a URL that begins with //", printed)


def _path_start(text: str) -> int:
    scheme = _SCHEME.match(text)
    after = scheme.end() if scheme else 0
    if text[after:].startswith("//"):
        slash = text.find("/", after + 2)
        return len(text) if slash < 0 else slash
    return after
