"""Steps 1 to 7: from a template to a mail that was delivered and read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amcli.card.data import load_data
from amcli.card.document import CardDocument
from amcli.card.rendering import Envelope, RenderedCard, render, render_subject
from amcli.card.template import TemplateFolder
from amcli.demo.cast import (
    APPROVER,
    CARD_LIFETIME,
    DOMAIN,
    ORIGINATOR,
    SELECTOR,
    SENDER,
)
from amcli.demo.folder import DemoFolder
from amcli.demo.trip import Taken, expect
from amcli.linting.engine import check
from amcli.linting.finding import CheckedCard
from amcli.mail.body import embed
from amcli.mail.dkim import add_dkim
from amcli.mail.message import MailMessage, compose
from amcli.mail.smtp import SmtpServer, deliver
from amcli.outlook.inbox import Inbox
from amcli.seams import Clock
from amcli.service.purpose import minter
from amcli.service.purpose_keys import PurposeKeys
from amcli.signing.dkim_key import load_dkim_key
from amcli.signing.keygen import (
    generate_card_key,
    generate_dkim_key,
    write_card_key,
    write_dkim_key,
)
from amcli.signing.keys import SigningKey, VerifyingKey, load_public_key, load_signing_key
from amcli.signing.signed_card import SignedCard, sign
from amcli.verify.checks import Outcome
from amcli.verify.inspect import inspect

ENVELOPE = Envelope(ORIGINATOR, SENDER, (APPROVER.address,))

_KEY_FILES = ("card-private.pem", "card-public.pem", "card-public.jwk", "card-public.xml")
_DKIM_FILES = ("dkim-private.pem", "dkim-record.txt")
_WANTED_CHECKS = ("signature", "claims", "sender", "recipients", "dkim", "dkim-alignment")


@dataclass(frozen=True)
class Story:
    """The expense report that everything is about, and where its artefacts go."""

    template: TemplateFolder
    report: Mapping[str, Any]
    folder: DemoFolder
    clock: Clock

    @classmethod
    def begin(cls, template: TemplateFolder, folder: DemoFolder, clock: Clock) -> Story:
        """Return the story that the template's first sample tells."""
        return cls(template, load_data(template.samples[:1]), folder, clock)


def render_card(story: Story, keys: PurposeKeys) -> Taken[RenderedCard]:
    """1: the template and its sample data become a card with a real limited-purpose token."""
    purpose_token = minter(
        keys,
        sender=SENDER,
        template=story.template.name,
        recipients=[APPROVER.address],
        lifetime=CARD_LIFETIME,
        clock=story.clock,
    )
    card = render(
        story.template.card(), story.report, envelope=ENVELOPE, purpose_token=purpose_token
    )
    path = story.folder.write("card.json", card.text + "\n")
    size = path.stat().st_size / 1024
    label = card.document().kind.label
    return Taken(card, f"{story.template.name} with its sample data: an {label} of {size:.1f} KB")


def lint_card(card: RenderedCard) -> Taken[CheckedCard]:
    """2: no finding is an error."""
    checked = check(card.document(), signed=True)
    findings = len(checked.findings)
    others = f"{findings} of lesser weight" if findings else "nothing else either"
    return Taken(checked, f"no errors by the schema and the rules, {others}")


def make_keys(story: Story) -> Taken[SigningKey]:
    """3: a key for cards and one for DKIM, in files as ``amcli keygen`` writes them."""
    folder = story.folder
    folder.claim([*_KEY_FILES, *_DKIM_FILES])
    write_card_key(folder.path, generate_card_key())
    write_dkim_key(folder.path, generate_dkim_key(DOMAIN, SELECTOR))
    key = load_signing_key(folder.file("card-private.pem"))
    bits = key.private.key_size
    return Taken(key, f"RSA {bits} for cards, RSA {bits} for DKIM; private files are yours only")


def sign_card(story: Story, card: CheckedCard, key: SigningKey) -> Taken[SignedCard]:
    """4: the card as a compact JWS for this sender and this recipient."""
    signed = sign(
        card,
        key,
        sender=SENDER,
        originator=ORIGINATOR,
        recipients=[APPROVER.address],
        clock=story.clock,
    )
    story.folder.write("signed-card.jws", signed.jws + "\n")
    return Taken(signed, f"RS256, from {SENDER} to {APPROVER.address} and to nobody else")


def compose_mail(story: Story, card: SignedCard) -> Taken[MailMessage]:
    """5: the mail, its text made from the card itself, and a DKIM signature over it."""
    body = embed(card)
    story.folder.write("card.html", body.html)
    story.folder.write("card.txt", body.text)
    message = compose(
        body,
        sender=SENDER,
        to=[APPROVER.address],
        subject=_subject(story),
        clock=story.clock,
    )
    key = load_dkim_key(story.folder.file("dkim-private.pem"), domain=DOMAIN, selector=SELECTOR)
    signed = add_dkim(message, key, clock=story.clock)
    return Taken(signed, f"HTML and text, DKIM by {SELECTOR}._domainkey.{DOMAIN}")


def deliver_mail(story: Story, message: MailMessage) -> Taken[bytes]:
    """6: over SMTP with STARTTLS to a server on loopback, whose certificate is verified."""
    with Inbox() as inbox:
        ca_file = story.folder.write("smtp-ca.pem", inbox.authority.certificate_pem)
        receipts = deliver(message, SmtpServer.parse(inbox.url, ca_file=ca_file, timeout=10))
        mail = inbox.next_mail()
    expect(all(receipt.accepted for receipt in receipts), "the server refused a recipient")
    expect(mail.encrypted, "the mail came without TLS")
    expect(mail.recipients == (APPROVER.address,), f"the mail went to {mail.recipients}")
    expect(mail.content == message.content, "the bytes that arrived are not those that were sent")
    story.folder.write("mail.eml", mail.content)
    sizes = f"{len(mail.content) / 1024:.1f} KB arrived as they were sent"
    return Taken(mail.content, f"STARTTLS, certificate verified with smtp-ca.pem; {sizes}")


def inspect_mail(story: Story, content: bytes, sent: CheckedCard) -> Taken[CardDocument]:
    """7: the delivered bytes say who sent what, and hold the card that was rendered."""
    inspection = inspect(
        content,
        "mail.eml",
        key=_public_key(story),
        dkim_record=story.folder.file("dkim-record.txt").read_text("ascii"),
    )
    failed = "; ".join(f"{check.name}: {check.reason}" for check in inspection.verdict.failed)
    expect(inspection.ok, failed or "the card has lint errors")
    made = [c.name for c in inspection.verdict.checks if c.outcome is Outcome.PASSED]
    missing = [name for name in _WANTED_CHECKS if name not in made]
    expect(not missing, f"not checked: {', '.join(missing)}")
    card = inspection.card.document
    expect(card is not None and card.value == sent.document.value, "another card arrived")
    assert card is not None  # noqa: S101 - expected one line above
    named = f"passed: {', '.join(_WANTED_CHECKS)} and {len(made) - len(_WANTED_CHECKS)} more"
    return Taken(card, f"{named}; lint clean; the card that was rendered")


def _subject(story: Story) -> str:
    source = story.template.subject or story.template.title
    return render_subject(source, story.template.card(), story.report, envelope=ENVELOPE)


def _public_key(story: Story) -> VerifyingKey:
    return load_public_key(story.folder.file("card-public.pem"))
