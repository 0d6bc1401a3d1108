"""What rules may know beyond the card itself: its siblings, its provider, its mail, its source."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from amcli.card.document import CardDocument
from amcli.seams import Clock, utc_now

if TYPE_CHECKING:
    from amcli.card.source_map import SourceMap


class Client(enum.Enum):
    """An Outlook that people read their mail with."""

    WEB = "outlook-web"
    WINDOWS = "windows"
    MAC = "mac"
    IOS = "ios"
    ANDROID = "android"


ALL_CLIENTS = frozenset(Client)
MOBILE = frozenset({Client.IOS, Client.ANDROID})


@dataclass(frozen=True)
class Provider:
    """A provider as it is registered in the developer dashboard: ``[provider]`` in amcli.toml."""

    originator: str | None = None
    scope: str | None = None
    """``test-users``, ``organization`` or ``global``."""
    senders: tuple[str, ...] = ()
    target_urls: tuple[str, ...] = ()
    test_users: tuple[str, ...] = ()
    token_type: str | None = None
    """``entra`` or ``eat``."""
    application_id: str | None = None
    app_id_uri: str | None = None
    public_key: str | None = None
    """The registered key as text: RSAKeyValue, PEM or JWK."""
    bot_id: str | None = None
    approved: datetime | None = None


@dataclass(frozen=True)
class Correspondence:
    """Who sends the mail around the card and who gets it, as far as that is known."""

    sender: str | None = None
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """Sizes above which a card is called large; Outlook's own are not documented."""

    card_bytes: int = 28_000
    inputs: int = 50
    show_cards: int = 20
    depth: int = 12
    """How deep containers and show cards may be nested."""


@dataclass(frozen=True)
class Surroundings:
    """Everything that a rule may ask and that does not stand in the card."""

    signed: bool = False
    """The card will be signed, so its originator stands in the signature."""
    first: CardDocument | None = None
    """For a refresh card: the card that is sent at first."""
    siblings: tuple[CardDocument, ...] = ()
    """The same template with its other samples."""
    written: Callable[[], SourceMap] | None = None
    """Finds out how the card's template wrote it; None for a finished card."""
    provider: Provider | None = None
    mail: Correspondence | None = None
    limits: Limits = field(default_factory=Limits)
    clock: Clock = utc_now


NOTHING_KNOWN = Surroundings()
