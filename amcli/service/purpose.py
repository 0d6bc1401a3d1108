"""Limited-purpose tokens: what one mail allows one person to do, and until when.

A bearer token says who clicked, but neither on which mail nor who sent it (an Entra token has no
sender). This token, minted when the mail is sent and posted back in the action's body, does
(Microsoft, "Security requirements for actionable messages": include your own limited-purpose
token). Format, version 1, all of it characters that JSON and URLs leave alone::

    amp1.<key id>.<payload>.<mac>

    key id   1 to 32 of A-Z a-z 0-9 _ -
    payload  base64url without padding (RFC 4648, section 5) of a JSON object in ASCII:
             id    128 random bits in base64url; single use is counted by it
             from  the sender's address       tmpl  the template's name
             sub   what it is about           to    the recipient's address
             act   the allowed actions        exp   Unix time from which it is refused
    mac      base64url of HMAC-SHA-256 (RFC 2104) over everything before the last dot

Rotation: put the new key first and keep the old one for as long as its tokens live.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from amcli import base64url
from amcli.card.reserved import PURPOSE_TOKEN_PLACEHOLDER
from amcli.errors import AmcliError, KeyMaterialError, UsageError
from amcli.files import NewFile, read_bounded, write_new_files
from amcli.seams import Clock, RandomSource, random_bytes, utc_now
from amcli.secrets import Secret
from amcli.strict_json import parse_json_object

VERSION = "amp1"
KEY_FILE = "purpose-keys.txt"
DEFAULT_LIFETIME = timedelta(days=30)
MAX_TOKEN_CHARACTERS = 4096
MIN_KEY_BYTES = 32  # RFC 2104, section 3: shorter than the hash's output weakens it

_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_ID_BYTES = 16
_MAX_FILE_BYTES = 64 * 1024
_FIELDS = {"id": str, "from": str, "tmpl": str, "sub": str, "to": str, "act": list, "exp": int}

_UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError, OSError, RecursionError)


class PurposeTokenRejected(AmcliError):
    """A limited-purpose token that must not be acted on; the message never shows the token."""


class PurposeTokenExpired(PurposeTokenRejected):
    """A genuine token whose time is over."""


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


@dataclass(frozen=True)
class Purpose:
    """What a token is good for."""

    sender: str
    template: str
    subject: str
    """What the mail is about, as the sender's system calls it: an expense report's number."""
    recipient: str
    actions: tuple[str, ...]

    def __post_init__(self) -> None:
        if not all([self.sender, self.template, self.recipient, self.actions, *self.actions]):
            raise UsageError("a purpose token needs a sender, a template, a recipient and actions")


@dataclass(frozen=True)
class PurposeToken:
    """What a genuine token says."""

    id: str
    """Unique to the token; a store counts its use by it."""
    purpose: Purpose
    expires: datetime
    """Aware, UTC; from this moment on the token is refused."""


def mint(
    purpose: Purpose,
    keys: PurposeKeys,
    *,
    lifetime: timedelta = DEFAULT_LIFETIME,
    clock: Clock = utc_now,
    random: RandomSource = random_bytes,
) -> str:
    """Return a new token as text, made with the first key.

    Raises UsageError when it would exceed 4,096 characters.
    """
    payload = {
        "id": base64url.encode(random(_ID_BYTES)),
        "from": purpose.sender,
        "tmpl": purpose.template,
        "sub": purpose.subject,
        "to": purpose.recipient,
        "act": list(purpose.actions),
        "exp": int((clock() + lifetime).timestamp()),
    }
    text = json.dumps(payload, separators=(",", ":"))
    signed = f"{VERSION}.{keys.keys[0].id}.{base64url.encode(text.encode('ascii'))}"
    token = f"{signed}.{keys.keys[0].mac(signed)}"
    if len(token) > MAX_TOKEN_CHARACTERS:
        raise UsageError(f"the purpose token would exceed {MAX_TOKEN_CHARACTERS} characters")
    return token


def minter(
    keys: PurposeKeys,
    *,
    sender: str,
    template: str,
    recipients: Sequence[str],
    lifetime: timedelta = DEFAULT_LIFETIME,
    clock: Clock = utc_now,
) -> Callable[..., str]:
    """Return what a template calls as ``purpose_token(actions=[...], subject=...)``.

    Each call mints a token for one mail, from ``sender`` and made of ``template``. It raises
    UsageError unless there is exactly one recipient, in To and Cc together: whoever else held the
    card would hold the token.
    """

    def purpose_token(*, actions: Sequence[str], subject: str) -> str:
        if len(recipients) != 1:
            raise UsageError(
                "a limited-purpose token is for one person, and this mail goes to "
                f"{len(recipients)}",
                hint="send each of them a mail of their own, with one --to and no --cc",
            )
        purpose = Purpose(sender, template, subject, recipients[0], tuple(actions))
        return mint(purpose, keys, lifetime=lifetime, clock=clock)

    return purpose_token


def open_purpose_token(text: str, keys: PurposeKeys, clock: Clock = utc_now) -> PurposeToken:
    """Return what a genuine, unexpired token says.

    Raises PurposeTokenRejected (PurposeTokenExpired), and nothing else, for every other text.
    """
    if text == PURPOSE_TOKEN_PLACEHOLDER:
        raise PurposeTokenRejected(
            "the limited-purpose token is the placeholder that render and lint print",
            hint="amcli send --purpose-key-file mints the real one",
        )
    signed, mac = _split(text)
    key = keys.find(signed.split(".")[1])
    if key is None:
        raise PurposeTokenRejected("the limited-purpose token is of a key that is not in use")
    # The texts are compared, so that no other spelling of the same bits passes.
    if not hmac.compare_digest(key.mac(signed), mac):
        raise PurposeTokenRejected("the limited-purpose token was not made by us, or was changed")
    token = _read(signed.split(".")[2])
    if clock() >= token.expires:
        expired = token.expires.isoformat(sep=" ", timespec="seconds")
        raise PurposeTokenExpired(f"the limited-purpose token expired at {expired}")
    return token


def _split(text: str) -> tuple[str, str]:
    parts = text.split(".") if len(text) <= MAX_TOKEN_CHARACTERS and text.isascii() else []
    if len(parts) != 4 or parts[0] != VERSION:  # noqa: PLR2004 - the four parts of the format
        raise PurposeTokenRejected("this is no limited-purpose token")
    return ".".join(parts[:3]), parts[3]


def _read(payload: str) -> PurposeToken:
    # The MAC held: what follows was written by somebody with the key, but perhaps not by mint.
    try:
        found = parse_json_object(base64url.decode(payload))
        if any(type(found[name]) is not kind for name, kind in _FIELDS.items()):
            raise TypeError
        purpose = Purpose(
            sender=found["from"],
            template=found["tmpl"],
            subject=found["sub"],
            recipient=found["to"],
            actions=tuple(str(action) for action in found["act"]),
        )
        return PurposeToken(found["id"], purpose, datetime.fromtimestamp(found["exp"], UTC))
    except (*_UNREADABLE, UsageError):
        raise PurposeTokenRejected("the limited-purpose token has another content") from None


def _key_bytes(secret: Secret) -> bytes:
    try:
        # Not canonical: a key is no message, and people make keys with other programs.
        return base64url.decode(secret.reveal(), canonical=False)
    except base64url.NotBase64url:
        raise KeyMaterialError("a purpose key is base64url text") from None
