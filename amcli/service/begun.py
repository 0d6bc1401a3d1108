"""A click that was verified and claimed: its handler is called, and its answer kept."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from amcli.errors import UsageError
from amcli.service.action_response import ActionResponse, RequestRefused
from amcli.service.action_verifier import log_answer, refusal
from amcli.service.click import VerifiedClick
from amcli.service.status_line import warn_of_names
from amcli.service.store import New, StoreUnavailable
from amcli.service.unfinished import Answering

Pairs = list[tuple[str, str]]
_T = TypeVar("_T")


@dataclass(frozen=True)
class Begun:
    """A click whose handler is to be called now."""

    click: VerifiedClick
    handler: Answering
    claim: New | None
    """None for a refresher, which leaves no trace, and for ``on_unfinished``, which takes over."""

    def answer(self, headers: Pairs) -> ActionResponse:
        """Return what the handler answers when the store has it; raises what the handler raises."""
        about = self.click.summary
        return told(headers, lambda: self._finish(self._work(), headers), about)

    async def answer_async(self, headers: Pairs) -> ActionResponse:
        """Return the same; a coroutine function runs on the loop, everything else in threads."""
        handler = self.handler
        if not inspect.iscoroutinefunction(handler):
            return await asyncio.to_thread(self.answer, headers)
        try:
            with self._giving_up_on_trouble():
                outcome: ActionResponse | RequestRefused = _checked(await handler(self.click))
        except RequestRefused as refused:
            outcome = refused
        except StoreUnavailable as error:
            return _unavailable(headers, error, self.click.summary)
        return await told_in_thread(
            headers, lambda: self._finish(outcome, headers), self.click.summary
        )

    def _work(self) -> ActionResponse | RequestRefused:
        try:
            with self._giving_up_on_trouble():
                return _checked(self.handler(self.click))
        except RequestRefused as refused:
            return refused

    def _finish(self, outcome: ActionResponse | RequestRefused, headers: Pairs) -> ActionResponse:
        answer = outcome.response if isinstance(outcome, RequestRefused) else outcome
        # A click that was declined can be made again.
        if self.claim is not None:
            if answer.ok:
                self.claim.complete(answer)
            else:
                self.claim.give_back()
        performer, purpose = self.click.performer, self.click.purpose
        names = (performer.display_name, performer.upn, purpose.recipient)
        warn_of_names(answer.status, names, stacklevel=2)
        if isinstance(outcome, RequestRefused):
            return refusal(outcome, headers, self.click.summary)
        log_answer(logging.INFO, answer, self.click.summary, headers)
        return answer

    @contextmanager
    def _giving_up_on_trouble(self) -> Iterator[None]:
        """Forget a click whose work is forgotten with it; of another nobody knows what was done."""
        try:
            yield
        except RequestRefused:
            raise  # the handler's own refusal is an answer
        except BaseException:
            if self.claim is not None and self.claim.transaction is not None:
                self.claim.give_back()
            raise


def told(headers: Pairs, step: Callable[[], _T], about: str = "") -> _T | ActionResponse:
    """Return what a step gives, or the answer to a click that got no further, logged."""
    try:
        return step()
    except RequestRefused as refused:
        return refusal(refused, headers, about)
    except StoreUnavailable as error:
        return _unavailable(headers, error, about)


async def told_in_thread(
    headers: Pairs, step: Callable[[], _T], about: str = ""
) -> _T | ActionResponse:
    """Return the same without blocking the event loop."""
    return await asyncio.to_thread(told, headers, step, about)


def _unavailable(headers: Pairs, error: StoreUnavailable, about: str) -> ActionResponse:
    later = ActionResponse.unavailable("Please try again in a minute.")
    why = f"the action store cannot be used: {error.message}"
    return refusal(RequestRefused(why, later, hint=error.hint), headers, about)


def _checked(answer: object) -> ActionResponse:
    if isinstance(answer, ActionResponse):
        return answer
    if inspect.iscoroutine(answer):
        answer.close()
        raise UsageError("the handler is a coroutine function", hint="use answer_async")
    raise UsageError(f"a handler returns an ActionResponse, not {type(answer).__name__}")
