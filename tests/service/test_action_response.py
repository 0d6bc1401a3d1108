"""Answers to a click: status, CARD-ACTION-STATUS, and the card that takes the old one's place."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.errors import UsageError
from amcli.service.action_response import ActionResponse

CARD = {"type": "AdaptiveCard", "version": "1.0", "body": [{"type": "TextBlock", "text": "Grüße"}]}


def test_success_without_a_card_keeps_the_card_that_is_there() -> None:
    answer = ActionResponse.success("The expense was approved.")

    assert answer.status_code == 200
    assert answer.headers["CARD-ACTION-STATUS"] == "The expense was approved."
    assert "CARD-UPDATE-IN-BODY" not in answer.headers
    assert json.loads(answer.body) == {}


def test_success_with_a_card_replaces_it() -> None:
    answer = ActionResponse.success("Done.", card=CARD)

    assert answer.headers["CARD-UPDATE-IN-BODY"] == "true"
    assert answer.headers["Content-Type"].startswith("application/json")
    assert json.loads(answer.body) == CARD


@pytest.mark.parametrize("status", [200, 302, 399, 500, 503])
def test_a_failure_is_a_client_error(status: int) -> None:
    with pytest.raises(UsageError, match="400 to 499"):
        ActionResponse.failure(status, "no")


def test_a_401_names_the_way_to_authenticate() -> None:
    assert ActionResponse.failure(401, "no").headers["WWW-Authenticate"] == "Bearer"
    assert "WWW-Authenticate" not in ActionResponse.failure(403, "no").headers


def test_authenticate_sends_the_user_to_the_services_own_sign_in() -> None:
    answer = ActionResponse.authenticate("https://identity.contoso.com/in?state=x%20y")

    assert (answer.status_code, answer.ok) == (401, False)
    assert answer.headers["ACTION-AUTHENTICATE"] == "https://identity.contoso.com/in?state=x%20y"
    assert answer.status == "Please sign in first."


@pytest.mark.parametrize(
    "url",
    [
        "http://identity.contoso.com/",
        "javascript:alert(1)",
        "//identity.contoso.com/",
        "https:///path",
        "https://adele:secret@contoso.com/",
        "https://contoso.com/a\r\nSet-Cookie: x=1",
        "https://contoso.com/a b",
        "https://contoso.com/ü",
        "https://[contoso.com/",
        "https://contoso.com/" + "a" * 2000,
        "",
    ],
)
def test_only_an_https_address_is_a_place_to_sign_in(url: str) -> None:
    with pytest.raises(UsageError, match="https"):
        ActionResponse.authenticate(url)


def test_not_modified_has_no_body_and_keeps_the_card() -> None:
    answer = ActionResponse.not_modified()

    assert (answer.status_code, answer.body) == (204, b"")
    assert answer.headers == {
        "Cache-Control": "no-store", "CARD-ACTION-STATUS": "Nothing has changed.",
    }  # fmt: skip


def test_unavailable_says_when_to_come_back() -> None:
    answer = ActionResponse.unavailable("Please try again in a minute.", retry_after_seconds=60)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Genehmigt für Jürgen", "Genehmigt für Jürgen"),
        ("two\r\nlines\tand  spaces", "two lines and spaces"),
        ("It’s done – “really”…", 'It\'s done - "really"...'),
        ("Łukasz zatwierdził żądanie", "Lukasz zatwierdzil zadanie"),
        ("承認しました", "Done."),
        ("", "Done."),
        ("x" * 300, "x" * 253 + "..."),
    ],
)
def test_the_status_line_fits_a_header(text: str, shown: str) -> None:
    assert ActionResponse.success(text).status == shown


@pytest.mark.filterwarnings("ignore::amcli.service.StatusLineWarning")
@given(st.text())
def test_no_text_can_break_out_of_the_header(text: str) -> None:
    value = ActionResponse.failure(400, text).headers["CARD-ACTION-STATUS"]

    value.encode("latin-1")
    assert value
    assert len(value) <= 256
    assert value.isprintable() or "\xa0" in value or "\xad" in value


def test_a_stored_answer_is_the_same_answer() -> None:
    answer = replace(
        ActionResponse.success("Done.", card=CARD), extra_headers={"X-Request-Id": "7"}
    )

    again = ActionResponse.from_json(answer.to_json())

    assert again == answer
    assert (again.status_code, again.headers, again.body) == (200, answer.headers, answer.body)
