"""AM5xx: addresses of services, pages and pictures."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from amcli.card.document import CardKind, Node
from amcli.linting.addresses import Reach, host_problem, judge
from amcli.linting.facts import CardFacts, text_of
from amcli.linting.finding import Severity
from amcli.linting.opened import dangerous_because, lacks_scheme, opened
from amcli.linting.rule import Certainty, Problem, rule

_REFERENCE = "Microsoft, Outlook's Adaptive Card reference"
_LINKS = "RFC 3986, sections 3.1 and 5.1; WHATWG URL Standard, URL parsing"
_MESSAGE_IMAGES = ("activityImage", "image")
_GRAPH = "graph.microsoft.com"


@rule("AM501", "target-not-public", Severity.ERROR, Certainty.STATED, source=_REFERENCE)
def target_not_public(card: CardFacts) -> Iterator[Problem]:
    """An action posts to an address that Microsoft's servers cannot call.

    What it finds: a target that is http, localhost, a private or link-local address, a `.local`
    name, or no URL.
    Why it matters: Microsoft's servers make the call, not the reader's machine.
    Example: "url": "http://localhost:8080/approve"
    Use instead: a public https address on port 443; while you develop, a tunnel.
    """
    for pointer, url in _calls(card):
        judgement = judge(url)
        if judgement.reach is Reach.UNREACHABLE:
            message = f"Microsoft's servers cannot call this: {judgement.reason}"
            yield Problem(pointer, message, "use a public https:// address")


@rule("AM502", "target-uncertain", Severity.WARNING, Certainty.SEEN, source=_REFERENCE)
def target_uncertain(card: CardFacts) -> Iterator[Problem]:
    """It cannot be told whether Microsoft's servers can call an address.

    What it finds: a target that begins with an input reference or a placeholder, and one with a
    port other than 443.
    Why it matters: a target must be registered, public and https; calls to other ports were
    reported never to arrive.
    Example: "url": "https://example.com:5001/approve"
    Use instead: an address that says where it goes, on port 443.
    """
    for pointer, url in _calls(card):
        judgement = judge(url)
        if judgement.reach is Reach.UNCERTAIN:
            yield Problem(pointer, f"this may not be reached: {judgement.reason}")


@rule(
    "AM503",
    "target-is-graph",
    Severity.WARNING,
    Certainty.SEEN,
    source="Microsoft, AdaptiveCards issue 5674",
)
def target_is_graph(card: CardFacts) -> Iterator[Problem]:
    """An action calls Microsoft Graph itself.

    What it finds: a target at graph.microsoft.com.
    Why it matters: Outlook's token is made for your service; Graph answers 401.
    Example: "url": "https://graph.microsoft.com/v1.0/me/events"
    Use instead: an address of your service, which then calls Graph.
    """
    for pointer, url in _calls(card):
        if _host(url) == _GRAPH:
            message = "Graph does not take the token that Outlook sends"
            yield Problem(pointer, message, "call your own service, and Graph from there")


@rule(
    "AM504",
    "image-not-https",
    Severity.WARNING,
    Certainty.INFERRED,
    source="Microsoft, Adaptive Cards documentation on images",
)
def image_not_https(card: CardFacts) -> Iterator[Problem]:
    """A picture over http.

    What it finds: a picture whose URL begins with http://.
    Why it matters: clients that are web pages may refuse it.
    Example: {"type": "Image", "url": "http://example.com/logo.png"}
    Use instead: https://
    """
    for pointer, url in _images(card):
        if url.lower().startswith("http://") and not _private(url):
            yield Problem(pointer, "the picture is not https", "use an https:// address")


@rule(
    "AM505",
    "image-in-card",
    Severity.WARNING,
    Certainty.SEEN,
    source="MicrosoftDocs/msteams-docs issue 11978; AdaptiveCards issue 7872",
)
def image_in_card(card: CardFacts) -> Iterator[Problem]:
    """A picture written into the card.

    What it finds: a picture whose URL begins with data:.
    Why it matters: some clients show it, others do not.
    Example: {"type": "Image", "url": "data:image/png;base64,iVBOR..."}
    Use instead: a public https address.
    """
    for pointer, url in _images(card):
        if url.lower().startswith("data:"):
            message = "not every client shows pictures that are written into the card"
            yield Problem(pointer, message, "put it where an https:// address reaches it")


@rule(
    "AM506",
    "image-not-public",
    Severity.ERROR,
    Certainty.INFERRED,
    source="Microsoft, Adaptive Cards documentation on images",
)
def image_not_public(card: CardFacts) -> Iterator[Problem]:
    """A picture that only your own network has.

    What it finds: a picture at localhost, a private address or a `.local` name.
    Why it matters: readers' clients cannot fetch it.
    Example: {"type": "Image", "url": "https://192.168.1.20/logo.png"}
    Use instead: a public https address that asks for no login.
    """
    for pointer, url in _images(card):
        if _private(url):
            message = f"readers cannot fetch this picture: {host_problem(_host(url))}"
            yield Problem(pointer, message, "use a public https:// address")


@rule("AM507", "unusable-link", Severity.ERROR, Certainty.INFERRED, source=_LINKS)
def unusable_link(card: CardFacts) -> Iterator[Problem]:
    """A link or a button that opens nothing, or something dangerous.

    What it finds: an address to open, in an action or a Markdown link, that is empty or begins
    with javascript:, data:, vbscript: or file:.
    Why it matters: clients refuse it, and one that does not runs what it should not.
    Example: {"type": "Action.OpenUrl", "title": "Open", "url": "javascript:alert(1)"}
    Use instead: an https:// address, or that of an app: mailto:, tel:, ms-word:
    """
    for pointer, url in opened(card):
        reason = dangerous_because(url)
        if reason is not None:
            yield Problem(pointer, f"this link cannot be opened: {reason}", "use https://")


@rule("AM508", "link-without-scheme", Severity.WARNING, Certainty.INFERRED, source=_LINKS)
def link_without_scheme(card: CardFacts) -> Iterator[Problem]:
    """A link or a button with a relative address.

    What it finds: an address to open, in an action or a Markdown link, without https: or another
    scheme.
    Why it matters: a mail has no address of its own that another could be relative to.
    Example: {"type": "Action.OpenUrl", "title": "Open", "url": "expenses/17"}
    Use instead: the whole address: https://example.com/expenses/17
    """
    for pointer, url in opened(card):
        if lacks_scheme(url):
            message = "this link has no scheme, and a mail has no address that it could add to"
            yield Problem(pointer, message, "write the whole address, with https://")


def _calls(card: CardFacts) -> Iterator[tuple[str, str]]:
    for action in card.http_actions:
        name = "target" if action.type == "HttpPOST" else "url"
        url = action.value.get(name)
        if isinstance(url, str):
            yield f"{action.pointer}/{name}", url


def _images(card: CardFacts) -> Iterator[tuple[str, str]]:
    for node in card.nodes:
        for name in _image_properties(card, node):
            url = text_of(node, name)
            if url is not None:
                yield f"{node.pointer}/{name}", url


def _image_properties(card: CardFacts, node: Node) -> tuple[str, ...]:
    if card.document.kind is CardKind.MESSAGE:
        return _MESSAGE_IMAGES
    if node.type == "Image" or node.holder in {"images", "backgroundImage"}:
        return ("url",)
    return ("backgroundImage", "iconUrl")


def _private(url: str) -> bool:
    return url.lower().startswith(("http://", "https://")) and bool(
        (host := _host(url)) and "{" not in host and host_problem(host)
    )


def _host(url: str) -> str:
    try:
        return (urlsplit(url.strip()).hostname or "").lower()
    except ValueError:
        return ""


RULES = (
    target_not_public,
    target_uncertain,
    target_is_graph,
    image_not_https,
    image_in_card,
    image_not_public,
    unusable_link,
    link_without_scheme,
)
