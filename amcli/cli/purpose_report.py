"""What ``purpose-token`` answers, for people and as JSON; never the token's MAC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amcli.cli.checks_text import Line, check_lines, plain, print_lines, summary
from amcli.printable import printable_line
from amcli.service.purpose import (
    VERSION,
    PurposeToken,
    PurposeTokenRejected,
    UnverifiedPurposeToken,
    decode_purpose_token,
)
from amcli.service.purpose_checks import Expected, check_purpose_token
from amcli.service.purpose_keys import PurposeKeys
from amcli.verify.checks import Verdict
from amcli.verify.token_text import moment, relative, shown

_NOTHING_VERIFIED: Line = (
    ("Nothing is verified: anybody can write such a token.", "bold"),
    (" To check it: amcli purpose-token verify", ""),
)


def decoded_json(token: UnverifiedPurposeToken, place: str, now: datetime) -> dict[str, Any]:
    """Return the fields of the ``--json`` answer of ``purpose-token decode``."""
    return {
        "verified": False,
        "version": VERSION,
        "source": place,
        "key_id": token.key_id,
        "expired": now >= token.claims.expires,
        **_claims_json(token.claims),
    }


def print_decoded(token: UnverifiedPurposeToken, place: str, now: datetime) -> None:
    """Print what a token says, for people."""
    row = plain(f"token      {printable_line(f'limited-purpose, {VERSION}, from {place}')}")
    rows = [plain(f"{name:<9}  {value}") for name, value in _rows(token, now)]
    print_lines([_NOTHING_VERIFIED, row, plain(), *rows])


@dataclass(frozen=True)
class Report:
    """The verdict on a token, and what it says."""

    place: str
    said: UnverifiedPurposeToken | None
    """None where it cannot be decoded."""
    verdict: Verdict
    now: datetime

    def as_json(self) -> dict[str, Any]:
        """Return the fields of the ``--json`` answer; ``token`` is null when it is refused."""
        return {
            "version": VERSION,
            "source": self.place,
            "at": self.now.isoformat(),
            "key_id": self.said.key_id if self.said else None,
            "checks": [check.as_json() for check in self.verdict.checks],
            "token": _claims_json(self.said.claims) if self.said and self.verdict.ok else None,
        }

    def print(self) -> None:
        """Print every check, and what the token says where it counts."""
        word = ("accepted", "bold green") if self.verdict.ok else ("refused", "bold red")
        end: Line = (word, (f": {summary(self.verdict)}", ""))
        place = printable_line(f"limited-purpose, {VERSION}, from {self.place}")
        lines = [plain(f"token    {place}"), plain(f"as of    {moment(self.now.timestamp())}")]
        print_lines([*lines, plain(), *check_lines(self.verdict.checks), plain(), end])


def examine(text: str, place: str, keys: PurposeKeys, expected: Expected, now: datetime) -> Report:
    """Return the report on a token."""
    verdict = check_purpose_token(text, keys, expected, lambda: now)
    try:
        said = decode_purpose_token(text)
    except PurposeTokenRejected:
        said = None
    return Report(place, said, verdict, now)


def _rows(token: UnverifiedPurposeToken, now: datetime) -> list[tuple[str, str]]:
    claims, expires = token.claims, token.claims.expires.timestamp()
    return [
        ("key", shown(token.key_id)),
        ("id", shown(claims.id)),
        ("sender", shown(claims.purpose.sender)),
        ("template", shown(claims.purpose.template)),
        ("subject", shown(claims.purpose.subject)),
        ("recipient", shown(claims.purpose.recipient)),
        ("actions", ", ".join(shown(action) for action in claims.purpose.actions)),
        ("expires", f"{moment(expires)}, {relative(expires, now)}"),
    ]


def _claims_json(token: PurposeToken) -> dict[str, Any]:
    purpose = token.purpose
    return {
        "id": token.id,
        "sender": purpose.sender,
        "template": purpose.template,
        "subject": purpose.subject,
        "recipient": purpose.recipient,
        "actions": list(purpose.actions),
        "expires": token.expires.isoformat(),
    }
