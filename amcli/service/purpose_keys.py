"""The keys of limited-purpose tokens: HMAC keys in a file of their own, and how they rotate.

The first key mints, all of them open. To change the key, put a new line above the old one, give
the file to the service first and to the sender then, and take the old line out when its last token
has expired.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from pathlib import Path

from amcli import base64url
from amcli.errors import KeyMaterialError
from amcli.files import NewFile, read_bounded, write_new_files
from amcli.seams import RandomSource, random_bytes
from amcli.secrets import Secret

KEY_FILE = "purpose-keys.txt"
MIN_KEY_BYTES = 32  # RFC 2104, section 3: shorter than the hash's output weakens it

_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_MAX_FILE_BYTES = 64 * 1024


@dataclass(frozen=True)
class PurposeKey:
    """One HMAC key; ``secret`` is at least 32 bytes in base64url."""

    id: str
    secret: Secret

    def __post_init__(self) -> None:
        if not _KEY_ID.fullmatch(self.id):
            raise KeyMaterialError(
                "the id of a purpose key is 1 to 32 letters, digits, '_' and '-'"
            )
        if len(_key_bytes(self.secret)) < MIN_KEY_BYTES:
            raise KeyMaterialError(f"purpose key {self.id!r} has fewer than {MIN_KEY_BYTES} bytes")

    def mac(self, signed: str) -> str:
        """Return HMAC-SHA-256 over ``signed`` in base64url."""
        digest = hmac.digest(_key_bytes(self.secret), signed.encode("ascii"), hashlib.sha256)
        return base64url.encode(digest)


@dataclass(frozen=True)
class PurposeKeys:
    """The keys in use: the first mints, all of them open."""

    keys: tuple[PurposeKey, ...]

    def __post_init__(self) -> None:
        if not self.keys or len({key.id for key in self.keys}) != len(self.keys):
            raise KeyMaterialError("purpose keys: at least one is needed, and each id only once")

    @classmethod
    def generate(cls, key_id: str, *, random: RandomSource = random_bytes) -> PurposeKeys:
        """Return one new key of 256 random bits."""
        return cls((PurposeKey(key_id, Secret(base64url.encode(random(MIN_KEY_BYTES)))),))

    def find(self, key_id: str) -> PurposeKey | None:
        """Return the key with this id."""
        return next((key for key in self.keys if key.id == key_id), None)


def load_purpose_keys(path: Path) -> PurposeKeys:
    """Return the keys in a file: a key's id and its secret in base64url on each line.

    The first line mints; empty lines and lines that begin with ``#`` do not count. Raises
    KeyMaterialError, which names file and line and never shows a secret.
    """
    what = "file of purpose keys"
    content = read_bounded(path, _MAX_FILE_BYTES, what=what, error=KeyMaterialError)
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        raise KeyMaterialError(f"{path}: the purpose keys are ASCII text") from None
    keys = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != 2:  # noqa: PLR2004 - the two columns of the file
            raise KeyMaterialError(f"{path}:{number}: a line is a key's id and its secret")
        keys.append(PurposeKey(words[0], Secret(words[1])))
    return PurposeKeys(tuple(keys))


def write_purpose_keys(folder: Path, keys: PurposeKeys) -> Path:
    """Return the path of the new file that ``load_purpose_keys`` reads, of mode 0600.

    Raises WouldOverwrite and UsageError.
    """
    lines = [
        "# A key's id and its secret on each line. The first one mints, all of them open tokens.",
        *(f"{key.id} {key.secret.reveal()}" for key in keys.keys),
    ]
    content = "\n".join([*lines, ""]).encode("ascii")
    return write_new_files(folder, [NewFile(KEY_FILE, content, private=True)])[0]


def _key_bytes(secret: Secret) -> bytes:
    try:
        # Not canonical: a key is no message, and people make keys with other programs.
        return base64url.decode(secret.reveal(), canonical=False)
    except base64url.NotBase64url:
        raise KeyMaterialError("a purpose key is base64url text") from None
