"""The names under which Outlook looks for a card in a mail."""

from __future__ import annotations

from amcli.card.document import CardKind

SCRIPT_TYPES = {
    CardKind.ADAPTIVE: "application/adaptivecard+json",
    CardKind.MESSAGE: "application/ld+json",
}
"""The type of the script element that holds a card (Microsoft, get-started and send-via-email)."""

SIGNED_TYPES = {
    CardKind.ADAPTIVE: ("SignedAdaptiveCard", "signedAdaptiveCard"),
    CardKind.MESSAGE: ("SignedMessageCard", "signedMessageCard"),
}
"""Microdata type and property of a signed card (Microsoft, security-requirements)."""

CARD_CLAIMS = {
    CardKind.ADAPTIVE: "adaptiveCardSerialized",
    CardKind.MESSAGE: "messageCardSerialized",
}
"""The claim of a signed card that holds the card's JSON (Microsoft, signed-adaptive-cards)."""
