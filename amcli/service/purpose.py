"""Limited-purpose tokens: what one mail allows one person to do, and until when.

A bearer token says who clicked, but neither on which mail nor who sent it (an Entra token has no
sender). This token, minted when the mail is sent and posted back in the action's body, does
(Microsoft, "Security requirements for actionable messages": include your own limited-purpose
token). Format, version 1, all of it characters that JSON and URLs leave alone::

    amp1.<key id>.<payload>.<mac>

    key id   1 to 32 of A-Z a-z 0-9 _ -
    payload  base64url without padding (RFC 4648, section 5) of a JSON object with these names
             and no others:
             id    128 random bits in base64url; single use is counted by it
             from  the sender's address       tmpl  the template's name
             sub   what it is about           to    the recipient's address
             act   the allowed actions        exp   Unix time from which it is refused
    mac      base64url of HMAC-SHA-256 (RFC 2104) over everything before the last dot

The checks, in the order in which they are made:

 1. format   four parts, the version, at most 4,096 characters
 2. key      its id is in the key file
 3. mac      made with that key, and unchanged
 4. content  what a mint of this version writes, for no longer than a year
 5. expiry   ``exp``
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from amcli import base64url
from amcli.card.reserved import PURPOSE_TOKEN_PLACEHOLDER
from amcli.errors import AmcliError, UsageError
from amcli.seams import Clock, RandomSource, random_bytes, utc_now
from amcli.service.purpose_keys import PurposeKeys
from amcli.strict_json import parse_json_object

VERSION = "amp1"
DEFAULT_LIFETIME = timedelta(days=30)
LONGEST_LIFETIME = timedelta(days=365)
MAX_TOKEN_CHARACTERS = 4096

CHECKS = ("format", "key", "mac", "content", "expiry")
"""The names of the checks, in order."""

_ID_BYTES = 16
_CLOCKS_DIFFER = timedelta(days=1)
_FIELDS = {"id": str, "from": str, "tmpl": str, "sub": str, "to": str, "act": list, "exp": int}

_UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError, OSError, RecursionError)


class PurposeTokenRejected(AmcliError):
    """A limited-purpose token that must not be acted on; the message never shows the token."""

    check = "format"
    """The first of ``CHECKS`` that did not hold."""


class PurposeTokenMalformed(PurposeTokenRejected):
    """No token of this version, or the placeholder."""


class PurposeKeyUnknown(PurposeTokenRejected):
    """A token of a key that is not, or no longer, in use."""

    check = "key"


class PurposeTokenForged(PurposeTokenRejected):
    """A token that was not made with our key, or was changed."""

    check = "mac"


class PurposeContentUnknown(PurposeTokenRejected):
    """A token that somebody with our key made, but not as this version does."""

    check = "content"


class PurposeTokenExpired(PurposeTokenRejected):
    """A genuine token whose time is over."""

    check = "expiry"


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
    """What a token says; from ``open_purpose_token`` it is genuine."""

    id: str
    """Unique to the token; a store counts its use by it."""
    purpose: Purpose
    expires: datetime
    """Aware, UTC; from this moment on the token is refused."""


@dataclass(frozen=True)
class UnverifiedPurposeToken:
    """What somebody wrote into a token; for showing, never for acting on it."""

    key_id: str
    claims: PurposeToken


def mint(
    purpose: Purpose,
    keys: PurposeKeys,
    *,
    lifetime: timedelta = DEFAULT_LIFETIME,
    clock: Clock = utc_now,
    random: RandomSource = random_bytes,
) -> str:
    """Return a new token as text, made with the first key.

    Raises UsageError when it would exceed 4,096 characters or live longer than a year.
    """
    if lifetime > LONGEST_LIFETIME:
        raise UsageError(f"a purpose token lives for {LONGEST_LIFETIME.days} days at most")
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

    Raises a subclass of PurposeTokenRejected, and nothing else, for every other text.
    """
    key_id, payload, mac = _split(text)
    key = keys.find(key_id)
    if key is None:
        raise PurposeKeyUnknown("the limited-purpose token is of a key that is not in use")
    # The texts are compared, so that no other spelling of the same bits passes.
    if not hmac.compare_digest(key.mac(f"{VERSION}.{key_id}.{payload}"), mac):
        raise PurposeTokenForged("the limited-purpose token was not made by us, or was changed")
    # What follows was written by somebody with the key, but perhaps not by this version.
    token, now = _read(payload), clock()
    if token.expires - now > LONGEST_LIFETIME + _CLOCKS_DIFFER:
        raise PurposeContentUnknown("the limited-purpose token lives longer than ours do")
    if now >= token.expires:
        expired = token.expires.isoformat(sep=" ", timespec="seconds")
        raise PurposeTokenExpired(f"the limited-purpose token expired at {expired}")
    return token


def decode_purpose_token(text: str) -> UnverifiedPurposeToken:
    """Return what a token claims, without asking whether it is genuine.

    Raises PurposeTokenMalformed and PurposeContentUnknown.
    """
    key_id, payload, _ = _split(text)
    return UnverifiedPurposeToken(key_id, _read(payload))


def _split(text: str) -> tuple[str, str, str]:
    if text == PURPOSE_TOKEN_PLACEHOLDER:
        raise PurposeTokenMalformed(
            "the limited-purpose token is the placeholder that render and lint print",
            hint="amcli send --purpose-key-file mints the real one",
        )
    parts = text.split(".") if len(text) <= MAX_TOKEN_CHARACTERS and text.isascii() else []
    if len(parts) != 4 or parts[0] != VERSION:  # noqa: PLR2004 - the four parts of the format
        raise PurposeTokenMalformed("this is no limited-purpose token")
    return parts[1], parts[2], parts[3]


def _read(payload: str) -> PurposeToken:
    try:
        found = parse_json_object(base64url.decode(payload))
        _require_fields(found)
        purpose = Purpose(
            sender=found["from"],
            template=found["tmpl"],
            subject=found["sub"],
            recipient=found["to"],
            actions=tuple(found["act"]),
        )
        return PurposeToken(found["id"], purpose, datetime.fromtimestamp(found["exp"], UTC))
    except (*_UNREADABLE, UsageError):
        raise PurposeContentUnknown("the limited-purpose token has another content") from None


def _require_fields(found: dict[str, Any]) -> None:
    # A name that this version does not know could be a restriction, so it is not passed over.
    if found.keys() != _FIELDS.keys():
        raise LookupError
    if any(type(found[name]) is not kind for name, kind in _FIELDS.items()):
        raise TypeError
    if any(type(action) is not str for action in found["act"]):
        raise TypeError
