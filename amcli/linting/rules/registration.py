"""AM9xx: the originator, by which Microsoft knows the provider of a card."""

from __future__ import annotations

from collections.abc import Iterator

from amcli.card.reserved import is_sample_originator
from amcli.linting.facts.card import CardFacts
from amcli.linting.facts.registered import (
    GUID,
    is_of_another,
    own_originator,
    place_of_originator,
    same_id,
)
from amcli.linting.finding import Severity
from amcli.linting.rule import Certainty, Problem, rule
from amcli.linting.rules.structure import from_schema

_DASHBOARD = "Microsoft, register your service with the actionable email developer dashboard"


@rule(
    "AM901",
    "missing-originator",
    Severity.WARNING,
    Certainty.STATED,
    source="Microsoft, get started with actionable messages",
)
def missing_originator(card: CardFacts) -> Iterator[Problem]:
    """A card without the id of its provider.

    What it finds: no `originator`, an empty or a misspelt one. Signed cards carry it in the
    signature instead, and are not asked.
    Why it matters: without it Outlook shows the card in the sender's own mailbox only. `amcli
    send` takes it as an error unless everybody the mail goes to is the sender.
    Example: {"type": "AdaptiveCard", "version": "1.0", "body": [...]}
    Use instead: "originator": the id that the developer dashboard gave you.
    Fix: unsafe: writes `provider.originator` of amcli.toml, where it is set; a template should
    rather print {{ originator }}.
    """
    if card.around.signed:
        return
    yield from from_schema(card, "missing-originator")
    is_text = isinstance(card.document.value.get("originator", ""), str)
    if is_text and card.document.originator is None:
        yield Problem(
            place_of_originator(card),
            "without originator only the sender sees the card",
            'add "originator" with the id of your provider',
            own_originator(card),
        )


@rule(
    "AM902",
    "sample-originator",
    Severity.WARNING,
    Certainty.STATED,
    source="Microsoft, sample code for signed cards",
    only_with=("originator",),
)
def sample_originator(card: CardFacts) -> Iterator[Problem]:
    """The originator of Microsoft's samples.

    What it finds: the originator that Microsoft's sample code carries.
    Why it matters: it works for mails to yourself only.
    Example: "originator": "65c680ef-36a6-4a1b-b84c-a7b5c6198792"
    Use instead: the id of your own provider.
    Fix: unsafe: writes `provider.originator` of amcli.toml, where it is set.
    """
    if is_sample_originator(card.document.originator or "") and not _strays(card):
        message = "this is the originator of Microsoft's samples; it works for yourself only"
        hint = "register a provider of your own"
        yield Problem("/originator", message, hint, own_originator(card))


@rule(
    "AM903",
    "originator-not-guid",
    Severity.WARNING,
    Certainty.SEEN,
    source=_DASHBOARD,
    only_with=("originator",),
)
def originator_not_guid(card: CardFacts) -> Iterator[Problem]:
    """An originator that is no GUID.

    What it finds: an `originator` that is not written as the dashboard writes ids.
    Why it matters: an id that Microsoft does not know means that nobody sees the card.
    Example: "originator": "contoso-expenses"
    Use instead: the id from the developer dashboard, such as
    "0f5b2c1e-6a4d-4f1b-9c55-2f3f0f3d7a10".
    Fix: unsafe: writes `provider.originator` of amcli.toml, where it is set.
    """
    originator = card.document.originator
    if originator is not None and not GUID.fullmatch(originator.strip()) and not _strays(card):
        message = "providers' ids are GUIDs, this is not one"
        hint = "copy the id from the developer dashboard"
        yield Problem("/originator", message, hint, own_originator(card))


@rule(
    "AM904",
    "unknown-originator",
    Severity.WARNING,
    Certainty.STATED,
    source=_DASHBOARD,
    only_with=("originator",),
)
def unknown_originator(card: CardFacts) -> Iterator[Problem]:
    """An originator that is not the declared provider's.

    What it finds: an `originator` other than `provider.originator` of amcli.toml. The card of
    another provider is not held against the rest of [provider].
    Why it matters: Outlook shows a card only for a provider that it knows as approved. Ids that
    were pasted wrongly, and those of a provider that was migrated or deleted, show nothing.
    Example: "originator": "7d1c0c7e-0b6b-4f53-9a0e-6a0c3f1f2b11" where amcli.toml has another
    Use instead: {{ originator }} in a template, or the id as it stands in amcli.toml; a profile
    for each provider where there are several.
    Fix: unsafe: writes `provider.originator` of amcli.toml.
    """
    provider = card.around.provider
    if provider is not None and is_of_another(card, provider) and not _strays(card):
        message = "this is not the provider that amcli.toml declares (provider.originator)"
        hint = f"write {provider.originator}, or choose the other provider's profile"
        yield Problem("/originator", message, hint, own_originator(card))


@rule(
    "AM905", "originator-is-application-id", Severity.ERROR, Certainty.STATED,
    source="Microsoft, enable Microsoft Entra ID token for actionable messages",
    only_with=("originator",),
)  # fmt: skip
def originator_is_application_id(card: CardFacts) -> Iterator[Problem]:
    """The id of the Entra application stands where the provider's belongs.

    What it finds: an `originator` that is `provider.application_id` of amcli.toml.
    Why it matters: the provider has an id of its own, made by the developer dashboard. Microsoft
    does not know the application's id as a provider, so that nobody sees the card.
    Example: "originator": the application (client) id of the app registration
    Use instead: the provider id from the developer dashboard.
    Fix: unsafe: writes `provider.originator` of amcli.toml, where it is set.
    """
    provider, named = card.around.provider, card.document.originator
    if provider is None or named is None or not provider.application_id or _strays(card):
        return
    if same_id(named, provider.application_id):
        message = "this is the id of the Entra application (provider.application_id)"
        hint = "write the provider's own id, from the developer dashboard"
        fix = None if same_id(named, provider.originator or "") else own_originator(card)
        yield Problem("/originator", message, hint, fix)


def _strays(card: CardFacts) -> bool:
    """Return whether a refresh card has another originator than the card sent first.

    That is a mistake with a rule of its own.
    """
    first = card.around.first
    if first is None or first.originator is None:
        return False
    return not same_id(first.originator, card.document.originator or "")
