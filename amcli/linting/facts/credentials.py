"""Text that lets whoever reads it in somewhere: keys, passwords, tokens, as far as it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from amcli.card.document import pointer_token
from amcli.secrets import blotted

_SECRETS = (
    ("a private key", r"-----BEGIN (?:[A-Z]{2,20} ){0,3}PRIVATE KEY-----"),
    ("the key of an Azure storage account", r"\bAccountKey=[A-Za-z0-9+/]{40,}"),
    ("a shared access key", r"\bSharedAccessKey=[A-Za-z0-9+/]{20,}"),
    ("a client secret of Entra", r"\b[A-Za-z0-9_~.-]{3}8Q~[A-Za-z0-9_~.-]{34}"),
    ("an AWS access key", r"\bA(?:KI|SI)A(?=[A-Z]{0,15}[0-9])[A-Z0-9]{16}\b"),
    ("a GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{50})"),
    ("a Slack token", r"\bxox[abprs]-[A-Za-z0-9-]{20,}"),
    ("a Google API key", r"\bAIza[A-Za-z0-9_-]{35}"),
    ("a Stripe key", r"\b[sr]k_live_[A-Za-z0-9]{20,}"),
    ("a SendGrid key", r"\bSG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{40,}"),
    ("a user name with its password", r"\bhttps?://[^\s/?#:@{\"]{1,100}:[^\s/?#:@{\"]{3,100}@"),
)  # fmt: skip
_KEYS = (
    ("a signed token", r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}"),
    ("a function key", r"\.azurewebsites\.net/[^\s\"]{0,300}[?&]code=[A-Za-z0-9%_=-]{20,}"),
    ("an API key", r"[?&](?:subscription-key|api[_-]?key|access_token)=[A-Za-z0-9%_.=-]{12,}"),
    ("a password", r"(?i:\b(?:password|pwd)=)[^\s;&{<\"'*]{6,}"),
)
_SIGNATURE = re.compile(r"[?&]sig=[A-Za-z0-9%_-]{20,}")

_SECRET, _KEY = (
    re.compile("|".join(f"(?P<_{n}>{pattern})" for n, (_, pattern) in enumerate(kinds)))
    for kinds in (_SECRETS, _KEYS)
)
# A quick look at the whole card: only where one of these stands, its values are looked at.
_SECRET_MARKS = (
    "PRIVATE KEY", "AKIA", "ASIA", "AccountKey=", "SharedAccessKey=", "8Q~", "ghp_", "gho_", "ghu_",
    "ghs_", "ghr_", "github_pat_", "xox", "AIza", "k_live_", "SG.",
)  # fmt: skip
_KEY_MARKS = (
    ".eyJ", "code=", "-key=", "api_key=", "apikey=", "access_token=", "assword=", "ASSWORD=", "wd=",
    "WD=",
)  # fmt: skip
_USER_IN_URL = re.compile(r"://[^/\"@\s]{1,201}@")
_KEY_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "x-api-key", "api-key", "apikey", "x-functions-key",
     "ocp-apim-subscription-key"}
)  # fmt: skip
_LEAST_CHARACTERS = 8


_PRIVATE_KEY = re.compile(r"PRIVATE KEY-----[^\"]+")
_NAMES = ("authorization", "key", "password", "passwd", "secret")
# Where a text is shown, also what no rule finds: a value behind a name that says what it is.
_NAMED = re.compile(
    r"""(?ix) \\?" (?: (?P<header>(?:proxy-)?authorization|x-api-key|api-?key|x-functions-key
    |ocp-apim-subscription-key) | [\w-]{0,40}(?:password|passwd|secret) ) \\?"
    (?(header) (?: \s{0,200},\s{0,200} \\?" [^"\\\s]{1,40} \\?" )? )
    \s{0,200}:\s{0,200} \\?" (?:(?:bearer|basic)\s)? (?P<text>[^"{\\\s][^"\\]{5,}) """
)
_ASSIGNED = re.compile(
    r"(?i)\b[\w-]{0,40}(?:password|passwd|secret|api-?key)=(?P<text>[^\s;&{<\"'*\\]{6,})"
)


class Credential(NamedTuple):
    """Something that opens a door; only ``kind`` may be shown."""

    pointer: str
    kind: str
    text: str


def secrets_in(card: Any, as_json: str) -> Iterator[Credential]:
    """Yield what is a secret without a doubt, the first one of each value."""
    if any(mark in as_json for mark in _SECRET_MARKS) or _USER_IN_URL.search(as_json):
        yield from _found(card, _SECRET, _SECRETS)


def keys_in(card: Any, as_json: str) -> Iterator[Credential]:
    """Yield what may be a key or a password, the first one of each value."""
    if any(mark in as_json for mark in _KEY_MARKS):
        yield from _found(card, _KEY, _KEYS)


def key_of_header(name: str, value: str) -> str | None:
    """Return the key that a header carries; None for other headers and for placeholders."""
    key = value.strip().rpartition(" ")[2]
    is_text = len(key) >= _LEAST_CHARACTERS and not any(mark in value for mark in "{<*")
    return key if is_text and name.strip().lower() in _KEY_HEADERS else None


def is_signed(url: str) -> bool:
    """Return whether an address has its key in itself, as those of flows have (``sig=``)."""
    return _SIGNATURE.search(url) is not None


def concealed(text: str) -> str:
    """Return a text of as many characters and lines, with asterisks for what may open a door."""
    shown, folded = blotted(text), text.lower()
    if "PRIVATE KEY" in text:
        shown = _PRIVATE_KEY.sub(_asterisks, shown)
    if any(mark in text for mark in _SECRET_MARKS) or _USER_IN_URL.search(text):
        shown = _SECRET.sub(_asterisks, shown)
    if any(mark in text for mark in (*_KEY_MARKS, "sig=")):
        shown = _SIGNATURE.sub(_asterisks, _KEY.sub(_asterisks, shown))
    if any(mark in folded for mark in _NAMES):
        shown = _ASSIGNED.sub(_without_value, _NAMED.sub(_without_value, shown))
    return shown


def _asterisks(found: re.Match[str]) -> str:
    return re.sub(r"[^\r\n]", "*", found[0])


def _without_value(found: re.Match[str]) -> str:
    return found[0][: -len(found["text"])] + "*" * len(found["text"])


def _found(
    card: Any, pattern: re.Pattern[str], kinds: tuple[tuple[str, str], ...]
) -> Iterator[Credential]:
    for pointer, text in strings(card):
        match = pattern.search(text)
        if match is not None and match.lastgroup is not None:
            yield Credential(pointer, kinds[int(match.lastgroup[1:])][0], match[0])


def strings(card: Any) -> Iterator[tuple[str, str]]:
    """Yield the pointer and the text of every string in a JSON value, in no order."""
    stack: list[tuple[str, Any]] = [("", card)]
    while stack:
        pointer, value = stack.pop()
        if isinstance(value, str):
            yield pointer, value
        elif isinstance(value, dict):
            stack += [(f"{pointer}/{pointer_token(k)}", v) for k, v in value.items()]
        elif isinstance(value, list):
            stack += [(f"{pointer}/{index}", v) for index, v in enumerate(value)]
