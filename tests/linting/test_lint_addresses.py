"""Which addresses Microsoft's servers can call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.linting.facts.addresses import Reach, judge


@pytest.mark.parametrize(
    "url",
    [
        "https://contoso.com",
        "HTTPS://Contoso.com:443/a",
        "https://8.8.8.8/",
        "https://xn--bcher-kva.example",
    ],
)
def test_public(url: str) -> None:
    assert judge(url).reach is Reach.PUBLIC


@pytest.mark.parametrize(
    "url",
    [
        "",
        "contoso.com/a",
        "ftp://contoso.com",
        "http://contoso.com",
        "https://",
        "https:///path",
        "https://localhost",
        "https://app.localhost/",
        "https://LOCALHOST.:443/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://10.1.2.3",
        "https://172.16.0.1",
        "https://192.168.0.1",
        "https://169.254.169.254",
        "https://0.0.0.0",
        "https://[::1]/",
        "https://[fe80::1%25eth0]/",
        "https://[fd00::1]/",
        "https://printer.local",
        "https://api.contoso.internal",
        "https://contoso.test/approve",
        "https://nas.home.arpa",
        "https://intranet/approve",
        "https://[broken",
        "https://contoso.com:port",
        "javascript:alert(1)",
    ],
)
def test_unreachable(url: str) -> None:
    judgement = judge(url)
    assert judgement.reach is Reach.UNREACHABLE
    assert judgement.reason


@pytest.mark.parametrize(
    "url", ["{{host.value}}/a", "https://{{host.value}}/a", "{actionUrl}", "https://...", "https://contoso.com:8443"]
)  # fmt: skip
def test_uncertain(url: str) -> None:
    assert judge(url).reach is Reach.UNCERTAIN


@given(st.text() | st.text().map("https://".__add__))
def test_every_text_gets_a_judgement(url: str) -> None:
    assert judge(url).reach in Reach
