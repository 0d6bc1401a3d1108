"""lint tells everything and never raises; check lets a card through or says why not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.card.document import CardDocument, CardKind, parse_card
from amcli.errors import FindingsError, UsageError
from amcli.linting.engine import CardRejected, check, lint
from amcli.linting.finding import Severity, errors_among
from amcli.linting.schema.judge import card_schema
from amcli.linting.schema.mistakes import known_types

ORIGINATOR = "0f5b2c1e-6a4d-4f1b-9c55-2f3f0f3d7a10"

DEFINITIONS = [part for kind in CardKind for part in card_schema(kind)["$defs"].values()]
KNOWN = sorted({name for part in DEFINITIONS for name in part.get("properties", ())})
NAMES = st.sampled_from(KNOWN) | st.text(max_size=6)
TYPES = st.sampled_from(sorted(known_types(CardKind.ADAPTIVE) | known_types(CardKind.MESSAGE)))
VALUES = (
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | TYPES
    | st.sampled_from(["{{a.value}}", "{{ a.value }}", "https://[", "http://a:b", "POST", "1.4"])
)
JSON = st.recursive(
    VALUES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(NAMES, inner, max_size=5)
        | st.builds(lambda t, d: {**d, "type": t}, TYPES, st.dictionaries(NAMES, inner, max_size=5))
    ),
    max_leaves=25,
)


def card(**more: Any) -> CardDocument:
    value = {"type": "AdaptiveCard", "version": "1.0", "originator": ORIGINATOR, "body": [], **more}
    return CardDocument(value, CardKind.ADAPTIVE, "card.json")


@given(st.dictionaries(NAMES, JSON, max_size=6), st.sampled_from(CardKind), st.booleans())
def test_lint_never_raises(value: dict[str, Any], kind: CardKind, signed: bool) -> None:
    head = {"type": "AdaptiveCard"} if kind is CardKind.ADAPTIVE else {"@type": "MessageCard"}
    findings = lint(CardDocument({**value, **head}, kind, "any.json"), signed=signed)
    assert all(finding.message and finding.source == "any.json" for finding in findings)


def test_findings_come_in_document_order() -> None:
    document = card(
        actions=[{"type": "Action.Submit"}],
        body=[{"type": "Image", "url": "http://contoso.com/a.png"}, {"type": "TextBlok"}],
        colour="red",
    )
    pointers = [finding.pointer for finding in lint(document)]
    assert pointers == ["/body/0", "/body/0/url", "/body/1/type", "/actions/0/type", "/colour"]


def test_numbers_in_pointers_sort_as_numbers() -> None:
    document = card(body=[{"type": "TextBlock", "text": "a"}] * 2 + [{"type": "Nope"}] * 10)
    pointers = [finding.pointer for finding in lint(document)]
    assert pointers == [f"/body/{index}/type" for index in range(2, 12)]


def test_what_free_form_json_holds_is_nobody_elses_matter() -> None:
    inner = {"type": "Action.Submit", "id": "x", "url": "http://localhost"}
    action = {"type": "Action.InvokeAddInCommand", "addInId": "a", "desktopCommandId": "b"}
    found = lint(card(actions=[{**action, "initializationContext": {"a": [inner, inner]}}]))
    assert [finding for finding in found if "initializationContext" in finding.pointer] == []


def test_a_signed_card_is_not_asked_for_its_originator() -> None:
    document = card()
    del document.value["originator"]
    assert [finding.slug for finding in lint(document)] == ["missing-originator"]
    assert lint(document, signed=True) == []


def test_check_lets_a_clean_card_through() -> None:
    document = card()
    checked = check(document)
    assert checked.document is document
    assert checked.findings == checked.allowed == ()


def test_check_rejects_a_card_with_an_error_and_tells_all_findings() -> None:
    document = card(body=[{"type": "TextBlok"}, {"type": "Image", "url": "https://contoso.com/a"}])
    with pytest.raises(CardRejected) as caught:
        check(document)
    assert isinstance(caught.value, FindingsError)
    assert caught.value.exit_code == 1
    assert [f.slug for f in caught.value.findings] == ["unknown-type", "missing-alt-text"]
    assert "AM101" in caught.value.message
    assert "/body/0/type" in caught.value.message


@pytest.mark.parametrize("name", ["AM101", "am101", "unknown-type"])
def test_check_lets_an_allowed_error_pass_and_says_so(name: str) -> None:
    checked = check(card(body=[{"type": "TextBlok"}]), allow=[name])
    assert checked.allowed == ("AM101",)
    assert [finding.slug for finding in checked.findings] == ["unknown-type"]


def test_check_with_all_rules_allowed_never_rejects() -> None:
    checked = check(card(body=[{"type": "TextBlok"}, {"type": "Input.Time"}]), allow_all=True)
    assert checked.allowed == ("AM101", "AM103", "AM206")


def test_a_rule_that_does_not_exist_cannot_be_allowed() -> None:
    with pytest.raises(UsageError) as caught:
        check(card(), allow=["missing-alt-txt"])
    assert caught.value.hint == "did you mean 'missing-alt-text'?"


def test_a_missing_originator_is_an_error_where_others_get_the_card() -> None:
    document = card()
    del document.value["originator"]
    with pytest.raises(CardRejected):
        check(document)
    assert check(document, signed=True).findings == ()
    for passed in (check(document, self_addressed=True), check(document, strict_originator=False)):
        assert [finding.severity for finding in passed.findings] == [Severity.WARNING]
    assert check(document, allow=["missing-originator"]).allowed == ("AM901",)


def test_a_card_is_linted_with_the_version_it_inherits() -> None:
    inner = {
        "type": "AdaptiveCard",
        "body": [],
        "actions": [{"type": "Action.Execute", "title": "OK"}],
    }
    document = card(
        version="1.4", actions=[{"type": "Action.ShowCard", "title": "More", "card": inner}]
    )
    assert lint(document) == []


def test_a_property_twice_is_found_at_its_pointer() -> None:
    text = '{"type": "AdaptiveCard", "version": "1.0", "body": [], "body": []}'
    document = parse_card(text, "twice.json")
    assert ("AM108", "/body") in [(f.rule, f.pointer) for f in lint(document)]


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ({"type": "Textblock", "text": "a"}, "did you mean 'TextBlock'?"),
        ({"type": "TextBlock", "text": "a", "colour": "good"}, "did you mean 'color'?"),
        ({"type": "TextBlock", "text": "a", "color": "atention"}, "did you mean 'attention'?"),
        ({"type": "ColumnSet", "columns": [{"width": "strech"}]}, "did you mean 'stretch'?"),
        ({"type": "TextBlock", "txt": "a"}, "did you mean 'text'?"),
    ],
)
def test_a_misspelt_name_gets_a_suggestion(value: dict[str, Any], hint: str) -> None:
    (finding,) = lint(card(body=[value]))
    assert finding.hint == hint


def test_lint_leaves_the_card_alone() -> None:
    document = card(body=[{"type": "TextBlok"}])
    before = replace(document, value={**document.value})
    lint(document)
    assert document == before


def test_thousands_of_wrong_names_take_no_thousands_of_comparisons_each() -> None:
    body = [{"type": "TextBlock", "text": "a", "id": f"element{n}"} for n in range(3000)]
    targets = [f"elemant{n}" for n in range(3000)]
    action = {"type": "Action.ToggleVisibility", "targetElements": targets}
    findings = [f for f in lint(card(body=body, actions=[action])) if f.rule == "AM306"]
    assert len(findings) == 3000
    assert {finding.hint for finding in findings} == {None}


def test_a_misspelt_input_is_one_mistake_and_its_references_are_none() -> None:
    action = {"type": "Action.Http", "method": "POST", "url": "https://contoso.com"}
    body = [{"type": "Input.Txt", "id": "comment"}]
    findings = lint(card(body=body, actions=[{**action, "body": "{{comment.value}}"}]))
    assert [error.slug for error in errors_among(findings)] == ["unknown-type"]


@pytest.mark.parametrize(
    ("element", "rule", "hint"),
    [
        ({"type": "Image", "altText": ""}, "AM103", 'add "url"'),
        ({"type": "TextBlock", "text": 5}, "AM104", 'write it with quotes: "5"'),
        ({"type": "Container", "items": {"type": "TextBlock"}}, "AM104", "put it into a list"),
        ({"type": "TextBlock", "text": {}}, "AM104", "write a string instead"),
        ({"type": "TextBlock", "text": None}, "AM104", "leave the property out"),
    ],
)
def test_a_mistake_of_structure_says_what_to_write(
    element: dict[str, Any], rule: str, hint: str
) -> None:
    card = {"type": "AdaptiveCard", "version": "1.0", "body": [element]}
    found = {f.rule: f.hint for f in lint(parse_card(json.dumps(card), "card.json"))}
    assert hint in str(found[rule])


@pytest.mark.parametrize(
    ("inputs", "hint"), [(["a", "b"], "this card's inputs are a, b"), ([], "no input with an id")]
)
def test_a_reference_to_nothing_says_which_ids_there_are(inputs: list[str], hint: str) -> None:
    body = [{"type": "Input.Text", "id": name} for name in inputs]
    action = {"type": "Action.Http", "title": "Send", "method": "POST",
              "url": "https://example.com", "body": "{{quantity.value}}"}  # fmt: skip
    card = {"type": "AdaptiveCard", "version": "1.0", "body": body, "actions": [action]}
    found = {f.rule: f.hint for f in lint(parse_card(json.dumps(card), "card.json"))}
    assert hint in str(found["AM401"])


def test_the_root_is_named_in_words_and_not_as_a_pointer() -> None:
    finding = lint(parse_card('{"type": "AdaptiveCard", "body": []}', "card.json"))[0]
    assert finding.pointer == ""
    assert " at the card: " in str(finding)
