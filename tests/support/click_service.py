"""A small service that is configured by one file, the clicks it must carry out, and those it must
turn away: each with its status code, its line for the user and its line for the operator."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from amcli.card.reserved import PURPOSE_TOKEN_PLACEHOLDER
from amcli.outlook.issuer import LocalIssuer, Person, Registration
from amcli.service import Purpose, PurposeKeys, mint
from amcli.service.action_request import MAX_BODY_BYTES
from amcli.service.purpose_keys import write_purpose_keys
from amcli.service.sqlite_store import SqliteStore

ADELE = Person.create("adele@contoso.com", "Adele Vance")
EVE = Person.create("eve@contoso.com", "Eve")
EXPENSES = Registration(
    "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"
)
PURPOSE = Purpose(
    "expenses@contoso.com", "expense-approval", "EXP-1", ADELE.address, ("approve", "look", "pay")
)
_HOUR = timedelta(hours=1)

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def shown(self) -> str | None:
        """The line that Outlook shows."""
        return self.headers.get("card-action-status")


Post = Callable[[str, Pairs, bytes], Answer]
"""Posts a body to a path of the service, by whichever road."""


@dataclass(frozen=True)
class ClickService:
    """The folder of a service, and everybody who may click."""

    folder: Path
    issuer: LocalIssuer
    keys: PurposeKeys

    @classmethod
    def create(cls, folder: Path, *, jwks: str = "keys.json") -> ClickService:
        """Write amcli.toml, a key set, purpose keys and an empty store."""
        issuer, keys = LocalIssuer.create(), PurposeKeys.generate("k1")
        (folder / "keys.json").write_text(json.dumps(issuer.jwks()))
        write_purpose_keys(folder, keys)
        (folder / "amcli.toml").write_text(
            f"""
[verify]
audience = ["{EXPENSES.app_id_uri}"]
tenants = ["{issuer.tenant}"]
jwks = "{jwks}"
scope = "{EXPENSES.scope}"

[send]
from = "{PURPOSE.sender}"

[provider]
originator = "{EXPENSES.provider_id}"

[service]
purpose_key_file = "purpose-keys.txt"
store = "clicks.sqlite"
"""
        )
        SqliteStore(folder / "clicks.sqlite")
        return cls(folder, issuer, keys)

    @property
    def decided(self) -> list[str]:
        """What the handlers did, a line each."""
        file = self.folder / "decided.txt"
        return file.read_text().splitlines() if file.exists() else []

    def bearer(self, person: Person = ADELE, **changes: Any) -> Pairs:
        """Return the headers of a click that this person makes now."""
        lifetime = changes.pop("lifetime", timedelta(minutes=75))
        token = self.issuer.mint(person, EXPENSES, lifetime=lifetime, changes=changes)
        return [("Authorization", f"Bearer {token.reveal()}"), ("Action-Request-Id", "r-1")]

    def body(self, action: str = "approve", token: str | None = None, **more: Any) -> bytes:
        """Return the body that a button of the card posts."""
        return json.dumps({"action": action, "token": token or self.mint(), **more}).encode()

    def mint(self, **changes: Any) -> str:
        """Return a new limited-purpose token."""
        lifetime = changes.pop("lifetime", timedelta(days=1))
        return mint(replace(PURPOSE, **changes), self.keys, lifetime=lifetime)

    @contextmanager
    def locked_store(self) -> Iterator[None]:
        """Hold the store's lock while the block lasts."""
        with closing(sqlite3.connect(self.folder / "clicks.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield


@dataclass(frozen=True)
class BadClick:
    """A click that must be turned away; ``make`` gives its headers and body."""

    make: Callable[[ClickService], tuple[Pairs, bytes]]
    status: int
    shown: str
    logged: str
    """What must stand in the log, beside the status and the click's id."""
    by_bearer: bool = True
    """Whether the bearer token alone is the reason, so that a guarded view is not reached."""


_UNVERIFIED = "This request could not be verified."
_UNREADABLE = "This card sent something that the service cannot read."
_NOT_OFFERED = "This card does not offer that."
_UNUSABLE = "This card cannot be used."


def _unverified(logged: str, make: Callable[[ClickService], Pairs]) -> BadClick:
    return BadClick(lambda s: (make(s), s.body()), 401, _UNVERIFIED, logged)


def _in_body(
    status: int, shown: str, logged: str, make: Callable[[ClickService], bytes]
) -> BadClick:
    return BadClick(lambda s: (s.bearer(), make(s)), status, shown, logged, by_bearer=False)


def _spoilt(headers: Pairs) -> Pairs:
    name, value = headers[0]
    return [(name, value[:-8] + ("AAAAAAAA" if not value.endswith("AAAAAAAA") else "BBBBBBBB"))]


BAD_CLICKS: dict[str, BadClick] = {
    "no header": _unverified("no bearer token", lambda s: [("Action-Request-Id", "r-1")]),
    "an empty header": _unverified("no bearer token", lambda s: [("Authorization", "")]),
    "two tokens": _unverified(
        "2 bearer tokens",
        lambda s: [*s.bearer(), ("Action-Authorization", s.bearer()[0][1])]),
    "the header twice": _unverified("bearer token", lambda s: [*s.bearer(), *s.bearer()[:1]]),
    "another scheme": _unverified(
        "no bearer token", lambda s: [("Authorization", "Basic YWRlbGU6c2VjcmV0")]),
    "Bearer and nothing": _unverified("no bearer token", lambda s: [("Authorization", "Bearer ")]),
    "no token at all": _unverified("'format'", lambda s: [("Authorization", "Bearer x.y.z")]),
    "a token of 6,000 letters": _unverified(
        "'format'", lambda s: [("Authorization", "Bearer " + "a" * 6000)]),
    "a forged signature": _unverified("'signature'", lambda s: _spoilt(s.bearer())),
    "a stranger's key": _unverified(
        "'key'", lambda s: replace(s, issuer=LocalIssuer.create(s.issuer.tenant)).bearer()),
    "a clock that is an hour ahead of the token": _unverified(
        "if not, set the clock", lambda s: s.bearer(lifetime=-_HOUR)),
    "a clock that is an hour behind the token": _unverified(
        "if not, set the clock",
        lambda s: s.bearer(nbf=int(time.time()) + 3600, iat=int(time.time()) + 3600)),
    "another audience": _unverified("'audience'", lambda s: s.bearer(aud="api://another")),
    "another tenant": _unverified(
        "'tenant'", lambda s: replace(s, issuer=LocalIssuer.create()).bearer()),
    "another application": _unverified("'caller'", lambda s: s.bearer(appid=EXPENSES.provider_id)),
    "no person behind it": _unverified("'scope'", lambda s: s.bearer(scp=None)),
    "a body that is too long": BadClick(
        lambda s: (s.bearer(), b" " * (MAX_BODY_BYTES + 1)), 413, "Your input is too long.",
        "more than"),
    "a body that is no JSON": _in_body(400, _UNREADABLE, "the body", lambda s: b"action=approve"),
    "a body that is a list": _in_body(400, _UNREADABLE, "the body", lambda s: b"[]"),
    "no body": _in_body(400, _UNREADABLE, "the body", lambda s: b""),
    "a name twice": _in_body(400, _UNREADABLE, "the body", lambda s: b'{"a": 1, "a": 2}'),
    "an action in a list": _in_body(
        400, _UNREADABLE, "no text 'action'",
        lambda s: json.dumps({"action": ["approve"], "token": s.mint()}).encode()),
    "no purpose token": _in_body(
        400, _UNREADABLE, "no text 'token'", lambda s: b'{"action": "approve"}'),
    "an action that the card never had": _in_body(
        403, _NOT_OFFERED, "not offered", lambda s: s.body("delete")),
    "an action that breaks lines": _in_body(
        403, _NOT_OFFERED, r"\n", lambda s: s.body("delete\nevil: 1")),
    "an action that the token does not allow": _in_body(
        403, _NOT_OFFERED, "not offered", lambda s: s.body(token=s.mint(actions=("look",)))),
    "an action that the service does not know": _in_body(
        403, _NOT_OFFERED, "not offered", lambda s: s.body("pay")),
    "the placeholder": _in_body(
        403, _UNUSABLE, "placeholder", lambda s: s.body(token=PURPOSE_TOKEN_PLACEHOLDER)),
    "a purpose token of an unknown key": _in_body(
        403, _UNUSABLE, "key that is not in use",
        lambda s: replace(s, keys=PurposeKeys.generate("k2")).body()),
    "a forged purpose token": _in_body(
        403, _UNUSABLE, "not made by us",
        lambda s: replace(s, keys=PurposeKeys.generate("k1")).body()),
    "a purpose token that has expired": _in_body(
        403, "This card is too old to be used.", "expired",
        lambda s: s.body(token=s.mint(lifetime=-_HOUR))),
    "a purpose token of another template": _in_body(
        403, _UNUSABLE, "another sender or template: it has 'expenses@contoso.com', 'survey'",
        lambda s: s.body(token=s.mint(template="survey"))),
    "a purpose token for another recipient": _in_body(
        403, "This card was sent to somebody else.", "not the recipient",
        lambda s: s.body(token=s.mint(recipient=EVE.address))),
    "another performer": BadClick(
        lambda s: (s.bearer(EVE), s.body()), 403, "This card was sent to somebody else.",
        "not the recipient", by_bearer=False),
}  # fmt: skip
"""What is wrong with it, and what must come of it."""


def secrets_in(headers: Pairs, body: bytes) -> list[str]:
    """Return the tokens of a click, none of which may ever be in a log or an answer."""
    found = [value.split()[-1] for name, value in headers if "." in value and name != "x"]
    try:
        token = json.loads(body)["token"]
    except (ValueError, LookupError, TypeError):
        token = None
    return [*found, *([token] if isinstance(token, str) and token.startswith("amp") else [])]


def folder_of_this_process() -> Path:
    """Return the folder that a served application is told of."""
    return Path(os.environ["CLICK_SERVICE"])
