"""Which card is in a mail, and whether it is written the way Outlook looks for it."""

from __future__ import annotations

import base64
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.card.document import CardDocument, CardKind
from amcli.errors import NothingFound
from amcli.mail.body import script_element, signed_section
from amcli.received.eml import read_mail
from amcli.received.markup import tags
from amcli.verify.checks import Check, Outcome
from amcli.verify.embedded import EmbeddedCard, Form, extract

CARD = {"type": "AdaptiveCard", "version": "1.0", "body": [{"type": "TextBlock", "text": "Hi"}]}
MESSAGE = {"@type": "MessageCard", "title": "Hi"}
SCRIPT = script_element(CardDocument(CARD, CardKind.ADAPTIVE, "card"))


def b64(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


JWS = f"{b64({'alg': 'RS256'})}.{b64({'adaptiveCardSerialized': json.dumps(CARD)})}.c2lnbmF0dXJl"
SECTION = signed_section(JWS, CardKind.ADAPTIVE)


def found_in(head: str = "", body: str = "") -> EmbeddedCard:
    html = f"<html><head>{head}</head><body><p>Hi</p>{body}</body></html>"
    content = "From: a@x.de\nContent-Type: text/html; charset=utf-8\n\n" + html
    return extract(read_mail(content.encode(), "mail"))


def embedding(card: EmbeddedCard) -> Check:
    return card.checks[0]


def test_a_script_in_the_head() -> None:
    card = found_in(head=SCRIPT)
    assert (card.form, card.jws) == (Form.SCRIPT, None)
    assert card.document is not None
    assert card.document.value == CARD
    assert embedding(card).outcome is Outcome.PASSED
    assert card.notes == ()


def test_a_signed_section_at_the_end_of_the_body() -> None:
    card = found_in(body=SECTION)
    assert (card.form, card.jws, card.raw) == (Form.MICRODATA, JWS, JWS)
    assert card.document is not None
    assert card.document.value == CARD
    assert embedding(card).outcome is Outcome.PASSED


def test_a_legacy_card() -> None:
    card = found_in(head=script_element(CardDocument(MESSAGE, CardKind.MESSAGE, "card")))
    assert card.document is not None
    assert card.document.kind is CardKind.MESSAGE
    assert embedding(card).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("head", "body", "reason"),
    [
        (SCRIPT.replace("+json", "&#43;json"), "", "&#43;json"),
        (SCRIPT.replace("+json", "%2Bjson"), "", "%2Bjson"),
        (SCRIPT.replace("adaptivecard+json", "ld+json"), "", "in a script of type"),
        (f'<script type="application/adaptivecard+json">{JWS}</script>', "", "does not look"),
        (f'<script type="application/ld+json">{JWS}</script>', "", "does not look"),
        (
            '<script type="application/ld+json">{"@type":"SignedAdaptiveCard",'
            f'"signedAdaptiveCard":"{JWS}"}}</script>',
            "",
            "does not look",
        ),
        ("", SECTION.replace('itemprop="signedA', 'itemprop="SignedA'), "is not the property"),
        ("", SECTION.replace("http://schema.org/S", "https://schema.org/S"), "section is written"),
        ("", SECTION.replace(" itemscope", ""), "section is written"),
        ("", f'<div itemprop="signedAdaptiveCard">{JWS}</div>', "outside of its section"),
        (SCRIPT, SECTION, "2 cards"),
        (SCRIPT + SCRIPT, "", "2 cards"),
        ("", SECTION + SECTION, "2 cards"),
    ],
)
def test_a_card_that_outlook_would_not_find_is_found_and_failed(
    head: str, body: str, reason: str
) -> None:
    card = found_in(head, body)
    assert embedding(card).outcome is Outcome.FAILED
    assert reason in embedding(card).reason
    assert embedding(card).hint


def test_a_signed_section_counts_before_a_script() -> None:
    assert found_in(SCRIPT, SECTION).form is Form.MICRODATA


@pytest.mark.parametrize(
    ("head", "body", "note"),
    [
        (SCRIPT.replace('"', "'", 2), "", "double quotes"),
        (SCRIPT.replace("<script", '<script id="x"'), "", "type first"),
        ("", SCRIPT, "in <body>"),
        ("", SECTION.replace(JWS, JWS[:40] + "\n " + JWS[40:]), "white space inside the JWS"),
    ],
)
def test_what_is_unusual_is_noted(head: str, body: str, note: str) -> None:
    card = found_in(head, body)
    assert card.document is not None
    assert embedding(card).outcome is Outcome.PASSED
    assert any(note in text for text in card.notes)


def test_a_card_cut_off_by_its_own_text_is_explained() -> None:
    text = '{"type":"AdaptiveCard","body":["</script>"]}'
    card = found_in(f'<script type="application/adaptivecard+json">{text}</script>')
    assert card.document is None
    check = card.checks[1]
    assert (check.name, check.outcome) == ("card", Outcome.FAILED)
    assert "</script" in str(check.hint)


def test_a_line_that_relays_would_break_is_a_failed_check() -> None:
    long = CardDocument({**CARD, "body": [{"text": "x" * 2000}]}, CardKind.ADAPTIVE, "card")
    card = found_in(head=script_element(long))
    assert [c.outcome for c in card.checks if c.name == "lines"] == [Outcome.FAILED]


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"From: a@x.de\n\njust text", "no HTML part"),
        (b"From: a@x.de\nContent-Type: text/html\n\n<p>hi</p>", "forwarded"),
        (b"From: a@x.de\nContent-Type: text/html\n\n<p>adaptivecard</p>", "the word is there"),
        (
            b"From: a@x.de\nContent-Type: text/html\n\n<!-- " + SCRIPT.encode() + b" -->",
            "the word is there",
        ),
        (
            b'From: a@x.de\nContent-Type: text/html\n\n<section itemscope itemtype="http://schema'
            b'.org/SignedAdaptiveCard"></section>',
            "nothing in it",
        ),
    ],
)
def test_no_card_is_an_error_that_says_what_is_there(content: bytes, hint: str) -> None:
    with pytest.raises(NothingFound, match="no card") as nothing:
        extract(read_mail(content, "mail"))
    assert nothing.value.exit_code == 3
    assert hint in str(nothing.value.hint)


@pytest.mark.parametrize("jws", ["a.b.c", "....", "x", f"{b64({})}.{b64([1])}.x", "é.é.é"])
def test_a_jws_that_is_none_gives_no_card(jws: str) -> None:
    assert found_in(body=signed_section(jws, CardKind.ADAPTIVE)).document is None


@given(st.text(alphabet="<>/!-\"'= \nabscriptmeSCRIPTé", max_size=200))
def test_the_tag_reader_takes_everything(html: str) -> None:
    for tag in tags(html):
        assert html[tag.at : tag.at + len(tag.raw)] == tag.raw


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<!--",
        "<a ",
        '<a "',
        "<a '",
        "</",
        "<script>",
        "<a b=",
        "<a>",
        "<a\x00",
        "<!",
        "<?",
        "</ ",
        "<!-->",
        "<!--->",
        "<template>",
        "<a b= ",
        '<a b="',
        "<a b=c",
    ],
)
def test_no_page_takes_long(piece: str) -> None:
    started = time.process_time()
    for _ in tags(piece * 100_000):
        pass
    assert time.process_time() - started < 30  # a second or two; in quadratic time an hour


@pytest.mark.parametrize(
    "before",
    ["<!-->", "<!--->", "<!-- x --!>", "<p class=it's>", "<p a='>' b=\">\" c=>", "<!x>", "<?x '>",
     "</ '>", "<template><p></template>", "<p '>", "<title><!--</title>"],
)  # fmt: skip
def test_a_card_that_html_shows_is_found(before: str) -> None:
    assert embedding(found_in(body=f"{before}{SCRIPT}")).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<![CDATA[", "]]>"),
        ("<xmp>", "</xmp>"),
        ("<iframe>", "</iframe>"),
        ("<noembed>", "</noembed>"),
        ("<noframes>", "</noframes>"),
        ("<template><template></template>", "</template>"),
        ("<plaintext>", ""),
        ("<!--", "--!>"),
        ("<p a='", "'>"),
    ],
)
def test_a_card_that_html_does_not_run_is_none(before: str, after: str) -> None:
    with pytest.raises(NothingFound):
        found_in(body=f"{before}{SCRIPT}{after}")


def test_a_byte_order_mark_is_noted() -> None:
    content = b"\xef\xbb\xbfFrom: a@x.de\nContent-Type: text/html\n\n" + SCRIPT.encode()
    assert any("byte order mark" in note for note in extract(read_mail(content, "mail")).notes)


def test_the_sections_type_must_fit_the_card_that_is_signed() -> None:
    legacy = b64({"messageCardSerialized": json.dumps(MESSAGE)})
    jws = f"{b64({'alg': 'RS256'})}.{legacy}.c2lnbmF0dXJl"
    assert embedding(found_in(body=signed_section(jws, CardKind.MESSAGE))).outcome is Outcome.PASSED
    check = embedding(found_in(body=signed_section(jws, CardKind.ADAPTIVE)))
    assert check.outcome is Outcome.FAILED
    assert "SignedMessageCard" in str(check.hint)


def test_what_hides_a_card_is_named() -> None:
    head = b"From: a@x.de\r\nContent-Type: "
    inner = b"message/rfc822\r\n\r\nFrom: b@x.de\r\nContent-Type: text/html\r\n\r\n"
    broken = b"text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n!!" + SCRIPT.encode()
    for content, hint in ((inner + SCRIPT.encode(), "attached"), (broken, "base64")):
        with pytest.raises(NothingFound) as nothing:
            extract(read_mail(head + content, "mail"))
        assert hint in str(nothing.value.hint)
