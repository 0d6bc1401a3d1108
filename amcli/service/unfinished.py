"""A click whose first try was begun and never finished: who decides what becomes of it."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable

from amcli.service.action_response import ActionResponse
from amcli.service.click import VerifiedClick
from amcli.service.store import Unfinished

_CONFLICT = 409

OnUnfinished = Callable[[VerifiedClick, Unfinished], ActionResponse | Awaitable[ActionResponse]]
"""Looks whether the work was done, takes the click over and completes it; may be a coroutine
function."""

Answering = Callable[[VerifiedClick], ActionResponse | Awaitable[ActionResponse]]


def ask_somebody(_click: VerifiedClick, _unfinished: Unfinished) -> ActionResponse:
    """Return the answer of a service that cannot tell whether the work was done."""
    return ActionResponse.failure(
        _CONFLICT, "An earlier click was begun but not finished. Please ask the sender."
    )


def deciding(decide: OnUnfinished, unfinished: Unfinished) -> Answering:
    """Return ``decide`` as the handler of this click, a coroutine function where it is one."""

    def now(click: VerifiedClick) -> ActionResponse | Awaitable[ActionResponse]:
        return decide(click, unfinished)

    if not inspect.iscoroutinefunction(decide):
        return now

    async def awaited(click: VerifiedClick) -> ActionResponse:
        answer: ActionResponse = await decide(click, unfinished)
        return answer

    return awaited
