"""From a posted click to its answer, for any web framework or none.

 1. request     one bearer token, a bounded body that is a JSON object      400, 401, 413
 2. caller      the bearer token: from Microsoft, for us, by whom           401, 503
 3. purpose     the limited-purpose token in the body: ours, not expired,
                of this sender and this template                            403
 4. action      one that the token allows and this service knows            403
 5. performer   the person to whom the mail was sent                        403
 6. claim       once: the same click gets the first answer again, another
                action, performer or input after it is refused              409, 503
 7. work        the handler

A click that fails a step never reaches the next one. Users get one line that gives nothing away;
the log (``amcli.service``) gets the reason, and never a token.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from amcli.address import same_address
from amcli.errors import NetworkError, TokenRejected
from amcli.seams import Clock, utc_now
from amcli.service.action_request import ActionRequest, Headers
from amcli.service.action_response import ActionResponse, RequestRefused
from amcli.service.purpose import (
    Purpose,
    PurposeKeys,
    PurposeToken,
    PurposeTokenExpired,
    PurposeTokenRejected,
    open_purpose_token,
)
from amcli.service.store import (
    ActionStore,
    Claim,
    Done,
    New,
    Refused,
    StoreUnavailable,
    Unfinished,
)
from amcli.verify.token import TokenPolicy, VerifiedToken, verify_token

_log = logging.getLogger("amcli.service")
_log.addHandler(logging.NullHandler())

_BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _CONFLICT = 400, 401, 403, 409
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class VerifiedClick:
    """A click that has passed every check; what a handler acts on."""

    action: str
    performer: VerifiedToken
    token: PurposeToken
    body: Mapping[str, Any]
    request: ActionRequest

    @property
    def purpose(self) -> Purpose:
        """Return what the mail was about: trust its ``subject``, not an id in the address."""
        return self.token.purpose


Handler = Callable[[VerifiedClick], ActionResponse]
"""Does the work and says so; an answer that is no success means that nothing was done."""

IsRecipient = Callable[[VerifiedToken, str], bool]


def is_upn_of_recipient(token: VerifiedToken, recipient: str) -> bool:
    """Return whether the token's user principal name is the address that the mail went to.

    Only version 1 tokens have it, and it can be given to another person one day; a service that
    knows its users compares ``tenant`` and ``object_id`` instead.
    """
    return token.upn is not None and same_address(token.upn, recipient)


def ask_somebody(_click: VerifiedClick, _unfinished: Unfinished) -> ActionResponse:
    """Return the answer for a click whose first try was begun and never finished."""
    return ActionResponse.failure(
        _CONFLICT, "An earlier click was begun but not finished. Please ask the sender."
    )


@dataclass(frozen=True)
class ActionEndpoint:
    """One action URL of a service: verifies each click, and has its work done once."""

    policy: TokenPolicy
    purpose_keys: PurposeKeys
    sender: str
    """The address that this service's mails come from."""
    template: str
    handlers: Mapping[str, Handler]
    """Action name to handler."""
    store: ActionStore
    is_recipient: IsRecipient = is_upn_of_recipient
    on_unfinished: Callable[[VerifiedClick, Unfinished], ActionResponse] = ask_somebody
    token_field: str = "token"  # noqa: S105 - the name of a field
    action_field: str = "action"
    patience_seconds: float = 2.0
    """How long the second of two clicks at the same moment waits for the first one's answer."""
    clock: Clock = utc_now

    def answer(self, headers: Headers, body: bytes) -> ActionResponse:
        """Return the answer to one posted click, whatever was posted.

        Raises only what a handler raises; the click is then unfinished.
        """
        try:
            return self._work_once(self._verified(ActionRequest.read(headers, body)))
        except RequestRefused as refused:
            _log.warning("click refused: %s", refused.message)
            return refused.response
        except StoreUnavailable as error:
            _log.error("the action store cannot be used: %s", error.message)
            return ActionResponse.unavailable("Please try again in a minute.")

    def _verified(self, request: ActionRequest) -> VerifiedClick:
        performer = self._caller(request)
        body = request.json()
        token = self._purpose_token(_text(body, self.token_field))
        action = _text(body, self.action_field)
        if action not in token.purpose.actions or action not in self.handlers:
            raise _forbidden(
                f"action {action[:40]!r} is not offered", "This card does not offer that."
            )
        if not self.is_recipient(performer, token.purpose.recipient):
            raise _forbidden(
                "the performer is not the recipient", "This card was sent to somebody else."
            )
        return VerifiedClick(action, performer, token, body, request)

    def _caller(self, request: ActionRequest) -> VerifiedToken:
        try:
            return verify_token(request.token.reveal(), self.policy, clock=self.clock)
        except TokenRejected as rejected:
            answer = ActionResponse.failure(_UNAUTHORIZED, "This request could not be verified.")
            raise RequestRefused(rejected.message, answer) from None
        except NetworkError as error:
            # Nothing is known against the token: that must not look like a forgery.
            later = ActionResponse.unavailable("Please try again in a minute.")
            raise RequestRefused(error.message, later) from None

    def _purpose_token(self, text: str) -> PurposeToken:
        try:
            token = open_purpose_token(text, self.purpose_keys, self.clock)
        except PurposeTokenExpired as expired:
            raise _forbidden(expired.message, "This card is too old to be used.") from None
        except PurposeTokenRejected as rejected:
            raise _forbidden(rejected.message, "This card cannot be used.") from None
        if (token.purpose.sender, token.purpose.template) != (self.sender, self.template):
            raise _forbidden(
                "the limited-purpose token is of another sender or template",
                "This card cannot be used.",
            )
        return token

    def _work_once(self, click: VerifiedClick) -> ActionResponse:
        match self._claim(click):
            case Done(response):
                return response
            case Refused(action):
                raise RequestRefused(
                    f"{action!r} was done with this limited-purpose token before",
                    ActionResponse.failure(_CONFLICT, "This was already decided."),
                )
            case Unfinished() as unfinished:
                return self.on_unfinished(click, unfinished)
            case New(complete, give_back):
                response = self.handlers[click.action](click)
                if response.ok:
                    complete(response)
                else:
                    give_back()
                return response

    def _claim(self, click: VerifiedClick) -> Claim:
        who = _performer_id(click.performer)
        identity = (click.token.id, click.action, who, click.request.body_hash)
        claim = self.store.claim(*identity)
        for _ in range(round(self.patience_seconds / _POLL_SECONDS)):
            # One that has been unfinished for long has lost its process: waiting helps nobody.
            if not isinstance(claim, Unfinished) or self._age(claim) > self.patience_seconds:
                break
            time.sleep(_POLL_SECONDS)
            claim = self.store.claim(*identity)
        return claim

    def _age(self, claim: Unfinished) -> float:
        return (self.clock() - claim.since).total_seconds()


def _performer_id(token: VerifiedToken) -> str:
    # Tenant and object id name a person; an EAT has only its subject.
    who = token.object_id if token.kind.is_entra else token.subject
    if not who:
        raise _forbidden("the token does not say who clicked", "This click names nobody.")
    return f"{token.tenant}/{who}"


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        answer = "This card sent something that the service cannot read."
        raise RequestRefused(
            f"the body has no text {name!r}", ActionResponse.failure(_BAD_REQUEST, answer)
        )
    return value


def _forbidden(why: str, message: str) -> RequestRefused:
    return RequestRefused(why, ActionResponse.failure(_FORBIDDEN, message))
