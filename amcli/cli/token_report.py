"""What ``verify-token`` answers, for people and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amcli.cli.checks_text import Line, check_lines, plain, print_lines, summary
from amcli.errors import TokenRejected
from amcli.printable import printable_line
from amcli.verify.checks import Verdict
from amcli.verify.keyset import KeySource
from amcli.verify.request import FoundToken
from amcli.verify.token import VerifiedToken, verify_token
from amcli.verify.token_errors import MalformedToken
from amcli.verify.token_format import decode_token
from amcli.verify.token_kind import TokenKind
from amcli.verify.token_policy import AnyTenant, TokenPolicy
from amcli.verify.token_text import moment


@dataclass(frozen=True)
class Trust:
    """What a token is judged by, each with who said so: an option, a setting, built-in."""

    keys: KeySource
    keys_from: str
    audiences: tuple[str, ...]
    audiences_from: str
    tenants: frozenset[str] | AnyTenant
    tenants_from: str

    @property
    def tenant_names(self) -> list[str]:
        """Return the tenants' ids, or that any will do."""
        return ["any"] if isinstance(self.tenants, AnyTenant) else sorted(self.tenants)


@dataclass(frozen=True)
class Report:
    """The verdict on a token with what it was judged by."""

    place: str
    kind: TokenKind
    trust: Trust
    cloud: str
    at: datetime
    verdict: Verdict
    verified: VerifiedToken | None

    def as_json(self) -> dict[str, Any]:
        """Return the fields of the ``--json`` answer."""
        trust = self.trust
        return {
            "kind": self.kind.value,
            "kind_label": self.kind.label,
            "source": self.place,
            "at": self.at.isoformat(),
            "cloud": self.cloud,
            "keys": {"source": trust.keys.origin, "from": trust.keys_from},
            "audiences": {"accepted": list(trust.audiences), "from": trust.audiences_from},
            "tenants": {"accepted": trust.tenant_names, "from": trust.tenants_from},
            "checks": [check.as_json() for check in self.verdict.checks],
            "identity": _identity_json(self.verified),
        }

    def print(self) -> None:
        """Print the verdict for people."""
        trust = self.trust
        rows = (
            ("token", f"{self.kind.label}, from {self.place}"),
            ("keys", f"{trust.keys.origin} ({trust.keys_from})"),
            ("audience", f"{', '.join(trust.audiences)} ({trust.audiences_from})"),
            ("tenants", f"{', '.join(trust.tenant_names) or 'none'} ({trust.tenants_from})"),
            ("as of", f"{moment(self.at.timestamp())}, cloud {self.cloud}"),
        )
        print_lines(
            [
                *(plain(f"{name:<8}  {printable_line(value)}") for name, value in rows),
                plain(),
                *check_lines(self.verdict.checks),
                plain(),
                self._conclusion(),
            ]
        )

    def _conclusion(self) -> Line:
        word, style = ("accepted", "bold green") if self.verdict.ok else ("refused", "bold red")
        return ((word, style), (f": {summary(self.verdict)}", ""))


def examine(found: FoundToken, policy: TokenPolicy, trust: Trust, now: datetime) -> Report:
    """Return the report on a token; raises KeysUnreachable."""
    text = found.token.reveal()
    verified = None
    try:
        verified = verify_token(text, policy, clock=lambda: now)
        verdict = verified.verdict
    except TokenRejected as rejected:
        verdict = rejected.verdict
    return Report(found.place, _kind(text), trust, policy.cloud, now, verdict, verified)


def _kind(text: str) -> TokenKind:
    try:
        return decode_token(text).kind
    except MalformedToken:
        return TokenKind.UNKNOWN


def _identity_json(token: VerifiedToken | None) -> dict[str, Any] | None:
    if token is None:
        return None
    return {
        "tenant": token.tenant,
        "object_id": token.object_id,
        "subject": token.subject,
        "sender": token.sender,
        "scopes": sorted(token.scopes),
        "audience": token.audience,
        "display_only": {"upn": token.upn, "name": token.display_name},
        "token_id": token.token_id,
        "expires_at": token.expires_at.isoformat(),
    }
