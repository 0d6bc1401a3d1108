"""What ``decode-token`` answers, for people and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amcli.cli.checks_text import Line, plain
from amcli.cli.token_answers import Answer, Undecided, head, place_fields
from amcli.printable import printable_line
from amcli.verify.captured import Capture, FoundToken
from amcli.verify.token_claims import Claim, explain_claims
from amcli.verify.token_errors import MalformedToken
from amcli.verify.token_format import MAX_TOKEN_BYTES, UnverifiedToken, decode_token
from amcli.verify.token_kind import EAT_ENDED, TokenKind
from amcli.verify.token_text import shown

NOTHING_VERIFIED: Line = (
    ("Nothing is verified: anybody can write such a token.", "bold"),
    (" To check it: amcli verify-token", ""),
)
_MAX_COLUMN = 44
_DECIDING = {"iss", "aud", "exp", "tid", "oid", "sub", "sender", "appid", "azp"}


@dataclass(frozen=True)
class Decoded:
    """What one token says, and where it stood."""

    found: FoundToken
    token: UnverifiedToken
    now: datetime

    exit_code = 0

    def fields(self) -> dict[str, Any]:
        """Return the fields of the ``--json`` answer."""
        token = self.token
        explained = explain_claims(token, self.now)
        return {
            "verified": False,
            "kind": token.kind.value,
            "kind_label": token.kind.label,
            **place_fields(self.found),
            "header": dict(token.header),
            "claims": dict(token.claims),
            "meanings": {claim.name: claim.meaning for claim in explained if claim.meaning},
            "note": EAT_ENDED if token.kind is TokenKind.EAT else None,
        }

    def page(self) -> list[Line]:
        """Return header and claims, each with its meaning."""
        token = self.token
        header = [Claim(name, value, "") for name, value in token.header.items()]
        place = printable_line(f"{token.kind.label}, from {self.found.place}")
        return [
            NOTHING_VERIFIED,
            plain(f"token  {place}"),
            *([plain(f"       {EAT_ENDED}")] if token.kind is TokenKind.EAT else []),
            plain("\nheader", "bold"),
            *_table(header),
            plain("\nclaims", "bold"),
            *_table(explain_claims(token, self.now)),
        ]

    def entry(self) -> list[Line]:
        """Return the claims that decide about the token."""
        claims = [c for c in explain_claims(self.token, self.now) if c.name in _DECIDING]
        return [head("decoded", "bold", self.found, self.token.kind.label), *_table(claims)]


def decode_all(capture: Capture, now: datetime) -> list[Answer]:
    """Return what each token says; a single one that is malformed raises MalformedToken."""
    if len(capture.tokens) == 1:
        found = capture.tokens[0]
        return [Decoded(found, decode_token(found.token.reveal()), now)]
    return [_decode(found, now) for found in capture.tokens]


def _decode(found: FoundToken, now: datetime) -> Answer:
    try:
        return Decoded(found, decode_token(found.token.reveal()), now)
    except MalformedToken as error:
        return Undecided(found, error, "malformed")


def _table(claims: list[Claim]) -> list[Line]:
    rows = [
        (printable_line(claim.name), shown(claim.value, MAX_TOKEN_BYTES), claim.meaning)
        for claim in claims
    ]
    names = max((len(name) for name, _, _ in rows), default=0)
    values = min(max((len(value) for _, value, _ in rows), default=0), _MAX_COLUMN)
    return [
        plain(f"  {name:<{names}}  {value:<{values}}  {mean}".rstrip())
        for name, value, mean in rows
    ]
