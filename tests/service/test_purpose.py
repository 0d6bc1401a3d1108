"""Limited-purpose tokens: only what was minted opens, and nothing else raises anything else."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli import base64url
from amcli.card.reserved import PURPOSE_TOKEN_PLACEHOLDER
from amcli.errors import AmcliError, KeyMaterialError, UsageError
from amcli.secrets import Secret
from amcli.service.purpose import (
    CHECKS,
    LONGEST_LIFETIME,
    Purpose,
    PurposeContentUnknown,
    PurposeKeyUnknown,
    PurposeTokenExpired,
    PurposeTokenForged,
    PurposeTokenMalformed,
    PurposeTokenRejected,
    mint,
    open_purpose_token,
)
from amcli.service.purpose_keys import PurposeKey, PurposeKeys, load_purpose_keys

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KEYS = PurposeKeys.generate("2026-11", random=lambda n: bytes(range(n)))
OTHER_KEYS = PurposeKeys.generate("2026-11", random=bytes)
EXPENSE = Purpose(
    sender="expenses@contoso.com",
    template="expense-approval",
    subject="EXP-2041",
    recipient="adele@contoso.com",
    actions=("approve", "reject"),
)


DOCUMENT = (Path(__file__).parents[2] / "docs" / "purpose-tokens.md").read_text("utf-8")


def clock() -> datetime:
    return NOW


TOKEN = mint(EXPENSE, KEYS, clock=clock)


def test_what_was_minted_opens() -> None:
    opened = open_purpose_token(TOKEN, KEYS, clock)

    assert opened.purpose == EXPENSE
    assert opened.expires == NOW + timedelta(days=30)


def test_a_token_is_plain_text_for_json_and_addresses() -> None:
    assert TOKEN.startswith("amp1.2026-11.")
    assert set(TOKEN) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


def test_two_mails_have_two_tokens() -> None:
    another = open_purpose_token(mint(EXPENSE, KEYS, clock=clock), KEYS, clock)

    assert another.id != open_purpose_token(TOKEN, KEYS, clock).id


@given(st.integers(0, len(TOKEN) - 1), st.characters())
def test_any_changed_character_is_refused(place: int, character: str) -> None:
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]
    if changed == TOKEN:
        return
    with pytest.raises(PurposeTokenRejected):
        open_purpose_token(changed, KEYS, clock)


@given(st.text() | st.from_regex(r"amp1\.2026-11\.[\w-]*\.[\w-]*"))
def test_any_other_text_is_refused_in_the_one_way(text: str) -> None:
    with pytest.raises(PurposeTokenRejected):
        open_purpose_token(text, KEYS, clock)


@given(st.binary())
def test_a_genuine_mac_over_a_strange_payload_is_refused_too(payload: bytes) -> None:
    import base64

    signed = f"amp1.2026-11.{base64.urlsafe_b64encode(payload).decode().rstrip('=')}"
    with pytest.raises(PurposeTokenRejected):
        open_purpose_token(f"{signed}.{KEYS.keys[0].mac(signed)}", KEYS, clock)


@given(
    st.builds(
        Purpose,
        sender=st.text(min_size=1, max_size=30),
        template=st.text(min_size=1, max_size=30),
        subject=st.text(max_size=30),
        recipient=st.text(min_size=1, max_size=30),
        actions=st.lists(st.text(min_size=1, max_size=9), min_size=1, max_size=3).map(tuple),
    )
)
def test_every_purpose_comes_back_unchanged(purpose: Purpose) -> None:
    assert open_purpose_token(mint(purpose, KEYS, clock=clock), KEYS, clock).purpose == purpose


def test_the_placeholder_is_never_accepted() -> None:
    with pytest.raises(PurposeTokenRejected, match="placeholder"):
        open_purpose_token(PURPOSE_TOKEN_PLACEHOLDER, KEYS, clock)


def test_a_token_of_another_service_is_refused() -> None:
    with pytest.raises(PurposeTokenRejected, match="not made by us"):
        open_purpose_token(mint(EXPENSE, OTHER_KEYS, clock=clock), KEYS, clock)


def test_from_its_expiry_on_a_token_is_refused() -> None:
    token = mint(EXPENSE, KEYS, clock=clock, lifetime=timedelta(hours=1))

    open_purpose_token(token, KEYS, lambda: NOW + timedelta(minutes=59, seconds=59))
    with pytest.raises(PurposeTokenRejected, match="expired at 2026-11-20 13:00:00"):
        open_purpose_token(token, KEYS, lambda: NOW + timedelta(hours=1))


def test_no_token_outlives_the_memory_of_a_store() -> None:
    mint(EXPENSE, KEYS, lifetime=LONGEST_LIFETIME)
    with pytest.raises(UsageError, match="365 days"):
        mint(EXPENSE, KEYS, lifetime=LONGEST_LIFETIME + timedelta(seconds=1))

    with pytest.raises(PurposeContentUnknown, match="longer than ours"):
        open_purpose_token(TOKEN, KEYS, lambda: NOW - LONGEST_LIFETIME)


@pytest.mark.parametrize(
    "changes",
    [
        {"max": 100},
        {"exp": None},
        {"exp": True},
        {"exp": 1e9},
        {"exp": 10**30},
        {"act": "approve"},
        {"act": []},
        {"act": [1]},
        {"act": [""]},
        {"to": ""},
        {"id": 1},
    ],
    ids=str,
)
def test_what_this_version_does_not_write_it_does_not_read(changes: dict[str, Any]) -> None:
    """A field that is new could be a restriction, so it is not passed over."""
    with pytest.raises(PurposeContentUnknown):
        open_purpose_token(written(**changes), KEYS, clock)


def written(**changes: Any) -> str:
    """A token with our own key, and a payload that was written by hand."""
    payload = {
        "id": "AAECAwQFBgcICQoLDA0ODw",
        "from": "expenses@contoso.com",
        "tmpl": "expense-approval",
        "sub": "EXP-2041",
        "to": "adele@contoso.com",
        "act": ["approve", "reject"],
        "exp": 1_781_783_200,
        **changes,
    }
    text = json.dumps({name: value for name, value in payload.items() if value is not None})
    signed = f"amp1.2026-11.{base64url.encode(text.encode())}"
    return f"{signed}.{KEYS.keys[0].mac(signed)}"


def test_a_token_that_another_program_minted_as_documented_opens() -> None:
    assert (
        open_purpose_token(written(exp=int(NOW.timestamp()) + 60), KEYS, clock).purpose == EXPENSE
    )


def test_the_example_in_the_documentation_is_true() -> None:
    """Known answer: key, claims and token stand in docs/purpose-tokens.md."""
    (example,) = re.findall(r"^(amp1\.\S+)$", DOCUMENT, re.MULTILINE)
    (secret,) = re.findall(r"^2026-11 (\S{43})$", DOCUMENT, re.MULTILINE)
    (payload,) = re.findall(r"^(\{\"id\".*\})$", DOCUMENT, re.MULTILINE)
    keys = PurposeKeys((PurposeKey("2026-11", Secret(secret)),))

    assert mint(EXPENSE, keys, clock=clock, random=lambda n: bytes(range(n))) == example
    assert base64url.decode(example.split(".")[2]).decode() == payload
    assert open_purpose_token(example, keys, clock).purpose == EXPENSE


def test_each_reason_to_refuse_has_its_class_and_its_check() -> None:
    other = mint(EXPENSE, PurposeKeys.generate("other"), clock=clock)
    reasons = {
        "amp2.2026-11.e30.x": PurposeTokenMalformed,
        other: PurposeKeyUnknown,
        mint(EXPENSE, OTHER_KEYS, clock=clock): PurposeTokenForged,
        written(more=1): PurposeContentUnknown,
        mint(EXPENSE, KEYS, clock=clock, lifetime=timedelta(0)): PurposeTokenExpired,
    }
    for text, reason in reasons.items():
        with pytest.raises(reason):
            open_purpose_token(text, KEYS, clock)

    assert tuple(reason.check for reason in reasons.values()) == CHECKS


def test_rotation_keeps_old_tokens_alive_until_their_key_is_gone() -> None:
    new = PurposeKeys.generate("2026-12")
    both = PurposeKeys(new.keys + KEYS.keys)

    assert mint(EXPENSE, both, clock=clock).startswith("amp1.2026-12.")
    assert open_purpose_token(TOKEN, both, clock).purpose == EXPENSE
    with pytest.raises(PurposeTokenRejected, match="key that is not in use"):
        open_purpose_token(TOKEN, new, clock)


@pytest.mark.parametrize("empty", ["sender", "template", "recipient", "actions"])
def test_a_purpose_is_complete(empty: str) -> None:
    with pytest.raises(UsageError):
        dataclasses.replace(EXPENSE, **{empty: () if empty == "actions" else ""})


def test_a_token_that_no_action_could_carry_is_not_minted() -> None:
    with pytest.raises(UsageError, match="4096 characters"):
        mint(dataclasses.replace(EXPENSE, subject="x" * 5000), KEYS)


def test_keys_come_from_a_file_and_the_first_one_mints(tmp_path: Path) -> None:
    file = tmp_path / "purpose.keys"
    file.write_text(f"# since December\nnew {'n' * 43}\n\nold {'o' * 43}\n")

    keys = load_purpose_keys(file)

    assert [key.id for key in keys.keys] == ["new", "old"]
    assert mint(EXPENSE, keys).startswith("amp1.new.")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "at least one"),
        ("short c2hvcnQ\n", "fewer than 32 bytes"),
        ("no-secret\n", ":1: a line is"),
        (f"a {'a' * 43}\na {'b' * 43}\n", "each id only once"),
        (f"a {'!' * 43}\n", "base64url"),
        (f"schlüssel {'a' * 43}\n", "ASCII"),
    ],
)
def test_a_bad_key_file_says_why(tmp_path: Path, content: str, reason: str) -> None:
    file = tmp_path / "purpose.keys"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(KeyMaterialError, match=reason) as caught:
        load_purpose_keys(file)
    assert "c2hvcnQ" not in str(caught.value)


def test_no_repr_shows_a_secret() -> None:
    keys = PurposeKeys.generate("k")

    assert keys.keys[0].secret.reveal() not in repr(keys)
    assert isinstance(keys.keys[0].secret, Secret)
    assert issubclass(PurposeTokenRejected, AmcliError)
