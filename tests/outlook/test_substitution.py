"""Inputs in actions: where Outlook writes them, and how it escapes them there."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.outlook.action import HttpAction
from amcli.outlook.substitution import fill

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def action(
    body: str = "", url: str = "https://a.example/", *headers: tuple[str, str]
) -> HttpAction:
    return HttpAction("Go", None, "POST", url, headers, body, "/actions/0")


@given(ANY_TEXT)
def test_a_json_body_holds_exactly_what_was_typed(typed: str) -> None:
    filled = fill(action('{"comment": "{{comment.value}}"}'), {"comment": typed})

    assert json.loads(filled.body) == {"comment": typed}


@given(ANY_TEXT)
def test_an_address_keeps_its_shape(typed: str) -> None:
    filled = fill(action(url="https://a.example/x/{{c.value}}?q={{c.value}}&k=1"), {"c": typed})

    parts = urlsplit(filled.url)
    assert (parts.netloc, parts.path.count("/")) == ("a.example", 2)
    assert unquote(parts.path.removeprefix("/x/")) == typed
    assert parse_qs(parts.query, keep_blank_values=True) == {"q": [typed], "k": ["1"]}


@given(ANY_TEXT)
def test_a_form_body_and_a_header_are_percent_encoded(typed: str) -> None:
    form = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
    filled = fill(
        action("c={{c.value}}", "https://a.example/", form, ("X", "{{c.value}}")), {"c": typed}
    )

    assert parse_qs(filled.body, keep_blank_values=True) == {"c": [typed]}
    assert unquote(filled.headers[1][1]) == typed
    assert filled.headers[1][1].isascii()


def test_ids_are_compared_without_case() -> None:
    assert fill(action("{{COMMENT.Value}}"), {"Comment": "ok"}).body == "ok"


@pytest.mark.parametrize(
    "body", ["{{other.value}}", "{{my-id.value}}", "{{comment}}", "{{a b.value}}"]
)
def test_what_outlook_would_not_fill_stays(body: str) -> None:
    assert fill(action(body), {"comment": "x", "my-id": "x", "a b": "x"}).body == body


def test_a_value_is_never_filled_again() -> None:
    values = {"a": "{{b.value}}", "b": "secret"}

    assert fill(action("{{a.value}}"), values).body == "{{b.value}}"
