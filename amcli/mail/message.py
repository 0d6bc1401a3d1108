"""The mail as bytes: headers and two parts, every line short, plain ASCII and ended by CRLF.

The bytes are made here once and never again: a DKIM signature covers exactly them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.quoprimime import body_encode
from email.utils import format_datetime

from amcli.address import address_domain, header_text, parse_address, without_case
from amcli.errors import AddressError
from amcli.mail.body import HtmlBody
from amcli.seams import Clock, RandomSource, random_bytes, random_guid, utc_now

CORRELATION_HEADER = "X-Amcli-Correlation-Id"
"""The header that ties a mail to what the sender's own logs say about it."""

_LINE = 76  # RFC 2045, section 6.7 (5): octets in an encoded line
_PLAIN_SUBJECT = re.compile(r"[ -~]{0,60}")
_CRLF = "\r\n"


@dataclass(frozen=True)
class MailMessage:
    """A finished mail; ``content`` is what goes over the wire, to the byte."""

    content: bytes
    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    message_id: str
    """With its angle brackets."""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Return everybody who gets the mail, each once, To before Cc."""
        return (*self.to, *self.cc)


def parse_recipients(
    to: Sequence[str], cc: Sequence[str] = ()
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the addresses in To and those in Cc; raises AddressError for what is no address.

    Whoever is named twice, be it in upper and in lower case, gets the mail once, and stands in To
    rather than in Cc.
    """
    found: dict[str, str] = {}
    for address in map(parse_address, (*to, *cc)):
        found.setdefault(without_case(address), address)
    first_in_to = {without_case(parse_address(address)) for address in to}
    return (
        tuple(address for name, address in found.items() if name in first_in_to),
        tuple(address for name, address in found.items() if name not in first_in_to),
    )


def compose(
    body: HtmlBody,
    *,
    sender: str,
    to: Sequence[str],
    cc: Sequence[str] = (),
    subject: str,
    clock: Clock = utc_now,
    correlation_id: str | None = None,
    random: RandomSource = random_bytes,
) -> MailMessage:
    """Return the mail: multipart/alternative, text first, both parts UTF-8.

    There is no Bcc: Outlook shows no card to hidden recipients. Without ``correlation_id`` a random
    UUID is set. Raises AddressError for an address or header text that could not be carried, and
    when nobody is named in ``to``.
    """
    from_address = parse_address(sender)
    to_addresses, cc_addresses = parse_recipients(to, cc)
    if not to_addresses:
        raise AddressError("nobody is named in To", hint="Outlook shows cards to To and Cc only")
    now = clock()
    message_id = _message_id(now, from_address, random)
    boundary = f"=_amcli_{random(12).hex()}"  # "=_" occurs in neither encoding, RFC 2045, 6.7
    headers = [
        ("From", from_address),
        ("To", _list(to_addresses)),
        *([("Cc", _list(cc_addresses))] if cc_addresses else []),
        ("Subject", _subject(subject)),
        ("Date", format_datetime(now)),
        ("Message-ID", message_id),
        (CORRELATION_HEADER, _correlation_id(correlation_id, random)),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative;{_CRLF} boundary="{boundary}"'),
    ]
    content = _headers(headers) + _CRLF + _parts(body, boundary)
    return MailMessage(
        content.encode("ascii"), from_address, to_addresses, cc_addresses, message_id
    )


def _parts(body: HtmlBody, boundary: str) -> str:
    parts = (_part("text/plain", body.text), _part("text/html", body.html))
    opened = "".join(f"--{boundary}{_CRLF}{part}{_CRLF}" for part in parts)
    return f"{opened}--{boundary}--{_CRLF}"


def _part(media_type: str, text: str) -> str:
    encoding, encoded = _transfer_encoded(text)
    head = _headers(
        [
            ("Content-Type", f"{media_type}; charset=utf-8"),
            ("Content-Transfer-Encoding", encoding),
        ]
    )
    return head + _CRLF + encoded


def _transfer_encoded(text: str) -> tuple[str, str]:
    # Never 7bit: one long line of JSON would break the limit of 998 octets (RFC 5322, 2.1.1).
    octets = re.sub(r"\r\n|\r|\n", _CRLF, text).encode("utf-8")
    quoted = _quoted_printable(octets)
    in_base64 = _base64(octets)
    if len(quoted) <= len(in_base64):
        return "quoted-printable", quoted
    return "base64", in_base64


def _quoted_printable(octets: bytes) -> str:
    # Two columns are kept free for what _guard_line_start may add.
    encoded = body_encode(octets.decode("latin-1"), maxlinelen=_LINE - 2, eol=_CRLF)
    return re.sub(r"(?m)^(?:From |\.)", _guard_line_start, encoded)


def _guard_line_start(match: re.Match[str]) -> str:
    # Mailboxes turn "From " into ">From ", and careless relays lose a dot: either breaks DKIM.
    found = match.group()
    return f"={ord(found[0]):02X}{found[1:]}"


def _base64(octets: bytes) -> str:
    encoded = base64.b64encode(octets).decode("ascii")
    return _CRLF.join(encoded[at : at + _LINE] for at in range(0, len(encoded), _LINE))


def _headers(fields: Sequence[tuple[str, str]]) -> str:
    return "".join(f"{name}: {value}{_CRLF}" for name, value in fields)


def _list(addresses: Sequence[str]) -> str:
    return f",{_CRLF} ".join(addresses)  # one in a line, so that none grows too long


def _subject(subject: str) -> str:
    text = header_text("subject", subject)
    if _PLAIN_SUBJECT.fullmatch(text) and "=?" not in text:
        return text
    return Header(text, "utf-8", maxlinelen=_LINE, header_name="Subject").encode(linesep=_CRLF)


def _message_id(now: datetime, sender: str, random: RandomSource) -> str:
    return f"<{now:%Y%m%d%H%M%S}.{random(12).hex()}@{address_domain(sender)}>"


def _correlation_id(given: str | None, random: RandomSource) -> str:
    if given is None:
        return random_guid(random)
    text = header_text("correlation id", given)
    if not re.fullmatch(r"[!-~]{1,200}", text):
        raise AddressError(
            "the correlation id may hold up to 200 printable ASCII characters and no white space"
        )
    return text
