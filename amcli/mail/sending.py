"""A card becomes a delivered mail: checked, signed, composed and signed again, then sent.

``prepare`` refuses everything that can be refused before a server is talked to;
``send_prepared`` talks to it. What lies between the two has the very bytes that will go out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from amcli.address import parse_address, without_case
from amcli.card.document import CardDocument
from amcli.card.reserved import PURPOSE_TOKEN_PLACEHOLDER
from amcli.errors import PartlySent, UsageError
from amcli.linting.finding import CheckedCard
from amcli.linting.surroundings import Correspondence, Provider, Surroundings
from amcli.mail.body import HtmlBody, embed
from amcli.mail.fallback import card_headline
from amcli.mail.message import MailMessage, compose, parse_recipients
from amcli.mail.smtp import Credentials, Receipt, SmtpServer, deliver
from amcli.seams import Clock, utc_now

if TYPE_CHECKING:
    from amcli.signing.dkim_key import DkimKey
    from amcli.signing.keys import SigningKey
    from amcli.signing.signed_card import SignedCard


@dataclass(frozen=True)
class Route:
    """From whom to whom; made by ``Route.between``, so that every address is one."""

    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()

    @classmethod
    def between(cls, sender: str, to: Sequence[str], cc: Sequence[str] = ()) -> Route:
        """Return the route with its recipients as ``parse_recipients`` has them."""
        return cls(parse_address(sender), *parse_recipients(to, cc))

    @property
    def recipients(self) -> tuple[str, ...]:
        """Return To, then Cc."""
        return (*self.to, *self.cc)

    @property
    def is_to_oneself(self) -> bool:
        """Return whether everybody it goes to is the sender: Outlook asks less of such mail."""
        return set(map(without_case, self.recipients)) == {without_case(self.sender)}


@dataclass(frozen=True)
class Signing:
    """How the card is signed."""

    key: SigningKey
    originator: str
    sender: str | None = None
    """What the claims must say; None is whoever sends the mail."""


@dataclass(frozen=True)
class SendRequest:
    """Everything that a mail is made from."""

    document: CardDocument
    route: Route
    subject: str | None = None
    """None is the card's own summary or first heading."""
    fallback_html: str | None = None
    originator: str | None = None
    """The one that is meant; a card that names another is refused."""
    signing: Signing | None = None
    dkim: DkimKey | None = None
    provider: Provider | None = None
    """As which the card is registered; None where nothing is known of it."""
    allow: Collection[str] = ()
    """Lint rules, by id or slug, whose errors do not stop the mail."""
    for_show: bool = False
    """Not for delivery: a limited-purpose token may be the placeholder."""


@dataclass(frozen=True)
class Prepared:
    """A mail that is ready, and how it came to be."""

    message: MailMessage
    subject: str
    body: HtmlBody
    card: CheckedCard
    signed: SignedCard | None
    dkim_names: tuple[str, ...]
    """Where the DKIM records are looked up; empty for a mail without DKIM."""
    warnings: tuple[str, ...]


def prepare(request: SendRequest, *, clock: Clock = utc_now) -> Prepared:
    """Return the finished mail; nothing is sent and no network is touched.

    Raises CardRejected for a card with errors, UsageError for a sender, originator or key that does
    not fit, a placeholder for a limited-purpose token, a missing subject or recipient, AddressError
    for a subject that no header can hold, and KeyMaterialError when a signature cannot be made.
    """
    route = request.route
    _refuse_mismatches(request)
    placeholder = _placeholder_warnings(request)
    card = _checked(request, clock)
    subject = _subject(request)
    signed = _signed(card, request, clock)
    body = embed(signed or card, fallback_html=request.fallback_html)
    message = compose(
        body, sender=route.sender, to=route.to, cc=route.cc, subject=subject, clock=clock
    )
    message, dkim_names, warnings = _with_dkim(message, request.dkim, clock)
    return Prepared(message, subject, body, card, signed, dkim_names, (*placeholder, *warnings))


class LeftOut(PartlySent):
    """A mail that went to some, as was asked for, and was refused for others."""

    def __init__(self, message: str, receipts: Sequence[Receipt]) -> None:
        super().__init__(
            message,
            hint="send it again to the refused ones only",
            fields={"receipts": [vars(receipt) for receipt in receipts]},
        )
        self.receipts = tuple(receipts)


def send_prepared(
    prepared: Prepared,
    server: SmtpServer,
    *,
    credentials: Credentials | None = None,
    partial: bool = False,
) -> list[Receipt]:
    """Deliver a prepared mail and return a receipt for each recipient, all of them accepted.

    Raises what ``deliver`` raises, and with ``partial`` LeftOut when somebody was refused.
    """
    receipts = deliver(prepared.message, server, credentials=credentials, partial=partial)
    refused = [receipt for receipt in receipts if not receipt.accepted]
    if refused:
        left_out = "; ".join(f"{r.recipient} ({r.code} {r.reply})" for r in refused)
        reached = ", ".join(r.recipient for r in receipts if r.accepted)
        raise LeftOut(
            f"sent to {reached}, but refused by {server.name}: {left_out} "
            f"({prepared.message.message_id})",
            receipts,
        )
    return receipts


def _subject(request: SendRequest) -> str:
    if request.subject and not request.subject.strip():
        raise UsageError("the subject is empty", hint="leave --subject out for the card's own")
    subject = request.subject or card_headline(request.document)
    if not subject:
        raise UsageError("the mail has no subject", hint="give one with --subject")
    return subject


def _refuse_mismatches(request: SendRequest) -> None:
    signing, own = request.signing, request.document.originator
    wanted = signing.originator if signing else request.originator
    if own is not None and wanted is not None and own.casefold() != wanted.casefold():
        raise UsageError(
            f'{request.document.source}: the card says "originator": {own[:80]!r}, '
            f"and it is to be sent for {wanted[:80]!r}",
            hint="make both the same; a finished card is sent as it is",
        )
    claimed = parse_address(signing.sender) if signing and signing.sender else None
    if claimed is not None and claimed != request.route.sender:
        raise UsageError(
            f"the card is signed for the sender {claimed}, and the mail is from "
            f"{request.route.sender}",
            hint="Outlook compares the two: make sign.sender and --from the same",
        )
    if signing is not None:
        _refuse_another_key(signing.key, request.provider)


def _refuse_another_key(key: SigningKey, provider: Provider | None) -> None:
    if provider is None or not provider.public_key:
        return
    from amcli.signing.keys import registered_key

    if registered_key(provider.public_key).fingerprint != key.fingerprint:
        raise UsageError(
            "the card would be signed with another key than the registered one "
            "(provider.public_key), and Outlook would show nothing",
            hint="sign with the key whose public half is registered, or register this one",
        )


def _placeholder_warnings(request: SendRequest) -> tuple[str, ...]:
    if PURPOSE_TOKEN_PLACEHOLDER not in request.document.compact():
        return ()
    if not request.for_show:
        raise UsageError(
            f"{request.document.source}: the card holds a placeholder where a limited-purpose "
            "token belongs, and every service would refuse its buttons",
            hint="make a key once with amcli keygen purpose -o keys, give it to the service, and "
            "send the template with --purpose-key-file keys/purpose-keys.txt",
        )
    return ("a limited-purpose token is missing: sending this needs --purpose-key-file",)


def _checked(request: SendRequest, clock: Clock) -> CheckedCard:
    from amcli.linting.engine import check

    mail = Correspondence(request.route.sender, request.route.recipients)
    return check(
        request.document,
        signed=request.signing is not None,
        self_addressed=request.route.is_to_oneself,
        allow=request.allow,
        surroundings=Surroundings(provider=request.provider, mail=mail, clock=clock),
    )


def _signed(card: CheckedCard, request: SendRequest, clock: Clock) -> SignedCard | None:
    if request.signing is None:
        return None
    from amcli.signing.signed_card import sign

    return sign(
        card,
        request.signing.key,
        sender=request.route.sender,
        originator=request.signing.originator,
        recipients=request.route.recipients,
        clock=clock,
    )


def _with_dkim(
    message: MailMessage, key: DkimKey | None, clock: Clock
) -> tuple[MailMessage, tuple[str, ...], tuple[str, ...]]:
    if key is None:
        return message, (), ()
    from amcli.mail.dkim import add_dkim, alignment_warning

    selectors = [key.selector, *([key.ed25519.selector] if key.ed25519 else [])]
    names = tuple(f"{selector}._domainkey.{key.domain}" for selector in selectors)
    warning = alignment_warning(message.sender, key)
    return add_dkim(message, key, clock=clock), names, (warning,) if warning else ()
