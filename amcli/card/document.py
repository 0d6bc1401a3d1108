"""The card as a JSON value: which of the two formats it is, and a walk over its objects."""

from __future__ import annotations

import enum
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from amcli.errors import CardError
from amcli.strict_json import NotStrictJson, parse_json
from amcli.suggestion import did_you_mean

MAX_CARD_BYTES = 16 * 1024 * 1024

# A card without @type that has one of these is taken as a MessageCard; real cards lack @type.
_MESSAGE_CARD_PROPERTIES = frozenset(
    {"potentialAction", "sections", "themeColor", "summary", "@context"}
)

CARD_TYPES = ("AdaptiveCard", "MessageCard")
_CARD_HINT = 'an Adaptive Card has "type": "AdaptiveCard", a MessageCard "@type": "MessageCard"'

_COMPACT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True, allow_nan=False)
_MESSAGE_CARD_INPUTS = frozenset({"TextInput", "DateInput", "MultichoiceInput"})


class CardKind(enum.Enum):
    """The two formats that Outlook knows."""

    ADAPTIVE = "adaptive"
    MESSAGE = "message"

    @property
    def label(self) -> str:
        """Return the format's own name."""
        return "Adaptive Card" if self is CardKind.ADAPTIVE else "MessageCard"


@dataclass(frozen=True)
class CardDocument:
    """A card's JSON value with what is known of its text."""

    value: dict[str, Any]
    kind: CardKind
    source: str
    """What a person calls it: a path, a template's name, ``<stdin>``."""
    duplicates: tuple[str, ...] = ()
    """JSON pointers of properties that stand twice in one object; the last one counts."""

    @property
    def version(self) -> str | None:
        """Return ``version`` of an Adaptive Card when it is a string."""
        version = self.value.get("version")
        return version if isinstance(version, str) else None

    @property
    def originator(self) -> str | None:
        """Return ``originator`` when the card has a non-empty one."""
        originator = self.value.get("originator")
        return originator if isinstance(originator, str) and originator else None

    def compact(self) -> str:
        """Return the card as JSON in one line of ASCII, so that no charset can damage it."""
        return _COMPACT.encode(self.value)

    def pretty(self) -> str:
        """Return the card as JSON for people, two spaces deep; lone surrogates stay escaped."""
        text = json.dumps(self.value, indent=2, ensure_ascii=False, allow_nan=False)
        return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in text)


class Node(NamedTuple):
    """One object of a card and where it stands; a tuple, as a card has many."""

    value: dict[str, Any]
    pointer: str
    """RFC 6901, ``""`` for the card itself."""
    parent: Node | None
    holder: str | None
    """The property of ``parent`` that holds this object, itself or in its list."""
    type: str | None
    """``type`` or ``@type`` when it is a string."""

    @property
    def is_input(self) -> bool:
        """Return whether a person fills it in, in either format."""
        kind = self.type or ""
        # Input.Choice is what the schema calls one choice of a ChoiceSet.
        is_adaptive = kind.startswith("Input.") and kind != "Input.Choice"
        return is_adaptive or kind in _MESSAGE_CARD_INPUTS


def parse_card(text: str | bytes, source: str) -> CardDocument:
    """Return the card in ``text`` (JSON; bytes must be UTF-8, a byte order mark is skipped).

    Raises CardError, with line and column where there is one, for anything that is not exactly
    one card: not JSON, NaN or infinite numbers, a list, both formats in one, neither.
    """
    pairs = PairReader()
    value = _load(text, source, pairs)
    if not isinstance(value, dict):
        raise CardError(
            f"{source}: a card is a JSON object, this is {_json_type(value)}",
            hint="one file holds one card; take it out of the list"
            if isinstance(value, list)
            else 'a card begins with { and has a "type"',
        )
    return CardDocument(value, card_kind(value, source), source, pairs.duplicates(value))


def card_kind(value: Mapping[str, Any], source: str) -> CardKind:
    """Return the format of a card; raises CardError for both at once, or for neither."""
    adaptive = value.get("type") == "AdaptiveCard"
    message = value.get("@type") == "MessageCard"
    if adaptive and message:
        raise CardError(
            f'{source}: both "type": "AdaptiveCard" and "@type": "MessageCard"',
            hint="keep the one that the rest of the card is written in",
        )
    if adaptive:
        return CardKind.ADAPTIVE
    if message or ("@type" not in value and not _MESSAGE_CARD_PROPERTIES.isdisjoint(value)):
        return CardKind.MESSAGE
    hint = did_you_mean(value.get("type", value.get("@type")), CARD_TYPES)
    raise CardError(f"{source}: not a card: {_type_found(value)}", hint=hint or _CARD_HINT)


def walk(document: CardDocument) -> Iterator[Node]:
    """Yield every object of the card, parents before children, in document order."""
    stack = [_node(document.value, "", None, None)]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(_children(node)))


def inputs(document: CardDocument) -> Iterator[Node]:
    """Yield the inputs of the card, in document order."""
    return (node for node in walk(document) if node.is_input)


def pointer_token(name: str | int) -> str:
    """Return one step of a JSON pointer, escaped (RFC 6901, section 3)."""
    return str(name).replace("~", "~0").replace("/", "~1")


def pointer_steps(pointer: str) -> list[str]:
    """Return the steps of a JSON pointer, read (RFC 6901, section 4)."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def _node(value: dict[str, Any], pointer: str, parent: Node | None, holder: str | None) -> Node:
    found = value.get("type", value.get("@type"))
    return Node(value, pointer, parent, holder, found if isinstance(found, str) else None)


def _children(node: Node) -> list[Node]:
    found: list[Node] = []
    for name, value in node.value.items():
        if isinstance(value, (dict, list)):
            token = pointer_token(name) if "~" in name or "/" in name else name
            _gather(value, f"{node.pointer}/{token}", node, name, found)
    return found


def _gather(value: Any, pointer: str, parent: Node, name: str, found: list[Node]) -> None:
    if isinstance(value, dict):
        found.append(_node(value, pointer, parent, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _gather(item, f"{pointer}/{index}", parent, name, found)


class PairReader:
    """Builds JSON's objects, and notes which of them had a property twice."""

    def __init__(self) -> None:
        self._seen: list[tuple[dict[str, Any], list[str]]] = []

    def __call__(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """Return the object; json.loads calls this as its object_pairs_hook."""
        value = dict(pairs)
        if len(value) != len(pairs):
            counts = Counter(name for name, _ in pairs)
            self._seen.append((value, sorted(n for n, count in counts.items() if count > 1)))
        return value

    def duplicates(self, root: Any) -> tuple[str, ...]:
        """Return the pointers of properties that stand twice in one object of ``root``."""
        if not self._seen:
            return ()
        wanted = {id(value): names for value, names in self._seen}
        found = []
        for pointer, value in _values(root, ""):
            found += [f"{pointer}/{pointer_token(n)}" for n in wanted.get(id(value), ())]
        return tuple(found)


def _values(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    yield pointer, value
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _values(child, f"{pointer}/{pointer_token(name)}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _values(child, f"{pointer}/{index}")


def _load(text: str | bytes, source: str, pairs: PairReader) -> Any:
    if len(text) > MAX_CARD_BYTES:
        raise CardError(
            f"{source}: larger than {MAX_CARD_BYTES // 1024**2} MB, no card is",
            hint="check that it is the card; Outlook shows none of this size",
        )
    if not text.strip():
        raise CardError(f"{source}: the file is empty", hint="a card is a JSON object")
    try:
        # A name that stands twice is noted, as lint says where, and half characters are found in
        # real cards.
        return parse_json(text, byte_order_mark=True, pairs=pairs, half_characters=True)
    except NotStrictJson as error:
        raise CardError(error.at(source), hint=error.hint) from None


def _json_type(value: Any) -> str:
    names = {list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _type_found(value: Mapping[str, Any]) -> str:
    found = value.get("type", value.get("@type"))
    return f"its type is {str(found)[:80]!r}" if found is not None else 'it has no "type"'
