"""The bearer tokens in whatever a person captured, and where each of them stood.

A capture is a token, header lines, one or several HTTP requests (also as ``curl -v`` prints them),
a HAR file, JSON, or a log with a text or a JSON object on each line. Its form is told by what is
in it, never by its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from amcli.errors import NothingFound, UnreadableInput
from amcli.files import read_bounded, read_stream
from amcli.secrets import Secret, without_tokens
from amcli.verify.request import bearer_token
from amcli.verify.token_format import MAX_TOKEN_BYTES

if TYPE_CHECKING:
    from amcli.verify.captured_text import Read

MAX_INPUT_BYTES = 32 * 1024 * 1024
"""A day's log of a service; a captured request has a few KB."""
_TOO_LARGE = "give it in parts; of a log the lines with tokens will do: grep -i bearer FILE"

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # with its byte order mark; without one it has NULs
_OF_A_TOKEN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
_HEADERS = "the token is in Authorization or Action-Authorization, after the word Bearer"


class FoundToken(NamedTuple):
    """A token that nobody has looked into yet."""

    token: Secret
    place: str
    """Where it stood: ``stdin, header Authorization``, ``web.har, entry 3, header ...``."""
    line: int | None = None
    """Its line, counted from 1, where the capture has lines of its own."""
    entry: int | None = None
    """Its entry, counted from 1, in a HAR file or a JSON list."""


class Capture(NamedTuple):
    """What was found; at least one token."""

    tokens: tuple[FoundToken, ...]
    notes: tuple[str, ...] = ()
    """What a person should know: requests without a token, or with two."""


def read_input(argument: str, stdin: BinaryIO) -> tuple[str, str]:
    """Return the text that an argument names, and what to call it.

    ``-`` is standard input, ``@FILE`` a file, anything else is the text itself. Raises
    UnreadableInput for what is larger than 32 MB or no text.
    """
    if argument == "-":
        content = read_stream(stdin, MAX_INPUT_BYTES, "stdin", what="capture", larger=_TOO_LARGE)
        return _text(content, "stdin"), "stdin"
    if not argument.startswith("@"):
        return argument, "the argument"
    if without_tokens(argument) != argument:
        raise UnreadableInput(
            "behind the @ stands a token, a file's name was expected",
            hint="put the token into a file, or give it on stdin: -",
        )
    path = Path(argument[1:])
    content = read_bounded(path, MAX_INPUT_BYTES, what="capture", larger=_TOO_LARGE)
    return _text(content, str(path)), str(path)


def find_tokens(text: str, origin: str) -> Capture:
    """Return every token in a captured text, in its order; they may still be malformed.

    The same token twice in one request counts once. Raises NothingFound where there is none, and
    UnreadableInput for a text without anything in it.
    """
    if not text.strip():
        raise UnreadableInput(f"{origin}: empty, a token was expected")
    if _is_bare(text):
        return Capture((FoundToken(Secret(text.strip()), origin),))
    read = _read(text)
    if read.found:
        return Capture(_named(read, origin), _notes(read))
    if read.is_one_line:  # nothing but a token, however malformed
        whole = text.strip()
        return Capture((FoundToken(Secret(bearer_token(whole) or whole), origin),))
    raise NothingFound(f"{origin}: {read.missing}", hint=read.hint or _HEADERS)


def _is_bare(text: str) -> bool:
    """Return whether this is nothing but a token, as most captures are, however malformed."""
    line = text.strip("\r\n").strip(" \t")
    return len(line) <= MAX_TOKEN_BYTES and _OF_A_TOKEN.issuperset(line)


def _read(text: str) -> Read:
    # Each knows many forms, and is slow to load for them.
    if text.lstrip()[0] not in "{[":
        from amcli.verify.captured_text import read_text

        return read_text(text)
    from amcli.verify.captured_json import read_json

    return read_json(text)


def _named(read: Read, origin: str) -> tuple[FoundToken, ...]:
    if read.is_one_line:
        return tuple(FoundToken(Secret(found.token), origin) for found in read.found)
    alone = len(read.found) == 1
    named = []
    for token, place in read.found:
        words = ", ".join((origin, *place.words(alone=alone)))
        named.append(FoundToken(Secret(token), words, place.line, place.entry))
    return tuple(named)


def _notes(read: Read) -> tuple[str, ...]:
    notes = []
    if read.empty_requests:
        notes.append(f"without a bearer token: {_these(read.empty_requests)}")
    if read.double_requests:
        which = _these(read.double_requests)
        notes.append(f"with two different tokens, which a service must refuse: {which}")
    return tuple(notes)


def _these(names: Sequence[str]) -> str:
    rest = len(names) - 5
    return ", ".join(names[:5]) + (f" and {rest} more" if rest > 0 else "")


def _text(content: bytes, origin: str) -> str:
    if content.startswith(_UTF_16) or content.count(0) * 3 > len(content):
        raise UnreadableInput(
            f"{origin}: not UTF-8 text", hint="save it as UTF-8 (PowerShell: -Encoding utf8)"
        )
    # Anybody can write a foreign byte into a log; it is in no token that could be genuine.
    return content.decode(errors="replace").removeprefix("\ufeff")
