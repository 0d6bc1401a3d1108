"""The DNS record that publishes a DKIM key (RFC 6376, section 3.6; RFC 8463, section 4)."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from amcli.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

PIECE = 255  # RFC 1035, section 3.3: octets in one character-string of a TXT record
MAX_DOMAIN = 253  # RFC 1035, section 3.1, as text

_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_QUOTED = re.compile(r'"([^"]*)"')


@dataclass(frozen=True)
class DkimRecord:
    """One TXT record."""

    name: str
    """``selector._domainkey.domain``, without the dot at the end."""
    text: str
    """The value in one string, as most DNS web pages want it."""

    @property
    def pieces(self) -> tuple[str, ...]:
        """Return the value in strings of at most 255 characters, as DNS itself holds it."""
        return tuple(self.text[at : at + PIECE] for at in range(0, len(self.text), PIECE))

    def zone_line(self) -> str:
        """Return the record as a zone file has it (RFC 1035, section 5.1)."""
        quoted = " ".join(f'"{piece}"' for piece in self.pieces)
        return f"{self.name}. IN TXT ( {quoted} )"

    def file_text(self) -> str:
        """Return the content of ``dkim-record.txt``: a zone file whose comments explain it."""
        pieces = "".join(f';   "{piece}"\n' for piece in self.pieces)
        return (
            f"; DKIM record. Publish it in DNS as one TXT record.\n"
            f"; Name:\n;   {self.name}\n"
            f"; Value, in one string (what most DNS web pages ask for):\n;   {self.text}\n"
            f"; Value, in pieces of at most {PIECE} characters (what some ask for):\n{pieces}"
            f"; As a line of a zone file:\n{self.zone_line()}\n"
        )


def dkim_record(
    public: RSAPublicKey | Ed25519PublicKey, *, domain: str, selector: str
) -> DkimRecord:
    """Return the record to publish for a public key.

    Raises UsageError for a domain or selector that no DNS name can have.
    """
    name = f"{dns_name(selector, 'selector')}._domainkey.{dns_name(domain, 'domain')}"
    if len(name) > MAX_DOMAIN:
        raise UsageError(f"{name[:80]}… is longer than {MAX_DOMAIN} characters, no DNS name is")
    if isinstance(public, Ed25519PublicKey):
        # RFC 8463, section 4.2: the 32 bytes themselves, not a SubjectPublicKeyInfo.
        kind, key = "ed25519", public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    else:
        kind, key = "rsa", public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return DkimRecord(name, f"v=DKIM1; k={kind}; p={base64.b64encode(key).decode('ascii')}")


def dkim_record_value(text: str) -> str:
    """Return the TXT value in a text: the bare value, a zone file line or ``dkim-record.txt``.

    Comments are skipped and quoted pieces joined; what comes back is not judged.
    """
    lines = [
        line for line in text.lstrip("\ufeff").splitlines() if not line.lstrip().startswith(";")
    ]
    rest = "\n".join(lines)
    pieces = _QUOTED.findall(rest)
    return "".join(pieces) if pieces else " ".join(rest.split())


def dns_name(text: str, what: str) -> str:
    """Return a domain or selector in lower case, without the dot at the end.

    Raises UsageError, which calls it ``what``, when DNS cannot hold it.
    """
    name = text.strip().rstrip(".").lower()
    if not name.isascii():
        raise UsageError(
            f"the {what} {text[:80]!r} is not ASCII", hint="write it in its xn-- form (punycode)"
        )
    if len(name) > MAX_DOMAIN or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise UsageError(
            f"the {what} {text[:80]!r} is no DNS name",
            hint="letters, digits and hyphens, in parts between dots: mail2026, contoso.com",
        )
    return name
