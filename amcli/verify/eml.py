"""A mail as it came: its headers that matter here, and its HTML parts, from hostile bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from amcli.errors import MailError
from amcli.printable import printable_line

MAX_MAIL_BYTES = 32 * 1024 * 1024
_OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")  # [MS-CFB], section 2.2: what .msg files begin with
_HEADER_LINE = re.compile(rb"(?:From .*\r?\n)?[A-Za-z][A-Za-z0-9-]*[ \t]*:")  # RFC 5322, 2.2
_MAX_PARTS = 1000
_MAX_SHOWN = 500


@dataclass(frozen=True)
class HtmlPart:
    """One text/html part, decoded."""

    text: str
    charset: str
    """The declared one, ``us-ascii`` when there is none."""
    charset_known: bool
    """Whether the text could be decoded so; if not, it was read as UTF-8 as far as possible."""


@dataclass(frozen=True)
class ReceivedMail:
    """What of a mail decides whether and for whom a card is shown."""

    content: bytes
    source: str
    senders: tuple[str, ...]
    """The addresses in From; more than one, or none, is a finding."""
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    message_id: str
    date: str
    html_parts: tuple[HtmlPart, ...]

    @property
    def sender(self) -> str:
        """Return the one address in From, else ``""``."""
        return self.senders[0] if len(self.senders) == 1 else ""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Return To and Cc."""
        return (*self.to, *self.cc)

    @property
    def longest_line(self) -> int:
        """Return the octets of the longest line, without its end."""
        return max((len(line.rstrip(b"\r")) for line in self.content.split(b"\n")), default=0)


def read_mail(content: bytes, source: str) -> ReceivedMail:
    """Return the mail in ``content`` (RFC 5322; lines may end in LF alone).

    Attached mails are not looked into: Outlook shows no card of theirs. Raises MailError for what
    is no mail, or larger than 32 MB.
    """
    _refuse_what_is_no_mail(content, source)
    try:
        message = message_from_bytes(content)
        html_parts = tuple(_html_parts(message, source))
    except RecursionError:
        raise MailError(f"{source}: its parts are nested too deeply") from None
    return ReceivedMail(
        content=content,
        source=source,
        senders=_addresses(message, "From"),
        to=_addresses(message, "To"),
        cc=_addresses(message, "Cc"),
        subject=_decoded(message, "Subject"),
        message_id=_decoded(message, "Message-ID"),
        date=_decoded(message, "Date"),
        html_parts=html_parts,
    )


def _refuse_what_is_no_mail(content: bytes, source: str) -> None:
    if len(content) > MAX_MAIL_BYTES:
        raise MailError(f"{source}: larger than {MAX_MAIL_BYTES // 1024**2} MB")
    if not content.strip():
        raise MailError(f"{source}: the file is empty", hint="a mail was expected (.eml)")
    if content.startswith(_OLE_MAGIC):
        raise MailError(
            f"{source}: this is an Outlook .msg file, not a mail as it travels",
            hint="in Outlook on the web: message, ... , Download; or Save as .eml",
        )
    if not _HEADER_LINE.match(content.removeprefix(b"\xef\xbb\xbf")):
        raise MailError(
            f"{source}: this is no mail: it does not begin with a header",
            hint="a mail begins with lines like 'From: anna@contoso.com'",
        )


def _html_parts(message: Message, source: str) -> Iterator[HtmlPart]:
    for seen, part in enumerate(_leaves(message)):
        if seen >= _MAX_PARTS:
            raise MailError(f"{source}: more than {_MAX_PARTS} parts")
        if part.get_content_type() == "text/html":
            yield _html_part(part)


def _leaves(message: Message) -> Iterator[Message]:
    stack = [message]
    while stack:
        part = stack.pop()
        if (
            part.get_content_maintype() == "message"
            or part.get_content_disposition() == "attachment"
        ):
            continue
        payload = part.get_payload()
        if part.is_multipart() and isinstance(payload, list):
            stack.extend(reversed([p for p in payload if isinstance(p, Message)]))
        else:
            yield part


def _html_part(part: Message) -> HtmlPart:
    payload = part.get_payload(decode=True)
    octets = payload if isinstance(payload, bytes) else b""
    charset = _charset(part)
    try:
        return HtmlPart(octets.decode(charset), charset, charset_known=True)
    except (LookupError, UnicodeError, ValueError):
        return HtmlPart(octets.decode("utf-8", "replace"), charset, charset_known=False)


def _charset(part: Message) -> str:
    try:
        charset = part.get_content_charset() or "us-ascii"
    except (LookupError, UnicodeError, ValueError):
        charset = "unreadable"
    return charset[:40]


def _addresses(message: Message, name: str) -> tuple[str, ...]:
    values = [str(value) for value in message.get_all(name, [])]
    return tuple(address for _, address in getaddresses(values) if address)


def _decoded(message: Message, name: str) -> str:
    value = str(message.get(name, ""))
    try:
        pieces = [
            piece.decode(charset or "ascii", "replace") if isinstance(piece, bytes) else piece
            for piece, charset in decode_header(value)
        ]
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        pieces = [value]
    text = " ".join("".join(pieces).split())
    return printable_line(text[:_MAX_SHOWN])
