"""base64url: each bytes have one spelling, and each spelling is of some bytes or refused."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.base64url import NotBase64url, decode, encode


@given(st.binary(max_size=200))
def test_bytes_come_back(raw: bytes) -> None:
    assert decode(encode(raw)) == raw
    assert encode(raw) == base64.urlsafe_b64encode(raw).decode().rstrip("=")


@given(st.text(max_size=20) | st.text("AQgw_-09=+/ \n", max_size=12))
def test_what_is_taken_is_the_only_spelling(text: str) -> None:
    try:
        raw = decode(text)
    except NotBase64url:
        return
    assert encode(raw) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("QQ==", "has a character"),
        ("Q Q", "has a character"),
        ("QQ\n", "has a character"),
        ("+/+/", "has a character"),
        ("\uff31Q", "has a character"),
        ("Q", "is cut off"),
        ("QQQQQ", "is cut off"),
        ("QR", "has stray bits"),
        ("QQF", "has stray bits"),
    ],
)
def test_what_is_not_canonical_is_refused(text: str, reason: str) -> None:
    with pytest.raises(NotBase64url, match=reason):
        decode(text)


def test_secrets_made_elsewhere_may_have_padding_and_stray_bits() -> None:
    assert decode("QQ==", canonical=False) == decode("QR", canonical=False) == b"A"
    for text in ("Q", "Q=Q", "Q+==", "Q\nQ"):
        with pytest.raises(NotBase64url):
            decode(text, canonical=False)
