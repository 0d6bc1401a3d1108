"""The bodies that actions send: whether they are JSON, and how they read once people typed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from amcli.card.document import Node
from amcli.card.input_reference import MEANT_AS_REFERENCE

JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"

# Always finds an end, so that it never looks at a character twice.
_QUOTED = re.compile(r'"(?:[^"\\]+|\\.?)*(?:"|\Z)', re.DOTALL)
_LIKE_JSON = re.compile(r"""\s*(?:\{\s*(?:["'}]|[\w$-]+\s*:)|\[\s*[\[{"\]])""")

_Replacement = Callable[[re.Match[str]], str]


@dataclass(frozen=True)
class RequestBody:
    """The body of an action that calls the sender's service."""

    action: Node
    text: str
    content_type: str | None
    """As the action names it; without one Outlook takes JSON."""
    content_type_pointer: str | None

    @property
    def pointer(self) -> str:
        """Return where the body stands."""
        return f"{self.action.pointer}/body"

    @property
    def media_type(self) -> str:
        """Return the content type without parameters, in lower case; empty when none is named."""
        return (self.content_type or "").partition(";")[0].strip().lower()

    @property
    def is_like_json(self) -> bool:
        """Return whether the text begins as JSON does that somebody wrote by hand."""
        return _LIKE_JSON.match(MEANT_AS_REFERENCE.sub("", self.text)) is not None

    @property
    def is_meant_as_json(self) -> bool:
        """Return whether the content type or the text itself says JSON."""
        named = self.media_type == JSON_TYPE or self.media_type.endswith("+json")
        return named or (self.is_like_json and self.media_type != FORM_TYPE)

    def bare_references(self) -> list[str]:
        """Return the names of the references outside quotes, in their order, each once."""
        return list(dict.fromkeys(MEANT_AS_REFERENCE.findall(_QUOTED.sub('""', self.text))))

    def quoted_references(self) -> list[str]:
        """Return the names of the references inside quotes."""
        return MEANT_AS_REFERENCE.findall("".join(_QUOTED.findall(self.text)))

    @property
    def has_references(self) -> bool:
        """Return whether anything that people type goes into the body."""
        return MEANT_AS_REFERENCE.search(self.text) is not None

    def filled(self, typed: str) -> str:
        """Return the body as it is sent when people type this in every input.

        Inside quotes the text is escaped, as Outlook does it; outside them stands a 0.
        """
        escaped = json.dumps(typed)[1:-1]
        return self._filled(lambda _: escaped, lambda _: "0")

    def frame(self) -> str:
        """Return the body with plain values, and everything else at its place."""
        return self._filled(
            lambda found: "x" * len(found[0]), lambda found: "0".ljust(len(found[0]))
        )

    def quoting(self, names: list[str]) -> str:
        """Return the body with these references in quotes where they stand outside."""
        return self._filled(
            lambda found: found[0],
            lambda found: f'"{found[0]}"' if found[1] in names else found[0],
        )

    def _filled(self, inside: _Replacement, outside: _Replacement) -> str:
        if "{{" not in self.text:
            return self.text
        parts, at = [], 0
        for quoted in _QUOTED.finditer(self.text):
            parts.append(MEANT_AS_REFERENCE.sub(outside, self.text[at : quoted.start()]))
            parts.append(MEANT_AS_REFERENCE.sub(inside, quoted[0]))
            at = quoted.end()
        return "".join([*parts, MEANT_AS_REFERENCE.sub(outside, self.text[at:])])


def request_bodies(actions: list[Node]) -> Iterator[RequestBody]:
    """Yield the bodies that are strings and not empty, of actions that call the service."""
    for action in actions:
        text = action.value.get("body")
        if isinstance(text, str) and text.strip():
            yield RequestBody(action, text, *_content_type(action))


def json_trouble(text: str) -> tuple[str, int] | None:
    """Return why a text is not JSON (RFC 8259), and after how many characters; None if it is."""
    try:
        _DECODER.decode(text)
    except json.JSONDecodeError as error:
        return error.msg[:1].lower() + error.msg[1:], error.pos
    except RecursionError:
        return None  # some reader may get through
    except _NoNumber as error:
        return f"{error} is no number", text.find(str(error))
    return None


class _NoNumber(Exception):
    """NaN or Infinity, which Python takes for JSON."""


def _refuse(name: str) -> Any:
    raise _NoNumber(name)


_DECODER = json.JSONDecoder(parse_int=float, parse_constant=_refuse)


def _content_type(action: Node) -> tuple[str | None, str | None]:
    """Return the content type that an action names, and where: the last header counts."""
    named = action.value.get("bodyContentType")
    if isinstance(named, str):
        return named, f"{action.pointer}/bodyContentType"
    headers = action.value.get("headers")
    found: tuple[str | None, str | None] = (None, None)
    for index, header in enumerate(headers if isinstance(headers, list) else ()):
        value = header.get("value") if isinstance(header, dict) else None
        if isinstance(value, str) and str(header.get("name")).strip().lower() == "content-type":
            found = value, f"{action.pointer}/headers/{index}/value"
    return found
