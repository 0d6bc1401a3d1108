"""What comes of a check of a token, before anybody asks for its words.

A service verifies thousands of tokens and reads the reasons of hardly any. So a check that holds
answers with a ``Held`` that was made once and knows how to tell its reason; a check that fails
answers with a ``Check`` at once. A verdict is made of both when somebody reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from amcli.verify.checks import Check, Outcome, Verdict
from amcli.verify.clouds import Authority
from amcli.verify.keyset import TokenKey
from amcli.verify.token_format import UnverifiedToken
from amcli.verify.token_policy import TokenPolicy
from amcli.verify.token_text import shown


class Case(NamedTuple):
    """A token, what is demanded of it, and when."""

    token: UnverifiedToken
    claims: Mapping[str, Any]
    policy: TokenPolicy
    now: datetime
    seconds: float
    """``now`` as the token's times are written."""
    tenant: str | None
    """``tid`` in lower case, where it is a GUID."""
    authority: Authority | None
    """Who must have issued the token; None where that cannot be known."""
    wait: bool = True
    """Whether the network may be waited for."""


class Held(NamedTuple):
    """A check that holds, or that nobody asked for, with its reason for any case."""

    name: str
    words: Callable[[Case], str]
    outcome: Outcome = Outcome.PASSED
    hint: str | None = None

    def of(self, case: Case) -> Check:
        """Return the check with its words for this case."""
        return Check(self.name, self.outcome, self.words(case), self.hint)


class Found(NamedTuple):
    """The check for a key holds: this is the key."""

    key: TokenKey

    def of(self, _case: Case) -> Check:
        """Return the check with what a person may compare: id, size and where the key is from."""
        key = self.key
        reason = f"{shown(key.kid)}, {key.public_key.key_size} bits, from {key.origin}"
        return Check("key", Outcome.PASSED, reason)


Answer = Held | Found | Check
"""What a check came to: it holds, or, as a ``Check``, it failed."""


def all_hold(answers: tuple[Answer, ...]) -> bool:
    """Return whether no check failed."""
    return _FAILED.isdisjoint(map(type, answers))


_FAILED = frozenset({Check})


def in_words(answers: tuple[Answer, ...], case: Case) -> Verdict:
    """Return the verdict that the answers are."""
    return Verdict(tuple(a if isinstance(a, Check) else a.of(case) for a in answers))
