"""The DNS record of a DKIM key: what is published is what is verified with."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from amcli.signing.dkim_record import DkimRecord, dkim_record_value
from amcli.signing.keygen import GeneratedDkimKey, generate_dkim_key


def test_the_record_publishes_the_rsa_key(dkim_pair: GeneratedDkimKey) -> None:
    record = dkim_pair.record
    assert record.name == "mail2026._domainkey.contoso.com"
    head, _, key = record.text.partition("p=")
    assert head == "v=DKIM1; k=rsa; "
    assert load_der_public_key(base64.b64decode(key)) == dkim_pair.private.public_key()


def test_the_ed25519_record_holds_the_32_bytes_under_its_own_name(
    dkim_pair: GeneratedDkimKey,
) -> None:
    record = dkim_pair.ed25519_record
    assert record is not None
    assert dkim_pair.ed25519 is not None
    assert record.name == "mail2026-ed25519._domainkey.contoso.com"
    raw = base64.b64decode(record.text.removeprefix("v=DKIM1; k=ed25519; p="))
    assert raw == dkim_pair.ed25519.public_key().public_bytes_raw()


def test_names_are_lower_case_and_without_the_last_dot() -> None:
    assert generate_dkim_key("Contoso.COM.", "Mail").record.name == "mail._domainkey.contoso.com"


@pytest.mark.parametrize("length", [1, 255, 256, 600])
def test_pieces_are_short_enough_and_lose_nothing(length: int) -> None:
    record = DkimRecord("s._domainkey.example.com", "x" * length)
    assert "".join(record.pieces) == record.text
    assert max(map(len, record.pieces)) <= 255


def test_the_file_is_a_zone_file_with_the_value_in_every_form(
    dkim_pair: GeneratedDkimKey,
) -> None:
    record = dkim_pair.record
    text = record.file_text()
    assert record.text in text
    assert all(f'"{piece}"' in text for piece in record.pieces)
    live = [line for line in text.splitlines() if not line.startswith(";")]
    assert live == [record.zone_line()]
    assert live[0].startswith("mail2026._domainkey.contoso.com. IN TXT ( ")


def test_the_value_is_found_in_every_form_that_people_have(dkim_pair: GeneratedDkimKey) -> None:
    record = dkim_pair.record
    forms = [
        record.text,
        f"\ufeff{record.text}\r\n",
        record.file_text(),
        record.zone_line(),
        " ".join(f'"{piece}"' for piece in record.pieces),
        "\n".join(f'  "{piece}"' for piece in record.pieces),
    ]
    for form in forms:
        assert dkim_record_value(form) == record.text
