"""One misspelt name is one finding: the card is judged as it was meant."""

from __future__ import annotations

from typing import Any

import pytest

from amcli.card.document import CardDocument, CardKind
from amcli.linting.engine import CardRejected, check, lint
from amcli.linting.facts.as_meant import as_meant
from amcli.linting.fixing.fix import RenameProperty

ORIGINATOR = "0f5b2c1e-6a4d-4f1b-9c55-2f3f0f3d7a10"
OPEN = {"type": "Action.OpenUrl", "title": "Open", "url": "https://contoso.com"}


def card(**more: Any) -> CardDocument:
    value = {"type": "AdaptiveCard", "version": "1.0", "originator": ORIGINATOR, "body": [], **more}
    return CardDocument(value, CardKind.ADAPTIVE, "card.json")


def found(document: CardDocument, *, signed: bool = False) -> list[tuple[str, str]]:
    return [(finding.slug, finding.pointer) for finding in lint(document, signed=signed)]


@pytest.mark.parametrize(
    ("element", "finding"),
    [
        ({"type": "Image", "url": "https://contoso.com/a.png", "alteTxt": "Receipt"},
         ("unknown-property", "/body/0/alteTxt")),
        ({"type": "Image", "ulr": "https://contoso.com/a.png", "altText": "Receipt"},
         ("missing-property", "/body/0/ulr")),
        ({"type": "Container", "itmes": [{"type": "TextBlock", "text": "Hello", "wrap": True}]},
         ("unknown-property", "/body/0/itmes")),
    ],
)  # fmt: skip
def test_what_a_misspelt_property_holds_is_not_missed(
    element: dict[str, Any], finding: tuple[str, str]
) -> None:
    assert found(card(body=[element])) == [finding]


def test_what_stands_below_a_misspelt_name_is_judged_and_told_where_it_is_written() -> None:
    picture = {"type": "Image", "url": "https://contoso.com/a.png"}
    box = {"type": "Container", "itmes": [picture]}
    assert found(card(body=[box])) == [
        ("unknown-property", "/body/0/itmes"),
        ("missing-alt-text", "/body/0/itmes/0"),
    ]


def test_a_value_whose_name_is_a_guess_is_not_judged() -> None:
    action = {"type": "Action.OpenUrl", "title": "Open", "uurl": "javascript:alert(1)"}
    assert found(card(actions=[action])) == [("missing-property", "/actions/0/uurl")]


def test_a_name_that_is_taken_is_not_given_again() -> None:
    picture = {"type": "Image", "url": "https://contoso.com/a.png", "altText": "A", "altTxt": 5}
    (finding,) = lint(card(body=[picture]))
    assert (finding.slug, finding.fix) == ("unknown-property", None)


def test_a_misspelt_originator_stops_a_mail_like_a_missing_one() -> None:
    document = card(orignator=ORIGINATOR, actions=[OPEN])
    del document.value["originator"]
    assert found(document) == [("missing-originator", "/orignator")]
    assert found(document, signed=True) == [("unknown-property", "/orignator")]
    with pytest.raises(CardRejected):
        check(document)


def test_the_card_itself_stays_as_it_is_written() -> None:
    document = card(body=[{"type": "TextBlock", "txt": "Hello"}])
    meant = as_meant(document, [RenameProperty("/body/0/txt", "text")])
    assert document.value["body"] == [{"type": "TextBlock", "txt": "Hello"}]
    assert meant.document.value["body"] == [{"type": "TextBlock", "text": "Hello"}]
    assert meant.place("/body/0/text") is None
    assert meant.place("/body/0/text/0") == "/body/0/txt/0"
    assert meant.place("/body/0") == "/body/0"


def test_of_two_misspellings_of_one_name_the_first_counts() -> None:
    document = card(body=[{"type": "TextBlock", "txt": "One", "tex": "Two"}])
    renamings = [RenameProperty("/body/0/txt", "text"), RenameProperty("/body/0/tex", "text")]
    meant = as_meant(document, renamings)
    assert meant.document.value["body"] == [{"type": "TextBlock", "text": "One", "tex": "Two"}]


@pytest.mark.parametrize(
    ("element", "findings"),
    [
        ({"type": "TextBlock", "text": "Hello", "wrap": None}, [("null-value", "/body/0/wrap")]),
        ({"type": "Container", "items": [], "selectAction": None},
         [("null-value", "/body/0/selectAction")]),
        ({"type": "Image", "url": "https://contoso.com/a.png", "altText": None},
         [("missing-alt-text", "/body/0")]),
        ({"type": "Image", "url": None, "altText": "Receipt"},
         [("wrong-value-type", "/body/0/url")]),
        (None, [("wrong-value-type", "/body/0")]),
    ],
)  # fmt: skip
def test_null_is_no_error_where_the_property_may_be_missing(
    element: object, findings: list[tuple[str, str]]
) -> None:
    assert found(card(body=[element])) == findings


def test_a_null_is_not_there_for_the_other_rules() -> None:
    document = card(actions=[OPEN], autoInvokeAction=None, correlationId=None)
    assert found(document) == [
        ("null-value", "/autoInvokeAction"),
        ("null-value", "/correlationId"),
    ]
