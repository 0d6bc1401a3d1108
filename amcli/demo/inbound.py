"""Steps 8 to 10: clicks, as Outlook makes them, and a web service that believes only good ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta

from amcli.card.document import CardDocument
from amcli.demo.cast import APPROVER, COLLEAGUE, COMMENT, ORIGINATOR, REGISTRATION, SENDER, TENANT
from amcli.demo.expense_service import ExpenseDesk, serving
from amcli.demo.outbound import Story
from amcli.demo.trip import Taken, expect
from amcli.errors import NothingFound
from amcli.linting.engine import check
from amcli.mail.fallback import card_headline, fallback_text
from amcli.outlook.click import ClickOutcome, click
from amcli.outlook.http import Send, loopback
from amcli.outlook.issuer import LocalIssuer
from amcli.secrets import Secret
from amcli.service.endpoint import ActionEndpoint
from amcli.service.purpose_keys import PurposeKeys
from amcli.service.refresh_cards import RefreshCards
from amcli.service.sqlite_store import SqliteStore
from amcli.verify.keyset import StaticKeys
from amcli.verify.token import TokenPolicy

_OK, _UNAUTHORIZED, _FORBIDDEN, _CONFLICT = 200, 401, 403, 409


@dataclass(frozen=True)
class Outlook:
    """Microsoft's part: tokens of a local issuer, and a way to the service."""

    card: CardDocument
    """The card as it arrived in the mail."""
    issuer: LocalIssuer
    send: Send
    desk: ExpenseDesk

    def click(self, title: str, token: Secret, *, comment: str = COMMENT) -> ClickOutcome:
        """Return what comes of clicking a button of the card with a comment typed in."""
        inputs = {"comment": comment}
        return click(self.card, title, token=token, send=self.send, inputs=inputs)

    def token(self) -> Secret:
        """Return a new token of the person who got the mail."""
        return self.issuer.mint(APPROVER, REGISTRATION)


@contextmanager
def outlook_and_service(story: Story, card: CardDocument, keys: PurposeKeys) -> Iterator[Outlook]:
    """Run the action service on loopback while the block lasts, and yield who clicks."""
    issuer = LocalIssuer.create(TENANT, clock=story.clock)
    jwks = story.folder.write("jwks.json", json.dumps(issuer.jwks(), indent=2) + "\n")
    story.folder.claim(["actions.sqlite", "actions.sqlite-journal"])
    desk = ExpenseDesk(RefreshCards(story.template, ORIGINATOR), story.report, story.clock)
    policy = TokenPolicy(
        audiences=(REGISTRATION.app_id_uri,),
        tenants=frozenset({TENANT}),
        keys=StaticKeys.from_file(jwks),
        scope=REGISTRATION.scope,
    )
    endpoint = ActionEndpoint(
        policy=policy,
        purpose_keys=keys,
        sender=SENDER,
        template=story.template.name,
        handlers={"approve": desk.approve, "reject": desk.reject},
        store=SqliteStore(story.folder.file("actions.sqlite"), clock=story.clock),
        clock=story.clock,
    )
    with serving(endpoint) as (host, port):
        yield Outlook(card, issuer, loopback(host, port), desk)


def click_approve(
    story: Story, card: CardDocument, keys: PurposeKeys, running: ExitStack
) -> Taken[tuple[Outlook, ClickOutcome]]:
    """8: Approve is posted with its comment and a token; the service verifies and decides."""
    outlook = running.enter_context(outlook_and_service(story, card, keys))
    token = outlook.token()
    story.folder.write("token.txt", token.reveal() + "\n", private=True)
    outcome = outlook.click("Approve", token)
    story.folder.write("request.http", outcome.request.as_bytes(), private=True)
    story.folder.write("response.http", outcome.response.as_bytes())
    expect(outcome.response.status == _OK, f"the service answered {_seen(outcome)}")
    expect(not outcome.notes, "; ".join(outcome.notes))
    expect(len(outlook.desk.decisions) == 1, "the service did not decide exactly once")
    believed = "token, caller, tenant, performer and limited-purpose token verified"
    return Taken((outlook, outcome), f"{believed}; answer {_seen(outcome)}")


def show_refresh_card(story: Story, outlook: Outlook, first: ClickOutcome) -> Taken[CardDocument]:
    """9: the card that takes the old one's place; once decided, it stays decided."""
    if first.card is None:
        raise NothingFound("the answer holds no refresh card")
    check(first.card)
    story.folder.write("refresh-card.json", first.card.pretty() + "\n")
    story.folder.write("refresh-card.txt", fallback_text(first.card))
    again = outlook.click("Approve", outlook.token())
    expect(again.response.body == first.response.body, "the same click got another answer")
    expect(again.shown == first.shown, "the same click got another status line")
    late = outlook.click("Reject", outlook.token())
    expect(late.response.status == _CONFLICT, f"Reject afterwards got {_seen(late)}")
    expect(len(outlook.desk.decisions) == 1, "the work was done more than once")
    shown = f'"{card_headline(first.card)}"'
    once = "Approve again: same answer, work done once; Reject: 409"
    return Taken(first.card, f"{shown}. {once}")


def try_bad_tokens(story: Story, outlook: Outlook) -> Taken[None]:
    """10: nobody gets through with a token that is not the recipient's own."""
    genuine = outlook.token()
    stranger = outlook.issuer.mint(COLLEAGUE, REGISTRATION)
    attempts = {
        "forged": (_forged(stranger, genuine), _UNAUTHORIZED),
        "expired": (
            outlook.issuer.mint(APPROVER, REGISTRATION, lifetime=-timedelta(hours=1)),
            _UNAUTHORIZED,
        ),
        "other-audience": (
            outlook.issuer.mint(APPROVER, REGISTRATION, changes={"aud": "api://somebody-else"}),
            _UNAUTHORIZED,
        ),
        "other-performer": (stranger, _FORBIDDEN),
    }
    for name, (token, status) in attempts.items():
        outcome = outlook.click("Approve", token)
        story.folder.write(f"refused-{name}.txt", token.reveal() + "\n", private=True)
        expect(outcome.response.status == status, f"{name} token: {_seen(outcome)}")
        expect(outcome.card is None, f"{name} token: a card was shown")
    expect(len(outlook.desk.decisions) == 1, "a bad token made the service decide")
    seen = ", ".join(f"{name.replace('-', ' ')} {status}" for name, (_, status) in attempts.items())
    return Taken(None, f"refused: {seen}; the decision stands")


def _forged(claims_of: Secret, signature_of: Secret) -> Secret:
    header, claims, _ = claims_of.reveal().split(".")
    return Secret(f"{header}.{claims}.{signature_of.reveal().split('.')[2]}")


def _seen(outcome: ClickOutcome) -> str:
    return f'{outcome.response.status} "{outcome.shown}"'
