"""AM501 to AM503, AM507 to AM510 and AM513: addresses of services and pages."""

from __future__ import annotations

from collections.abc import Iterator

from amcli.linting.facts.addresses import Reach, host_of, judge
from amcli.linting.facts.card import CardFacts
from amcli.linting.facts.opened import Opened, dangerous_because, lacks_scheme, leads_to_file
from amcli.linting.facts.rewritten import gateway_of, original_of
from amcli.linting.finding import Severity
from amcli.linting.fixing.fix import Fix, SetValue, unsafely
from amcli.linting.rule import Certainty, Problem, rule

_REFERENCE = "Microsoft, Outlook's Adaptive Card reference"
_LINKS = "RFC 3986, sections 3.1 and 5.1; WHATWG URL Standard, URL parsing"
_GRAPHS = frozenset(
    {"graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us",
     "microsoftgraph.chinacloudapi.cn"}
)  # fmt: skip
_OLD_FLOWS = ".logic.azure.com"
_NEW_FLOWS = ".api.powerplatform.com"


@rule(
    "AM501",
    "target-not-public",
    Severity.ERROR,
    Certainty.STATED,
    source=_REFERENCE,
    only_with=("Action.Http", "HttpPOST"),
)
def target_not_public(card: CardFacts) -> Iterator[Problem]:
    """An action posts to an address that Microsoft's servers cannot call.

    What it finds: a target that is http, localhost, a private or link-local address, a `.local`
    name, or no URL.
    Why it matters: Microsoft's servers make the call, not the reader's machine.
    Example: "url": "http://localhost:8080/approve"
    Use instead: a public https address on port 443; while you develop, a tunnel.
    Fix: unsafe: writes https:// for http://, where that is all; whether the server answers there
    only you know.
    """
    for pointer, url in card.calls:
        judgement = judge(url)
        if judgement.reach is Reach.UNREACHABLE:
            message = f"Microsoft's servers cannot call this: {judgement.reason}"
            yield Problem(pointer, message, "use a public https:// address", _secured(pointer, url))


@rule(
    "AM502",
    "target-uncertain",
    Severity.WARNING,
    Certainty.SEEN,
    source=_REFERENCE,
    only_with=("Action.Http", "HttpPOST"),
)
def target_uncertain(card: CardFacts) -> Iterator[Problem]:
    """It cannot be told whether Microsoft's servers can call an address.

    What it finds: a target that begins with an input reference or a placeholder, and one with a
    port other than 443.
    Why it matters: a target must be registered, public and https; calls to other ports were
    reported never to arrive.
    Example: "url": "https://example.com:5001/approve"
    Use instead: an address that says where it goes, on port 443.
    Fix: none: only the author knows the address.
    """
    for pointer, url in card.calls:
        judgement = judge(url)
        if judgement.reach is Reach.UNCERTAIN:
            hint = "write an https:// address with its host, and no other port than 443"
            yield Problem(pointer, f"this may not be reached: {judgement.reason}", hint)


@rule(
    "AM503",
    "target-is-graph",
    Severity.WARNING,
    Certainty.SEEN,
    source="Microsoft, AdaptiveCards issue 5674",
    only_with=("Action.Http", "HttpPOST"),
)
def target_is_graph(card: CardFacts) -> Iterator[Problem]:
    """An action calls Microsoft Graph itself.

    What it finds: a target at graph.microsoft.com, or at Graph in a national cloud.
    Why it matters: Outlook's token is made for your service; Graph answers 401.
    Example: "url": "https://graph.microsoft.com/v1.0/me/events"
    Use instead: an address of your service, which then calls Graph.
    Fix: none: only the author knows the service.
    """
    for pointer, url in card.calls:
        if host_of(url) in _GRAPHS:
            message = "Graph does not take the token that Outlook sends"
            yield Problem(pointer, message, "call your own service, and Graph from there")


@rule("AM507", "unusable-link", Severity.ERROR, Certainty.INFERRED, source=_LINKS)
def unusable_link(card: CardFacts) -> Iterator[Problem]:
    """A link or a button that opens nothing, or something dangerous.

    What it finds: an address to open, in an action or a Markdown link, that is empty, has no host,
    misspells https:, or begins with javascript:, data: or vbscript:.
    Why it matters: clients refuse it, and one that does not runs what it should not.
    Example: {"type": "Action.OpenUrl", "title": "Open", "url": "javascript:alert(1)"}
    Use instead: an https:// address, or that of an app: mailto:, tel:, ms-word:
    Fix: none: only the author knows where it should lead.
    """
    for link in card.opened:
        reason = dangerous_because(link.url)
        if reason is not None:
            yield Problem(link.pointer, f"this link cannot be opened: {reason}", "use https://")


@rule("AM508", "link-without-scheme", Severity.WARNING, Certainty.INFERRED, source=_LINKS)
def link_without_scheme(card: CardFacts) -> Iterator[Problem]:
    """A link or a button with a relative address.

    What it finds: an address to open, in an action or a Markdown link, without https: or another
    scheme.
    Why it matters: a mail has no address of its own that another could be relative to.
    Example: {"type": "Action.OpenUrl", "title": "Open", "url": "expenses/17"}
    Use instead: the whole address: https://example.com/expenses/17
    Fix: unsafe: writes https:// before what begins with www. or with //.
    """
    for link in card.opened:
        if lacks_scheme(link.url) and not leads_to_file(link.url):
            message = "this link has no scheme, and a mail has no address that it could add to"
            yield Problem(
                link.pointer, message, "write the whole address, with https://", _whole(link)
            )


@rule("AM513", "link-to-file", Severity.WARNING, Certainty.INFERRED, source=_LINKS)
def link_to_file(card: CardFacts) -> Iterator[Problem]:
    """A link to a file on a disk or in a network folder.

    What it finds: an address to open that begins with file: or with two backslashes.
    Why it matters: browsers open no such address from a page, so that Outlook on the web cannot
    either; telephones do not have the folder.
    Example: {"type": "Action.OpenUrl", "title": "Open", "url": "file://server/reports/17.pdf"}
    Use instead: an https:// address, such as the file's in SharePoint
    Fix: none: only the author knows where else it lies.
    """
    for link in card.opened:
        if leads_to_file(link.url):
            message = "this link leads to a file, which few clients open"
            yield Problem(link.pointer, message, "put it where an https:// address reaches it")


@rule(
    "AM509", "mixed-flow-hosts", Severity.WARNING, Certainty.INFERRED,
    source="PostHog/posthog issue 103896", only_with=("Action.Http", "HttpPOST"),
)  # fmt: skip
def mixed_flow_hosts(card: CardFacts) -> Iterator[Problem]:
    """A card calls flows at the old and at the new host of Power Automate.

    What it finds: a target below logic.azure.com in a card that also has one below
    api.powerplatform.com.
    Why it matters: HTTP triggers moved to the new host; an address left behind stops working, and
    each host must be among the provider's target URLs.
    Example: "https://prod-1.westeurope.logic.azure.com/..." beside
    "https://default1.environment.api.powerplatform.com/..."
    Use instead: the address that the flow shows now, for each of its buttons.
    Fix: none: only the flow shows its address.
    """
    hosts = [(pointer, host_of(url)) for pointer, url in card.calls]
    if not any(host.endswith(_NEW_FLOWS) for _, host in hosts):
        return
    for pointer, host in hosts:
        if host.endswith(_OLD_FLOWS):
            message = "this is the old host of flows, and another action of the card has the new"
            yield Problem(pointer, message, "copy the address from the flow's trigger again")


@rule(
    "AM510", "rewritten-link", Severity.WARNING, Certainty.STATED,
    source="Microsoft, actionable messages FAQ, on services that rewrite mail",
)  # fmt: skip
def rewritten_link(card: CardFacts) -> Iterator[Problem]:
    """An address that a mail gateway has rewritten.

    What it finds: an address that leads through Safe Links, Proofpoint, Mimecast, Barracuda or
    Cisco.
    Why it matters: the gateway's address expires, is for one reader, and takes no call from an
    action; in a mail that arrived it shows that the gateway changes cards.
    Example: "url": "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2F..."
    Use instead: the address itself; for mail that arrives so, an exception at the gateway, or a
    signed card.
    Fix: unsafe: writes the address that the gateway's link still holds, where it can be read.
    """
    whole = {link.pointer for link in card.opened if link.is_whole}
    links = [(link.pointer, link.url) for link in card.opened]
    for pointer, url in [*card.calls, *links, *card.pictures]:
        gateway = gateway_of(url)
        if gateway is not None:
            is_value = pointer in whole or (pointer, url) not in links
            message = f"a mail gateway has rewritten this address: it leads through {gateway}"
            fix = _restored(pointer, url) if is_value else None
            yield Problem(pointer, message, "write the address that it had before", fix)


def _secured(pointer: str, url: str) -> Fix | None:
    secured = "https" + url.strip()[4:]
    is_all = url.strip()[:7].lower() == "http://" and judge(secured).reach is Reach.PUBLIC
    return unsafely(SetValue(pointer, secured)) if is_all else None


def _whole(link: Opened) -> Fix | None:
    if link.is_whole and link.url.startswith("//"):
        return unsafely(SetValue(link.pointer, f"https:{link.url}"))
    if link.is_whole and link.url.lower().startswith("www."):
        return unsafely(SetValue(link.pointer, f"https://{link.url}"))
    return None


def _restored(pointer: str, url: str) -> Fix | None:
    original = original_of(url)
    return unsafely(SetValue(pointer, original)) if original else None
