"""What to do about each failed check of ``verify-token``, in the command's own words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from amcli.verify.checks import Check, Outcome, Verdict
from amcli.verify.token_format import is_numeric_date

_NOT_MICROSOFTS = "no token of Microsoft's is like this: somebody else made it, answer 401"
_ADVICE = {
    "format": "copy the whole value of the header: nothing added, cut off or blacked out",
    "algorithm": _NOT_MICROSOFTS,
    "header": _NOT_MICROSOFTS,
    "dates": _NOT_MICROSOFTS,
    "kind": _NOT_MICROSOFTS,
    "issuer": _NOT_MICROSOFTS,
    "tenant": "if its users may click: --tenant GUID",
    "key": "give the key set of the issuer that the token names: --jwks FILE",
    "signature": "capture it again, unchanged; if it stays so, somebody else made it: answer 401",
    "not before": "compare this machine's clock with another one",
    "issued at": "compare this machine's clock with another one",
    "audience": "if this is your service, name it: --audience App-ID-URI or client id",
    "caller": "another application got this token: it is no click on a card",
    "scope": "expose a scope in your app registration, authorise Outlook's Actions application "
    "for it, and give that name, or none, to --scope",
    "sender": "compare --sender with the address that the mail came from",
    "performer": "if this person may click, name the person: --performer oid:GUID",
}  # fmt: skip
_FOLLOWS = ("cannot be checked", "not looked up")
"""How the reason of a check begins that failed because another one did."""


def with_advice(verdict: Verdict, claims: Mapping[str, Any]) -> tuple[Check, ...]:
    """Return the checks, each failed one with what to change; what only follows needs nothing."""
    return tuple(_advised(check, claims) for check in verdict.checks)


def _advised(check: Check, claims: Mapping[str, Any]) -> Check:
    if check.outcome is not Outcome.FAILED or check.reason.startswith(_FOLLOWS):
        return check
    hint = _at_its_time(claims) if check.name == "expiry" else check.hint
    return Check(check.name, check.outcome, check.reason, hint or _ADVICE.get(check.name))


def _at_its_time(claims: Mapping[str, Any]) -> str:
    """Say how a captured token is judged, which is always too old by the time one looks."""
    valid = next((claims[n] for n in ("iat", "nbf") if is_numeric_date(claims.get(n))), None)
    if valid is None:
        return "a new click brings a new token; --at TIME judges this one as of then"
    then = datetime.fromtimestamp(int(valid), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"a new click brings a new token; as of when this one was new: --at {then}"
