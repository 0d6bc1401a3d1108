"""The first half of every answer: is this request from Microsoft, for us, and who clicked?

What is refused here never reaches a handler. The user gets one line that gives nothing away; the
log (``amcli.service``) gets the reason with the click's ids, and never a token.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from amcli.errors import NetworkError, TokenRejected
from amcli.seams import Clock, utc_now
from amcli.service.action_request import ActionRequest, Headers, request_ids
from amcli.service.action_response import ActionResponse, RequestRefused
from amcli.verify.token import TokenPolicy, VerifiedToken, verify_token, verify_token_async
from amcli.verify.token_errors import KeysUnreachable

# No NullHandler: where nobody has set logging up, Python still writes refusals to standard error.
_log = logging.getLogger("amcli.service")

_UNAUTHORIZED, _SERVER_ERROR = 401, 500
_A_MINUTE = 60
_TIMES = frozenset({"expiry", "not before", "issued at"})


@dataclass(frozen=True)
class VerifiedAction:
    """A request whose bearer token has passed every check.

    It says who clicked and that the click came from Outlook. On which mail it was clicked, and
    whether that mail was yours, a limited-purpose token says: see ``ActionEndpoint``.
    """

    request: ActionRequest
    performer: VerifiedToken


@dataclass(frozen=True)
class ActionVerifier:
    """Lets requests through whose bearer token is genuine."""

    policy: TokenPolicy
    clock: Clock = utc_now

    def verify(self, headers: Headers, body: bytes) -> VerifiedAction:
        """Return the request with who made it.

        Raises RequestRefused, whose ``response`` is 401 for a token that is missing or does not
        count, 413 for a body that is too long, and 503 where the keys cannot be read, since then
        nothing is known against the token.
        """
        request = ActionRequest.read(headers, body)
        with self._refusing():
            performer = verify_token(request.token.reveal(), self.policy, clock=self.clock)
        return VerifiedAction(request, performer)

    async def verify_async(self, headers: Headers, body: bytes) -> VerifiedAction:
        """Return the same; where keys must be read first, the event loop goes on meanwhile."""
        request = ActionRequest.read(headers, body)
        token = request.token.reveal()
        with self._refusing():
            performer = await verify_token_async(token, self.policy, clock=self.clock)
        return VerifiedAction(request, performer)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except TokenRejected as rejected:
            answer = ActionResponse.failure(_UNAUTHORIZED, "This request could not be verified.")
            raise RequestRefused(rejected.message, answer, hint=self._advice(rejected)) from None
        except NetworkError as error:
            raise RequestRefused(error.message, _later(error), hint=error.hint) from None

    def _advice(self, rejected: TokenRejected) -> str | None:
        if rejected.verdict.failed[0].name in _TIMES:
            return f"here it is {self.clock():%Y-%m-%d %H:%M:%S} UTC; if not, set the clock"
        return rejected.hint


def _later(error: NetworkError) -> ActionResponse:
    # Earlier nobody asks for the keys again, so another try would be in vain.
    seconds = error.retry_after if isinstance(error, KeysUnreachable) else _A_MINUTE
    return ActionResponse.unavailable(
        "Please try again in a few minutes.", retry_after_seconds=seconds
    )


def refusal(refused: RequestRefused, headers: Headers, about: str = "") -> ActionResponse:
    """Return the answer to a request that was refused, after a line about it in the log.

    ``about`` is what is known of the click for sure, such as ``VerifiedClick.summary``.
    """
    answer = refused.response
    level = logging.ERROR if answer.status_code >= _SERVER_ERROR else logging.WARNING
    why = f"{refused.message} ({refused.hint})" if refused.hint else refused.message
    log_answer(level, answer, f"{about}: {why}" if about else why, headers)
    return answer


def log_answer(level: int, answer: ActionResponse, why: str, headers: Headers) -> None:
    """Write the one line of a click that was answered."""
    if _log.isEnabledFor(level):
        _log.log(level, "click answered %d: %s [%s]", answer.status_code, why, request_ids(headers))
