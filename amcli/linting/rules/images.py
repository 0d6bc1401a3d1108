"""AM504 to AM506, AM511 and AM512: addresses of pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from amcli.card.document import CardKind
from amcli.linting.facts.addresses import host_of, host_problem, is_own_machine
from amcli.linting.facts.card import CardFacts
from amcli.linting.facts.opened import lacks_scheme
from amcli.linting.finding import Severity
from amcli.linting.fixing.fix import SetValue, unsafely
from amcli.linting.rule import Certainty, Problem, rule

_IMAGES = "Microsoft, Adaptive Cards documentation on images"
_KILOBYTE = 1000
_PUBLIC = "use a public https:// address"
_WHOLE = "write the whole address, with https://"
_FILE = re.compile(r"file:|[a-z]:[\\/]", re.IGNORECASE)


@rule("AM504", "image-not-https", Severity.WARNING, Certainty.INFERRED, source=_IMAGES)
def image_not_https(card: CardFacts) -> Iterator[Problem]:
    """A picture over http.

    What it finds: a picture whose URL begins with http://.
    Why it matters: clients that are web pages may refuse it.
    Example: {"type": "Image", "url": "http://example.com/logo.png"}
    Use instead: https://
    Fix: unsafe: writes https://; whether the server has the picture there only you know.
    """
    for pointer, url in card.pictures:
        if url.lower().startswith("http://") and not _private(url):
            fix = unsafely(SetValue(pointer, "https" + url[4:]))
            yield Problem(pointer, "the picture is not https", "use an https:// address", fix)


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
    Fix: none: only the author knows where the picture can lie.
    """
    for pointer, url in card.pictures:
        if url.lower().startswith("data:"):
            size = f" ({len(url) // _KILOBYTE} kB)" if len(url) >= _KILOBYTE else ""
            message = f"not every client shows pictures that are written into the card{size}"
            yield Problem(pointer, message, "put it where an https:// address reaches it")


@rule("AM506", "image-not-public", Severity.ERROR, Certainty.INFERRED, source=_IMAGES)
def image_not_public(card: CardFacts) -> Iterator[Problem]:
    """A picture that only your own machine has.

    What it finds: a picture at localhost, or in a file.
    Why it matters: each reader's client looks for it on the reader's own machine.
    Example: {"type": "Image", "url": "http://localhost:8000/logo.png"}
    Use instead: a public https address that asks for no login.
    Fix: none: only the author knows where the picture can lie.
    """
    for pointer, url in card.pictures:
        if _is_own_machine(url):
            message = "readers cannot fetch this picture: it lies on your own machine"
            yield Problem(pointer, message, _PUBLIC)


@rule("AM512", "image-on-private-network", Severity.WARNING, Certainty.INFERRED, source=_IMAGES)
def image_on_private_network(card: CardFacts) -> Iterator[Problem]:
    """A picture that only one network has.

    What it finds: a picture at a private address, or at a name that no public one can be: without
    a dot, or ending in `.local` or `.internal`.
    Why it matters: clients outside that network cannot fetch it: telephones, and people at home.
    Example: {"type": "Image", "url": "https://192.168.1.20/logo.png"}
    Use instead: a public https address that asks for no login.
    Fix: none: only the author knows where the picture can lie.
    """
    for pointer, url in card.pictures:
        if _private(url) and not _is_own_machine(url):
            message = f"only one network has this picture: {host_problem(host_of(url))}"
            yield Problem(pointer, message, _PUBLIC)


@rule("AM511", "image-without-scheme", Severity.WARNING, Certainty.INFERRED, source=_IMAGES)
def image_without_scheme(card: CardFacts) -> Iterator[Problem]:
    """A picture with a relative address, or with none.

    What it finds: a picture whose URL has no https: or other scheme, and an Image whose `url` is
    empty.
    Why it matters: a mail has no address of its own that another could be relative to.
    Example: {"type": "Image", "url": "images/logo.png"}
    Use instead: the whole address: https://example.com/images/logo.png
    Fix: none: only the author knows where the picture lies.
    """
    for pointer, url in card.pictures:
        if url.strip() and lacks_scheme(url):
            message = "this picture's address has no scheme, and a mail has none that it adds to"
            yield Problem(pointer, message, _WHOLE)
    for image in card.of_type("Image"):
        if card.document.kind is CardKind.ADAPTIVE and image.value.get("url") == "":
            yield Problem(f"{image.pointer}/url", "this picture's address is empty", _WHOLE)


def _is_own_machine(url: str) -> bool:
    return bool(_FILE.match(url)) or (_private(url) and is_own_machine(host_of(url)))


def _private(url: str) -> bool:
    return url.lower().startswith(("http://", "https://")) and bool(
        (host := host_of(url)) and "{" not in host and host_problem(host)
    )
