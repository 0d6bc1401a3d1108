"""The memory of a service: which limited-purpose token was used, for what, and the answer given.

A store has one method, ``claim``. Of any number of identical clicks, at the same moment and from
several processes, exactly one gets ``New`` and does the work:

    nobody was here before                            New          do the work, then complete it
    the same click, answered                          Done         the first answer again
    the same click, begun and not answered            Unfinished   wait, or decide what to do
    another action, another performer, other input    Refused

"The same" is all of token, action, performer and body. Nothing is ever done twice in silence: a
process that dies between its claim and its answer leaves ``Unfinished`` behind, unless the work
stands in the store's own transaction (``New.transaction``), which leaves either all or nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from amcli import base64url
from amcli.errors import AmcliError
from amcli.seams import RandomSource
from amcli.service.action_response import ActionResponse
from amcli.service.purpose import LONGEST_LIFETIME

KEPT = LONGEST_LIFETIME + timedelta(days=2)
"""How long a store remembers: until no token that it has seen can still be genuine, and a little
longer for clocks that differ."""


_OWNER_BYTES = 16


class StoreUnavailable(AmcliError):
    """The store cannot answer right now: locked, full, read-only or no store at all."""


class ClaimLost(StoreUnavailable):
    """Somebody else took this click over while it was being worked on: was it done twice?"""


@dataclass(frozen=True)
class New:
    """Nobody else works on this click: do the work, then complete it or give it back."""

    complete: Callable[[ActionResponse], None]
    """Stores the answer; from now on the same click gets it again. Raises ClaimLost."""
    give_back: Callable[[], None]
    """Forgets the claim, for work that was declined and changed nothing."""
    transaction: sqlite3.Connection | None = None
    """The open transaction of a store that has one: what is written here is kept together with
    the answer or not at all, so a handler that fails is given back too. Never commit it."""


@dataclass(frozen=True)
class Done:
    """The same click was answered before."""

    response: ActionResponse


@dataclass(frozen=True)
class Refused:
    """Something else came first with this token: another action, performer or input."""

    action: str
    """What came first."""
    finished: bool = True
    """Whether it was answered; if not, it is being worked on, or its process died."""


@dataclass(frozen=True)
class Unfinished:
    """The same click was claimed but not answered: it is being worked on, or its process died."""

    since: datetime
    take_over: Callable[[], New | None]
    """Makes the click ours, for one caller only; None when it was finished, given back or taken
    over in the meantime. Look whether the work was done before doing it again."""


Claim = New | Done | Refused | Unfinished


class ActionStore(Protocol):
    """What ``amcli.service`` needs of a store; every method raises StoreUnavailable."""

    def claim(self, id: str, action: str, performer: str, body_hash: str) -> Claim:  # noqa: A002 - the token's own word
        """Return, atomically over all processes, what to do with this click."""
        ...


def new_owner(random: RandomSource) -> str:
    """Return a name for one claim, by which a store knows who may answer it."""
    return base64url.encode(random(_OWNER_BYTES))


def stored_response(text: str, where: str) -> ActionResponse:
    """Return a stored answer; raises StoreUnavailable when another program wrote it."""
    try:
        return ActionResponse.from_json(text)
    except (ValueError, LookupError, TypeError, AttributeError):
        raise StoreUnavailable(f"{where}: holds an answer that cannot be read") from None
