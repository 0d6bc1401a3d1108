"""The call of Microsoft's sample validators, with checks that hold: only the import changes.

Microsoft's samples know the retired EAT only. This one takes the same arguments, answers with the
same two names, and judges both EAT and Entra ID tokens by ``amcli.verify``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from amcli.errors import TokenRejected, UsageError
from amcli.seams import Clock, utc_now
from amcli.verify.fetch import Fetcher, https_fetcher
from amcli.verify.keyset import KeySource, StaticKeys
from amcli.verify.published import keys_from
from amcli.verify.token import AnyTenant, TokenPolicy, VerifiedToken, decode_token, verify_token
from amcli.verify.token_kind import TokenKind
from amcli.verify.token_policy import parse_tenants, texts

_ANY_TARGET = "https://example.com"
"""Stands where only EATs are judged, each by the address that was called."""

KeySet = str | Path | Mapping[str, Any]
"""A JWKS: a file, an https address, or its JSON."""


class InvalidActionableMessageTokenError(Exception):
    """A token that must not be acted on; ``rejection`` has its checks, and the text no token."""

    def __init__(self, rejection: TokenRejected) -> None:
        super().__init__(rejection.message)
        self.rejection = rejection


@dataclass
class ActionableMessageTokenValidationResult:
    """Who sent the mail and who clicked; both are ``""`` before a token was validated."""

    sender: str = ""
    """The mail's sender in an EAT; ``""`` for Entra ID, whose tokens do not name one."""
    action_performer: str = ""
    """``sub`` of an EAT; the upn of a version 1 token, which can change; else ``""``."""
    token: VerifiedToken | None = None
    """Everything else. ``token.tenant`` and ``token.object_id`` together name who clicked."""

    @property
    def is_entra(self) -> bool:
        """Return whether an Entra ID token was validated, which has no sender to compare."""
        return self.token is not None and self.token.kind.is_entra


class ActionableMessageTokenValidator:
    """Validates bearer tokens with ``validate_token``.

    ``audiences`` (App ID URI, client id) and ``tenants`` (GUIDs, or ``AnyTenant()``) are needed
    for Entra ID tokens. ``legacy_eat`` accepts EATs too, for the origin of the ``target_url``
    that each call names. ``jwks`` is a file, an https address or the JSON of a key set; without
    it the keys are those that Microsoft publishes. What was read over the network is shared by
    all validators of the process, unless they have a ``fetcher`` of their own. Raises UsageError
    and UnreadableInput.
    """

    def __init__(
        self,
        *,
        jwks: KeySet | None = None,
        tenants: Iterable[str] | AnyTenant = (),
        audiences: Iterable[str] = (),
        legacy_eat: bool = False,
        clock: Clock = utc_now,
        fetcher: Fetcher | None = None,
    ) -> None:
        wanted = texts(audiences, "audiences")
        known = tenants if isinstance(tenants, AnyTenant) else parse_tenants(tenants)
        if not wanted and not legacy_eat:
            raise _no_audience()
        if wanted and not known:
            raise UsageError(
                "no tenant: nobody's Entra ID token would count",
                hint="give tenants=[your tenant id], or AnyTenant()",
            )
        self._clock = clock
        self._serves_entra = bool(wanted)
        self._policy = TokenPolicy(
            audiences=wanted or (_ANY_TARGET,),
            tenants=known,
            keys=_keys(jwks, fetcher),
            legacy_eat=legacy_eat,
        )

    def validate_token(self, token: str, target_url: str) -> ActionableMessageTokenValidationResult:
        """Return sender and action performer of a bare token.

        ``target_url`` is the address that was called; an EAT must be for its origin. For Entra ID
        the configured audiences count. Raises InvalidActionableMessageTokenError for a token that
        must not be acted on, KeysUnreachable when that cannot be known at the moment, and
        UsageError for an Entra ID token when no audience is configured.
        """
        try:
            decoded = decode_token(token)
            policy = self._policy_for(decoded.kind, target_url)
            verified = verify_token(decoded, policy, clock=self._clock)
        except TokenRejected as rejected:
            raise InvalidActionableMessageTokenError(rejected) from None
        performer = verified.upn if verified.kind.is_entra else verified.subject
        return ActionableMessageTokenValidationResult(
            verified.sender or "", performer or "", verified
        )

    def _policy_for(self, kind: TokenKind, target_url: str) -> TokenPolicy:
        if not kind.is_entra:
            return replace(self._policy, audiences=(target_url,))
        if not self._serves_entra:
            raise _no_audience()
        return self._policy


def _no_audience() -> UsageError:
    return UsageError(
        "no audience: a token for any other service would count",
        hint="give audiences=[your App ID URI, your client id] and tenants=[...]",
    )


def _keys(jwks: KeySet | None, fetch: Fetcher | None) -> KeySource:
    if isinstance(jwks, Mapping):
        return StaticKeys.from_mapping(jwks)
    if jwks is not None and "://" not in str(jwks):
        return StaticKeys.from_file(Path(jwks))
    if fetch is not None:
        return keys_from(jwks, fetch)
    with _one_at_a_time:
        return _shared_keys(jwks)


_one_at_a_time = threading.Lock()


@lru_cache(maxsize=16)
def _shared_keys(address: str | Path | None) -> KeySource:
    """Return the same keys to every validator.

    Services that were written for Microsoft's sample make a validator for each click, and no click
    may make us ask for keys once more.
    """
    return keys_from(address, https_fetcher())
