"""AM907 to AM911 and AM914: what the registration itself says, held against the card."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from amcli.linting.facts.card import CardFacts
from amcli.linting.facts.registered import declared, place_of_originator, registration, same_id
from amcli.linting.facts.sample_key import is_sample_key
from amcli.linting.finding import Severity
from amcli.linting.rule import ADAPTIVE, Certainty, Problem, rule
from amcli.linting.surroundings import Provider

_ENTRA = "Microsoft, enable Microsoft Entra ID token for actionable messages"
_DASHBOARD = "Microsoft, register your service with the actionable email developer dashboard"
_UNTIL_IN_EFFECT = timedelta(hours=24)
_LEGACY = "eat"


@rule(
    "AM907",
    "legacy-token-provider",
    Severity.ERROR,
    Certainty.STATED,
    source=_ENTRA,
    only_with=("Action.Http", "HttpPOST"),
)
def legacy_token_provider(card: CardFacts) -> Iterator[Problem]:
    """A card that calls a service for a provider with legacy (EAT) tokens.

    What it finds: `provider.token_type` of amcli.toml is "eat", and the card calls a service.
    Why it matters: Microsoft phased these tokens out by 8 June 2026. A click answers "Unsupported
    token type, please contact the action provider".
    Example: token_type = "eat"
    Use instead: register a provider with Entra tokens; the dashboard's "Migrate to MSEntra" makes
    a copy. It gets an id of its own, which becomes the cards' originator.
    Fix: none: the registration has to change.
    """
    provider = registration(card)
    if provider is not None and provider.token_type == _LEGACY and card.calls:
        message = "this provider gets EAT tokens (provider.token_type), which no longer work"
        hint = "register it for Entra tokens; it gets a new originator"
        yield Problem(place_of_originator(card), message, hint)


@rule(
    "AM908", "sample-key", Severity.WARNING, Certainty.STATED,
    source="Microsoft, sample code for signed cards",
)  # fmt: skip
def sample_key(card: CardFacts) -> Iterator[Problem]:
    """The public key of Microsoft's samples is registered.

    What it finds: `provider.public_key` of amcli.toml is the key of Microsoft's published sample.
    Why it matters: its private half is public too. Everybody can sign cards in the provider's
    name; and Microsoft's sample says that it works for mails to yourself only.
    Example: the RSAKeyValue of SignedAdaptiveCardSample
    Use instead: a key of your own: amcli keygen card -o keys
    Fix: none: the registration has to change.
    """
    provider = registration(card)
    if provider is not None and is_sample_key(provider.public_key or ""):
        message = "the registered key is the one of Microsoft's published sample"
        hint = "make one with amcli keygen card, register it, and set provider.public_key"
        yield Problem(place_of_originator(card), message, hint)


@rule(
    "AM909", "auto-invoke-global-scope", Severity.INFO, Certainty.STATED,
    source="Microsoft, refresh an actionable message when the user opens it", kinds=ADAPTIVE,
    only_with=("autoInvokeAction",),
)  # fmt: skip
def auto_invoke_global_scope(card: CardFacts) -> Iterator[Problem]:
    """A card that refreshes itself, for a provider with Global scope.

    What it finds: an `autoInvokeAction`, and `provider.scope` of amcli.toml is "global".
    Why it matters: for this scope Microsoft enables the refresh on request only. Until then
    nothing is called when the mail is opened.
    Example: "autoInvokeAction": {"type": "Action.Http", "method": "POST", ...}
    Use instead: ask onboardoam@microsoft.com to enable it; once it is, ignore this rule.
    Fix: none: only Microsoft knows whether it is enabled.
    """
    provider = registration(card)
    is_global = provider is not None and provider.scope == "global"
    if is_global and isinstance(card.document.value.get("autoInvokeAction"), dict):
        message = "with Global scope this is called only after Microsoft has enabled it"
        hint = "ask onboardoam@microsoft.com to enable it"
        yield Problem("/autoInvokeAction", message, hint)


@rule("AM910", "recently-approved", Severity.WARNING, Certainty.STATED, source=_DASHBOARD)
def recently_approved(card: CardFacts) -> Iterator[Problem]:
    """A registration that may not be in effect yet.

    What it finds: `provider.approved` of amcli.toml is less than 24 hours ago, or in the future.
    Why it matters: it takes up to 24 hours until an approved registration is in effect. Until then
    a card that is all right may not be shown.
    Example: approved = 2026-03-31T14:00:00Z, on the evening of that day
    Use instead: wait, before you look for a mistake.
    Fix: none: it mends itself.
    """
    provider = registration(card)
    if provider is None or provider.approved is None:
        return
    age = card.around.clock() - provider.approved
    if age < _UNTIL_IN_EFFECT:
        past = "less than 24 hours ago" if age >= timedelta(0) else "in the future"
        message = f"the registration was approved {past} (provider.approved)"
        hint = "it takes up to 24 hours until cards are shown"
        yield Problem(place_of_originator(card), message, hint)


@rule("AM911", "app-id-uri-mismatch", Severity.WARNING, Certainty.SEEN, source=_ENTRA)
def app_id_uri_mismatch(card: CardFacts) -> Iterator[Problem]:
    """An App ID URI that does not belong to the provider and its application.

    What it finds: `provider.app_id_uri` of amcli.toml is not `api://auth-am-` with
    `provider.originator`, a slash and `provider.application_id`, as far as these are set.
    Why it matters: the dashboard makes the URI of these two ids, and the Entra application must
    expose exactly this one. With another, Outlook gets no token and a click does nothing.
    Example: app_id_uri = "api://7d1c0c7e-0b6b-4f53-9a0e-6a0c3f1f2b11"
    Use instead: the URI as the dashboard shows it.
    Fix: none: it stands in amcli.toml and in the application, not in the card.
    """
    provider = registration(card)
    if provider is None or not provider.app_id_uri or not _is_other_uri(provider):
        return
    provider_id = provider.originator or "PROVIDER-ID"
    application = provider.application_id or "APPLICATION-ID"
    message = "provider.app_id_uri is not the one that the dashboard makes for this provider"
    hint = f"it should be api://auth-am-{provider_id}/{application}"
    yield Problem(place_of_originator(card), message, hint)


@rule(
    "AM914", "execute-without-bot", Severity.WARNING, Certainty.STATED,
    source="Microsoft, universal action model for actionable messages", kinds=ADAPTIVE,
    versions="1.4 and newer", only_with=("Action.Execute",),
)  # fmt: skip
def execute_without_bot(card: CardFacts) -> Iterator[Problem]:
    """Action.Execute, and no bot is declared behind it.

    What it finds: an Action.Execute, and amcli.toml has a [provider] without `bot_id`.
    Why it matters: Action.Execute calls a bot that is registered for Outlook, never a plain
    address. Without one a click answers "Something went wrong".
    Example: {"type": "Action.Execute", "verb": "approve"} without any bot
    Use instead: a bot with the Outlook channel, named in provider.bot_id; or Action.Http in a card
    of version 1.0.
    Fix: none: only the author knows the bot.
    """
    provider = declared(card)
    if provider is None or provider.bot_id or not card.executes or not card.is_at_least((1, 4)):
        return
    message = "Action.Execute works through a bot only, and provider.bot_id names none"
    yield Problem(card.executes[0].pointer, message, "name the bot, or use Action.Http")


def _is_other_uri(provider: Provider) -> bool:
    uri = (provider.app_id_uri or "").strip()
    scheme, _, rest = uri.partition("://auth-am-")
    named, _, application = rest.partition("/")
    if scheme.lower() != "api" or not named or not application:
        return True
    pairs = ((provider.originator, named), (provider.application_id, application))
    return any(known and not same_id(known, found) for known, found in pairs)
