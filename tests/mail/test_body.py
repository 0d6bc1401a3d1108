"""Where the card stands in the HTML, to the letter."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import pytest

from amcli.card.document import CardDocument, CardKind
from amcli.errors import UsageError
from amcli.linting.finding import CheckedCard
from amcli.mail.body import embed, script_element, signed_section

CARD = CardDocument(
    {"type": "AdaptiveCard", "version": "1.0", "body": [{"type": "TextBlock", "text": "Hi"}]},
    CardKind.ADAPTIVE,
    "card.json",
)
MESSAGE = CardDocument({"@type": "MessageCard", "title": "Hi"}, CardKind.MESSAGE, "card.json")


@dataclass(frozen=True)
class Signed:
    """Stands for a SignedCard; what it is signed with does not matter here."""

    jws: str
    document: CardDocument


@pytest.mark.parametrize(
    ("document", "script_type"),
    [(CARD, "application/adaptivecard+json"), (MESSAGE, "application/ld+json")],
)
def test_an_unsigned_card_is_a_script_in_the_head_after_the_charset(
    document: CardDocument, script_type: str
) -> None:
    html = embed(CheckedCard(document, ())).html
    head = re.search(r"<head>\n(.*)</head>", html, re.DOTALL)
    assert head is not None
    first, second, *_ = head[1].splitlines()
    assert first == '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
    assert second == f'<script type="{script_type}">{document.compact()}</script>'
    assert "<section" not in html


def test_nothing_in_a_card_can_end_the_script() -> None:
    nasty = {"type": "AdaptiveCard", "body": ["</script><!-- & ]]> \u2028 \ud800 é"]}
    element = script_element(CardDocument(nasty, CardKind.ADAPTIVE, "card.json"))
    inside = element.removeprefix('<script type="application/adaptivecard+json">').removesuffix(
        "</script>"
    )
    assert not set(inside) & set("<>&")
    assert inside.isascii()
    assert json.loads(inside) == nasty


def test_a_signed_card_is_the_last_thing_in_the_body_and_there_is_no_script() -> None:
    html = embed(Signed("aaa.bbb.ccc", CARD)).html  # type: ignore[arg-type]  # a stand-in
    assert "<script" not in html
    assert html.endswith(signed_section("aaa.bbb.ccc", CardKind.ADAPTIVE) + "</body>\n</html>\n")
    assert html.index(">Hi<") < html.index("<section")


def test_the_signed_section_is_written_as_microsoft_shows_it() -> None:
    assert signed_section("JWS", CardKind.ADAPTIVE) == (
        '<section itemscope itemtype="http://schema.org/SignedAdaptiveCard">\n'
        '<meta itemprop="@context" content="http://schema.org/extensions" />\n'
        '<meta itemprop="@type" content="SignedAdaptiveCard" />\n'
        '<div itemprop="signedAdaptiveCard" '
        'style="mso-hide:all;display:none;max-height:0px;overflow:hidden;">JWS</div>\n'
        "</section>\n"
    )
    assert 'itemprop="signedMessageCard"' in signed_section("JWS", CardKind.MESSAGE)


def test_a_hand_written_body_replaces_the_generated_one_in_html_only() -> None:
    body = embed(CheckedCard(CARD, ()), fallback_html="<h1>By hand</h1>")
    assert "<h1>By hand</h1>" in body.html
    assert ">Hi<" not in body.html
    assert body.text == "Hi\n"


@pytest.mark.parametrize(
    "html", ["<html><body>x</body></html>", "<!DOCTYPE html>", "x</BODY>", "<script>1</script>",
             '<section itemscope itemtype="http://schema.org/SignedAdaptiveCard">']
)  # fmt: skip
def test_a_hand_written_body_is_only_what_stands_inside_body(html: str) -> None:
    with pytest.raises(UsageError, match="hand-written body"):
        embed(CheckedCard(CARD, ()), fallback_html=html)
