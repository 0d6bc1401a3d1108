"""A click that has passed every check, and who may make it."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from amcli.address import same_address
from amcli.service.action_request import ActionRequest
from amcli.service.action_response import ActionResponse, RequestRefused
from amcli.service.purpose import Purpose, PurposeToken
from amcli.verify.token import VerifiedToken
from amcli.verify.token_text import shown

_log = logging.getLogger("amcli.service")

_BAD_REQUEST, _FORBIDDEN = 400, 403
_SHOWN = 80
"""Characters: enough for tenant and object id."""


@dataclass(frozen=True)
class VerifiedClick:
    """A click that has passed every check; what a handler acts on."""

    action: str
    performer: VerifiedToken
    """Who clicked: ``tenant`` and ``object_id`` together; names and addresses are for display."""
    token: PurposeToken
    body: Mapping[str, Any]
    """The posted JSON object. What was typed into inputs is in it, and nobody has checked that."""
    request: ActionRequest
    transaction: sqlite3.Connection | None = field(default=None, repr=False)
    """The store's open transaction, where it has one: work that is written here is kept together
    with the answer or not at all. Never commit it."""

    @property
    def purpose(self) -> Purpose:
        """Return what the mail was about: trust its ``subject``, not an id in the address."""
        return self.token.purpose

    @property
    def summary(self) -> str:
        """Return what was clicked, on what and by whom, for a line in a log; never a token.

        Whom tenant and object id mean the directory tells; an EAT's subject may be an address.
        """
        token = self.performer
        who = token.object_id if token.kind.is_entra else token.subject
        what = f"{shown(self.action, _SHOWN)} on {shown(self.purpose.subject, _SHOWN)}"
        return f"{what} by {shown(f'{token.tenant}/{who}', _SHOWN)}"


Handler = Callable[[VerifiedClick], ActionResponse]
"""Does the work and says so; an answer that is no success means that nothing was done."""

AsyncHandler = Callable[[VerifiedClick], Awaitable[ActionResponse]]
"""The same as a coroutine function, for ``ActionEndpoint.answer_async``."""

IsRecipient = Callable[[VerifiedToken, str], bool]
"""Whether who clicked, by the bearer token, has the address that the mail went to."""


def is_upn_of_recipient(token: VerifiedToken, recipient: str) -> bool:
    """Return whether the token's user principal name is the address that the mail went to.

    Only version 1 tokens have it, and it can be given to another person one day; a service that
    knows its users gives the endpoint ``recipient_found_by`` instead. The log says it of a token
    without one.
    """
    if token.upn is None:
        _log.warning(
            "the recipient cannot be known: a %s token has no upn; give the endpoint "
            "is_recipient=recipient_found_by(...)",
            token.kind.label,
        )
    return token.upn is not None and same_address(token.upn, recipient)


def performer_id(token: VerifiedToken) -> str:
    """Return who clicked, for a store; raises RequestRefused (403) when the token names nobody.

    Tenant and object id name a person; an EAT has only its subject.
    """
    who = token.object_id if token.kind.is_entra else token.subject
    if not who:
        raise forbidden("the token does not say who clicked", "This click names nobody.")
    return f"{token.tenant}/{who}"


def text_in(body: Mapping[str, Any], name: str) -> str:
    """Return the text that a body has under a name; raises RequestRefused (400)."""
    value = body.get(name)
    if not isinstance(value, str):
        answer = "This card sent something that the service cannot read."
        raise RequestRefused(
            f"the body has no text {name!r}", ActionResponse.failure(_BAD_REQUEST, answer)
        )
    return value


def forbidden(why: str, message: str) -> RequestRefused:
    """Return the refusal (403) of a click that this person, card or token may not make."""
    return RequestRefused(why, ActionResponse.failure(_FORBIDDEN, message))
