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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, repeat

from amcli.errors import UsageError
from amcli.seams import Clock, utc_now
from amcli.service.action_request import Headers, header_pairs
from amcli.service.action_response import ActionResponse, RequestRefused
from amcli.service.action_verifier import ActionVerifier, VerifiedAction, refusal
from amcli.service.begun import Begun, Pairs, told, told_in_thread
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
from amcli.service.store import (
    ActionStore,
    Done,
    New,
    Refused,
    Unfinished,
)
from amcli.service.unfinished import OnUnfinished, ask_somebody, deciding
from amcli.verify.token import TokenPolicy

__all__ = ["ActionEndpoint", "VerifiedClick", "ask_somebody", "is_upn_of_recipient"]

_log = logging.getLogger("amcli.service")
_CONFLICT = 409
_NOT_OFFERED = "This card does not offer that."
_POLL_SECONDS = 0.05
_BY_UPN = " (by upn; where that is not the address, the endpoint needs recipient_found_by)"


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

    def __post_init__(self) -> None:
        both = self.handlers.keys() & self.refreshers.keys()
        if both:  # as a refresher it would be done anew at every click
            raise UsageError(f"both handler and refresher: {', '.join(sorted(both))}")

    def answer(self, headers: Headers, body: bytes) -> ActionResponse:
        """Return the answer to one posted click, whatever was posted.

        Raises only what a handler raises; the click is then unfinished, or, in the store's own
        transaction, as if it had never been made. Coroutine functions need ``answer_async``.
        """
        pairs = header_pairs(headers)
        click = told(pairs, lambda: self._allowed(self._verifier.verify(pairs, body)))
        if isinstance(click, ActionResponse):
            return click
        begun = told(pairs, lambda: self._begin(click), click.summary)
        return begun if isinstance(begun, ActionResponse) else begun.answer(pairs)

    async def answer_async(self, headers: Headers, body: bytes) -> ActionResponse:
        """Return what ``answer`` does without blocking the event loop.

        Coroutine functions run on the loop, everything else in threads; who waits for another
        click's answer holds none.
        """
        pairs = header_pairs(headers)
        begun = await self._begin_async(pairs, body)
        return begun if isinstance(begun, ActionResponse) else await begun.answer_async(pairs)

    @property
    def is_async(self) -> bool:
        """Return whether a coroutine function is among them, so that ``answer_async`` is needed."""
        called = (*self.handlers.values(), *self.refreshers.values(), self.on_unfinished)
        return any(inspect.iscoroutinefunction(function) for function in called)

    @property
    def _verifier(self) -> ActionVerifier:
        return ActionVerifier(self.policy, self.clock)

    def _begin(self, click: VerifiedClick) -> ActionResponse | Begun:
        waits = self._waits()
        while (begun := self._claimed(click, next(waits))) is None:
            time.sleep(_POLL_SECONDS)
        return begun

    async def _begin_async(self, headers: Pairs, body: bytes) -> ActionResponse | Begun:
        try:
            verified = await self._verifier.verify_async(headers, body)
        except RequestRefused as refused:
            return refusal(refused, headers)
        click = await told_in_thread(headers, lambda: self._allowed(verified))
        if isinstance(click, ActionResponse):
            return click
        waits = self._waits()

        def claimed() -> ActionResponse | Begun | None:
            return self._claimed(click, next(waits))

        while (begun := await told_in_thread(headers, claimed, click.summary)) is None:
            await asyncio.sleep(_POLL_SECONDS)
        return begun

    def _waits(self) -> Iterator[bool]:
        """Yield whether to wait once more for the first of two clicks at the same moment."""
        return chain(repeat(True, round(self.patience_seconds / _POLL_SECONDS)), repeat(False))

    def _allowed(self, verified: VerifiedAction) -> VerifiedClick:
        content = verified.request.json()
        token = self._purpose_token(text_in(content, self.token_field))
        action = text_in(content, self.action_field)
        click = VerifiedClick(action, verified.performer, token, content, verified.request)
        if action not in token.purpose.actions:
            raise forbidden(f"{click.summary}: not offered by the token", _NOT_OFFERED)
        if action not in self.handlers and action not in self.refreshers:
            raise forbidden(f"{click.summary}: not offered, there is no handler", _NOT_OFFERED)
        if not self.is_recipient(verified.performer, token.purpose.recipient):
            how = _BY_UPN if self.is_recipient is is_upn_of_recipient else ""
            raise forbidden(
                f"{click.summary}: the performer is not the recipient{how}",
                "This card was sent to somebody else.",
            )
        return click

    def _purpose_token(self, text: str) -> PurposeToken:
        try:
            token = open_purpose_token(text, self.purpose_keys, self.clock)
        except PurposeTokenExpired as expired:
            raise forbidden(expired.message, "This card is too old to be used.") from None
        except PurposeTokenRejected as rejected:
            raise forbidden(rejected.message, "This card cannot be used.") from None
        purpose = token.purpose
        if (purpose.sender, purpose.template) != (self.sender, self.template):
            raise forbidden(
                "the limited-purpose token is of another sender or template: it has "
                f"{purpose.sender!r}, {purpose.template!r}, and this endpoint {self.sender!r}, "
                f"{self.template!r}",
                "This card cannot be used.",
            )
        return token

    def _claimed(self, click: VerifiedClick, patient: bool) -> ActionResponse | Begun | None:
        """Return the answer, or what is to be done; None to ask again in a moment."""
        if click.action in self.refreshers:
            return Begun(click, self.refreshers[click.action], None)
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
                _log.error("%s: begun at %s and never finished [%s]", click.summary, at, ids)
                return Begun(click, deciding(self.on_unfinished, unfinished), None)
            case New() as claim:
                ours = replace(click, transaction=claim.transaction)
                return Begun(ours, self.handlers[click.action], claim)

    def _age(self, claim: Unfinished) -> float:
        return (self.clock() - claim.since).total_seconds()


def _conflict(refused: Refused) -> RequestRefused:
    if refused.finished:
        why, message = "was done", "This was already decided."
    else:
        why, message = "was begun", "Another click on this card is not finished yet."
    return RequestRefused(
        f"{refused.action!r} {why} with this limited-purpose token before",
        ActionResponse.failure(_CONFLICT, message),
    )
