"""The HTML parts of a mail (RFC 2046), split at their boundaries and decoded.

Split from the outside in, level by level, so that no mail takes long however it is nested.
"""

from __future__ import annotations

import binascii
import codecs
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from amcli.errors import MailError
from amcli.received.eml_form import MailForm, split_entity

_MAX_PARTS = 1000
_MAX_DEPTH = 20
# Not charsets but Python's own ways of writing text, or ones that hide "<" behind other letters.
_NO_CHARSETS = re.compile(r"unicode[_-]?escape|raw[_-]unicode[_-]escape|idna|punycode|utf-?7.*")


@dataclass(frozen=True)
class HtmlPart:
    """One text/html part, decoded."""

    text: str
    charset: str
    """The declared one, ``us-ascii`` when there is none."""
    charset_known: bool
    """Whether the text could be decoded so; if not, it was read as UTF-8 as far as possible."""
    damaged_base64: bool = False
    """Whether the part says that it is base64, and is not."""


@dataclass(frozen=True)
class Parts:
    """What a walk through a mail found."""

    html: tuple[HtmlPart, ...]
    attached_mail: bool
    """Whether there is a mail inside the mail, as when one is forwarded as an attachment."""


@dataclass(frozen=True)
class _Entity:
    headers: Message
    body: bytes
    depth: int


def read_parts(form: MailForm, source: str) -> Parts:
    """Return the HTML parts in order; attached files and mails are not looked into.

    Raises MailError for more than 1,000 parts, or parts nested more than 20 deep.
    """
    html: list[HtmlPart] = []
    attached_mail = False
    for entity in _leaves(_Entity(_headers(form.head), form.body, 0), source):
        if entity.headers.get_content_maintype() == "message":
            attached_mail = True
        elif _is_attached(entity):
            continue
        elif entity.headers.get_content_type() == "text/html":
            html.append(_html_part(entity))
    return Parts(tuple(html), attached_mail)


def _leaves(whole: _Entity, source: str) -> Iterator[_Entity]:
    stack, seen = [whole], 0
    while stack:
        entity = stack.pop()
        seen += 1
        if seen > _MAX_PARTS:
            raise MailError(f"{source}: more than {_MAX_PARTS} parts")
        if entity.headers.get_content_maintype() != "multipart" or _is_attached(entity):
            yield entity
            continue
        if entity.depth >= _MAX_DEPTH:
            raise MailError(f"{source}: its parts are nested more than {_MAX_DEPTH} deep")
        stack.extend(reversed(_children(entity)))


def _children(entity: _Entity) -> list[_Entity]:
    boundary = _boundary(entity.headers)
    if not boundary:
        return []
    children = []
    start: int | None = None
    for at, end, last in _boundary_lines(entity.body, boundary):
        if start is not None:
            children.append(_entity(entity.body[start:at], entity.depth + 1))
        start = None if last else end
        if last or len(children) > _MAX_PARTS:
            break
    if start is not None:
        children.append(_entity(entity.body[start:], entity.depth + 1))
    return children


def _boundary_lines(body: bytes, boundary: bytes) -> Iterator[tuple[int, int, bool]]:
    # RFC 2046, section 5.1.1: a line of its own, perhaps with white space at its end; the line
    # break before it belongs to it. The pattern begins with letters so that it is found quickly.
    for match in re.finditer(rb"--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r\n|\Z)", body):
        at = match.start()
        if at == 0 or body[at - 2 : at] == b"\r\n":
            yield max(at - 2, 0), match.end(), match[1] is not None


def _entity(content: bytes, depth: int) -> _Entity:
    head, body = split_entity(content.removeprefix(b"\r\n"))
    return _Entity(_headers(head), body, depth)


def _headers(head: bytes) -> Message:
    return message_from_bytes(head)


def _boundary(headers: Message) -> bytes:
    try:
        return (headers.get_boundary() or "").encode("ascii", "surrogateescape")
    except (LookupError, UnicodeError, ValueError):
        return b""


def _is_attached(entity: _Entity) -> bool:
    return entity.headers.get_content_disposition() == "attachment"


def _html_part(entity: _Entity) -> HtmlPart:
    octets, damaged = _decoded(entity)
    charset = _charset(entity.headers)
    try:
        text, known = octets.decode(charset), True
    except (LookupError, UnicodeError, ValueError):
        text, known = octets.decode("utf-8", "replace"), False
    return HtmlPart(text, charset, known and not _is_no_charset(charset), damaged)


def _decoded(entity: _Entity) -> tuple[bytes, bool]:
    encoding = str(entity.headers.get("Content-Transfer-Encoding", "")).strip().lower()
    if encoding == "quoted-printable":
        return quopri.decodestring(entity.body), False
    if encoding != "base64":
        return entity.body, False
    # RFC 2045, section 6.8: what is not of the alphabet is passed over; only padding must fit.
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", entity.body)
    usable = letters[: len(letters) - (len(letters) % 4 == 1)]
    octets = binascii.a2b_base64(usable + b"=" * (-len(usable) % 4))
    damaged = len(usable) < len(letters) or bool(re.search(rb"[^A-Za-z0-9+/=\s]", entity.body))
    return octets, damaged


def _charset(headers: Message) -> str:
    try:
        charset = headers.get_content_charset() or "us-ascii"
    except (LookupError, UnicodeError, ValueError):
        charset = "unreadable"
    return charset[:40]


def _is_no_charset(charset: str) -> bool:
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return True
    return _NO_CHARSETS.fullmatch(name) is not None
