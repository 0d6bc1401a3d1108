"""A card is held against its registration where that concerns it, and is left alone elsewhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.card.document import CardDocument, CardKind
from amcli.linting.engine import lint
from amcli.linting.facts.sample_key import is_sample_key
from amcli.linting.finding import Finding
from amcli.linting.surroundings import Correspondence, Provider, Surroundings
from amcli.signing.keys import load_public_key
from amcli.signing.public_key import to_jwk
from amcli.signing.rsa_key_value import to_xml

OWN = "0f5b2c1e-6a4d-4f1b-9c55-2f3f0f3d7a10"
OTHER = "3c9d2f6a-51f0-4f7e-8a3d-6b1f2e7c9a04"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)

CALL = {"type": "Action.Http", "title": "Approve", "method": "POST", "body": "{}"}
OPEN = {"type": "Action.OpenUrl", "title": "Open", "url": "https://contoso.com"}


def card(url: str = "https://api.fabrikam.com", **more: Any) -> CardDocument:
    value = {
        "type": "AdaptiveCard",
        "version": "1.0",
        "originator": OWN,
        "body": [{"type": "TextBlock", "text": "Hello"}],
        "actions": [{**CALL, "url": url}, OPEN],
        **more,
    }
    return CardDocument(value, CardKind.ADAPTIVE, "card.json")


def told(document: CardDocument, **around: Any) -> list[Finding]:
    """What is found about the registration."""
    findings = lint(document, surroundings=Surroundings(clock=lambda: NOW, **around))
    return [finding for finding in findings if finding.rule.startswith("AM9")]


def found(document: CardDocument, **around: Any) -> list[str]:
    return [finding.rule for finding in told(document, **around)]


STRICT = Provider(
    originator=OWN,
    target_urls=("https://api.contoso.com",),
    senders=("approvals@contoso.com",),
    token_type="eat",
    approved=NOW,
)
MAIL = Correspondence("ben@contoso.com", ("anna@contoso.com",))


def test_without_a_provider_nothing_is_asked() -> None:
    assert found(card()) == []


def test_everything_is_asked_of_the_declared_provider() -> None:
    assert found(card(), provider=STRICT, mail=MAIL) == ["AM912", "AM907", "AM910", "AM906"]


def test_of_another_provider_only_that_it_is_another() -> None:
    assert found(card(originator=OTHER), provider=STRICT, mail=MAIL) == ["AM904"]


def test_the_registration_itself_is_judged_once_and_not_at_refresh_cards() -> None:
    assert found(card(), provider=STRICT, first=card()) == ["AM906"]


def test_a_refresh_card_with_the_same_wrong_originator_is_told_at_its_own_place() -> None:
    wrong = card(originator=OTHER)
    assert found(wrong, provider=STRICT, first=wrong) == ["AM904"]


def test_mail_to_oneself_needs_no_registered_sender_and_target() -> None:
    mail = Correspondence("ben@contoso.com", ("Ben@contoso.com",))
    provider = Provider(
        originator=OWN, target_urls=STRICT.target_urls, senders=STRICT.senders, scope="test-users",
        test_users=("anna@contoso.com",),
    )  # fmt: skip
    assert found(card(), provider=provider, mail=mail) == []


def test_a_signed_card_may_come_from_any_sender() -> None:
    provider = Provider(originator=OWN, senders=STRICT.senders)
    assert found(card(), provider=provider, mail=MAIL) == ["AM912"]
    assert found(card(), provider=provider, mail=MAIL, signed=True) == []


@pytest.mark.parametrize(
    ("age", "rules"),
    [
        (timedelta(hours=-1), ["AM910"]),
        (timedelta(0), ["AM910"]),
        (timedelta(hours=23, minutes=59), ["AM910"]),
        (timedelta(hours=24), []),
    ],
)
def test_a_registration_is_in_effect_after_a_day(age: timedelta, rules: list[str]) -> None:
    assert found(card(), provider=Provider(approved=NOW - age)) == rules


def test_a_host_is_told_once_in_a_card() -> None:
    calls = [{**CALL, "url": f"https://api.fabrikam.com/{n}"} for n in range(3)]
    document = card(actions=[*calls, {**CALL, "url": "https://api.example.com"}, OPEN])
    provider = Provider(target_urls=("https://api.contoso.com",))
    pointers = [finding.pointer for finding in told(document, provider=provider)]
    assert pointers == ["/actions/0/url", "/actions/3/url"]


def test_an_address_with_another_mistake_is_told_for_that_one_only() -> None:
    provider = Provider(target_urls=("https://api.contoso.com",))
    urls = ["http://localhost", "https://graph.microsoft.com/v1.0", "https://a.example:8443", "{x}"]
    assert [found(card(url), provider=provider) for url in urls] == [[], [], [], []]


@pytest.mark.parametrize("form", ["xml", "jwk", "pem"])
def test_the_sample_key_is_known_in_every_form_of_text(
    form: str, official_vectors: Path, tmp_path: Path
) -> None:
    example = json.loads((official_vectors / "signed-card-example.json").read_text())
    pem = tmp_path / "sample.pem"
    pem.write_text(example["public_key_pem"])
    key = load_public_key(pem).public
    text = {"xml": to_xml(key), "jwk": to_jwk(key), "pem": pem.read_text()}[form]
    assert is_sample_key(text)
    assert found(card(), provider=Provider(public_key=text)) == ["AM908"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"n": 5}', '{"n": "\u00e9"}', "<Modulus>%</Modulus>", "[" * 10_000]
)
def test_what_is_no_key_is_not_the_sample_key(text: str) -> None:
    assert not is_sample_key(text)


def test_the_nil_id_is_nobodys_where_no_template_printed_it() -> None:
    document = card(originator="00000000-0000-0000-0000-000000000000")
    assert found(document, provider=Provider(originator=OWN)) == ["AM904"]


WORDS = st.text(max_size=12) | st.sampled_from([OWN, "https://[", "api.contoso.com", "a@b@c", "@"])
LISTS = st.lists(WORDS, max_size=3).map(tuple)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


@given(
    value=st.dictionaries(st.sampled_from(["originator", "actions", "autoInvokeAction"]), ANYTHING),
    url=ANYTHING,
    provider=st.builds(
        Provider, originator=WORDS, scope=WORDS, senders=LISTS, target_urls=LISTS,
        test_users=LISTS, application_id=WORDS, app_id_uri=WORDS, public_key=WORDS,
    ),
    mail=st.builds(Correspondence, sender=st.none() | WORDS, recipients=LISTS),
)  # fmt: skip
def test_whatever_is_declared_and_sent_nothing_is_raised(
    value: dict[str, Any], url: Any, provider: Provider, mail: Correspondence
) -> None:
    show = {"type": "Action.ShowCard", "card": {"actions": [{**CALL, "url": url}]}}
    document = card(**{"body": [{"type": "ActionSet", "actions": [show]}], **value})
    findings = told(document, provider=provider, mail=mail)
    assert all(finding.message and finding.hint for finding in findings)
