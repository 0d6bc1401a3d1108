"""The addresses that a click opens, and why one of them cannot work."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from amcli.card.document import Node
from amcli.linting.facts.texts import Text

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_DANGEROUS = frozenset({"javascript", "data", "vbscript"})
_MISSPELT = re.compile(r"h{0,2}t{1,3}p{1,2}s{0,2}")
_WITHOUT_HOST = re.compile(r"https?:(?://(?:[/?#]|\Z)|(?!//))", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_HOST_AND_PORT = re.compile(
    r"(localhost|[a-z0-9-]+(\.[a-z0-9-]+)+):[0-9]+(?![^/?#])", re.IGNORECASE
)
_IGNORED = re.compile("[\x00-\x20]")  # browsers take a scheme apart from these
_PLACEHOLDERS = ("{", "$", "<", "...")

# Beyond this nothing is looked for: no card has such a text, and reading Markdown takes its time.
_MAX_CHARACTERS = 20_000
_RULES = ("emphasis", "strikethrough", "link", "heading", "list", "newline", "escape", "entity")


class Opened(NamedTuple):
    """Where a click leads."""

    pointer: str
    url: str
    is_whole: bool
    """Whether the address is all of the value, and not a link in a text."""


def opened(nodes: Iterable[Node], texts: Iterable[Text]) -> Iterator[Opened]:
    """Yield everything that opens a page or an app."""
    for node in nodes:
        if node.type == "Action.OpenUrl" and isinstance(node.value.get("url"), str):
            yield Opened(f"{node.pointer}/url", node.value["url"], is_whole=True)
        elif node.holder == "targets" and isinstance(node.value.get("uri"), str):
            yield Opened(f"{node.pointer}/uri", node.value["uri"], is_whole=True)
        elif node.type == "ViewAction" and isinstance(node.value.get("target"), list):
            for index, url in enumerate(node.value["target"]):
                if isinstance(url, str):
                    yield Opened(f"{node.pointer}/target/{index}", url, is_whole=True)
    for found in texts:
        if found.is_markdown:
            yield from (Opened(found.pointer, url, False) for url in _links(found.text))


def dangerous_because(url: str) -> str | None:
    """Return why this address opens nothing, or something bad; None when it may be opened."""
    bare = _IGNORED.sub("", url)
    if not bare:
        return "the address is empty"
    scheme = _SCHEME.match(bare)
    if scheme and scheme[1].lower() in _DANGEROUS:
        return f"the address begins with {scheme[1].lower()}:"
    if scheme and _MISSPELT.fullmatch(scheme[1]) and scheme[1] not in {"http", "https"}:
        return f"{scheme[1]}: is misspelt"
    return "it has no host" if _WITHOUT_HOST.match(bare) else None


def leads_to_file(url: str) -> bool:
    """Return whether the address is that of a file on a disk or in a network folder."""
    return _IGNORED.sub("", url).lower().startswith(("file:", "\\\\"))


def lacks_scheme(url: str) -> bool:
    """Return whether the address is relative; one that begins with a placeholder may be whole."""
    bare = _IGNORED.sub("", url)
    if not bare or bare.startswith(_PLACEHOLDERS):
        return False
    return not _SCHEME.match(bare) or bool(_HOST_AND_PORT.match(bare))


def _links(text: str) -> Iterator[str]:
    """Yield where the links of a Markdown text lead, as CommonMark reads them, each once."""
    if "](" not in text or len(text) > _MAX_CHARACTERS:
        return
    tokens = [child for token in _reader().parse(text) for child in token.children or ()]
    links = [str(token.attrGet("href") or "") for token in tokens if token.type == "link_open"]
    yield from dict.fromkeys(links)


@cache
def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt

    reader = MarkdownIt("zero", {"html": False, "maxNesting": 20})
    reader.enable(_RULES)
    reader.validateLink = lambda url: isinstance(url, str)  # type: ignore[method-assign]
    reader.normalizeLink = lambda url: url  # type: ignore[method-assign]
    return reader
