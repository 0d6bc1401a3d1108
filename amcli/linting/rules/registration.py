"""AM9xx: who sends the card, as Microsoft knows them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from amcli.card.reserved import is_sample_originator
from amcli.linting.facts import CardFacts
from amcli.linting.finding import Severity
from amcli.linting.rule import Certainty, Problem, rule

_GUID = re.compile(r"\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?", re.IGNORECASE)


@rule(
    "AM901",
    "missing-originator",
    Severity.WARNING,
    Certainty.STATED,
    source="Microsoft, get started with actionable messages",
)
def missing_originator(card: CardFacts) -> Iterator[Problem]:
    """A card without the id of its provider.

    What it finds: no `originator`, or an empty one. Signed cards carry it in the signature
    instead, and are not asked.
    Why it matters: without it Outlook shows the card in the sender's own mailbox only. `amcli
    send` takes it as an error unless everybody the mail goes to is the sender.
    Example: {"type": "AdaptiveCard", "version": "1.0", "body": [...]}
    Use instead: "originator": the id that the developer dashboard gave you.
    """
    if card.document.originator is None and not card.around.signed:
        pointer = "/originator" if "originator" in card.document.value else ""
        message = "without originator only the sender sees the card"
        yield Problem(pointer, message, 'add "originator" with the id of your provider')


@rule(
    "AM902",
    "sample-originator",
    Severity.WARNING,
    Certainty.STATED,
    source="Microsoft, sample code for signed cards",
)
def sample_originator(card: CardFacts) -> Iterator[Problem]:
    """The originator of Microsoft's samples.

    What it finds: the originator that Microsoft's sample code carries.
    Why it matters: it works for mails to yourself only.
    Example: "originator": "65c680ef-36a6-4a1b-b84c-a7b5c6198792"
    Use instead: the id of your own provider.
    """
    if is_sample_originator(card.document.originator or ""):
        message = "this is the originator of Microsoft's samples; it works for yourself only"
        yield Problem("/originator", message, "register a provider of your own")


@rule(
    "AM903",
    "originator-not-guid",
    Severity.WARNING,
    Certainty.SEEN,
    source="Microsoft, register your service with the actionable email developer dashboard",
)
def originator_not_guid(card: CardFacts) -> Iterator[Problem]:
    """An originator that is no GUID.

    What it finds: an `originator` that is not written as the dashboard writes ids.
    Why it matters: an id that Microsoft does not know means that nobody sees the card.
    Example: "originator": "contoso-expenses"
    Use instead: the id from the developer dashboard, such as
    "0f5b2c1e-6a4d-4f1b-9c55-2f3f0f3d7a10".
    """
    originator = card.document.originator
    if originator is not None and not _GUID.fullmatch(originator.strip()):
        message = "providers' ids are GUIDs, this is not one"
        yield Problem("/originator", message, "copy the id from the developer dashboard")


RULES = (
    missing_originator,
    sample_originator,
    originator_not_guid,
)
