"""DKIM: what is signed, that it verifies, and that no other byte of the mail changes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import dkim
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amcli.errors import KeyMaterialError, UsageError
from amcli.mail.body import HtmlBody
from amcli.mail.dkim import add_dkim, alignment_warning
from amcli.mail.message import MailMessage, compose
from amcli.secrets import Secret
from amcli.signing.dkim_key import DkimKey, Ed25519DkimKey, load_dkim_key
from amcli.signing.keygen import GeneratedDkimKey, write_dkim_key

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def mail(text: str = "Hello", subject: str = "Expenses", cc: tuple[str, ...] = ()) -> MailMessage:
    body = HtmlBody(f"<p>{text}</p>", text)
    return compose(
        body, sender="approvals@contoso.com", to=["anna@contoso.com"], cc=cc, subject=subject
    )


@pytest.fixture
def key(dkim_pair: GeneratedDkimKey) -> DkimKey:
    return DkimKey("contoso.com", "mail2026", dkim_pair.private)


@pytest.fixture
def both(dkim_pair: GeneratedDkimKey) -> DkimKey:
    assert dkim_pair.ed25519 is not None
    second = Ed25519DkimKey("mail2026-ed25519", dkim_pair.ed25519)
    return DkimKey("contoso.com", "mail2026", dkim_pair.private, second)


def verifies(content: bytes, pair: GeneratedDkimKey, index: int = 0) -> bool:
    records = {f"{record.name}.".encode(): record.text.encode() for record in pair.records}

    def lookup(name: bytes, timeout: float = 5) -> bytes | None:
        return records.get(name)

    try:
        return bool(dkim.DKIM(content).verify(index, dnsfunc=lookup))
    except dkim.DKIMException:
        return False


def tags(content: bytes) -> dict[str, str]:
    header = content.split(b"\r\n\r\n")[0].split(b"DKIM-Signature:")[1]
    value = re.split(rb"\r\n(?![ \t])", header)[0].decode("ascii")
    pairs = (re.sub(r"\s+", "", part).partition("=") for part in value.split(";"))
    return {name: found for name, _, found in pairs}


def test_the_signature_verifies_with_the_published_record(
    key: DkimKey, dkim_pair: GeneratedDkimKey
) -> None:
    assert verifies(add_dkim(mail(), key).content, dkim_pair)


def test_the_header_stands_in_front_and_nothing_else_changes(key: DkimKey) -> None:
    message = mail(cc=("ben@contoso.com",))
    signed = add_dkim(message, key)
    assert signed.content.startswith(b"DKIM-Signature: ")
    assert signed.content.endswith(message.content)
    assert signed == replace(message, content=signed.content)
    header = signed.content.removesuffix(message.content)
    assert header.endswith(b"\r\n")
    assert all(len(line) <= 78 for line in header.split(b"\r\n"))


def test_the_tags_are_those_that_the_documents_ask_for(key: DkimKey) -> None:
    found = tags(add_dkim(mail(), key, clock=lambda: NOON).content)
    assert found["a"] == "rsa-sha256"
    assert found["c"] == "relaxed/relaxed"
    assert (found["d"], found["s"]) == ("contoso.com", "mail2026")
    assert found["t"] == str(int(NOON.timestamp()))
    assert "l" not in found


def test_from_is_listed_once_more_than_it_stands_there(key: DkimKey) -> None:
    signed = tags(add_dkim(mail(cc=("ben@contoso.com",)), key).content)["h"].split(":")
    assert signed.count("from") == 2
    assert set(signed) == {
        "from", "to", "cc", "subject", "date", "message-id", "mime-version", "content-type",
        "x-amcli-correlation-id",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: Expenses", b"Subject: Salaries"),
        (b"To: anna@contoso.com", b"To: eve@contoso.com"),
        (b"MIME-Version: 1.0", b"MIME-Version: 1.1"),
        (b"Hello", b"Hullo"),
        (b"From: approvals@contoso.com", b"From: boss@contoso.com\r\nFrom: approvals@contoso.com"),
    ],
)
def test_what_is_changed_afterwards_is_seen(
    old: bytes, new: bytes, key: DkimKey, dkim_pair: GeneratedDkimKey
) -> None:
    content = add_dkim(mail(), key).content
    assert old in content
    assert not verifies(content.replace(old, new), dkim_pair)


def test_relays_may_fold_headers_and_strip_white_space(
    key: DkimKey, dkim_pair: GeneratedDkimKey
) -> None:
    content = add_dkim(mail(subject="two words"), key).content
    assert verifies(content.replace(b"two words", b"two\r\n  words"), dkim_pair)
    assert verifies(content + b"\r\n\r\n", dkim_pair)


def test_an_ed25519_signature_stands_beside_the_rsa_one(
    both: DkimKey, dkim_pair: GeneratedDkimKey
) -> None:
    content = add_dkim(mail(), both).content
    assert content.count(b"DKIM-Signature:") == 2
    assert verifies(content, dkim_pair, 0)
    assert verifies(content, dkim_pair, 1)


def test_without_pynacl_an_ed25519_signature_is_refused_with_what_to_install(
    both: DkimKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(dkim, "nacl")
    with pytest.raises(KeyMaterialError, match="PyNaCl") as caught:
        add_dkim(mail(), both)
    assert "amcli[ed25519]" in str(caught.value.hint)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
    subject=st.text(st.characters(categories=["L", "N"]), max_size=80),
)
def test_any_text_survives(
    text: str, subject: str, key: DkimKey, dkim_pair: GeneratedDkimKey
) -> None:
    assert verifies(add_dkim(mail(text, subject), key).content, dkim_pair)


@pytest.mark.parametrize(
    ("sender", "aligned"),
    [
        ("a@contoso.com", True),
        ("a@CONTOSO.com", True),
        ("a@mail.contoso.com", True),
        ("a@fabrikam.com", False),
        ("a@notcontoso.com", False),
        ("a@com", False),
    ],
)
def test_a_domain_that_does_not_speak_for_from_is_warned_of(
    sender: str, aligned: bool, key: DkimKey
) -> None:
    warning = alignment_warning(sender, key)
    assert (warning is None) is aligned
    if warning is not None:
        assert "contoso.com" in warning
        assert sender.partition("@")[2] in warning


def test_keys_are_loaded_from_the_files_that_keygen_writes(
    dkim_pair: GeneratedDkimKey, tmp_path: Path
) -> None:
    paths = write_dkim_key(tmp_path, dkim_pair, passphrase=Secret("x"))
    key = load_dkim_key(
        paths[0],
        domain="Contoso.com",
        selector="mail2026",
        passphrase=Secret("x"),
        ed25519_path=paths[2],
        ed25519_selector="mail2026-ed25519",
    )
    content = add_dkim(mail(), key).content
    assert verifies(content, dkim_pair, 0)
    assert verifies(content, dkim_pair, 1)
    assert repr(key) == "DkimKey(mail2026._domainkey.contoso.com, RSA 2048)"


def test_an_ed25519_key_is_never_the_only_one(dkim_pair: GeneratedDkimKey, tmp_path: Path) -> None:
    second = write_dkim_key(tmp_path, dkim_pair)[2]
    with pytest.raises(KeyMaterialError, match="an RSA key is needed"):
        load_dkim_key(second, domain="contoso.com", selector="s")


def test_the_second_key_must_be_ed25519_and_have_a_selector(
    dkim_pair: GeneratedDkimKey, tmp_path: Path
) -> None:
    rsa = write_dkim_key(tmp_path, dkim_pair)[0]
    with pytest.raises(KeyMaterialError, match="no Ed25519 key"):
        load_dkim_key(
            rsa, domain="contoso.com", selector="s", ed25519_path=rsa, ed25519_selector="t"
        )
    with pytest.raises(UsageError, match="no selector"):
        load_dkim_key(rsa, domain="contoso.com", selector="s", ed25519_path=rsa)


@pytest.mark.parametrize("name", ["", "a b", "x\r\ny", "ü"])
def test_domain_and_selector_must_be_dns_names(
    name: str, dkim_pair: GeneratedDkimKey, tmp_path: Path
) -> None:
    path = write_dkim_key(tmp_path, dkim_pair)[0]
    for names in ({"domain": name, "selector": "s"}, {"domain": "a.de", "selector": name}):
        with pytest.raises(UsageError):
            load_dkim_key(path, **names)
