"""AM906 and AM916: the registered target URLs."""

from __future__ import annotations

from collections.abc import Iterator

from amcli.errors import AmcliError
from amcli.linting.facts.addresses import Reach, host_of, judge
from amcli.linting.facts.card import CardFacts
from amcli.linting.facts.coverage import Coverage, coverage
from amcli.linting.facts.registered import declared, is_to_oneself
from amcli.linting.facts.rewritten import gateway_of
from amcli.linting.finding import Severity
from amcli.linting.rule import Certainty, Problem, rule

_DASHBOARD = (
    "Microsoft, register your service with the actionable email developer dashboard; "
    "MicrosoftDocs/AdaptiveCards issue 222"
)
_GRAPH = "graph.microsoft.com"


@rule(
    "AM906",
    "target-not-registered",
    Severity.ERROR,
    Certainty.STATED,
    source=_DASHBOARD,
    only_with=("Action.Http", "HttpPOST"),
)
def target_not_registered(card: CardFacts) -> Iterator[Problem]:
    """An action calls a host that is not among the registered target URLs.

    What it finds: a target of Action.Http, HttpPOST or autoInvokeAction, in nested cards and
    refresh cards too, whose host is none of `provider.target_urls` in amcli.toml and lies below
    none of them. Each host is told once a card. A host that a template prints from its sample data
    is not asked, and neither is mail to oneself, which Outlook lets pass.
    Why it matters: Outlook answers the click with "Target URL not allowed" and calls nobody. It
    shows only when others get the mail.
    Example: "url": "https://api.fabrikam.com/approve" where https://api.contoso.com is registered
    Use instead: an address under a registered one, or register this one too.
    Fix: none: only the author knows which of the two is wrong.
    """
    for pointer, url in _judged(card, Coverage.NONE):
        if not _is_printed(card, pointer, host_of(url)):
            message = f"{host_of(url)} is not among provider.target_urls"
            hint = "register it in the developer dashboard and add it to amcli.toml"
            yield Problem(pointer, message, hint)


@rule(
    "AM916",
    "target-registration-uncertain",
    Severity.INFO,
    Certainty.INFERRED,
    source=_DASHBOARD,
    only_with=("Action.Http", "HttpPOST"),
)
def target_registration_uncertain(card: CardFacts) -> Iterator[Problem]:
    """It cannot be told whether a registered target URL covers an address.

    What it finds: a target whose host lies below a registered one, or that has another path on a
    registered host. Each host is told once a card.
    Why it matters: Microsoft calls target URLs domains and does not say how it compares them. If
    they do not cover the address, a click answers "Target URL not allowed".
    Example: "url": "https://api.contoso.com/approve" where https://contoso.com is registered
    Use instead: register the very host that is called, or try it once with mail to somebody else;
    mail to oneself proves nothing.
    Fix: none: only Microsoft knows.
    """
    for pointer, url in _judged(card, Coverage.PERHAPS):
        message = f"provider.target_urls may not cover this address on {host_of(url)}"
        yield Problem(pointer, message, "try it with mail to somebody else than the sender")


def _judged(card: CardFacts, wanted: Coverage) -> Iterator[tuple[str, str]]:
    """Yield pointer and address of the calls that are covered so well and no better, by host."""
    provider = declared(card)
    if provider is None or not provider.target_urls or is_to_oneself(card):
        return
    told: set[str] = set()
    for pointer, url in card.calls:
        if host_of(url) in told or not _is_asked(url):
            continue
        if coverage(url, provider.target_urls) is wanted:
            told.add(host_of(url))
            yield pointer, url


def _is_asked(url: str) -> bool:
    """Return whether nothing else is wrong with an address."""
    is_sound = judge(url).reach is Reach.PUBLIC and gateway_of(url) is None
    return is_sound and host_of(url) != _GRAPH


def _is_printed(card: CardFacts, pointer: str, host: str) -> bool:
    """Return whether a template got the host, or some of it, from its sample data."""
    if card.around.written is None:
        return False
    try:
        prints = card.around.written().prints(pointer)
    except AmcliError:
        return False
    texts = [printed.text.lower() for printed in prints if printed.text]
    return any(host in text or text in host for text in texts)
