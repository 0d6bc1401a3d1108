"""What is taken from a posted action, and what is refused before anything else looks at it."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.service.action_request import MAX_BODY_BYTES, ActionRequest
from amcli.service.action_response import RequestRefused

BEARER = {"Authorization": "Bearer aaa.bbb.ccc"}


def status_of(headers: object, body: bytes = b"{}") -> int:
    with pytest.raises(RequestRefused) as caught:
        ActionRequest.read(headers, body).json()  # type: ignore[arg-type]  # odd headers on purpose
    assert "aaa" not in str(caught.value)
    return caught.value.response.status_code


def test_a_click() -> None:
    request = ActionRequest.read(
        {**BEARER, "Card-Correlation-Id": "c-1", "action-request-id": "r-1"},
        b'{"action": "approve"}',
    )

    assert request.token.reveal() == "aaa.bbb.ccc"
    assert (request.card_correlation_id, request.action_request_id) == ("c-1", "r-1")
    assert request.json() == {"action": "approve"}


def test_the_token_may_be_in_the_other_header() -> None:
    request = ActionRequest.read(
        {"Authorization": "", "ACTION-AUTHORIZATION": "bearer aaa.bbb.ccc"}, b"{}"
    )

    assert request.token.reveal() == "aaa.bbb.ccc"


def test_a_header_that_the_card_took_for_something_else_is_not_looked_at() -> None:
    request = ActionRequest.read(
        {"Authorization": "Basic YTpi", "Action-Authorization": "Bearer aaa.bbb.ccc"}, b"{}"
    )

    assert request.token.reveal() == "aaa.bbb.ccc"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer aaa bbb"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer "},
        {"Authorization": "aaa.bbb.ccc"},
        {**BEARER, "Action-Authorization": "Bearer x.y.z"},
        [("Authorization", "Bearer aaa"), ("authorization", "Bearer aaa")],
    ],
)
def test_without_exactly_one_bearer_token_it_is_401(headers: object) -> None:
    assert status_of(headers) == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"x"',
        b"{",
        b"\xff{}",
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b"[" * 100_000,
        b'{"a": 1e999}',
        rb'{"a": "\ud800"}',
        b"\xef\xbb\xbf{}",
    ],
)
def test_a_body_that_is_no_json_object_is_400(body: bytes) -> None:
    assert status_of(BEARER, body) == 400


def test_a_huge_body_is_413() -> None:
    assert status_of(BEARER, b" " * (MAX_BODY_BYTES + 1)) == 413


def test_an_id_that_would_break_a_log_line_is_not_kept() -> None:
    request = ActionRequest.read({**BEARER, "Card-Correlation-Id": "a\nb"}, b"{}")

    assert request.card_correlation_id is None


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("https://outlook.office.com/connectors/a@contoso.com/7/postAuthenticate", True),
        ("http://outlook.office.com/", False),
        ("javascript:alert(1)", False),
        ("https://outlook.office.com/\r\nx: y", False),
        ("https://user@evil.example/", False),
    ],
)
def test_where_to_go_after_signing_in(value: str, kept: bool) -> None:
    request = ActionRequest.read({**BEARER, "Identity-Linking-Redirect-Url": value}, b"{}")

    assert request.identity_linking_redirect_url == (value if kept else None)


@given(st.binary(max_size=200))
def test_no_body_raises_anything_else(body: bytes) -> None:
    request = ActionRequest.read(BEARER, body)
    with contextlib.suppress(RequestRefused):
        assert isinstance(request.json(), dict)


def test_the_same_body_has_the_same_hash() -> None:
    one, same = (ActionRequest.read(BEARER, b'{"a":1}') for _ in range(2))

    assert one.body_hash == same.body_hash != ActionRequest.read(BEARER, b'{"a":2}').body_hash
