"""What ``decode-token`` answers, for people and as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from amcli.cli.checks_text import Line, plain, print_lines
from amcli.printable import printable_line
from amcli.verify.token_claims import Claim, explain_claims
from amcli.verify.token_format import MAX_TOKEN_BYTES, UnverifiedToken
from amcli.verify.token_kind import EAT_ENDED, TokenKind
from amcli.verify.token_text import shown

_NOTHING_VERIFIED = "Nothing is verified: anybody can write such a token."
_MAX_COLUMN = 44


def decoded_json(token: UnverifiedToken, place: str, now: datetime) -> dict[str, Any]:
    """Return the fields of the ``--json`` answer of ``decode-token``."""
    return {
        "verified": False,
        "kind": token.kind.value,
        "kind_label": token.kind.label,
        "source": place,
        "header": token.header,
        "claims": token.claims,
        "meanings": {c.name: c.meaning for c in explain_claims(token, now) if c.meaning},
        "note": EAT_ENDED if token.kind is TokenKind.EAT else None,
    }


def print_decoded(token: UnverifiedToken, place: str, now: datetime) -> None:
    """Print what a token says, for people."""
    header = [Claim(name, value, "") for name, value in token.header.items()]
    lines = [
        ((_NOTHING_VERIFIED, "bold"), (" To check it: amcli verify-token", "")),
        plain(f"token  {printable_line(f'{token.kind.label}, from {place}')}"),
        *([plain(f"       {EAT_ENDED}")] if token.kind is TokenKind.EAT else []),
        plain("\nheader", "bold"),
        *_table(header),
        plain("\nclaims", "bold"),
        *_table(explain_claims(token, now)),
    ]
    print_lines(lines)


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
