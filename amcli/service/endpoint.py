"""From a posted click to its answer, for any web framework or none.

 1. request     one bearer token, a bounded body                            401, 413
 2. caller      the bearer token: from Microsoft, for us, by whom           401, 503
 3. body        a JSON object with an action and a limited-purpose token    400
 4. purpose     the limited-purpose token: ours, not expired, of this
                sender and this template                                    403
 5. action      one that the token allows and this service knows            403
 6. performer   the person to whom the mail was sent                        403
 7. claim       once: the same click gets the first answer again, another
                action, performer or input after it is refused              409, 503
 8. work        the handler

A click that fails a step never reaches the next one. Users get one line that gives nothing away;
the log (``amcli.service``) gets the reason, and never a token.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain, repeat
from typing import TypeVar

from amcli.errors import UsageError
from amcli.seams import Clock, utc_now
from amcli.service.action_request import Headers, header_pairs
from amcli.service.action_response import ActionResponse, RequestRefused
from amcli.service.action_verifier import ActionVerifier, refusal
from amcli.service.click import (
    AsyncHandler,
    Handler,
    IsRecipient,
    VerifiedClick,
    forbidden,
    is_upn_of_recipient,
    performer_id,
    text_in,
)
from amcli.service.purpose import (
    PurposeToken,
    PurposeTokenExpired,
    PurposeTokenRejected,
    open_purpose_token,
)
from amcli.service.purpose_keys import PurposeKeys
from amcli.service.status_line import warn_of_names
from amcli.service.store import (
    ActionStore,
    Done,
    New,
    Refused,
    StoreUnavailable,
    Unfinished,
)
from amcli.service.unfinished import Answering, OnUnfinished, ask_somebody, deciding
from amcli.verify.token import TokenPolicy

__all__ = ["ActionEndpoint", "VerifiedClick", "ask_somebody", "is_upn_of_recipient"]

_log = logging.getLogger("amcli.service")
_CONFLICT = 409
_POLL_SECONDS = 0.05
_T = TypeVar("_T")


@dataclass(frozen=True)
class ActionEndpoint:
    """One action URL of a service: verifies each click, and has its work done once."""

    policy: TokenPolicy
    purpose_keys: PurposeKeys
    sender: str
    """The address that this service's mails come from."""
    template: str
    handlers: Mapping[str, Handler | AsyncHandler]
    """Action name to handler."""
    store: ActionStore
    refreshers: Mapping[str, Handler | AsyncHandler] = field(default_factory=dict)
    """Actions that change nothing, such as what ``autoInvokeAction`` posts: each is answered
    anew, and none uses the limited-purpose token up."""
    is_recipient: IsRecipient = is_upn_of_recipient
    on_unfinished: OnUnfinished = ask_somebody
    token_field: str = "token"  # noqa: S105 - the name of a field
    action_field: str = "action"
    patience_seconds: float = 2.0
    """How long the second of two clicks at the same moment waits for the first one's answer."""
    clock: Clock = utc_now

    def answer(self, headers: Headers, body: bytes) -> ActionResponse:
        """Return the answer to one posted click, whatever was posted.

        Raises only what a handler raises; the click is then unfinished, or, in the store's own
        transaction, as if it had never been made. Coroutine functions need ``answer_async``.
        """
        pairs = header_pairs(headers)
        begun = _told(pairs, lambda: self._begin(pairs, body))
        if isinstance(begun, ActionResponse):
            return begun
        return _told(pairs, lambda: begun.finish(begun.work(pairs)))

    async def answer_async(self, headers: Headers, body: bytes) -> ActionResponse:
        """Return what ``answer`` does without blocking the event loop.

        Coroutine functions run on the loop, everything else in threads; who waits for another
        click's answer holds none.
        """
        pairs = header_pairs(headers)
        begun = await self._begin_async(pairs, body)
        if isinstance(begun, ActionResponse):
            return begun
        try:
            answer = await begun.work_async(pairs)
        except StoreUnavailable as error:
            return _unavailable(pairs, error)
        return await _in_thread(pairs, lambda: begun.finish(answer))

    @property
    def is_async(self) -> bool:
        """Return whether a coroutine function is among them, so that ``answer_async`` is needed."""
        called = (*self.handlers.values(), *self.refreshers.values(), self.on_unfinished)
        return any(inspect.iscoroutinefunction(function) for function in called)

    def _begin(self, headers: list[tuple[str, str]], body: bytes) -> ActionResponse | _Begun:
        click = self._verified(headers, body)
        waits = self._waits()
        while (begun := self._claimed(click, next(waits))) is None:
            time.sleep(_POLL_SECONDS)
        return begun

    async def _begin_async(
        self, headers: list[tuple[str, str]], body: bytes
    ) -> ActionResponse | _Begun:
        click = await _in_thread(headers, lambda: self._verified(headers, body))
        if isinstance(click, ActionResponse):
            return click
        waits = self._waits()
        while (
            begun := await _in_thread(headers, lambda: self._claimed(click, next(waits)))
        ) is None:
            await asyncio.sleep(_POLL_SECONDS)
        return begun

    def _waits(self) -> Iterator[bool]:
        """Yield whether to wait once more for the first of two clicks at the same moment."""
        return chain(repeat(True, round(self.patience_seconds / _POLL_SECONDS)), repeat(False))

    def _verified(self, headers: list[tuple[str, str]], body: bytes) -> VerifiedClick:
        verified = ActionVerifier(self.policy, self.clock).verify(headers, body)
        content = verified.request.json()
        token = self._purpose_token(text_in(content, self.token_field))
        action = text_in(content, self.action_field)
        known = action in self.handlers or action in self.refreshers
        if action not in token.purpose.actions or not known:
            raise forbidden(
                f"action {action[:40]!r} is not offered", "This card does not offer that."
            )
        if not self.is_recipient(verified.performer, token.purpose.recipient):
            raise forbidden(
                "the performer is not the recipient", "This card was sent to somebody else."
            )
        return VerifiedClick(action, verified.performer, token, content, verified.request)

    def _purpose_token(self, text: str) -> PurposeToken:
        try:
            token = open_purpose_token(text, self.purpose_keys, self.clock)
        except PurposeTokenExpired as expired:
            raise forbidden(expired.message, "This card is too old to be used.") from None
        except PurposeTokenRejected as rejected:
            raise forbidden(rejected.message, "This card cannot be used.") from None
        if (token.purpose.sender, token.purpose.template) != (self.sender, self.template):
            raise forbidden(
                "the limited-purpose token is of another sender or template",
                "This card cannot be used.",
            )
        return token

    def _claimed(self, click: VerifiedClick, patient: bool) -> ActionResponse | _Begun | None:
        """Return the answer, or what is to be done; None to ask again in a moment."""
        if click.action in self.refreshers:
            return _Begun(click, self.refreshers[click.action], None)
        who = performer_id(click.performer)
        match self.store.claim(click.token.id, click.action, who, click.request.body_hash):
            case Done(response):
                return response
            case Refused() as refused:
                raise _conflict(refused)
            case Unfinished() as unfinished:
                # One that has been unfinished for long has lost its process: waiting is no help.
                if patient and self._age(unfinished) <= self.patience_seconds:
                    return None
                at, ids = unfinished.since.isoformat(), click.request.action_request_id
                _log.error("a click begun at %s was never finished [%s]", at, ids)
                return _Begun(click, deciding(self.on_unfinished, unfinished), None)
            case New() as claim:
                ours = replace(click, transaction=claim.transaction)
                return _Begun(ours, self.handlers[click.action], claim)

    def _age(self, claim: Unfinished) -> float:
        return (self.clock() - claim.since).total_seconds()


@dataclass(frozen=True)
class _Begun:
    """A click whose handler is to be called now."""

    click: VerifiedClick
    handler: Answering
    claim: New | None
    """None for a refresher, which leaves no trace, and for ``on_unfinished``, which takes over."""

    def finish(self, answer: ActionResponse) -> ActionResponse:
        """Return the answer when the store has it; a click that was declined can be made again."""
        if self.claim is not None:
            if answer.ok:
                self.claim.complete(answer)
            else:
                self.claim.give_back()
        performer, purpose = self.click.performer, self.click.purpose
        names = (performer.display_name, performer.upn, purpose.recipient)
        warn_of_names(answer.status, names, stacklevel=2)
        return answer

    def work(self, headers: list[tuple[str, str]]) -> ActionResponse:
        """Return what the handler answers."""
        with self._giving_up_on_trouble():
            return _told_if_refused(headers, lambda: _checked(self.handler(self.click)))

    async def work_async(self, headers: list[tuple[str, str]]) -> ActionResponse:
        """Return what the handler answers, from the loop or from a thread."""
        handler = self.handler
        with self._giving_up_on_trouble():
            if not inspect.iscoroutinefunction(handler):
                return await asyncio.to_thread(self.work, headers)
            try:
                return _checked(await handler(self.click))
            except RequestRefused as refused:
                return refusal(refused, headers)

    @contextmanager
    def _giving_up_on_trouble(self) -> Iterator[None]:
        """Forget a click whose work is forgotten with it; of another nobody knows what was done."""
        try:
            yield
        except BaseException:
            if self.claim is not None and self.claim.transaction is not None:
                self.claim.give_back()
            raise


def _told(headers: list[tuple[str, str]], step: Callable[[], _T]) -> _T | ActionResponse:
    """Return what a step gives, or the answer to a click that got no further, logged."""
    try:
        return _told_if_refused(headers, step)
    except StoreUnavailable as error:
        return _unavailable(headers, error)


def _unavailable(headers: list[tuple[str, str]], error: StoreUnavailable) -> ActionResponse:
    later = ActionResponse.unavailable("Please try again in a minute.")
    why = f"the action store cannot be used: {error.message}"
    return refusal(RequestRefused(why, later, hint=error.hint), headers)


async def _in_thread(headers: list[tuple[str, str]], step: Callable[[], _T]) -> _T | ActionResponse:
    return await asyncio.to_thread(_told, headers, step)


def _told_if_refused(headers: list[tuple[str, str]], step: Callable[[], _T]) -> _T | ActionResponse:
    try:
        return step()
    except RequestRefused as refused:
        return refusal(refused, headers)


def _checked(answer: object) -> ActionResponse:
    if isinstance(answer, ActionResponse):
        return answer
    if inspect.iscoroutine(answer):
        answer.close()
        raise UsageError("the handler is a coroutine function", hint="use answer_async")
    raise UsageError(f"a handler returns an ActionResponse, not {type(answer).__name__}")


def _conflict(refused: Refused) -> RequestRefused:
    if refused.finished:
        why, message = "was done", "This was already decided."
    else:
        why, message = "was begun", "Another click on this card is not finished yet."
    return RequestRefused(
        f"{refused.action!r} {why} with this limited-purpose token before",
        ActionResponse.failure(_CONFLICT, message),
    )
