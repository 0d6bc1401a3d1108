"""DKIM signatures of a mail (RFC 6376), against a given record or one from DNS.

dkimpy does the cryptography. Nothing is looked up unless a resolver is handed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from amcli.errors import NetworkError, UnreadableInput
from amcli.received.eml_form import MailForm, read_form
from amcli.seams import Clock, utc_now
from amcli.signing.dkim_record import dkim_record_value
from amcli.verify.checks import Check, Outcome, failed, skipped
from amcli.verify.dkim_alignment import alignment_check
from amcli.verify.dkim_rules import Record, Signature

Resolver = Callable[[str], str | None]
"""Returns the TXT record of a name, its strings joined, None when there is none; raises
NetworkError when DNS cannot be asked."""

_MAX_SIGNATURES = 10
_UNSAFE = re.compile(r"[^\w.+=:;/@-]", re.ASCII)


def check_dkim(
    content: bytes,
    *,
    record: str | None,
    resolver: Resolver | None = None,
    sender: str = "",
    clock: Clock = utc_now,
) -> list[Check]:
    """Return a check for every DKIM signature, and one for alignment with ``sender`` (From).

    ``record`` is the text of a TXT record, or of a file with one; ``resolver`` is asked for it
    when no record is given. With neither, the checks say that nothing was verified. A signature
    that fails beside one that holds counts as skipped: receivers ignore it (RFC 6376, 6.1).
    Raises UnreadableInput when the given record is none, MailError as ``read_form`` does.
    """
    text = None if record is None else record_text(record)
    form = read_form(content, "the mail")
    signatures = _signatures(form)
    asked = record is not None or resolver is not None
    if not signatures:
        return [_unsigned(asked)]
    if not asked:
        names = ", ".join(s.name for s in signatures)
        checks = [skipped("dkim", f"not asked for; signed with {names}", _HOW_TO_ASK)]
    else:
        checks = _lenient([_check(form, s, text, resolver, clock) for s in signatures])
    holding = [s for s, c in zip(signatures, checks, strict=False) if c.outcome is Outcome.PASSED]
    signers = [signature.domain for signature in (holding if asked else signatures)]
    return [*checks, alignment_check(signers, sender, verified=asked)]


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
    if len(answer) > 1:
        raise NetworkError(
            f"there are {len(answer)} TXT records at {name}: which one counts is undefined "
            "(RFC 6376, section 3.6.2.2)",
            hint="publish one record for each selector",
        )
    return b"".join(next(iter(answer)).strings).decode("ascii", "replace")


def _signatures(form: MailForm) -> list[Signature]:
    values = [field.value for field in form.fields if field.name == "dkim-signature"]
    return [Signature.read(index, v) for index, v in enumerate(values[:_MAX_SIGNATURES])]


def _unsigned(asked: bool) -> Check:
    reason = "the mail has no DKIM-Signature"
    return failed("dkim", reason) if asked else skipped("dkim", reason)


def _check(
    form: MailForm,
    signature: Signature,
    text: str | None,
    resolver: Resolver | None,
    clock: Clock,
) -> Check:
    if (problem := signature.problem(clock())) is not None:
        return failed("dkim", f"{signature.name}: {problem}")
    if text is None and resolver is not None:
        try:
            text = resolver(signature.name)
        except NetworkError as error:
            return failed("dkim", error.message, error.hint)
        if text is None:
            return failed("dkim", f"there is no TXT record at {signature.name}")
    record = Record.read(text or "")
    if record.key_type != signature.key_type:
        return skipped(
            "dkim",
            f"{signature.name}: signed with {signature.key_type or 'an unknown algorithm'}, "
            f"the record is for {record.key_type}",
        )
    return _judged(form, signature, record)


def _judged(form: MailForm, signature: Signature, record: Record) -> Check:
    if (problem := record.problem(signature)) is not None:
        return failed("dkim", f"{signature.name}: {problem}")
    problem = _verification_problem(form, signature, record.text)
    if problem is not None:
        return failed("dkim", f"{signature.name}: {problem}", _WHY_BROKEN)
    if (rest := _unsigned_octets(form, signature)) > 0:
        return failed("dkim", f"{signature.name}: l= leaves {rest} octets unsigned", _OPEN)
    reason = f"{signature.name} ({signature.algorithm}) verifies"
    return Check("dkim", Outcome.PASSED, reason, _note(form, signature, record))


def _note(form: MailForm, signature: Signature, record: Record) -> str | None:
    """Return what a person should know of a signature that verifies."""
    if signature.length is not None:
        return _OPEN
    if record.in_test:
        return _IN_TEST
    present = {field.name for field in form.fields}
    unsigned = sorted(_TELLING_HEADERS & present - signature.signed_headers)
    if unsigned:
        return f"not signed, so anybody may have written them: {', '.join(unsigned)}"
    return None


def _unsigned_octets(form: MailForm, signature: Signature) -> int:
    if signature.length is None:
        return 0
    return len(_canonical_body(form, signature)) - signature.length


def _canonical_body(form: MailForm, signature: Signature) -> bytes:
    from dkim.canonicalization import CanonicalizationPolicy

    policy = CanonicalizationPolicy.from_c_value(
        signature.tags.get("c", "simple/simple").encode("ascii")
    )
    body: bytes = policy.canonicalize_body(_body(form, signature))
    return body


def _body(form: MailForm, signature: Signature) -> bytes:
    # White space as RFC 6376, section 3.4.4 has it, which may be done twice: long stretches of it
    # take dkimpy the square of their length.
    if signature.tags.get("c", "").endswith("/relaxed"):
        return re.sub(rb"[ \t]+", b" ", form.body).replace(b" \r\n", b"\r\n")
    return form.body


# RFC 6376, section 5.4.1, and what decides how the body is read.
_TELLING_HEADERS = frozenset(
    {"to", "cc", "subject", "date", "content-type", "content-transfer-encoding"}
)
_OPEN = "l= signs the beginning only: anybody may append to the body; sign without it"
_IN_TEST = "the record's t=y says that its domain is testing: receivers may ignore the signature"
_WHY_BROKEN = (
    "wrong record, or the mail was changed; Exchange changes mails in the mailbox, so a copy "
    "saved there rarely verifies: believe its Authentication-Results header instead"
)


def _verification_problem(form: MailForm, signature: Signature, record: str) -> str | None:
    import dkim

    def answer(_name: object, timeout: int = 5) -> bytes:  # noqa: ARG001 - dkimpy's signature
        return record.encode("ascii", "replace")

    try:
        verifier = dkim.DKIM(form.content)
        verifier.body = _body(form, signature)
        holds = verifier.verify(idx=signature.index, dnsfunc=answer)
    except dkim.DKIMException as error:
        return _UNSAFE.sub(" ", str(error))[:200] or "the signature cannot be read"
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
