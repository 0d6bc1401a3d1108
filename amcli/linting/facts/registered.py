"""What a card is held against: the provider that ``[provider]`` declares, and who gets the mail."""

from __future__ import annotations

import re

from amcli.address import same_address
from amcli.card.reserved import is_sample_originator
from amcli.linting.facts.card import CardFacts
from amcli.linting.fixing.fix import AddProperty, Fix, SetValue, unsafely
from amcli.linting.surroundings import Provider

GUID = re.compile(r"\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?", re.IGNORECASE)

# What a template prints where only sending knows the provider (RFC 9562, section 5.9).
_NIL = "00000000-0000-0000-0000-000000000000"


def declared(card: CardFacts) -> Provider | None:
    """Return the provider that a card is held against.

    None where none is declared, and for the card of another provider: of that one nothing is
    known.
    """
    provider = card.around.provider
    return None if provider is None or is_of_another(card, provider) else provider


def registration(card: CardFacts) -> Provider | None:
    """Return the provider whose registration itself is judged: once, at the card sent first."""
    return None if card.around.first is not None else declared(card)


def is_of_another(card: CardFacts, provider: Provider) -> bool:
    """Return whether a card names a provider, and it is not this one."""
    named = card.document.originator
    if named is None or not provider.originator or same_id(named, provider.originator):
        return False
    has_its_own_rule = is_sample_originator(named) or not GUID.fullmatch(named.strip())
    is_application = same_id(named, provider.application_id or "")
    is_stand_in = card.around.written is not None and same_id(named, _NIL)
    return not (has_its_own_rule or is_application or is_stand_in)


def is_to_oneself(card: CardFacts) -> bool:
    """Return whether everybody who gets the mail is its sender: Outlook asks less of such mail."""
    mail = card.around.mail
    if mail is None or mail.sender is None or not mail.recipients:
        return False
    return all(same_address(mail.sender, recipient) for recipient in mail.recipients)


def same_id(one: str, other: str) -> bool:
    """Return whether two ids are the same, braces and case aside."""
    return one.strip("{} ").lower() == other.strip("{} ").lower()


def place_of_originator(card: CardFacts) -> str:
    """Return the pointer of the originator, or of the card that has none."""
    return "/originator" if "originator" in card.document.value else ""


def own_originator(card: CardFacts) -> Fix | None:
    """Return the fix that writes the declared originator; None where none is declared."""
    provider = card.around.provider
    if provider is None or not provider.originator:
        return None
    if place_of_originator(card):
        return unsafely(SetValue("/originator", provider.originator))
    return unsafely(AddProperty("", "originator", provider.originator))
