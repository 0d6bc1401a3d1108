"""Which tokens Microsoft posts to a web service, and the constants that tell them apart."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

EAT_ISSUER = "https://substrate.office.com/sts/"
EAT_VERSION = "STI.ExternalAccessToken.V1"
ACTIONS_APPLICATION = "48af08dc-f6d2-435f-b2a7-069abd99c086"
"""The application that calls a web service for Outlook's actionable messages, in every cloud."""


class TokenKind(enum.Enum):
    """What a token says it is."""

    EAT = "eat"
    ENTRA_V1 = "entra-v1"
    ENTRA_V2 = "entra-v2"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """Return the kind's name for people."""
        return _LABELS[self]

    @property
    def is_entra(self) -> bool:
        """Return whether Microsoft Entra ID issues it."""
        return self is TokenKind.ENTRA_V1 or self is TokenKind.ENTRA_V2

    @property
    def required_dates(self) -> tuple[str, ...]:
        """Return the claims with times that must be there."""
        return ("exp",) if self is TokenKind.EAT else ("exp", "nbf", "iat")


_LABELS = {
    TokenKind.EAT: "external access token (EAT)",
    TokenKind.ENTRA_V1: "Microsoft Entra ID access token, version 1.0",
    TokenKind.ENTRA_V2: "Microsoft Entra ID access token, version 2.0",
    TokenKind.UNKNOWN: "unknown",
}

EAT_ENDED = "Outlook has sent no EAT since 8 June 2026, it sends Microsoft Entra ID tokens"


def find_kind(claims: Mapping[str, Any]) -> TokenKind:
    """Return which kind the claims say they are; whether the issuer is right is another check."""
    version = claims.get("ver")
    if claims.get("iss") == EAT_ISSUER or version == EAT_VERSION:
        return TokenKind.EAT
    if version == "1.0":
        return TokenKind.ENTRA_V1
    return TokenKind.ENTRA_V2 if version == "2.0" else TokenKind.UNKNOWN
