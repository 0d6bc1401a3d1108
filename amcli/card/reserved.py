"""Names and texts with a meaning of their own, which no template and no provider may take."""

from __future__ import annotations

RESERVED_VARIABLES = frozenset({"originator", "sender", "recipients", "input", "purpose_token"})
"""Set by amcli; data with these names is refused."""

PURPOSE_TOKEN_PLACEHOLDER = "amcli-placeholder-not-a-token"  # noqa: S105 - says so itself
"""What ``purpose_token()`` prints where no real token is minted; every service refuses it."""

SAMPLE_ORIGINATOR = "65c680ef-36a6-4a1b-b84c-a7b5c6198792"
"""The originator of Microsoft's published sample; it works only for mail to oneself."""


def is_sample_originator(originator: str) -> bool:
    """Return whether this is the sample's originator, braces and case aside."""
    return originator.strip("{} ").lower() == SAMPLE_ORIGINATOR
