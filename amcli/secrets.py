"""Values that must not be shown: passphrases, SMTP passwords, access tokens."""

from __future__ import annotations

import re
from pathlib import Path

from amcli.errors import KeyMaterialError
from amcli.files import read_bounded

_MAX_SECRET_BYTES = 64 * 1024  # the longest OAuth access tokens are a few KB

# A JWT begins with the base64url of '{"', and its header alone is longer than any word.
_TOKEN = r"eyJ[A-Za-z0-9_-]{12,}(\.[A-Za-z0-9_=-]*)*"  # noqa: S105 - a pattern


class Secret:
    """A value whose ``repr`` and ``str`` say nothing; ``reveal()`` is the only way to it.

    No dataclass and no tuple: what lists the fields of those would list the value.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def reveal(self) -> str:
        """Return the value itself; call it only where the value is used."""
        return self._value


def without_tokens(text: str) -> str:
    """Return a text with *** for everything in it that looks like a bearer token."""
    return re.sub(_TOKEN, "***", text) if "eyJ" in text else text


def blotted(text: str) -> str:
    """Return a text of the same length, with asterisks for what looks like a bearer token."""
    return re.sub(_TOKEN, lambda found: "*" * len(found[0]), text)


def read_secret(path: Path) -> Secret:
    """Return the first line of a file, without its line end, as a secret.

    Raises KeyMaterialError when the file cannot be read, is empty, larger than 64 KB or not UTF-8;
    the message names the file and never its content.
    """
    content = read_bounded(path, _MAX_SECRET_BYTES, what="secret", error=KeyMaterialError)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # The exception itself holds the bytes, so it must not be chained into an error.
        raise KeyMaterialError(f"{path}: the secret in this file is not UTF-8 text") from None
    # Not splitlines(), which also cuts at a form feed and other characters of a passphrase.
    value = text.partition("\n")[0].removesuffix("\r")
    if not value:
        what = "first line" if text else "file"
        raise KeyMaterialError(f"{path}: the {what} is empty, a secret was expected in it")
    return Secret(value)
