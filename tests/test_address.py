"""One address is one address, and nothing in it can add a header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.address import address_domain, header_text, is_address, parse_address, same_address
from amcli.errors import AddressError


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("anna@contoso.com", "anna@contoso.com"),
        ("  anna@contoso.com\t", "anna@contoso.com"),
        ("Anna.B+tag=x@Contoso.com", "Anna.B+tag=x@Contoso.com"),
        ("o'neil@sub.contoso.co.uk", "o'neil@sub.contoso.co.uk"),
        ("root@localhost", "root@localhost"),
        ("anna@bücher.example", "anna@xn--bcher-kva.example"),
    ],
)
def test_addresses_that_can_be_used(text: str, address: str) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "name and domain"),
        ("anna", "name and domain"),
        ("anna@", "name and domain"),
        ("@contoso.com", "name and domain"),
        ("Anna <anna@contoso.com>", "bare address"),
        ("anna@contoso.com (Anna)", "bare address"),
        ("anna@contoso.com,ben@contoso.com", "exactly one"),
        ("anna@contoso.com;ben@contoso.com", "exactly one"),
        ("anna@contoso.com ben@contoso.com", "exactly one"),
        ("anna@evil.com@contoso.com", "exactly one"),
        ('"anna@evil.com"@contoso.com', "before the @"),
        ("anna..b@contoso.com", "before the @"),
        ("ännä@contoso.com", "ASCII"),
        ("anna@-contoso.com", "domain name"),
        ("anna@contoso..com", "domain name"),
        ("anna@[127.0.0.1]", "domain name"),
        ("anna@127.0.0.1", "domain name"),
        ("anna@straße.example", "two different"),
        ("anna@con\u200btoso.example", "not seen"),
        ("anna@contoso.com\nBcc: eve@evil.com", "line break"),
        ("anna@contoso.com\r\n", "line break"),
        ("anna@contoso.com\x00", "U+0000"),
        ("anna\u2028@contoso.com", "U+2028"),
        ("a" * 65 + "@contoso.com", "64"),
        ("a@" + "b." * 130 + "com", "254"),
    ],
)
def test_addresses_that_are_refused_and_why(text: str, why: str) -> None:
    with pytest.raises(AddressError) as refused:
        parse_address(text)
    assert why in refused.value.message
    assert "\n" not in refused.value.message


@given(st.text(max_size=40))
def test_no_text_becomes_an_address_that_could_end_a_line(text: str) -> None:
    try:
        address = parse_address(text)
    except AddressError:
        return
    assert address.isascii()
    assert address.isprintable()
    assert address.count("@") == 1
    assert not set(address) & set('<>",;: ()[]')


def test_the_domain_of_an_address_is_compared_in_lower_case() -> None:
    assert address_domain("anna@Contoso.COM") == "contoso.com"


def test_a_domain_that_only_unicode_takes_for_another_is_not_that_one() -> None:
    assert address_domain("anna@\u212aontoso.com") != "kontoso.com"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Mike@Contoso.com", "mike@contoso.COM", True),
        ("mi\u212ae@contoso.com", "mike@contoso.com", False),
        ("mi\u212ae@contoso.com", "mi\u212ae@contoso.com", True),
        ("strau\xdf@contoso.com", "strauss@contoso.com", False),
        ("\u017fam@contoso.com", "sam@contoso.com", False),
        ("mike@contoso.com", "mike@contoso.com ", False),
    ],
)
def test_addresses_are_the_same_but_for_case_in_ascii(one: str, other: str, same: bool) -> None:
    assert same_address(one, other) is same
    assert same_address(other, one) is same


@pytest.mark.parametrize(
    ("text", "whole"),
    [("a@b", True), ("a", False), ("a@", False), ("@b", False), ("a@b@c", False), ("a @b", False)],
)
def test_the_outer_form_of_an_address(text: str, whole: bool) -> None:
    assert is_address(text) is whole


@pytest.mark.parametrize(
    "text", ["a\nBcc: x@y.z", "a\rb", "a\x85b", "a\u2029b", "a\x0bb", "\ud800"]
)
def test_header_texts_hold_no_line_breaks_of_any_kind(text: str) -> None:
    with pytest.raises(AddressError):
        header_text("subject", text)
