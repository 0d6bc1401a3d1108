"""What [provider] in amcli.toml comes to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from amcli.errors import ConfigurationError
from amcli.linting.provider import provider_from
from amcli.linting.surroundings import Provider
from amcli.settings import Settings, load_settings

XML = "<RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>"

WHOLE = f"""
[provider]
originator = "0f5b2c1e-6a4d-4f1b-9c55-2f3f0f3d7a10"
scope = "test-users"
senders = ["approvals@contoso.com"]
target_urls = ["https://api.contoso.com"]
test_users = ["anna@contoso.com"]
token_type = "entra"
application_id = "7d1c0c7e-0b6b-4f53-9a0e-6a0c3f1f2b11"
app_id_uri = "api://auth-am-x/y"
public_key = "{XML}"
bot_id = "bot"
approved = 2026-03-31
"""


def settings(folder: Path, toml: str) -> Settings:
    (folder / "amcli.toml").write_text(toml, "utf-8")
    return load_settings(environ={}, start=folder)


def test_every_setting_of_the_section_reaches_the_rules(tmp_path: Path) -> None:
    assert provider_from(settings(tmp_path, WHOLE)) == Provider(
        originator="0f5b2c1e-6a4d-4f1b-9c55-2f3f0f3d7a10",
        scope="test-users",
        senders=("approvals@contoso.com",),
        target_urls=("https://api.contoso.com",),
        test_users=("anna@contoso.com",),
        token_type="entra",
        application_id="7d1c0c7e-0b6b-4f53-9a0e-6a0c3f1f2b11",
        app_id_uri="api://auth-am-x/y",
        public_key=XML,
        bot_id="bot",
        approved=datetime(2026, 3, 31, tzinfo=UTC),
    )


@pytest.mark.parametrize("toml", ["", "[provider]", '[provider]\noriginator = ""\nsenders = []'])
def test_without_anything_said_there_is_no_provider(tmp_path: Path, toml: str) -> None:
    assert provider_from(settings(tmp_path, toml)) is None


def test_the_originator_of_the_command_line_wins(tmp_path: Path) -> None:
    provider = provider_from(settings(tmp_path, WHOLE), originator="another")

    assert provider is not None
    assert (provider.originator, provider.scope) == ("another", "test-users")


def test_a_key_in_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "key.xml").write_text(XML)
    provider = provider_from(settings(tmp_path, '[provider]\npublic_key = "key.xml"'))

    assert provider == Provider(public_key=XML)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot read"),
        (b"\xff\xfe\x00", "is no text"),
        (b"-----BEGIN PRIVATE KEY-----\nMIIB", "is a PRIVATE key"),
        (b"<RSAKeyValue><D>AQAB</D></RSAKeyValue>", "is a PRIVATE key"),
        (b'{"kty": "RSA", "d": "AQAB"}', "is a PRIVATE key"),
    ],
)
def test_a_file_without_a_public_key_is_refused(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        provider_from(settings(tmp_path, '[provider]\npublic_key = "key"'))

    assert message in caught.value.message
    assert "MIIB" not in f"{caught.value}{caught.value.hint}"
