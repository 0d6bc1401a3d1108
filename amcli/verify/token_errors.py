"""One class a reason for which a token is not trusted, so that a service can tell them apart.

TokenRejected             a check failed; ``verdict`` has them all
├── MalformedToken            format: not a JWS in compact form with two JSON objects
├── AlgorithmRefused          algorithm: anything but RS256
├── HeaderRefused             header: crit, b64, key material, or no usable key id
├── DatesRefused              dates: missing, or not finite numbers
├── KindRefused               kind: no token that Microsoft issues, or a retired kind
├── IssuerRefused             issuer
├── TenantRefused             tenant
├── UnknownKey                key: none of that id, or one that must not be used
├── BadSignature              signature
├── TokenExpired              expiry
├── TokenNotYetValid          not before, issued at
├── AudienceRefused           audience
├── CallerRefused             caller
├── ScopeRefused              scope
├── SenderRefused             sender
└── PerformerRefused          performer
KeysUnreachable           no check failed: the keys could not be read (a NetworkError)

The class is that of the first check that failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from amcli.errors import NetworkError, TokenRejected
from amcli.verify.checks import Verdict

if TYPE_CHECKING:
    from concurrent.futures import Future


class MalformedToken(TokenRejected):
    """Text that is not a signed token in compact form (RFC 7515, section 7.1)."""


class AlgorithmRefused(TokenRejected):
    """Signed with something else than RS256, or not signed at all."""


class HeaderRefused(TokenRejected):
    """A header that asks for extensions, brings its own key, or names none."""


class DatesRefused(TokenRejected):
    """A time that is missing or is not a finite number of seconds."""


class KindRefused(TokenRejected):
    """Neither an EAT nor an Entra ID token, or an EAT where only Entra ID counts."""


class IssuerRefused(TokenRejected):
    """Issued by somebody else."""


class TenantRefused(TokenRejected):
    """For a tenant that is not served here."""


class UnknownKey(TokenRejected):
    """Signed with a key that the issuer does not publish, or that must not be used."""


class BadSignature(TokenRejected):
    """The signature does not belong to this text and this key."""


class TokenExpired(TokenRejected):
    """Too old."""


class TokenNotYetValid(TokenRejected):
    """From the future."""


class AudienceRefused(TokenRejected):
    """Meant for another service."""


class CallerRefused(TokenRejected):
    """Got by another application than Outlook's actions."""


class ScopeRefused(TokenRejected):
    """Without the delegated scope, as a token of an application and not of a person is."""


class SenderRefused(TokenRejected):
    """The mail's sender is another one, or cannot be known from this token."""


class PerformerRefused(TokenRejected):
    """Another person clicked, or the token does not say who it was."""


class KeysUnreachable(NetworkError):
    """The issuer's keys could not be read: nothing is known against the token.

    ``retry_after`` is in how many seconds it may be otherwise; a service answers 503 with it.
    """

    def __init__(self, message: str, *, hint: str | None = None, retry_after: int = 60) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class KeysOnTheirWay(Exception):
    """The keys are being read, and who asked did not want to wait for the ``request``.

    Its result is why they could not be read, or None.
    """

    def __init__(self, request: Future[KeysUnreachable | None]) -> None:
        super().__init__("the keys are being read")
        self.request = request


_CLASSES: dict[str, type[TokenRejected]] = {
    "format": MalformedToken,
    "algorithm": AlgorithmRefused,
    "header": HeaderRefused,
    "dates": DatesRefused,
    "kind": KindRefused,
    "issuer": IssuerRefused,
    "tenant": TenantRefused,
    "key": UnknownKey,
    "signature": BadSignature,
    "expiry": TokenExpired,
    "not before": TokenNotYetValid,
    "issued at": TokenNotYetValid,
    "audience": AudienceRefused,
    "caller": CallerRefused,
    "scope": ScopeRefused,
    "sender": SenderRefused,
    "performer": PerformerRefused,
}


def rejection(verdict: Verdict) -> TokenRejected:
    """Return the exception for a verdict in which something failed."""
    first = verdict.failed[0]
    return _CLASSES[first.name](
        f"the token fails the check {first.name!r}: {first.reason}",
        hint=first.hint,
        verdict=verdict,
    )
