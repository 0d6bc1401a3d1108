"""Everything that can be said of a mail with a card, in the order in which Outlook would ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from amcli.linting.finding import Finding, errors_among
from amcli.linting.surroundings import Correspondence, Provider, Surroundings
from amcli.received.eml import ReceivedMail, read_mail
from amcli.seams import Clock, utc_now
from amcli.verify.checks import Check, Verdict, failed, passed, skipped
from amcli.verify.dkim import Resolver, check_dkim
from amcli.verify.embedded import EmbeddedCard, extract

if TYPE_CHECKING:
    from amcli.signing.keys import VerifyingKey


@dataclass(frozen=True)
class Inspection:
    """What a mail holds, and what is to be said of it."""

    mail: ReceivedMail
    card: EmbeddedCard
    verdict: Verdict
    findings: tuple[Finding, ...]
    """The lint of the card; empty when there is none that could be read."""

    @property
    def ok(self) -> bool:
        """Return whether no check failed and no finding is an error."""
        return self.verdict.ok and not errors_among(self.findings)


def inspect(
    content: bytes,
    source: str,
    *,
    key: VerifyingKey | None = None,
    dkim_record: str | None = None,
    resolver: Resolver | None = None,
    provider: Provider | None = None,
    clock: Clock = utc_now,
) -> Inspection:
    """Return what is inside a mail: its card, the checks in order, the lint of the card.

    The checks: how the card is embedded, its signature and claims (``key``, or the registered
    one), the sender, DKIM (``dkim_record`` or ``resolver``) and its alignment. ``provider`` says
    as which the card is registered. Raises MailError for what is no mail, NothingFound for a mail
    without a card, and KeyMaterialError for a registered key that is none.
    """
    mail = read_mail(content, source)
    card = extract(mail)
    checks = [
        *card.checks,
        *_signature_checks(mail, card, key or _registered_key(card, provider), clock),
        _headers_check(mail),
        _from_check(mail),
        *check_dkim(
            content, record=dkim_record, resolver=resolver, sender=mail.sender, clock=clock
        ),
    ]
    return Inspection(mail, card, Verdict(tuple(checks)), _findings(mail, card, provider, clock))


def _registered_key(card: EmbeddedCard, provider: Provider | None) -> VerifyingKey | None:
    """Return the registered key for a card that is signed, where it is known."""
    if card.jws is None or provider is None or not provider.public_key:
        return None
    from amcli.signing.keys import registered_key

    return registered_key(provider.public_key)


def _signature_checks(
    mail: ReceivedMail, card: EmbeddedCard, key: VerifyingKey | None, clock: Clock
) -> tuple[Check, ...]:
    if card.jws is not None:
        from amcli.verify.signed_card import check_signed_card

        verdict, _ = check_signed_card(
            card.jws, key, sender=mail.sender, recipients=mail.recipients, clock=clock
        )
        return verdict.checks
    if key is not None:
        return (failed("signature", "a key was given, and the card is not signed"),)
    return (skipped("signature", "the card is not signed; DKIM and SPF must vouch for the mail"),)


def _headers_check(mail: ReceivedMail) -> Check:
    repeated = mail.form.repeated
    if repeated:
        return failed(
            "headers",
            f"there are several of: {', '.join(repeated)}",
            "a mail has one of each (RFC 5322, section 3.6); programs show the first or the last, "
            "and a signature covers only one of them",
        )
    return passed("headers", "no header stands twice that must not")


def _from_check(mail: ReceivedMail) -> Check:
    if mail.sender:
        return passed("from", f"From is {mail.sender}")
    many = "several addresses" if mail.senders else "no address"
    if "from" in mail.form.repeated:
        many = "several headers"
    return failed("from", f"{many} for From; Outlook needs exactly one sender")


def _findings(
    mail: ReceivedMail, card: EmbeddedCard, provider: Provider | None, clock: Clock
) -> tuple[Finding, ...]:
    if card.document is None:
        return ()
    from amcli.linting.engine import lint

    around = Surroundings(
        signed=card.jws is not None,
        provider=provider,
        mail=Correspondence(mail.sender or None, mail.recipients),
        clock=clock,
    )
    return tuple(lint(card.document, surroundings=around))
