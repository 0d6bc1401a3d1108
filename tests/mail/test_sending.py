"""From a card to a mail that is ready: what is refused, what is noted, what comes out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scripted_smtp import ScriptedServer

from amcli.card.document import CardDocument, CardKind
from amcli.errors import AddressError, FindingsError, PartlySent, UsageError
from amcli.linting.surroundings import Provider
from amcli.mail.sending import Prepared, Route, SendRequest, Signing, prepare, send_prepared
from amcli.mail.smtp import Security, SmtpServer
from amcli.signing.dkim_key import DkimKey
from amcli.signing.keygen import generate_dkim_key
from amcli.signing.keys import SigningKey
from amcli.signing.rsa_key_value import to_xml

ORIGINATOR, OTHER = "8a2d1f0e-7c1b-4d7e-9f3a-0c5d6e7f8a9b", "11111111-2222-3333-4444-555555555555"
ME, ANNA, BEN = "me@contoso.com", "anna@contoso.com", "ben@contoso.com"
HELLO = {"type": "TextBlock", "text": "Hello", "wrap": True}


def card(**more: object) -> CardDocument:
    value = {"type": "AdaptiveCard", "version": "1.0", "body": [HELLO], **more}
    return CardDocument(value, CardKind.ADAPTIVE, "card.json")


def request(document: CardDocument | None = None, **more: object) -> SendRequest:
    fields = {"route": Route.between(ME, [ANNA]), **more}
    return SendRequest(document or card(originator=ORIGINATOR), **fields)  # type: ignore[arg-type]  # any field may be given


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey(generate_dkim_key("contoso.com", "cards").private)


def test_a_route_names_everybody_once() -> None:
    route = Route.between(ME, [ANNA, ANNA, BEN], [BEN, ME])
    assert (route.to, route.cc, route.recipients) == ((ANNA, BEN), (ME,), (ANNA, BEN, ME))


@pytest.mark.parametrize(
    ("to", "cc", "oneself"),
    [([ME], [], True), (["ME@Contoso.com"], [ME], True), ([ME], [ANNA], False)],
)
def test_who_is_the_only_reader(to: list[str], cc: list[str], oneself: bool) -> None:
    assert Route.between(ME, to, cc).is_to_oneself is oneself


@pytest.mark.parametrize(
    ("sender", "reader"),
    [
        ("mike@contoso.com", "mi\u212ae@contoso.com"),
        ("strauss@contoso.com", "strau\xdf@contoso.com"),
    ],
)
def test_a_stranger_whose_address_unicode_takes_for_the_senders(sender: str, reader: str) -> None:
    assert not Route(sender, (reader,)).is_to_oneself


def test_the_subject_is_given_or_the_cards_own() -> None:
    assert prepare(request(subject="Given")).subject == "Given"
    assert prepare(request()).subject == "Hello"


def test_a_card_that_says_nothing_needs_a_subject() -> None:
    silent = card(originator=ORIGINATOR, body=[{"type": "Container", "items": []}])
    with pytest.raises(UsageError, match="no subject"):
        prepare(request(silent, allow=("AM101", "AM102")))


def test_a_missing_originator_stops_mail_to_others_only(key: SigningKey) -> None:
    with pytest.raises(FindingsError, match="originator"):
        prepare(request(card()))
    prepare(request(card(), route=Route.between(ME, [ME])))
    prepare(request(card(), signing=Signing(key, ORIGINATOR)))
    assert prepare(request(card(), allow=("missing-originator",))).card.allowed == ("AM901",)


@pytest.mark.parametrize("signed", [True, False])
def test_a_card_that_names_another_originator_is_refused(signed: bool, key: SigningKey) -> None:
    wrong = request(card(originator=OTHER), originator=ORIGINATOR)
    if signed:
        wrong = replace(wrong, signing=Signing(key, ORIGINATOR))
    with pytest.raises(UsageError, match="originator"):
        prepare(wrong)


def test_a_sender_other_than_the_claims_say_is_refused(key: SigningKey) -> None:
    with pytest.raises(UsageError, match="signed for the sender"):
        prepare(request(card(), signing=Signing(key, ORIGINATOR, sender=ANNA)))
    prepared = prepare(request(card(), signing=Signing(key, ORIGINATOR, sender=ME)))
    assert prepared.signed is not None
    assert prepared.signed.claims.sender == ME
    assert prepared.signed.claims.recipients == (ANNA,)


def test_an_error_in_the_card_stops_it() -> None:
    with pytest.raises(FindingsError):
        prepare(request(card(originator=ORIGINATOR, version=1)))


def test_a_subject_with_a_line_break_is_refused() -> None:
    with pytest.raises(AddressError, match="subject"):
        prepare(request(subject="x\nBcc: eve@evil.com"))


def test_a_dkim_domain_that_does_not_speak_for_the_sender_is_a_warning(key: SigningKey) -> None:
    fitting = prepare(request(dkim=DkimKey("contoso.com", "cards", key.private)))
    assert fitting.dkim_names == ("cards._domainkey.contoso.com",)
    assert fitting.warnings == ()
    other = prepare(request(dkim=DkimKey("fabrikam.com", "cards", key.private)))
    assert len(other.warnings) == 1


def test_recipients_that_were_left_out_are_an_error_of_their_own() -> None:
    prepared: Prepared = prepare(request(route=Route.between(ME, [ANNA, BEN])))
    with ScriptedServer({f"RCPT {BEN}": b"550 no\r\n"}) as server:
        target = SmtpServer(server.host, server.port, Security.NONE, timeout=5)
        with pytest.raises(PartlySent, match=f"sent to {ANNA}, but refused .*{BEN}") as partly:
            send_prepared(prepared, target, partial=True)
    assert partly.value.exit_code == 7
    assert server.received.content == prepared.message.content


def test_case_does_not_make_two_people_of_one() -> None:
    route = Route.between(ME, ["b@x.de", "B@X.de"], ["B@x.DE", "c@x.de"])
    assert (route.to, route.cc) == (("b@x.de",), ("c@x.de",))


def test_a_subject_of_blanks_is_refused() -> None:
    with pytest.raises(UsageError, match="subject is empty"):
        prepare(request(subject=" "))


def test_a_card_is_held_against_its_registration_and_the_mail() -> None:
    provider = Provider(originator=ORIGINATOR, senders=("approvals@contoso.com",))
    with pytest.raises(FindingsError, match="AM912"):
        prepare(request(provider=provider))
    prepare(request(provider=provider, route=Route.between(ME, [ME])))
    prepare(request(provider=provider, route=Route.between("approvals@contoso.com", [ANNA])))


def test_a_card_is_signed_with_the_registered_key_only(key: SigningKey) -> None:
    signing = Signing(key, ORIGINATOR)
    registered = Provider(originator=ORIGINATOR, public_key=to_xml(key.public.public))
    other = generate_dkim_key("contoso.com", "cards").private.public_key()
    assert prepare(request(signing=signing, provider=registered)).signed is not None
    with pytest.raises(UsageError, match="another key than the registered one"):
        prepare(request(signing=signing, provider=replace(registered, public_key=to_xml(other))))
