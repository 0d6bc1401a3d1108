"""A limited-purpose token as a list of checks, for a person who looks for what is wrong.

Services call ``open_purpose_token``; this asks the same function and says more about its answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from amcli.address import same_address
from amcli.seams import Clock, utc_now
from amcli.service.purpose import (
    CHECKS,
    VERSION,
    Purpose,
    PurposeToken,
    PurposeTokenRejected,
    decode_purpose_token,
    open_purpose_token,
)
from amcli.service.purpose_keys import PurposeKeys
from amcli.verify.checks import Check, Verdict, failed, passed, skipped
from amcli.verify.token_text import moment, relative, shown

_HINTS = {
    "key": "put the line of that key back, or look whether this is another service's token",
    "mac": "the sender and the service must have the same key file",
    "expiry": "send the mail again; a later one can live longer",
}


@dataclass(frozen=True)
class Expected:
    """What a service would compare the token with; None is not compared."""

    sender: str | None = None
    template: str | None = None
    recipient: str | None = None
    action: str | None = None


def check_purpose_token(
    text: str, keys: PurposeKeys, expected: Expected, clock: Clock = utc_now
) -> Verdict:
    """Return every check of a token, in order: of ``open_purpose_token``, then of ``expected``."""
    now = clock()
    try:
        token = open_purpose_token(text, keys, lambda: now)
    except PurposeTokenRejected as rejected:
        return Verdict((*_up_to(rejected, text, now), *_not_compared(expected)))
    reasons = _reasons(text, token, now)
    made = [passed(name, reasons[name]) for name in CHECKS]
    return Verdict((*made, *_compared(token.purpose, expected)))


def _up_to(rejected: PurposeTokenRejected, text: str, now: datetime) -> Iterator[Check]:
    first = CHECKS.index(rejected.check)
    if first:
        reasons = _reasons(text, _claims(text), now)
        yield from (passed(name, reasons[name]) for name in CHECKS[:first])
    hint = rejected.hint or _HINTS.get(rejected.check)
    yield failed(rejected.check, rejected.message, hint)
    for name in CHECKS[first + 1 :]:
        yield failed(name, f"cannot be checked: the check of the {rejected.check} failed")


def _claims(text: str) -> PurposeToken | None:
    try:
        return decode_purpose_token(text).claims
    except PurposeTokenRejected:
        return None


def _reasons(text: str, token: PurposeToken | None, now: datetime) -> dict[str, str]:
    at = token.expires.timestamp() if token else 0.0
    return {
        "format": f"four parts, version {VERSION}",
        "key": f"{shown(text.split('.')[1])} is in the key file",
        "mac": "made with that key, and unchanged",
        "content": "every field is there, and no other",
        "expiry": f"{moment(at)}, {relative(at, now)}" if token else "",
    }


def _compared(purpose: Purpose, expected: Expected) -> Iterator[Check]:
    """Compare as services do: letter by letter, but for the case of the recipient's address."""
    yield _same("sender", purpose.sender, expected.sender)
    yield _same("template", purpose.template, expected.template)
    wanted = expected.recipient
    alike = wanted is not None and same_address(purpose.recipient, wanted)
    yield _same("recipient", purpose.recipient, purpose.recipient if alike else wanted)
    yield _allowed(purpose.actions, expected.action)


def _same(name: str, found: str, wanted: str | None) -> Check:
    if wanted is None:
        return skipped(name, f"{shown(found)}; nothing was given to compare it with")
    if found != wanted:
        return failed(name, f"{shown(found)}, expected was {shown(wanted)}")
    return passed(name, shown(found))


def _allowed(actions: tuple[str, ...], wanted: str | None) -> Check:
    allowed = ", ".join(shown(action) for action in actions)
    if wanted is None:
        return skipped("action", f"{allowed}; nothing was given to compare it with")
    if wanted not in actions:
        return failed("action", f"{shown(wanted)} is not among {allowed}")
    return passed("action", f"{shown(wanted)} is among {allowed}")


def _not_compared(expected: Expected) -> Iterator[Check]:
    """A comparison that was asked for and cannot be made has failed."""
    for name, wanted in asdict(expected).items():
        if wanted is None:
            yield skipped(name, "nothing was given to compare it with")
        else:
            yield failed(name, "cannot be compared: the token is not accepted")
