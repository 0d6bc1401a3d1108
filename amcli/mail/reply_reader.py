"""Replies as they come off the wire: bounded in length and time, and without what was secret."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterable

_MAX_BYTES = 1024 * 1024  # all replies of one connection; real ones are a few KB
_SHORTEST_HIDDEN = 4
_TELLING = 12
"""From this many letters on the beginning of a secret is hidden as well as the whole."""


class ReplyReader:
    """Reads lines from a socket; each reply must be there within the socket's timeout.

    A timeout of the socket alone begins anew with each byte, so that a server which lets its
    letters drip could hold a sender for ever.
    """

    def __init__(self, connection: socket.socket) -> None:
        self.last_line = b""
        self._connection = connection
        self._buffer = b""
        self._left = _MAX_BYTES
        self._patience: float | None = None
        self._deadline: float | None = None

    def begin(self) -> None:
        """Begin a reply: its time runs from now on."""
        self._patience = self._connection.gettimeout()
        self._deadline = None if self._patience is None else time.monotonic() + self._patience

    def readline(self, size: int) -> bytes:
        """Return the next line with its end, at most ``size`` bytes; raises OSError."""
        while b"\n" not in self._buffer and len(self._buffer) < size:
            more = self._receive()
            if not more:
                break
            self._buffer += more
        end = self._buffer.find(b"\n", 0, size) + 1 or size
        self.last_line, self._buffer = self._buffer[:end], self._buffer[end:]
        return self.last_line

    def close(self) -> None:
        """Do nothing: the socket is closed by whoever opened it."""

    def _receive(self) -> bytes:
        if self._deadline is not None:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._connection.settimeout(left)
        try:
            more = self._connection.recv(8192)
        finally:
            self._connection.settimeout(self._patience)
        self._left -= len(more)
        if self._left < 0:
            raise OSError("the replies are too long")
        return more


def without(text: bytes, hidden: Iterable[bytes]) -> bytes:
    """Return the text with ``***`` for each hidden value, however white space breaks it up.

    Of a long value its beginning is hidden, too: servers cut what they repeat.
    """
    for value in hidden:
        text = _without_one(text, b"".join(value.split()))
    return text


def _without_one(text: bytes, letters: bytes) -> bytes:
    if len(letters) < _SHORTEST_HIDDEN:
        return text
    start = [re.escape(letters[at : at + 1]) for at in range(min(len(letters), _TELLING))]
    kept, at = [], 0
    for match in re.finditer(rb"\s*".join(start), text):
        if match.start() >= at:
            kept += [text[at : match.start()], b"***"]
            at = _end(text, match.end(), letters[len(start) :])
    return b"".join([*kept, text[at:]])


def _end(text: bytes, at: int, letters: bytes) -> int:
    """Return where the rest of a value ends, as far as it stands there."""
    end = at
    for letter in letters:
        while text[at : at + 1].isspace():
            at += 1
        if text[at : at + 1] != bytes([letter]):
            break
        at = end = at + 1
    return end
