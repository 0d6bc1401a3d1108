"""What every action store must do, as a model that hypothesis compares a real one with."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    multiple,
    rule,
)

from amcli.seams import Clock
from amcli.service.action_response import ActionResponse
from amcli.service.store import ActionStore, ClaimLost, Done, New, Refused, Unfinished

Click = tuple[str, str, str, str]

CLICKS = st.tuples(
    st.sampled_from(["token-1", "token-2"]),
    st.sampled_from(["approve", "reject"]),
    st.sampled_from(["tenant/adele", "tenant/eve"]),
    st.sampled_from(["hash-1", "hash-2"]),
)
ANSWERS = st.builds(
    ActionResponse.success,
    st.sampled_from(["Approved.", "Rejected."]),
    st.none() | st.fixed_dictionaries({"type": st.just("AdaptiveCard"), "text": st.text()}),
)


@dataclass
class Entry:
    """What the model knows of one token."""

    click: tuple[str, str, str]
    since: datetime
    answer: ActionResponse | None = None


@dataclass(frozen=True)
class Held:
    """Work that somebody is at, or has been at."""

    work: New
    token: str
    entry: Entry


@dataclass(frozen=True)
class Seen:
    """A click that somebody found unfinished."""

    unfinished: Unfinished
    token: str
    entry: Entry


class StoreMachine(RuleBasedStateMachine):
    """Subclasses make the store; several runs may share it."""

    held = Bundle("held")
    seen = Bundle("seen")

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
        self.store = self.make(lambda: self.now)
        self.run = uuid.uuid4().hex
        self.known: dict[str, Entry] = {}

    def make(self, clock: Clock) -> ActionStore:
        """Return the store that is looked at."""
        raise NotImplementedError

    @rule(minutes=st.integers(1, 90))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(target=held, click=CLICKS)
    def somebody_begins(self, click: Click) -> object:
        """A click is claimed: work for the first one only."""
        token, *rest = click
        if token in self.known:
            return multiple()
        claim = self.store.claim(f"{self.run}-{token}", *rest)
        assert isinstance(claim, New)
        entry = self.known[token] = Entry((rest[0], rest[1], rest[2]), self.now)
        return Held(claim, token, entry)

    @rule(target=seen, click=CLICKS)
    def somebody_comes_later(self, click: Click) -> object:
        token, *rest = click
        entry = self.known.get(token)
        if entry is None:
            return multiple()
        claim = self.store.claim(f"{self.run}-{token}", *rest)
        if entry.click != tuple(rest):
            assert claim == Refused(entry.click[0], finished=entry.answer is not None)
        elif entry.answer is not None:
            assert claim == Done(entry.answer)
        else:
            assert isinstance(claim, Unfinished)
            assert claim.since == entry.since
            return Seen(claim, token, entry)
        return multiple()

    @rule(held=held, answer=ANSWERS)
    def the_work_is_answered(self, held: Held, answer: ActionResponse) -> None:
        if self.known.get(held.token) is not held.entry:
            with pytest.raises(ClaimLost):
                held.work.complete(answer)
            return
        held.work.complete(answer)
        held.entry.answer = held.entry.answer or answer

    @rule(held=held)
    def the_work_is_given_back(self, held: Held) -> None:
        held.work.give_back()
        if self.known.get(held.token) is held.entry and held.entry.answer is None:
            del self.known[held.token]

    @rule(target=held, seen=consumes(seen))
    def the_work_is_taken_over(self, seen: Seen) -> object:
        """Who was at it before can answer it no more."""
        work = seen.unfinished.take_over()
        if self.known.get(seen.token) is not seen.entry or seen.entry.answer is not None:
            assert work is None
            return multiple()
        assert work is not None
        entry = self.known[seen.token] = Entry(seen.entry.click, self.now)
        return Held(work, seen.token, entry)
