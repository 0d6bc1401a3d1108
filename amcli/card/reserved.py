"""Names and texts that templates must not use for themselves."""

from __future__ import annotations

RESERVED_VARIABLES = frozenset({"originator", "sender", "recipients", "input", "purpose_token"})
"""Set by amcli; data with these names is refused."""

PURPOSE_TOKEN_PLACEHOLDER = "amcli-placeholder-not-a-token"  # noqa: S105 - says so itself
"""What ``purpose_token()`` prints where no real token is minted; every service refuses it."""
