"""What the claims of a token mean, for people who look at one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amcli.verify.clouds import parse_guid
from amcli.verify.token_format import UnverifiedToken, is_numeric_date
from amcli.verify.token_kind import ACTIONS_APPLICATION
from amcli.verify.token_text import moment, relative

_TIMES = {
    "exp": ("expires", "expired"),
    "nbf": ("valid", "valid since"),
    "iat": ("issued", "issued"),
    "auth_time": ("signed in", "signed in"),
}
_MEANINGS = {
    "aud": "whom it is for",
    "iss": "who issued it",
    "tid": "the tenant of the user",
    "oid": "the user; with tid this names one person for good",
    "scp": "delegated scopes: a person is behind it",
    "roles": "permissions of an application, or roles of a user",
    "ver": "version",
    "sender": "the sender of the mail",
    "upn": "name of the account: for display, it can change",
    "unique_name": "for display only",
    "preferred_username": "for display only",
    "email": "for display only",
    "name": "for display only",
    "uti": "id of this token, for logs",
}
_FIRST = (
    "iss", "aud", "exp", "nbf", "iat", "appid", "azp", "tid", "oid", "sub", "scp", "roles",
    "sender",
)  # fmt: skip
_CALLERS = ("appid", "azp")
_CLIENT_KINDS = {"0": "a public client", "1": "a client with a secret", "2": "with a certificate"}


@dataclass(frozen=True)
class Claim:
    """A claim as it stands in the token, and what it means."""

    name: str
    value: Any
    meaning: str


def explain_claims(token: UnverifiedToken, now: datetime) -> list[Claim]:
    """Return every claim with a short meaning, which is empty where none is known.

    What decides about a token comes first, then the rest in the token's own order.
    """
    names = [*(name for name in _FIRST if name in token.claims), *token.claims]
    return [
        Claim(name, token.claims[name], _meaning(token, name, now)) for name in dict.fromkeys(names)
    ]


def _meaning(token: UnverifiedToken, name: str, now: datetime) -> str:
    value = token.claims[name]
    if name in _TIMES:
        return _time(name, value, now)
    if name in _CALLERS:
        is_actions = parse_guid(value) == ACTIONS_APPLICATION
        return f"{'' if is_actions else 'not '}Outlook's Actions application"
    if name in {"appidacr", "azpacr"} and isinstance(value, str):
        return _CLIENT_KINDS.get(value, "")
    if name == "sub":
        entra = "the user, under an id that only this audience sees"
        return entra if token.kind.is_entra else "who clicked: an address, a hash or an object id"
    return _MEANINGS.get(name, "")


def _time(name: str, value: Any, now: datetime) -> str:
    if not is_numeric_date(value):
        return "not a time"
    future, past = _TIMES[name]
    word = future if value > now.timestamp() else past
    return f"{moment(value)}, {word} {relative(value, now)}"
