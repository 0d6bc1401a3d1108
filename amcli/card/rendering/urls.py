"""Data in URLs: encoded, and never able to change scheme, host or path segments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote, unquote, urlsplit

from amcli.card.rendering.compose import Misprint
from amcli.card.rendering.ledger import Printed, Url
from amcli.card.rendering.pieces import Assembly, Piece, scalar

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# Everything RFC 3986 allows somewhere in a URL, but no braces: they could form a reference.
_URL_CHARACTERS = "%:/?#[]@!$&'*+,;=-._~"
_DROPPED = re.compile(r"[\t\r\n]")
_HOST = re.compile(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:.]+")  # a name in ASCII, or IPv6
_ASK_FOR_URL = "if the value is a URL, or the beginning of one, write `{{ x | url }}`"


def write_url(pieces: Sequence[Piece]) -> str:
    """Return the URL; raises Misprint where data stands in scheme or host, or makes ``..``."""
    assembly, in_path, begun = Assembly(), False, False
    pieces = _without_white_space(pieces)
    for index, piece in enumerate(pieces):
        if piece.printed is None:
            assembly.literal(piece.text)
        elif isinstance(piece.printed.value, Url) and not begun:
            followed_by = "".join(p.text for p in pieces[index + 1 : index + 3])
            assembly.data(_whole_url(piece.text, piece.printed, followed_by), piece.printed)
        else:
            in_path = in_path or _past_the_host(assembly.text, piece.printed)
            assembly.data(_encoded(piece, pieces[0].text), piece.printed)
        begun = True
    _refuse_dot_segments(assembly)
    return assembly.without_foreign_references()


def _without_white_space(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces without what browsers drop from the author's part (WHATWG URL, 4.4)."""
    cleaned = [p if p.is_data else Piece(_DROPPED.sub("", p.text)) for p in pieces]
    if cleaned and not cleaned[0].is_data:
        cleaned[0] = Piece(cleaned[0].text.lstrip())
    if cleaned and not cleaned[-1].is_data:
        cleaned[-1] = Piece(cleaned[-1].text.rstrip())
    return [piece for piece in cleaned if piece.is_data or piece.text]


def _encoded(piece: Piece, beginning: str) -> str:
    safe = "@+" if beginning.lstrip().lower().startswith(("mailto:", "tel:")) else ""
    # Lone surrogates have no UTF-8; they become the replacement character, as browsers do.
    return quote(scalar(piece).encode("utf-8", "replace"), safe=safe)


def _whole_url(text: str, printed: Printed, followed_by: str) -> str:
    hint = "a URL from data must be https and name a host: https://host/path"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
        ascii_host = host.encode("idna").decode()
    except (ValueError, UnicodeError):
        raise Misprint(f"{text[:80]!r} is not a URL", printed, hint) from None
    if parts.scheme.lower() != "https" or not _HOST.fullmatch(ascii_host) or _unfit_for_url(text):
        raise Misprint(f"{text[:80]!r} is not an https URL with a host", printed, hint)
    if parts.username is not None or parts.password is not None or port == 0:
        raise Misprint("a URL with a user name or password in it", printed, hint)
    if followed_by and ("?" in text or "#" in text):
        raise Misprint(
            f"the beginning of a URL, {text[:80]!r}, already has a query or fragment",
            printed,
            "give scheme, host and path only, or print the whole URL from data",
        )
    if not host.isascii():
        text = text.replace(parts.netloc, parts.netloc.lower().replace(host, ascii_host), 1)
    if followed_by.startswith("/"):
        text = text.rstrip("/")
    return quote(text.encode("utf-8", "replace"), safe=_URL_CHARACTERS)


def _unfit_for_url(text: str) -> bool:
    return any(c <= " " or c in '\\<>"\x7f' for c in text)


def _past_the_host(before: str, printed: Printed) -> bool:
    """Return True where path, query or fragment have begun; raises Misprint before that."""
    # Browsers read a backslash as a slash, and take any number of slashes behind http: for two
    # (WHATWG URL, section 4.4).
    before = before.replace("\\", "/")
    scheme = _SCHEME.match(before)
    rest = before[scheme.end() :] if scheme else before
    if not before or (scheme is None and not re.search(r"[/?#{]", before)):
        raise Misprint("a URL that begins with data", printed, _ASK_FOR_URL)
    is_web = scheme is not None and scheme[0].lower() in {"http:", "https:"}
    if (is_web or rest.startswith("//")) and not re.search(r"[^/][/?#]", rest.lstrip("/")):
        raise Misprint(
            "data in or before the host of a URL",
            printed,
            "put scheme and host into one value and write `{{ base | url }}/path`",
        )
    return True


def _refuse_dot_segments(assembly: Assembly) -> None:
    text = assembly.text
    first = assembly.touching(1, 1) if text.startswith(("//", "/\\")) else None
    if first is not None:
        raise Misprint(
            "an empty value, or a slash, makes a URL that begins with //",
            first,
            "test for the empty value, or write the host out in the template",
        )
    start = _path_start(text)
    end = min((i for i in map(text.find, "?#") if i >= start), default=len(text))
    for segment in re.finditer(r"[^/\\]*", text[start:end]) if assembly.spans else ():
        # Some servers decode first, and some cut ";parameters" off.
        name = unquote(segment[0]).partition(";")[0]
        if name not in {".", ".."}:
            continue
        printed = assembly.touching(start + segment.start(), start + segment.end())
        if printed is not None:
            raise Misprint(
                f"data makes the path segment {name!r}, which leads elsewhere",
                printed,
                "check the value before it reaches the template, or send it in the query",
            )


def _path_start(text: str) -> int:
    scheme = _SCHEME.match(text)
    after = scheme.end() if scheme else 0
    if text[after:].startswith("//"):
        slash = text.find("/", after + 2)
        return len(text) if slash < 0 else slash
    return after
