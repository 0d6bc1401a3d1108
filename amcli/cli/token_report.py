"""What ``verify-token`` answers, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from amcli.cli.checks_text import Line, check_lines, plain, summary
from amcli.cli.token_advice import with_advice
from amcli.cli.token_answers import Answer, Undecided, head, place_fields
from amcli.errors import FINDINGS, TokenRejected
from amcli.printable import printable_line
from amcli.verify.captured import Capture, FoundToken
from amcli.verify.checks import Check, Outcome, Verdict
from amcli.verify.keyset import KeySource
from amcli.verify.token import VerifiedToken, verify_token
from amcli.verify.token_errors import KeysUnreachable, MalformedToken
from amcli.verify.token_format import decode_token
from amcli.verify.token_kind import TokenKind
from amcli.verify.token_policy import AnyTenant, TokenPolicy
from amcli.verify.token_text import moment


class Trust(NamedTuple):
    """What a token is judged by, each with who said so: an option, a setting, built-in."""

    keys: KeySource
    keys_from: str
    audiences: tuple[str, ...]
    audiences_from: str
    tenants: frozenset[str] | AnyTenant
    tenants_from: str
    cloud: str
    at: datetime

    @property
    def tenant_names(self) -> list[str]:
        """Return the tenants' ids, or that any will do."""
        return ["any"] if isinstance(self.tenants, AnyTenant) else sorted(self.tenants)

    def lines(self) -> list[Line]:
        """Return it for people, with an empty line behind."""
        rows = (
            ("keys", f"{self.keys.origin} ({self.keys_from})"),
            ("audience", f"{', '.join(self.audiences)} ({self.audiences_from})"),
            ("tenants", f"{', '.join(self.tenant_names) or 'none'} ({self.tenants_from})"),
            ("as of", f"{moment(self.at.timestamp())}, cloud {self.cloud}"),
        )
        return [*(plain(f"{name:<8}  {printable_line(value)}") for name, value in rows), plain()]


class Report(NamedTuple):
    """The verdict on a token with what it was judged by."""

    found: FoundToken
    kind: TokenKind
    trust: Trust
    checks: tuple[Check, ...]
    verified: VerifiedToken | None

    @property
    def exit_code(self) -> int:
        """Return 0 for a token that is accepted."""
        return 0 if self.verified else FINDINGS

    def fields(self) -> dict[str, Any]:
        """Return the fields of the ``--json`` answer."""
        trust = self.trust
        return {
            "kind": self.kind.value,
            "kind_label": self.kind.label,
            **place_fields(self.found),
            "at": trust.at.isoformat(),
            "cloud": trust.cloud,
            "keys": {"source": trust.keys.origin, "from": trust.keys_from},
            "audiences": {"accepted": list(trust.audiences), "from": trust.audiences_from},
            "tenants": {"accepted": trust.tenant_names, "from": trust.tenants_from},
            "checks": [check.as_json() for check in self.checks],
            "identity": _identity_json(self.verified),
        }

    def page(self) -> list[Line]:
        """Return what it was judged by and every check."""
        row = plain(
            f"{'token':<8}  {printable_line(f'{self.kind.label}, from {self.found.place}')}"
        )
        end: Line = (self._word(), (f": {summary(Verdict(self.checks))}", ""))
        return [row, *self.trust.lines(), *check_lines(self.checks), plain(), end]

    def entry(self) -> list[Line]:
        """Return the verdict, and the checks that failed or say something."""
        word, style = self._word()
        telling = [c for c in self.checks if c.outcome is Outcome.FAILED or c.hint]
        about = f"{self.kind.label}; {summary(Verdict(self.checks))}"
        rows = [(("  ", ""), *line) for line in check_lines(telling)]
        return [head(word, style, self.found, about), *rows]

    def _word(self) -> tuple[str, str]:
        return ("accepted", "bold green") if self.verified else ("refused", "bold red")


def examine_all(capture: Capture, policy: TokenPolicy, trust: Trust) -> Iterator[Answer]:
    """Yield the report on each token; for a single one raises KeysUnreachable."""
    for found in capture.tokens:
        try:
            yield examine(found, policy, trust)
        except KeysUnreachable as error:
            if len(capture.tokens) == 1:
                raise
            yield Undecided(found, error, "undecided")


def examine(found: FoundToken, policy: TokenPolicy, trust: Trust) -> Report:
    """Return the report on a token; raises KeysUnreachable."""
    text = found.token.reveal()
    verified = None
    try:
        verified = verify_token(text, policy, clock=lambda: trust.at)
        verdict = verified.verdict
    except TokenRejected as rejected:
        verdict = rejected.verdict
    kind, claims = _said(text)
    return Report(found, kind, trust, with_advice(verdict, claims), verified)


def _said(text: str) -> tuple[TokenKind, Mapping[str, Any]]:
    try:
        token = decode_token(text)
    except MalformedToken:
        return TokenKind.UNKNOWN, {}
    return token.kind, token.claims


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
