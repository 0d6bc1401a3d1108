"""Whether a DKIM signature speaks for the address in From, as DMARC asks (RFC 7489, 3.1.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from amcli.address import address_domain, without_case
from amcli.verify.checks import Check, failed, passed, skipped

_NAME = "dkim-alignment"
_HINT = "sign with From's domain: receivers take only that for proof (DMARC)"
# Names below which everybody registers. The list of them all (publicsuffix.org) is not at hand;
# these are the patterns that most countries follow.
_OPEN_TO_ALL = re.compile(
    r"[^.]*|(com?|or|org|net?|edu?|ac|gob|gou?v|go|mil|nom|ltd|plc|sch|me|id|gen|info|biz)"
    r"\.[a-z]{2}"
)


def alignment_check(signers: Sequence[str], sender: str, *, verified: bool) -> Check:
    """Return the comparison of the ``d=`` of signatures with the domain of ``sender``.

    Two sisters under one parent stay undecided: which suffixes are public nobody here knows.
    """
    domain = address_domain(sender)
    if not signers or not domain:
        reason = "no signature that verifies" if domain else "the mail names no single sender"
        return failed(_NAME, reason) if verified else skipped(_NAME, reason)
    names = [without_case(signer).rstrip(".") for signer in signers]
    for name in names:
        if _belong_together(name, domain):
            fits = f"d={name} fits From's domain {domain}"
            holds = passed(_NAME, fits)
            return holds if verified else skipped(_NAME, f"{fits}, if the signature holds")
    reason = f"d={', '.join(names)} is another domain than From's {domain}"
    if any(_is_own_name(_common_parent(name, domain)) for name in names):
        return skipped(_NAME, f"{reason}; relaxed DMARC may accept it", _HINT)
    return failed(_NAME, reason, _HINT)


def _belong_together(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return one == other or (_is_own_name(shorter) and longer.endswith(f".{shorter}"))


def _is_own_name(domain: str) -> bool:
    return _OPEN_TO_ALL.fullmatch(domain) is None


def _common_parent(one: str, other: str) -> str:
    shared: list[str] = []
    for a, b in zip(reversed(one.split(".")), reversed(other.split(".")), strict=False):
        if a != b:
            break
        shared.append(a)
    return ".".join(reversed(shared))
