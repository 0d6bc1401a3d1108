"""A refresh card beside the card that was sent at first."""

from __future__ import annotations

from typing import Any

import pytest

from amcli.card.document import CardDocument, CardKind
from amcli.linting.engine import lint
from amcli.linting.surroundings import Correspondence, Surroundings

ORIGINATOR = "0f5b2c1e-6a4d-4f1b-9c55-2f3f0f3d7a10"
ABOUT = {"refresh-originator-differs", "refresh-version-differs", "refresh-hides-differently",
         "auto-invoke-dropped", "auto-invoke-missing"}  # fmt: skip
CALL = {"type": "Action.Http", "title": "Approve", "method": "POST",
        "url": "https://contoso.com/approve", "body": ""}  # fmt: skip


def card(**more: Any) -> CardDocument:
    value = {"type": "AdaptiveCard", "version": "1.0", "originator": ORIGINATOR, "body": [], **more}
    return CardDocument(value, CardKind.ADAPTIVE, "card.json")


def without_originator(**more: Any) -> CardDocument:
    document = card(**more)
    del document.value["originator"]
    return document


def found(refresh: CardDocument, around: Surroundings) -> set[str]:
    return {finding.slug for finding in lint(refresh, surroundings=around)} & ABOUT


def test_a_refresh_card_of_a_signed_card_says_its_originator_itself() -> None:
    around = Surroundings(signed=True, first=without_originator())
    assert found(without_originator(), around) == {"refresh-originator-differs"}
    assert found(card(), around) == set()


def test_without_a_signature_a_missing_originator_is_another_rules_matter() -> None:
    around = Surroundings(first=card())
    slugs = {finding.slug for finding in lint(without_originator(), surroundings=around)}
    assert "missing-originator" in slugs
    assert not slugs & ABOUT


def test_null_is_as_if_it_were_not_there() -> None:
    around = Surroundings(first=card(hideOriginalBody=True))
    assert found(card(hideOriginalBody=None), around) == {"refresh-hides-differently"}


@pytest.mark.parametrize("value", ["false", 0, []])
def test_a_value_that_is_no_boolean_is_another_rules_matter(value: Any) -> None:
    around = Surroundings(first=card(hideOriginalBody=True))
    assert found(card(hideOriginalBody=value), around) == set()


def test_a_refresh_card_is_not_asked_to_renew_itself_for_several_people() -> None:
    mail = Correspondence("a@contoso.com", ("b@contoso.com", "c@contoso.com"))
    assert found(card(actions=[CALL]), Surroundings(mail=mail)) == {"auto-invoke-missing"}
    assert found(card(actions=[CALL]), Surroundings(mail=mail, first=card())) == set()


def test_one_person_who_is_named_twice_is_one() -> None:
    mail = Correspondence("a@contoso.com", ("b@contoso.com", "b@contoso.com"))
    assert found(card(actions=[CALL]), Surroundings(mail=mail)) == set()


def test_a_message_card_after_an_adaptive_card_is_not_compared_by_version() -> None:
    value = {"@type": "MessageCard", "@context": "https://schema.org/extensions",
             "originator": ORIGINATOR, "summary": "Approved"}  # fmt: skip
    message = CardDocument(value, CardKind.MESSAGE, "card.json")
    assert found(message, Surroundings(first=card())) == set()
