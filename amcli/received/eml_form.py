"""The form of a mail: where its lines end, where its head ends, which fields stand in the head.

Every reader of a mail, the one for its content and the one for its DKIM signatures, begins with
this reading, so that no two of them can see different mails in the same bytes.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from amcli.errors import MailError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")  # [MS-CFB], section 2.2: what .msg files begin with
_FIELD = re.compile(rb"([!-9;-~]+):(.*)", re.DOTALL)  # RFC 5322, section 2.2
# Exchange takes 256 KB of head and 1,000 recipients; reading longer fields takes its time.
_MAX_HEAD_BYTES = 512 * 1024
_MAX_FIELD_BYTES = 128 * 1024
_MAX_PART_HEAD_BYTES = 16 * 1024
# RFC 5322, section 3.6, and RFC 2045, section 3: none of these may stand twice.
_ONLY_ONCE = (
    "date", "from", "sender", "reply-to", "to", "cc", "bcc", "message-id", "in-reply-to",
    "references", "subject", "mime-version", "content-type", "content-transfer-encoding",
)  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One field of a head."""

    name: str
    """In lower case."""
    value: bytes
    """Unfolded."""


@dataclass(frozen=True)
class MailForm:
    """A mail taken apart; nothing in it is decoded."""

    content: bytes
    """The whole mail, every line ended by CRLF."""
    fields: tuple[Field, ...]
    body: bytes
    mixed_line_ends: bool
    """Whether some lines came with CRLF and others with LF alone."""
    marked: bool
    """Whether a byte order mark stood in front, which no mail has on its way."""

    @property
    def head(self) -> bytes:
        """Return the head with the empty line after it."""
        return self.content[: len(self.content) - len(self.body)]

    @property
    def repeated(self) -> tuple[str, ...]:
        """Return the names of fields that stand more than once and may not."""
        counts = Counter(field.name for field in self.fields)
        return tuple(name for name in _ONLY_ONCE if counts[name] > 1)


def read_form(content: bytes, source: str) -> MailForm:
    """Return the form of a mail whose lines end in CRLF, or in LF as many programs save them.

    Raises MailError for what is no mail, for a carriage return without line feed (RFC 5322,
    section 2.3: one reader takes it for the end of a line and the next one does not), for a line in
    the head that is no field, and for a head that no server would take.
    """
    _refuse_other_files(content, source)
    bare = content.removeprefix(_BYTE_ORDER_MARK)
    returns, feeds, pairs = (bare.count(end) for end in (b"\r", b"\n", b"\r\n"))
    if returns > pairs:
        raise _stray_return(bare, source)
    with_pairs = bare if feeds == pairs else re.sub(rb"\r?\n", b"\r\n", bare)
    # What mailboxes in mbox format put in front is no part of the mail.
    tidy = re.sub(rb"\AFrom [^\n]*\n", b"", with_pairs)
    head, _, body = _split(tidy)
    return MailForm(
        tidy, _fields(head, source), body, 0 < pairs < feeds, marked=len(bare) < len(content)
    )


def _stray_return(content: bytes, source: str) -> MailError:
    before = re.split(rb"\r(?!\n)", content, maxsplit=1)[0]
    line = before.count(b"\n") + 1
    return MailError(
        f"{source}: in line {line} there is a carriage return without a line feed",
        hint="programs disagree where such a mail's head ends and who it is from: it is damaged, "
        "or was made to deceive",
    )


def split_entity(content: bytes) -> tuple[bytes, bytes]:
    """Return head and body of a part, whose lines end in CRLF; a part may have no head."""
    head, _, body = _split(content)
    return head[:_MAX_PART_HEAD_BYTES], body


def _split(content: bytes) -> tuple[bytes, bytes, bytes]:
    if content.startswith(b"\r\n"):
        return b"", b"\r\n", content[2:]
    return content.partition(b"\r\n\r\n")


def _refuse_other_files(content: bytes, source: str) -> None:
    if not content.strip():
        raise MailError(f"{source}: the file is empty", hint="a mail was expected (.eml)")
    if content.startswith(_OLE_MAGIC):
        raise MailError(
            f"{source}: this is an Outlook .msg file, not a mail as it travels",
            hint="in Outlook on the web: message, ... , Download; or Save as .eml",
        )


def _fields(head: bytes, source: str) -> tuple[Field, ...]:
    if len(head) > _MAX_HEAD_BYTES:
        raise MailError(f"{source}: its head is longer than {_MAX_HEAD_BYTES // 1024} KB")
    lines = re.sub(rb"\r\n(?=[ \t])", b"", head).removesuffix(b"\r\n").split(b"\r\n")
    return tuple(_field(line, number, source) for number, line in enumerate(lines))


def _field(line: bytes, number: int, source: str) -> Field:
    match = _FIELD.fullmatch(line)
    if number == 0 and (match is None or not line[:1].isalpha()):
        raise MailError(
            f"{source}: this is no mail: it does not begin with a header",
            hint="a mail begins with lines like 'From: anna@contoso.com'",
        )
    if match is None:
        raise MailError(
            f"{source}: the head's header {number + 1} is none: it has no name and colon",
            hint="an empty line ends the head; programs disagree about what this one does",
        )
    name = match[1].decode("ascii").lower()
    if len(line) > _MAX_FIELD_BYTES:
        raise MailError(f"{source}: {name[:40]} is longer than {_MAX_FIELD_BYTES // 1024} KB")
    return Field(name, match[2].strip(b" \t"))
