"""AM912, AM913, AM915 and AM917: who sends the mail, and whether those who get it see the card."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from amcli.address import address_domain, same_address
from amcli.linting.facts.card import CardFacts
from amcli.linting.facts.registered import is_to_oneself, registration
from amcli.linting.finding import Severity
from amcli.linting.rule import Certainty, Problem, rule
from amcli.linting.surroundings import Correspondence, Provider

_DASHBOARD = "Microsoft, register your service with the actionable email developer dashboard"
_GET_STARTED = "Microsoft, get started with actionable messages"

# Well-known providers of mailboxes that are neither Outlook.com's nor Exchange Online's.
_ELSEWHERE = frozenset(
    {
        "126.com", "163.com", "aol.com", "fastmail.com", "free.fr", "gmail.com", "gmx.at",
        "gmx.ch", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hey.com", "icloud.com",
        "laposte.net", "libero.it", "mac.com", "mail.ru", "me.com", "naver.com", "orange.fr",
        "pm.me", "proton.me", "protonmail.com", "qq.com", "t-online.de", "tutanota.com",
        "web.de", "yahoo.co.jp", "yahoo.co.uk", "yahoo.com", "yahoo.de", "yahoo.fr", "yandex.com",
        "yandex.ru", "zoho.com",
    }
)  # fmt: skip
_CONSUMER = frozenset(
    {
        "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.es", "hotmail.fr", "hotmail.it",
        "live.co.uk", "live.com", "live.de", "live.fr", "live.nl", "msn.com", "outlook.com",
        "outlook.de", "outlook.es", "outlook.fr", "outlook.it",
    }
)  # fmt: skip


@rule("AM912", "sender-not-registered", Severity.ERROR, Certainty.STATED, source=_DASHBOARD)
def sender_not_registered(card: CardFacts) -> Iterator[Problem]:
    """The mail's sender is not among the registered ones.

    What it finds: a sender that is none of `provider.senders` in amcli.toml. Asked where the
    sender is known (`send`, `inspect`, a mail that is linted), of cards that are not signed, and
    not of mail to oneself.
    Why it matters: Outlook takes a provider's cards from its registered senders only.
    Example: --from ben@contoso.com where senders = ["approvals@contoso.com"]
    Use instead: a registered sender; or register this one.
    Fix: none: it is the mail's, not the card's.
    """
    provider, mail = registration(card), card.around.mail
    if provider is None or mail is None or mail.sender is None or card.around.signed:
        return
    if not provider.senders or is_to_oneself(card) or _is_among(mail.sender, provider.senders):
        return
    message = f"{mail.sender} is not among provider.senders"
    hint = "send from a registered address, register this one, or sign the card"
    yield Problem("", message, hint)


@rule("AM913", "recipient-outside-scope", Severity.WARNING, Certainty.STATED, source=_DASHBOARD)
def recipient_outside_scope(card: CardFacts) -> Iterator[Problem]:
    """The mail goes to somebody who is outside the provider's scope.

    What it finds: with `provider.scope` "test-users" a recipient who is none of
    `provider.test_users`; with "organization" a recipient whose domain is another than the
    sender's. Asked where the recipients are known; the sender is always inside.
    Why it matters: people outside the scope see the mail without its card.
    Example: --to anna@fabrikam.com from approvals@contoso.com, with scope = "organization"
    Use instead: recipients inside the scope, more test users, or a wider scope. Where an
    organization has several domains, name senders of each in provider.senders.
    Fix: none: it is the mail's, not the card's.
    """
    provider, mail = registration(card), card.around.mail
    if provider is None or mail is None:
        return
    if outside := _outside(provider, mail):
        message = f"{_named(outside)} outside the provider's scope ({provider.scope})"
        yield Problem("", message, "they see the mail without its card")


@rule("AM915", "recipient-cannot-see", Severity.WARNING, Certainty.STATED, source=_GET_STARTED)
def recipient_cannot_see(card: CardFacts) -> Iterator[Problem]:
    """The mail goes to a mailbox that shows no cards.

    What it finds: a recipient at a well-known provider of mailboxes outside Outlook.com and
    Exchange Online, such as gmail.com. Asked where the recipients are known.
    Why it matters: cards are shown in those two only; everybody else sees the mail's text.
    Example: --to anna@gmail.com
    Use instead: their address at work; and a mail whose text says all that the card says.
    Fix: none: it is the mail's, not the card's.
    """
    found = [a for a in _recipients(card) if address_domain(a) in _ELSEWHERE]
    if found:
        message = f"{_named(found)} neither at Outlook.com nor in Exchange Online"
        yield Problem("", message, "they see the mail without its card")


@rule(
    "AM917", "consumer-recipient", Severity.INFO, Certainty.SEEN,
    source="Microsoft Q&A, question 5805567; " + _GET_STARTED,
    only_with=("Action.Http", "HttpPOST"),
)  # fmt: skip
def consumer_recipient(card: CardFacts) -> Iterator[Problem]:
    """Buttons that call a service, in a mail to an Outlook.com mailbox.

    What it finds: a recipient at outlook.com, hotmail.com, live.com or msn.com and the like, of a
    card that calls a service. Asked where the recipients are known.
    Why it matters: Microsoft lists these mailboxes as supported, yet people report that such
    buttons do nothing there.
    Example: --to anna@outlook.com
    Use instead: try it, and offer an Action.OpenUrl to the same step beside the button.
    Fix: none: it is the mail's, not the card's.
    """
    if not card.calls:
        return
    if found := [a for a in _recipients(card) if address_domain(a) in _CONSUMER]:
        message = f"{_named(found)} at Outlook.com, where buttons were reported to do nothing"
        yield Problem("", message, "offer a link to the same step")


def _recipients(card: CardFacts) -> tuple[str, ...]:
    """Return who gets the card that is sent first, without its sender."""
    mail = card.around.mail
    if mail is None or card.around.first is not None:
        return ()
    return tuple(r for r in mail.recipients if not same_address(r, mail.sender or ""))


def _outside(provider: Provider, mail: Correspondence) -> list[str]:
    others = [r for r in mail.recipients if not same_address(r, mail.sender or "")]
    if provider.scope == "test-users" and provider.test_users:
        return [r for r in others if not _is_among(r, provider.test_users)]
    if provider.scope == "organization" and mail.sender:
        own = {address_domain(a) for a in (mail.sender, *provider.senders)}
        return [r for r in others if not any(_is_related(address_domain(r), d) for d in own)]
    return []


def _is_among(address: str, known: Iterable[str]) -> bool:
    return any(same_address(address.strip(), other.strip()) for other in known)


def _is_related(domain: str, other: str) -> bool:
    return domain == other or domain.endswith(f".{other}") or other.endswith(f".{domain}")


def _named(addresses: list[str]) -> str:
    """Return the first address and how many more there are, with the verb that fits."""
    more = len(addresses) - 1
    if not more:
        return f"{addresses[0]} is"
    return f"{addresses[0]} and {more} {'other' if more == 1 else 'others'} are"
