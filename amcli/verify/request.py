"""The token in what a person captured: bare, in a header line, or in a whole HTTP request.

Outlook posts it as ``Authorization: Bearer``, or as ``Action-Authorization: Bearer`` when the
card sets Authorization itself, for example to "" (Microsoft, "Security requirements for
actionable messages").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from amcli.errors import NothingFound, UnreadableInput
from amcli.files import read_bounded, read_stream
from amcli.secrets import Secret, without_tokens

MAX_INPUT_BYTES = 1024 * 1024
"""A captured request with its body; Outlook's own have a few KB."""

TOKEN_HEADERS = ("authorization", "action-authorization")

_REQUEST_LINE = re.compile(r"[A-Z]+ \S+ HTTP/\d(\.\d)?")
_HEADER_LINE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)")
_LINE_END = re.compile(r"\r\n?")
_FOLDED = re.compile(r"\n[ \t]+(?=\S)")  # a header value that goes on (RFC 9112, section 5.2)
_BEARER = re.compile(r"bearer[ \t]+(\S+)", re.IGNORECASE)


@dataclass(frozen=True)
class FoundToken:
    """A token that nobody has looked into yet."""

    token: Secret
    place: str
    """Where it stood: ``the argument``, ``stdin, header Action-Authorization``."""


def read_input(argument: str, stdin: BinaryIO) -> tuple[str, str]:
    """Return the text that an argument names, and what to call it.

    ``-`` is standard input, ``@FILE`` a file, anything else is the text itself. Raises
    UnreadableInput for what is empty, larger than 1 MB or not UTF-8.
    """
    if argument == "-":
        content = read_stream(stdin, MAX_INPUT_BYTES, "stdin", what="captured request")
        return _text(content, "stdin"), "stdin"
    if not argument.startswith("@"):
        return argument, "the argument"
    if without_tokens(argument) != argument:
        raise UnreadableInput(
            "behind the @ stands a token, a file's name was expected",
            hint="put the token into a file, or give it on stdin: -",
        )
    path = Path(argument[1:])
    content = read_bounded(path, MAX_INPUT_BYTES, what="captured request")
    return _text(content, str(path)), str(path)


def find_token(text: str, origin: str) -> FoundToken:
    """Return the one token in a captured text; it may still be malformed.

    Raises NothingFound where there is none, and UnreadableInput where there are two different
    ones: choosing would be guessing.
    """
    lines = _FOLDED.sub(" ", _LINE_END.sub("\n", text.strip())).split("\n")
    if not lines[0]:
        raise UnreadableInput(f"{origin}: empty, a token was expected")
    headers = list(_headers(lines))
    if headers or _REQUEST_LINE.fullmatch(lines[0].strip()):
        return _in_headers(headers, origin)
    bearer = _BEARER.fullmatch(text.strip())
    return FoundToken(Secret(bearer[1] if bearer else text.strip()), origin)


def bearer_tokens(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return name and token of every header that carries a bearer token, in their order."""
    return [
        (name, match[1])
        for name, value in headers
        if name.lower() in TOKEN_HEADERS and (match := _BEARER.fullmatch(value.strip()))
    ]


def _in_headers(headers: list[tuple[str, str]], origin: str) -> FoundToken:
    found = bearer_tokens(headers)
    if not found:
        present = [name for name, _ in headers if name.lower() in TOKEN_HEADERS]
        what = f"{' and '.join(present)} without a bearer token" if present else "no Authorization"
        raise NothingFound(
            f"{origin}: {what} among the headers",
            hint="the token is in Authorization or Action-Authorization, after the word Bearer",
        )
    if len({token for _, token in found}) > 1:
        raise UnreadableInput(
            f"{origin}: two different tokens, in {' and '.join(name for name, _ in found)}",
            hint="give the one you mean by itself",
        )
    name, token = found[0]
    return FoundToken(Secret(token), f"{origin}, header {name}")


def _headers(lines: list[str]) -> Iterable[tuple[str, str]]:
    """Yield the header lines up to the first empty one; what follows is the body."""
    for line in lines:
        if not line.strip():
            return
        match = _HEADER_LINE.fullmatch(line)
        if match:
            yield match[1], match[2]


def _text(content: bytes, origin: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableInput(
            f"{origin}: not UTF-8 text", hint="save it as UTF-8 (PowerShell: -Encoding utf8)"
        ) from None
