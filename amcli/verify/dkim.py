"""DKIM signatures of a mail (RFC 6376), against a given record or one from DNS.

dkimpy does the cryptography. Nothing is looked up unless a resolver is handed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from amcli.address import address_domain, without_case
from amcli.errors import NetworkError, UnreadableInput
from amcli.signing.dkim_record import dkim_record_value
from amcli.verify.checks import Check, Outcome, failed, passed, skipped

Resolver = Callable[[str], str | None]
"""Returns the TXT record of a name, its strings joined, None when there is none; raises
NetworkError when DNS cannot be asked."""

_MAX_SIGNATURES = 10
_SAFE = re.compile(r"[^\w.+=:;/@-]", re.ASCII)


@dataclass(frozen=True)
class _Signature:
    """What a DKIM-Signature header says of itself; every field comes from the mail."""

    index: int
    domain: str
    selector: str
    algorithm: str
    partial: bool
    """Whether ``l=`` leaves the end of the body open."""

    @property
    def name(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def key_type(self) -> str:
        return self.algorithm.partition("-")[0]


def check_dkim(
    content: bytes, *, record: str | None, resolver: Resolver | None = None, sender: str = ""
) -> list[Check]:
    """Return a check for every DKIM signature, and one for alignment with ``sender`` (From).

    ``record`` is the text of a TXT record, or of a file with one; ``resolver`` is asked for it
    when no record is given. With neither, the checks say that nothing was verified. A signature
    that fails beside one that holds counts as skipped: receivers ignore it (RFC 6376, 6.1).
    Raises UnreadableInput when the given record is none.
    """
    text = None if record is None else record_text(record)
    signatures = _signatures(content)
    asked = record is not None or resolver is not None
    if not signatures:
        return [_unsigned(asked)]
    if not asked:
        names = ", ".join(s.name for s in signatures)
        checks = [skipped("dkim", f"not asked for; signed with {names}", _HOW_TO_ASK)]
    else:
        checks = _lenient([_check(content, s, text, resolver) for s in signatures])
    holding = [s for s, c in zip(signatures, checks, strict=False) if c.outcome is Outcome.PASSED]
    return [*checks, _alignment(holding if asked else signatures, sender, asked)]


_HOW_TO_ASK = "give the record with --dkim-record FILE, or look it up with --dns"


def record_text(text: str) -> str:
    """Return the TXT record in a text: bare, as a zone's line, or in ``dkim-record.txt``.

    Raises UnreadableInput when no public key is in it.
    """
    record = dkim_record_value(text)
    if not re.search(r"(^|;)\s*p\s*=", record):
        raise UnreadableInput(
            "the DKIM record has no p= with a public key in it",
            hint="it is the text to publish in DNS: v=DKIM1; k=rsa; p=MIIB...",
        )
    return record


def dns_txt(name: str) -> str | None:
    """Look up a TXT record; the resolver for ``inspect --dns``."""
    import dns.exception
    import dns.resolver

    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=10, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return None
    except (dns.exception.DNSException, OSError, ValueError) as error:
        raise NetworkError(f"DNS cannot be asked for {name}: {type(error).__name__}") from None
    return b"".join(next(iter(answer)).strings).decode("ascii", "replace")


def _signatures(content: bytes) -> list[_Signature]:
    head = re.split(rb"\r?\n\r?\n", content, maxsplit=1)[0]
    unfolded = re.sub(rb"\r?\n(?=[ \t])", b"", head)
    values = re.findall(rb"(?im)^DKIM-Signature[ \t]*:(.*)$", unfolded)[:_MAX_SIGNATURES]
    return [_signature(index, value) for index, value in enumerate(values)]


def _signature(index: int, value: bytes) -> _Signature:
    text = value.decode("ascii", "replace")
    pairs = [piece.partition("=") for piece in text.split(";")]
    fields = {name.strip(): _SAFE.sub("", content)[:255] for name, _, content in pairs}
    return _Signature(
        index, fields.get("d", ""), fields.get("s", ""), fields.get("a", ""), "l" in fields
    )


def _unsigned(asked: bool) -> Check:
    reason = "the mail has no DKIM-Signature"
    return failed("dkim", reason) if asked else skipped("dkim", reason)


def _check(
    content: bytes, signature: _Signature, record: str | None, resolver: Resolver | None
) -> Check:
    if record is None and resolver is not None:
        try:
            record = resolver(signature.name)
        except NetworkError as error:
            return failed("dkim", error.message, error.hint)
        if record is None:
            return failed("dkim", f"there is no TXT record at {signature.name}")
    record = record or ""
    if _record_key_type(record) != signature.key_type:
        return skipped(
            "dkim",
            f"{signature.name}: signed with {signature.key_type or 'an unknown algorithm'}, "
            f"the record is for {_record_key_type(record)}",
        )
    problem = _verification_problem(content, signature.index, record)
    if problem is not None:
        return failed("dkim", f"{signature.name}: {problem}", _WHY_BROKEN)
    note = "; l= lets anybody append to the body" if signature.partial else ""
    return passed("dkim", f"{signature.name} ({signature.algorithm}) verifies{note}")


_WHY_BROKEN = (
    "wrong record, or the mail was changed; Exchange changes mails in the mailbox, so a copy "
    "saved there rarely verifies: believe its Authentication-Results header instead"
)


def _record_key_type(record: str) -> str:
    found = re.search(r"(?:^|;)\s*k\s*=\s*([\w-]+)", record)
    return found[1].lower() if found else "rsa"  # RFC 6376, section 3.6.1


def _verification_problem(content: bytes, index: int, record: str) -> str | None:
    import dkim

    def answer(_name: object, timeout: int = 5) -> bytes:  # noqa: ARG001 - dkimpy's signature
        return record.encode("ascii", "replace")

    try:
        holds = dkim.DKIM(content).verify(idx=index, dnsfunc=answer)
    except dkim.DKIMException as error:
        return _SAFE.sub(" ", str(error))[:200] or "the signature cannot be read"
    except Exception as error:  # noqa: BLE001 - on hostile headers dkimpy raises what it trips over
        return f"the signature cannot be read ({type(error).__name__})"
    return None if holds else "the signature does not fit key and mail"


def _lenient(checks: Sequence[Check]) -> list[Check]:
    if not any(check.outcome is Outcome.PASSED for check in checks):
        return list(checks)
    return [
        skipped("dkim", f"{check.reason}; receivers ignore it beside one that verifies")
        if check.outcome is Outcome.FAILED
        else check
        for check in checks
    ]


def _alignment(signatures: Sequence[_Signature], sender: str, verified: bool) -> Check:
    """Compare d= with From's domain, as DMARC does in relaxed mode (RFC 7489, section 3.1.1).

    Which suffixes are public nobody here knows, so two sisters under one parent stay undecided.
    """
    domain = address_domain(sender)
    if not signatures or not domain:
        reason = "no signature that verifies" if domain else "the mail names no single sender"
        return failed("dkim-alignment", reason) if verified else skipped("dkim-alignment", reason)
    signers = [without_case(signature.domain).rstrip(".") for signature in signatures]
    for signer in signers:
        if _is_within(domain, signer) or _is_within(signer, domain):
            fits = f"d={signer} fits From's domain {domain}"
            if verified:
                return passed("dkim-alignment", fits)
            return skipped("dkim-alignment", f"{fits}, if the signature holds")
    reason = f"d={', '.join(signers)} is another domain than From's {domain}"
    hint = "sign with From's domain: receivers take only that for proof (DMARC)"
    if any(_shared_labels(signer, domain) >= 2 for signer in signers):  # noqa: PLR2004 - two labels
        return skipped("dkim-alignment", f"{reason}; relaxed DMARC may accept it", hint)
    return failed("dkim-alignment", reason, hint)


def _is_within(domain: str, parent: str) -> bool:
    return bool(parent) and "." in parent and f".{domain}".endswith(f".{parent}")


def _shared_labels(one: str, other: str) -> int:
    shared = 0
    for a, b in zip(reversed(one.split(".")), reversed(other.split(".")), strict=False):
        if a != b:
            break
        shared += 1
    return shared
