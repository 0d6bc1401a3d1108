"""What a service trusts and what it is called, from arguments or from one file that is named.

A service never looks for its configuration: no folder is searched and no environment variable
counts, so that what it trusts stands in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from amcli.errors import ConfigurationError
from amcli.seams import Clock, utc_now
from amcli.service.action_verifier import ActionVerifier
from amcli.service.click import (
    AsyncHandler,
    Handler,
    IsRecipient,
    is_upn_of_recipient,
)
from amcli.service.endpoint import ActionEndpoint
from amcli.service.purpose_keys import PurposeKeys, load_purpose_keys
from amcli.service.refresh_cards import RefreshCards
from amcli.service.sqlite_store import SqliteStore
from amcli.service.store import ActionStore
from amcli.service.unfinished import OnUnfinished, ask_somebody
from amcli.settings import Settings, load_settings
from amcli.verify.fetch import Fetcher, https_fetcher
from amcli.verify.key_folder import KeyFolder
from amcli.verify.keyset import KeySource
from amcli.verify.published import PublishedKeys, keys_from
from amcli.verify.token import AnyTenant, TokenPolicy
from amcli.verify.token_policy import MAX_LEEWAY_SECONDS

_T = TypeVar("_T")


@dataclass(frozen=True)
class ServiceSettings:
    """Everything that a service has to know; ``audiences`` and ``tenants`` have no default.

    Raises UsageError for a policy that cannot be meant, such as one without an audience.
    """

    audiences: tuple[str, ...]
    """App ID URI and client id of the service."""
    tenants: frozenset[str] | AnyTenant
    """GUIDs of those whose users may click; an empty set serves EATs only."""
    keys: KeySource = field(default_factory=lambda: PublishedKeys(https_fetcher()))
    """By default those that Microsoft publishes, over https."""
    scope: str | None = None
    cloud: str = "global"
    legacy_eat: bool = False
    leeway_seconds: int = MAX_LEEWAY_SECONDS
    sender: str | None = None
    """The address that the service's mails come from."""
    originator: str | None = None
    """The provider's id, for refresh cards."""
    purpose_keys: PurposeKeys | None = field(default=None, repr=False)
    templates: Path | None = None
    """The folder with the template folders."""
    store: ActionStore | None = None
    clock: Clock = utc_now
    policy: TokenPolicy = field(init=False, repr=False)

    def __post_init__(self) -> None:
        policy = TokenPolicy(
            audiences=self.audiences,
            tenants=self.tenants,
            keys=self.keys,
            scope=self.scope,
            cloud=self.cloud,
            legacy_eat=self.legacy_eat,
            leeway_seconds=self.leeway_seconds,
        )
        object.__setattr__(self, "policy", policy)

    @classmethod
    def from_file(
        cls,
        path: Path,
        *,
        profile: str | None = None,
        fetch: Fetcher | None = None,
        clock: Clock = utc_now,
    ) -> ServiceSettings:
        """Return the settings in one amcli.toml, and nothing from anywhere else.

        Raises ConfigurationError for a file that cannot be read or says nothing of audiences and
        tenants, KeyMaterialError for purpose keys, UnreadableInput for a key set.
        """
        settings = load_settings(Path(path), profile=profile, environ={})
        key_file = settings.get("service.purpose_key_file")
        return cls(
            audiences=_demanded(settings, "verify.audience"),
            tenants=_tenants(settings),
            keys=_keys(settings, fetch or https_fetcher()),
            scope=settings.get("verify.scope"),
            cloud=settings.get("verify.cloud") or "global",
            legacy_eat=settings.get("service.legacy_eat"),
            sender=settings.get("send.from"),
            originator=settings.get("provider.originator"),
            purpose_keys=load_purpose_keys(key_file) if key_file else None,
            templates=settings.get("templates.folder"),
            store=_store(settings, clock),
            clock=clock,
        )

    def verifier(self) -> ActionVerifier:
        """Return what lets only requests with a genuine bearer token through."""
        return ActionVerifier(self.policy, self.clock)

    def endpoint(
        self,
        template: str,
        handlers: Mapping[str, Handler | AsyncHandler],
        *,
        refreshers: Mapping[str, Handler | AsyncHandler] | None = None,
        is_recipient: IsRecipient = is_upn_of_recipient,
        on_unfinished: OnUnfinished = ask_somebody,
    ) -> ActionEndpoint:
        """Return the endpoint that the buttons of a template's card post to.

        ``handlers`` has a function for each action that the card's bodies post, ``refreshers``
        one for each that changes nothing. ``is_recipient`` says whether who clicked is whom the
        mail was sent to (``recipient_found_by``), ``on_unfinished`` answers a click whose first
        try never finished. Any of the functions but ``is_recipient`` may be a coroutine function.
        Raises ConfigurationError without sender, purpose keys and store, and UsageError for an
        action that is both handled and refreshed.
        """
        return ActionEndpoint(
            policy=self.policy,
            purpose_keys=_needed(self.purpose_keys, "service.purpose_key_file"),
            sender=_needed(self.sender, "send.from"),
            template=template,
            handlers=handlers,
            store=_needed(self.store, "service.store"),
            refreshers=refreshers or {},
            is_recipient=is_recipient,
            on_unfinished=on_unfinished,
            clock=self.clock,
        )

    def refresh_cards(self, template: str) -> RefreshCards:
        """Return the refresh cards of the template folder of that name, checked.

        Raises ConfigurationError without originator and templates, and what RefreshCards raises.
        """
        from amcli.card.template import load_template

        folder = _needed(self.templates, "templates.folder") / template
        return RefreshCards(
            load_template(folder),
            _needed(self.originator, "provider.originator"),
            sender=self.sender,
            purpose_keys=self.purpose_keys,
            clock=self.clock,
        )


def _needed(value: _T | None, setting: str) -> _T:
    if value is None:
        raise ConfigurationError(
            f"{setting} is not set, and this service needs it",
            hint="set it in the file that the service reads, or give it as an argument",
        )
    return value


def _store(settings: Settings, clock: Clock) -> SqliteStore | None:
    path: Path | None = settings.get("service.store")
    if path is None:
        return None
    if any(len(part) > len("C:") and part.endswith(":") for part in path.parts):
        raise ConfigurationError(
            f"{settings.file}: service.store is the file of an SQLite store, and no address",
            hint="give another store in the program: "
            "replace(settings, store=RedisStore.from_url(...))",
        )
    return SqliteStore(path, clock=clock)


def _keys(settings: Settings, fetch: Fetcher) -> KeySource:
    folder = settings.get("service.key_folder")
    store = KeyFolder(folder) if folder else None
    return keys_from(settings.get("verify.jwks"), fetch, store=store)


def _demanded(settings: Settings, key: str) -> tuple[str, ...]:
    value: tuple[str, ...] | None = settings.get(key)
    if not value:
        raise ConfigurationError(
            f"{settings.file}: {key} is not set: whose tokens count must be said",
            hint="add your App ID URI, and your client id for version 2 tokens",
        )
    return value


def _tenants(settings: Settings) -> frozenset[str] | AnyTenant:
    tenants, everybody = settings.get("verify.tenants"), settings.get("verify.any_tenant")
    if tenants and everybody:
        raise ConfigurationError(
            f"{settings.file}: verify.tenants and verify.any_tenant contradict each other"
        )
    if not tenants and not everybody:
        raise ConfigurationError(
            f"{settings.file}: verify.tenants is not set: whose users may click must be said",
            hint="list tenant ids, or write any_tenant = true",
        )
    return AnyTenant() if everybody else frozenset(tenants)
