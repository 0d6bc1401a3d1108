"""One step after the other: each is timed, reported, and named when it fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, ParamSpec, TypeVar

from amcli.errors import AmcliError

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True)
class Taken(Generic[T]):
    """What a step made, and what it checked in one line for a person."""

    made: T
    checked: str


@dataclass(frozen=True)
class StepReport:
    """One line of the demo."""

    number: int
    name: str
    checked: str
    seconds: float


class StepFailed(AmcliError):
    """A step of the demo did not go as it must; the message names it."""

    def __init__(self, number: int, name: str, error: Exception) -> None:
        why = error.message if isinstance(error, AmcliError) else f"{type(error).__name__}: {error}"
        hint = error.hint if isinstance(error, AmcliError) else None
        super().__init__(f"step {number} ({name}) failed: {why}", hint=hint)
        if isinstance(error, AmcliError):
            self.exit_code = error.exit_code


class NotAsItMust(AmcliError):
    """A step ended, and what came of it is not what must come of it."""


class Trip:
    """Takes steps and tells ``report`` of each one that is done."""

    def __init__(self, report: Callable[[StepReport], None]) -> None:
        self._report = report
        self._steps = 0

    def step(self, name: str, work: Callable[P, Taken[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what the step makes; raises StepFailed, with the number and name, if it fails."""
        self._steps += 1
        started = time.perf_counter()
        try:
            taken = work(*args, **kwargs)
        except Exception as error:
            raise StepFailed(self._steps, name, error) from error
        seconds = time.perf_counter() - started
        self._report(StepReport(self._steps, name, taken.checked, seconds))
        return taken.made


def expect(holds: bool, otherwise: str) -> None:
    """Raise NotAsItMust, with what is seen instead, unless it holds."""
    if not holds:
        raise NotAsItMust(otherwise)
