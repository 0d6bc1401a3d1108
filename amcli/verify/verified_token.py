"""A bearer token that may be trusted; only ``verify_token`` makes one."""

from __future__ import annotations

from datetime import datetime

from amcli.verify.checks import Verdict
from amcli.verify.clouds import parse_guid
from amcli.verify.token_answers import Answer, Case, in_words
from amcli.verify.token_checks import single_audience
from amcli.verify.token_kind import ACTIONS_APPLICATION, TokenKind
from amcli.verify.token_text import instant


class VerifiedToken:
    """A token that has passed every check that was asked for."""

    __slots__ = ("_answers", "_case")

    def __init__(self, case: Case, answers: tuple[Answer, ...]) -> None:
        self._case = case
        self._answers = answers

    @property
    def kind(self) -> TokenKind:
        """Return which of the three it is."""
        return self._case.token.kind

    @property
    def audience(self) -> str:
        """Return ``aud``."""
        return single_audience(self._case) or ""

    @property
    def tenant(self) -> str | None:
        """Return ``tid``; None where an EAT has none."""
        return self._case.tenant

    @property
    def object_id(self) -> str | None:
        """Return ``oid``, which with ``tenant`` is who clicked; None for an EAT, and only there."""
        return parse_guid(self._case.claims.get("oid")) if self.kind.is_entra else None

    @property
    def subject(self) -> str | None:
        """Return ``sub``: who clicked, in an EAT; in others an id that only this audience sees."""
        return self._text("sub")

    @property
    def caller(self) -> str:
        """Return the application that made the call: always Outlook's Actions application."""
        return ACTIONS_APPLICATION

    @property
    def scopes(self) -> frozenset[str]:
        """Return the delegated permissions in ``scp``."""
        return frozenset(self._case.claims["scp"].split()) if self.kind.is_entra else frozenset()

    @property
    def sender(self) -> str | None:
        """Return the mail's sender in an EAT; None for Entra ID, whose tokens do not name it."""
        return None if self.kind.is_entra else self._text("sender")

    @property
    def upn(self) -> str | None:
        """Return what to display: it can change, and can be given to another person."""
        return self._text("upn") if self.kind.is_entra else None

    @property
    def display_name(self) -> str | None:
        """Return ``name``, for display only: people choose it, and two may have the same."""
        return self._text("name")

    @property
    def token_id(self) -> str | None:
        """Return ``uti``, for logs."""
        return self._text("uti")

    @property
    def expires_at(self) -> datetime:
        """Return ``exp``, aware and in UTC."""
        return instant(self._case.claims["exp"])

    @property
    def verdict(self) -> Verdict:
        """Return every check in order, with its reason."""
        return in_words(self._answers, self._case)

    def __repr__(self) -> str:
        return f"VerifiedToken({self.kind.value}, tenant={self.tenant}, oid={self.object_id})"

    def _text(self, claim: str) -> str | None:
        value = self._case.claims.get(claim)
        return value if isinstance(value, str) else None
