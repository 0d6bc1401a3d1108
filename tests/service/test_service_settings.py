"""ServiceSettings: explicit trust, from arguments or from one file, and from nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click_service import EXPENSES, PURPOSE, ClickService
from token_mint import APP_ID_URI, NOW, Mint

from amcli.errors import ConfigurationError, NetworkError, UnreadableInput, UsageError
from amcli.service import ServiceSettings
from amcli.verify.keyset import StaticKeys
from amcli.verify.published import KeysAtUrl, PublishedKeys
from amcli.verify.token import AnyTenant

TENANT = "6c2d9a4e-1f3b-4c5d-8e7f-0a1b2c3d4e5f"
TRUST = f'[verify]\naudience = ["{EXPENSES.app_id_uri}"]\ntenants = ["{TENANT}"]\n'


def settings_of(folder: Path, text: str, **more: Any) -> ServiceSettings:
    (folder / "amcli.toml").write_text(text)
    return ServiceSettings.from_file(folder / "amcli.toml", **more)


def test_a_file_says_everything(tmp_path: Path) -> None:
    service = ClickService.create(tmp_path)

    settings = ServiceSettings.from_file(tmp_path / "amcli.toml")

    assert settings.audiences == (EXPENSES.app_id_uri,)
    assert settings.tenants == {service.issuer.tenant}
    assert settings.scope == EXPENSES.scope
    assert settings.sender == PURPOSE.sender
    assert isinstance(settings.keys, StaticKeys)
    verified = settings.verifier().verify(service.bearer(), b"{}")
    assert verified.performer.tenant == service.issuer.tenant


def test_the_least_that_must_be_said(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, TRUST)

    assert isinstance(settings.keys, PublishedKeys)
    assert settings.legacy_eat is False
    assert settings.cloud == "global"


def test_keys_are_kept_from_one_start_to_the_next(tmp_path: Path) -> None:
    mint, asked = Mint(), []

    def microsoft(url: str) -> bytes:
        asked.append(url)
        keys = f"https://login.microsoftonline.com/{TENANT}/discovery/keys"
        metadata = {"issuer": f"https://sts.windows.net/{TENANT}/", "jwks_uri": keys}
        return json.dumps(mint.jwks() if url == keys else metadata).encode()

    def unreachable(url: str) -> bytes:
        raise NetworkError(url)

    text = f'[verify]\naudience = ["{APP_ID_URI}"]\ntenants = ["{TENANT}"]\n'
    text += '[service]\nkey_folder = "keys"\n'
    headers = [("Authorization", f"Bearer {mint.token('v1')}")]
    for fetch in (microsoft, unreachable):
        started = settings_of(tmp_path, text, fetch=fetch, clock=lambda: NOW)
        assert started.verifier().verify(headers, b"").performer.tenant == TENANT
    assert len(asked) == 2
    assert list((tmp_path / "keys").iterdir())


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", "verify.audience"),
        ('[verify]\naudience = ["api://x"]\n', "verify.tenants"),
        (TRUST + "any_tenant = true\n", "contradict"),
    ],
)
def test_whom_to_trust_has_no_default(tmp_path: Path, text: str, missing: str) -> None:
    with pytest.raises(ConfigurationError, match=missing):
        settings_of(tmp_path, text)


@pytest.mark.parametrize("url", ["redis://localhost/0", "rediss://r.contoso.com:6380", "unix:///r"])
def test_a_store_in_redis_is_given_in_the_program(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigurationError, match="no address") as caught:
        settings_of(tmp_path, f'{TRUST}[service]\nstore = "{url}"\n')

    assert "RedisStore.from_url" in str(caught.value.hint)
    assert not (tmp_path / "redis:").exists()


def test_every_tenant_is_said_in_so_many_words(tmp_path: Path) -> None:
    text = '[verify]\naudience = ["api://x"]\nany_tenant = true\n'

    assert settings_of(tmp_path, text).tenants == AnyTenant()


def test_a_tenant_is_a_guid(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="contoso"):
        settings_of(tmp_path, '[verify]\naudience = ["api://x"]\ntenants = ["contoso"]\n')


def test_neither_environment_nor_folders_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "service"
    inner.mkdir()
    (tmp_path / "amcli.toml").write_text(TRUST)
    monkeypatch.chdir(inner)
    monkeypatch.setenv("AMCLI_VERIFY_ANY_TENANT", "true")
    monkeypatch.setenv("AMCLI_CONFIG", str(tmp_path / "amcli.toml"))

    with pytest.raises(ConfigurationError):
        ServiceSettings.from_file(inner / "amcli.toml")
    with pytest.raises(ConfigurationError, match="tenants"):
        settings_of(inner, '[verify]\naudience = ["api://x"]\n')


def test_a_profile_is_named_by_the_service(tmp_path: Path) -> None:
    text = TRUST + '[profile.test.verify]\naudience = ["api://test"]\n'

    assert settings_of(tmp_path, text, profile="test").audiences == ("api://test",)


def test_a_key_set_at_an_address_is_read_when_it_is_needed(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, TRUST + 'jwks = "https://keys.example/set"\n')

    assert isinstance(settings.keys, KeysAtUrl)


def test_a_key_set_that_is_not_there_stops_the_service_at_its_start(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"keys\.json"):
        settings_of(tmp_path, TRUST + 'jwks = "keys.json"\n')


def test_eat_counts_only_where_the_service_says_so(tmp_path: Path) -> None:
    for_the_command = settings_of(tmp_path, TRUST + "legacy_eat = true\n")
    for_the_service = settings_of(tmp_path, TRUST + "[service]\nlegacy_eat = true\n")

    assert (for_the_command.legacy_eat, for_the_service.legacy_eat) == (False, True)


def test_what_an_endpoint_needs_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"service\.purpose_key_file"):
        settings_of(tmp_path, TRUST).endpoint("expense-approval", {})


def test_refresh_cards_come_from_the_folder_that_is_named(tmp_path: Path) -> None:
    templates = Path(__file__).parent.parent.parent / "templates"
    provider = f'[provider]\noriginator = "{EXPENSES.provider_id}"\n'
    text = f'{TRUST}{provider}[templates]\nfolder = "{templates}"\n'

    cards = settings_of(tmp_path, text).refresh_cards("expense-approval")

    assert cards.first.originator == EXPENSES.provider_id
