"""A mail as it came: its headers that matter here, and its HTML parts, from hostile bytes."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from amcli.errors import MailError
from amcli.printable import printable_line
from amcli.received.eml_form import MailForm, read_form
from amcli.received.eml_parts import HtmlPart, read_parts

__all__ = ["MAX_MAIL_BYTES", "HtmlPart", "ReceivedMail", "read_mail"]

MAX_MAIL_BYTES = 32 * 1024 * 1024
_MAX_SHOWN = 500


@dataclass(frozen=True)
class ReceivedMail:
    """What of a mail decides whether and for whom a card is shown."""

    content: bytes
    source: str
    form: MailForm
    senders: tuple[str, ...]
    """The addresses in From; more than one, or none, is a finding."""
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    message_id: str
    date: str
    html_parts: tuple[HtmlPart, ...]
    attached_mail: bool
    """Whether another mail is inside this one."""

    @property
    def sender(self) -> str:
        """Return the one address in the one From, else ``""``."""
        alone = len(self.senders) == 1 and "from" not in self.form.repeated
        return self.senders[0] if alone else ""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Return To and Cc."""
        return (*self.to, *self.cc)

    @property
    def longest_line(self) -> int:
        """Return the octets of the longest line, without its end."""
        return max((len(line) for line in self.form.content.split(b"\r\n")), default=0)


def read_mail(content: bytes, source: str) -> ReceivedMail:
    """Return the mail in ``content`` (RFC 5322; lines may end in LF alone).

    Attached mails are not looked into: Outlook shows no card of theirs. Raises MailError for what
    is no mail, larger than 32 MB, or can be read in two ways.
    """
    if len(content) > MAX_MAIL_BYTES:
        raise MailError(
            f"{source}: larger than {MAX_MAIL_BYTES // 1024**2} MB",
            hint="save the mail again without its attachments",
        )
    form = read_form(content, source)
    message = message_from_bytes(form.head)
    parts = read_parts(form, source)
    return ReceivedMail(
        content=content,
        source=source,
        form=form,
        senders=_addresses(message, "From", source),
        to=_addresses(message, "To", source),
        cc=_addresses(message, "Cc", source),
        subject=_decoded(message, "Subject"),
        message_id=_decoded(message, "Message-ID"),
        date=_decoded(message, "Date"),
        html_parts=parts.html,
        attached_mail=parts.attached_mail,
    )


def _addresses(message: Message, name: str, source: str) -> tuple[str, ...]:
    values = [str(value) for value in message.get_all(name, [])]
    try:
        return tuple(address for _, address in getaddresses(values) if address)
    except RecursionError:
        raise MailError(f"{source}: the addresses in {name} are nested too deeply") from None


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
