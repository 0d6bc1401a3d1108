"""Values that must not be shown: passphrases, SMTP passwords, access tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from amcli.errors import KeyMaterialError
from amcli.files import read_bounded

_MAX_SECRET_BYTES = 64 * 1024  # the longest OAuth access tokens are a few KB


@dataclass(frozen=True)
class Secret:
    """A value whose ``repr`` and ``str`` say nothing; ``reveal()`` is the only way to it."""

    _value: str = field(repr=False)

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def reveal(self) -> str:
        """Return the value itself; call it only where the value is used."""
        return self._value


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
    value = text.splitlines()[0] if text else ""
    if not value:
        raise KeyMaterialError(f"{path}: the file is empty, a secret was expected in it")
    return Secret(value)
