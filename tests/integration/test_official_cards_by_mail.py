"""Microsoft's own cards for Outlook through the mail and back: the same JSON value."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from amcli.card.document import parse_card
from amcli.linting.engine import check
from amcli.linting.registry import RULES
from amcli.mail.sending import Route, SendRequest, Signing, prepare
from amcli.mail.smtp import SmtpServer, deliver
from amcli.outlook.authority import LocalAuthority
from amcli.outlook.inbox import Inbox
from amcli.signing.dkim_key import DkimKey
from amcli.signing.keygen import generate_dkim_key
from amcli.signing.keys import SigningKey
from amcli.verify.checks import Outcome
from amcli.verify.inspect import inspect

ROUTE = Route.between("approvals@contoso.com", ["anna@contoso.com"], ["ben@contoso.com"])


@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
def test_every_official_card_arrives_unharmed(
    signed: bool, official_cards: Path, tmp_path: Path
) -> None:
    pair = generate_dkim_key("contoso.com", "cards")
    key, dkim = SigningKey(pair.private), DkimKey("contoso.com", "cards", pair.private)
    files = sorted((official_cards / "outlook").rglob("*.json"))
    assert files
    authority = LocalAuthority.create()
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(authority.certificate_pem)
    with Inbox(authority) as inbox:
        server = SmtpServer.parse(inbox.url, ca_file=ca_file)
        for path in files:
            document = parse_card(path.read_bytes(), path.name)
            originator = document.originator or "8a2d1f0e-7c1b-4d7e-9f3a-0c5d6e7f8a9b"
            request = SendRequest(
                document,
                ROUTE,
                subject=path.stem,
                signing=Signing(key, originator) if signed else None,
                dkim=dkim,
                allow=[rule.id for rule in RULES],
            )
            prepared = prepare(request)
            deliver(prepared.message, server)
            arrived = inbox.next_mail()
            seen = inspect(
                arrived.content,
                path.name,
                key=key.public if signed else None,
                dkim_record=pair.record.text,
            )
            failed = [c for c in seen.verdict.checks if c.outcome is Outcome.FAILED]
            assert failed == [], path.name
            assert seen.card.document is not None
            assert json.dumps(seen.card.document.value) == json.dumps(document.value), path.name
            assert arrived.content == prepared.message.content


def test_an_official_card_is_checked_like_any_other(official_cards: Path) -> None:
    for path in (official_cards / "outlook" / "valid").glob("*.json"):
        card = parse_card(path.read_bytes(), path.name)
        assert check(card, allow_all=True).document is card
