"""What DKIM asks of a signature and of a record beside the cryptography.

RFC 6376, as RFC 8301 made it stricter; all of this holds or fails before a key is used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_SAFE = re.compile(r"[^\w.+=:;/@-]", re.ASCII)
_SHOWN_CHARACTERS = 1000
_MAX_SIGNATURE_BYTES = 8 * 1024  # real ones have less than 2 KB
_ALGORITHMS = {"rsa-sha256", "ed25519-sha256"}


@dataclass(frozen=True)
class Signature:
    """What a DKIM-Signature header says of itself; every field comes from the mail."""

    index: int
    """Its place among the signatures of the mail, from above."""
    size: int
    tags: dict[str, str]
    """Safe to be shown."""

    @classmethod
    def read(cls, index: int, value: bytes) -> Signature:
        """Return the signature in an unfolded header value."""
        text = value[:_MAX_SIGNATURE_BYTES].decode("ascii", "replace")
        return cls(index, len(value), _tags(text))

    @property
    def domain(self) -> str:
        """Return d=."""
        return self.tags.get("d", "")

    @property
    def algorithm(self) -> str:
        """Return a=."""
        return self.tags.get("a", "")

    @property
    def name(self) -> str:
        """Return where its record is looked up."""
        return f"{self.tags.get('s', '')}._domainkey.{self.domain}"

    @property
    def key_type(self) -> str:
        """Return the kind of key that made it: ``rsa`` or ``ed25519``."""
        return self.algorithm.partition("-")[0]

    @property
    def length(self) -> int | None:
        """Return how many octets of the body l= says are signed; None where all are."""
        found = self.tags.get("l")
        return None if found is None else int(found) if found.isdecimal() else 0

    @property
    def signed_headers(self) -> frozenset[str]:
        """Return the names in h=, in lower case."""
        return frozenset(self.tags.get("h", "").lower().split(":"))

    def problem(self, now: datetime) -> str | None:
        """Return why nothing may rely on it, whatever the key says."""
        if self.size > _MAX_SIGNATURE_BYTES:
            return f"the header is longer than {_MAX_SIGNATURE_BYTES // 1024} KB"
        if self.algorithm == "rsa-sha1":
            return "a=rsa-sha1 is broken and must not be accepted (RFC 8301, section 3.1)"
        if self.algorithm and self.algorithm not in _ALGORITHMS:
            return f"a={self.algorithm} is no algorithm of DKIM"
        if "from" not in self.signed_headers:
            return "h= does not name From, which must be signed (RFC 6376, section 5.4)"
        return self._expired(now)

    def _expired(self, now: datetime) -> str | None:
        expires = self.tags.get("x", "")
        if re.fullmatch(r"\d{1,11}", expires) and int(expires) < now.timestamp():
            moment = datetime.fromtimestamp(int(expires), UTC)
            return f"it expired on {moment:%Y-%m-%d %H:%M:%S} UTC (x=)"
        return None


@dataclass(frozen=True)
class Record:
    """A TXT record with a public key (RFC 6376, section 3.6.1)."""

    text: str
    tags: dict[str, str]

    @classmethod
    def read(cls, text: str) -> Record:
        """Return the record in a TXT value."""
        return cls(text, _tags(text))

    @property
    def key_type(self) -> str:
        """Return k=, which is ``rsa`` where it is left out."""
        return self.tags.get("k", "rsa").lower()

    @property
    def in_test(self) -> bool:
        """Return whether t=y asks receivers to treat the mail as if it were not signed."""
        return "y" in self._flags

    @property
    def _flags(self) -> list[str]:
        return self.tags.get("t", "").split(":")

    def problem(self, signature: Signature) -> str | None:
        """Return why the record must not be used for this signature."""
        if "v" in self.tags and (next(iter(self.tags)) != "v" or self.tags["v"] != "DKIM1"):
            return "the record's v= is not v=DKIM1 in front"
        hashes = self.tags.get("h")
        if hashes is not None and "sha256" not in hashes.split(":"):
            return f"the record allows h={hashes} only, and the signature is made with sha256"
        identity = _identity(signature)
        if "s" in self._flags and identity.lower() != signature.domain.lower():
            return f"the record's t=s forbids i=@{identity} below d={signature.domain}"
        return None


def _identity(signature: Signature) -> str:
    return signature.tags.get("i", signature.domain).rpartition("@")[2]


def _tags(text: str) -> dict[str, str]:
    pairs = [piece.partition("=") for piece in text.split(";")]
    return {
        name.strip(): _SAFE.sub("", value)[:_SHOWN_CHARACTERS]
        for name, equals, value in pairs
        if equals
    }
