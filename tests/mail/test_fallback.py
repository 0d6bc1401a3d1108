"""What people read where no card is shown, for both formats, against files to look at.

After a wanted change: ``AMCLI_UPDATE_GOLDEN=1 python -m pytest tests/mail/test_fallback.py``, and
look at the difference.
"""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.card.document import CardDocument, CardKind, parse_card
from amcli.mail.fallback import card_headline, fallback_html, fallback_text

GOLDEN = Path(__file__).parent.parent / "golden" / "mail"
UPDATE = "AMCLI_UPDATE_GOLDEN" in os.environ  # read before the environment is scrubbed


def adaptive(*body: Any, actions: Any = ()) -> CardDocument:
    value = {"type": "AdaptiveCard", "version": "1.0", "body": list(body), "actions": list(actions)}
    return CardDocument(value, CardKind.ADAPTIVE, "card.json")


def message(**properties: Any) -> CardDocument:
    return CardDocument({"@type": "MessageCard", **properties}, CardKind.MESSAGE, "card.json")


def text_block(text: Any, **more: Any) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, **more}


@pytest.mark.parametrize("name", ["expense", "message"])
@pytest.mark.parametrize(("suffix", "write"), [(".html", fallback_html), (".txt", fallback_text)])
def test_a_card_reads_as_in_the_golden_file(name: str, suffix: str, write: Any) -> None:
    card = parse_card((GOLDEN / f"{name}.json").read_bytes(), name)
    expected = GOLDEN / f"{name}{suffix}"
    if UPDATE:
        expected.write_text(write(card), encoding="utf-8")
    assert write(card) == expected.read_text(encoding="utf-8")


class Seen(HTMLParser):
    """The elements and addresses that a browser would find."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.addresses: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


OURS = {
    "div", "h1", "h2", "h3", "p", "a", "img", "table", "tr", "td", "th", "ul", "ol", "li",
    "strong", "em", "s", "br",
}  # fmt: skip
HARMLESS = {"style", "href", "src", "alt", "width", "role", "scope", "cellpadding", "cellspacing",
            "title", "start"}  # fmt: skip

hostile = st.text(max_size=60) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "[x](javascript:alert(1))",
        "[x](https://contoso.com/\"onmouseover='alert(1))",
        "[x](data:text/html,<b>)",
        "![x](https://contoso.com/track.png)",
        "<!--",
        "</div></body>",
        "https://contoso.com/'\"><b>",
        "javascript:alert(1)",
    ]
)


@given(hostile, hostile, hostile)
def test_no_text_of_a_card_becomes_markup_of_its_own(one: str, two: str, three: str) -> None:
    url_action = {"type": "Action.OpenUrl", "title": two, "url": one}
    cards = [
        adaptive(
            text_block(one, size="large"),
            {"type": "FactSet", "facts": [{"title": two, "value": three}]},
            {"type": "Image", "url": one, "altText": three, "selectAction": url_action},
            {"type": "RichTextBlock", "inlines": [one, {"text": two, "selectAction": url_action}]},
            {"type": "Input.ChoiceSet", "label": one, "choices": [{"title": two, "value": "1"}]},
            actions=[url_action, {"type": "Action.ShowCard", "title": one, "card": {"body": []}},
                     {"type": "Action.Http", "title": three}],
        ),
        message(
            title=one, text=two,
            sections=[{"title": three, "activityTitle": one, "activityImage": two, "text": three,
                       "markdown": False, "facts": [{"name": one, "value": two}],
                       "images": [{"image": three, "title": one}]}],
            potentialAction=[{"@type": "OpenUri", "name": two, "targets": [{"uri": one}]}],
        ),
    ]  # fmt: skip
    for card in cards:
        seen = Seen(fallback_html(card))
        assert set(seen.elements) <= OURS
        assert seen.attributes <= HARMLESS
        assert all(a.lower().startswith(("https:", "http:", "mailto:")) for a in seen.addresses)
        fallback_text(card).encode("utf-8")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=10),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["type", "@type", "text", "items", "columns", "card", "body", "actions", "url",
                     "choices", "facts", "inlines", "images", "sections", "selectAction", "title"]
                ),
                inner | st.sampled_from(
                    ["TextBlock", "Container", "ColumnSet", "FactSet", "Image", "Table",
                     "RichTextBlock", "Action.ShowCard", "Action.OpenUrl", "OpenUri"]
                ),
                max_size=5,
            )
        ),
        max_leaves=20,
    ),
    st.sampled_from(CardKind),
)  # fmt: skip
def test_cards_that_make_no_sense_still_give_a_body(value: Any, kind: CardKind) -> None:
    parts = {"body": value, "actions": value, "sections": value, "potentialAction": value}
    document = CardDocument(parts, kind, "card.json")
    assert fallback_html(document).startswith("<div")
    assert isinstance(fallback_text(document), str)
    card_headline(document)


def test_references_to_inputs_are_dropped() -> None:
    card = adaptive(text_block("Hello {{comment.value}}!"))
    assert fallback_text(card) == "Hello !\n"
    assert "{{" not in fallback_html(card)


def test_a_link_that_is_complete_only_after_a_click_is_a_button_here() -> None:
    url = "https://contoso.com/?c={{comment.value}}"
    card = adaptive(actions=[{"type": "Action.OpenUrl", "title": "Go", "url": url}])
    assert "href" not in fallback_html(card)
    assert fallback_text(card) == "To use “Go”, open this message in Outlook.\n"


def test_hidden_elements_come_last_where_a_button_shows_them_and_never_otherwise() -> None:
    toggle = {"type": "Action.ToggleVisibility", "targetElements": [{"elementId": "more"}]}
    card = adaptive(
        text_block("hidden", isVisible=False, id="more"),
        text_block("secret", isVisible=False),
        text_block("visible"),
        actions=[toggle],
    )
    assert fallback_text(card) == "visible\n\n  hidden\n"


def test_an_image_is_shown_by_https_only_and_else_by_its_words() -> None:
    card = adaptive({"type": "Image", "url": "http://contoso.com/a.png", "altText": "A tree"})
    assert "<img" not in fallback_html(card)
    assert fallback_text(card) == "[A tree]\n"


def test_unknown_elements_are_read_through_their_fallback() -> None:
    card = adaptive({"type": "Graph", "fallback": text_block("rising")}, {"type": "Graph"})
    assert fallback_text(card) == "rising\n"


def test_a_card_that_says_nothing_says_its_fallback_text() -> None:
    card = CardDocument(
        {"type": "AdaptiveCard", "fallbackText": "Sorry"}, CardKind.ADAPTIVE, "card.json"
    )
    assert fallback_text(card) == "Sorry\n"


def test_half_characters_and_control_characters_do_not_reach_the_mail() -> None:
    text = fallback_text(adaptive(text_block("a\ud800b\x00c\x1b[31md")))
    assert text == "a\ufffdbc[31md\n"


def test_numbers_are_words_too() -> None:
    assert fallback_text(adaptive(text_block(42), text_block(True), text_block(None))) == "42\n"


def test_wide_columns_are_written_below_each_other() -> None:
    long = "word " * 12
    columns = [{"type": "Column", "items": [text_block(long)]} for _ in range(2)]
    text = fallback_text(adaptive({"type": "ColumnSet", "columns": columns}))
    assert max(map(len, text.splitlines())) <= 72


def test_very_long_texts_are_shown_without_reading_markdown() -> None:
    assert "**" in fallback_html(adaptive(text_block("**x** " * 5000)))


@pytest.mark.parametrize(
    ("card", "headline"),
    [
        (message(summary="In short", title="Title"), "In short"),
        (message(title="**Title**"), "Title"),
        (adaptive(text_block("first"), text_block("Big", size="large")), "Big"),
        (adaptive({"type": "Container", "items": [text_block("inside\ntwo")]}), "inside two"),
        (adaptive(), None),
    ],
)
def test_the_headline_is_one_line_for_the_subject(card: CardDocument, headline: str | None) -> None:
    assert card_headline(card) == headline


def test_on_a_phone_an_amount_stays_in_one_line_and_only_a_long_word_breaks() -> None:
    address = "https://contoso.com/" + "x" * 60
    facts = [
        {"title": "EUR 1,284.50", "value": "Flight Oslo - Copenhagen and back, 9 November"},
        {"title": "See", "value": address},
    ]
    columns = [
        {"items": [text_block("Handheld scanner HS-4, with charger")]},
        {"items": [text_block("EUR 2,508.00")]},
    ]
    html = fallback_html(
        adaptive({"type": "FactSet", "facts": facts}, {"type": "ColumnSet", "columns": columns})
    )
    for amount in ("EUR 1,284.50", "EUR 2,508.00"):
        assert re.search(rf'white-space:nowrap">(<div [^>]*>)?{amount}<', html)
    assert f'overflow-wrap:anywhere">{address}' in html
    assert 'text-align:left">Flight Oslo' in html


@pytest.mark.parametrize(
    ("text", "field", "stays"),
    [
        ("Comment (give a reason)", {"type": "Input.Text"}, False),
        ("Close date", {"type": "Input.Date"}, False),
        ("Which one?", {"type": "Input.ChoiceSet", "choices": [{"title": "This"}]}, True),
        ("You have 6 days left.", {"type": "Input.Text"}, True),
        ("Why?", {"type": "Input.Text"}, True),
        ("x" * 81, {"type": "Input.Text"}, True),
        ("Close date", {"type": "TextBlock", "text": "tomorrow"}, True),
    ],
)
def test_a_text_that_only_names_a_field_is_left_out(
    text: str, field: dict[str, Any], stays: bool
) -> None:
    assert (text in fallback_text(adaptive(text_block(text), {"id": "a", **field}))) is stays
