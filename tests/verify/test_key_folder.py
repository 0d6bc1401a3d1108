"""Keys on the disk: there again in the next run, and nothing that somebody else could have put."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from token_mint import KID, NOW, Mint

from amcli.verify.key_folder import KeyFolder
from amcli.verify.key_ring import KeyRing
from amcli.verify.keyset import StaticKeys, TokenKey

MINT = Mint()
NAME = "https://login.microsoftonline.com/common/.well-known/openid-configuration"
ISSUER = "https://sts.windows.net/{tenantid}/"


def ring(**more: Any) -> KeyRing:
    return KeyRing().with_set(StaticKeys.from_mapping(MINT.jwks(**more), "the set"), NOW)


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "a" / "keys", clock=lambda: NOW)


def file_of(tmp_path: Path) -> Path:
    return next((tmp_path / "a" / "keys").iterdir())


def test_a_ring_is_there_again(folder: KeyFolder) -> None:
    folder.save(NAME, ring(issuer=ISSUER))
    found = folder.load(NAME)
    assert found is not None
    assert found.read_at == NOW
    key = found.find(KID, NOW)
    assert isinstance(key, TokenKey)
    assert (key.issuer, key.origin) == (ISSUER, "the set")
    assert key.public_key.public_numbers() == MINT.key.public_key().public_numbers()


def test_only_its_owner_may_read_and_write_it(folder: KeyFolder, tmp_path: Path) -> None:
    folder.save(NAME, ring())
    folder.save(NAME, ring())
    file = file_of(tmp_path)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
@pytest.mark.parametrize("place", ["file", "folder"])
def test_what_others_may_write_is_not_believed(
    folder: KeyFolder, tmp_path: Path, mode: int, place: str
) -> None:
    folder.save(NAME, ring())
    file = file_of(tmp_path)
    (file if place == "file" else file.parent).chmod(mode | 0o100)
    assert folder.load(NAME) is None


def test_a_link_to_it_is_not_followed(folder: KeyFolder, tmp_path: Path) -> None:
    folder.save(NAME, ring())
    file = file_of(tmp_path)
    moved = file.rename(tmp_path / "elsewhere.json")
    moved.chmod(0o666)
    file.symlink_to(moved)
    assert folder.load(NAME) is None


@given(cut=st.integers(0, 400))
def test_a_file_that_was_cut_is_as_if_it_were_not_there(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    place = tmp_path_factory.mktemp("keys")
    folder = KeyFolder(place, clock=lambda: NOW)
    folder.save(NAME, ring())
    file = next(place.iterdir())
    file.write_bytes(file.read_bytes()[:cut])
    assert folder.load(NAME) is None


@pytest.mark.parametrize(
    "change",
    [
        {"amcli": 2},
        {"name": "https://evil.example/"},
        {"read_at": (NOW + timedelta(days=1)).isoformat()},
        {"read_at": NOW.replace(tzinfo=None).isoformat()},
        {"read_at": None},
        {"read_at": 7},
        {"keys": None},
        {"keys": [None]},
        {"keys": [{}]},
        {"keys": [{"last_seen": NOW.isoformat(), "from": "x", "key": {}}]},
        {"keys": [{"last_seen": "2999-01-01T00:00:00+00:00", "from": "x", "key": {"kid": "a"}}]},
    ],
)
def test_what_was_not_written_here_is_as_if_it_were_not_there(
    folder: KeyFolder, tmp_path: Path, change: dict[str, Any]
) -> None:
    folder.save(NAME, ring())
    file = file_of(tmp_path)
    file.write_text(json.dumps({**json.loads(file.read_text()), **change}), encoding="utf-8")
    assert folder.load(NAME) is None


def test_weak_keys_are_not_used_from_the_disk_either(folder: KeyFolder, tmp_path: Path) -> None:
    folder.save(NAME, ring())
    file = file_of(tmp_path)
    value = json.loads(file.read_text())
    value["keys"][0]["key"]["e"] = "AQ"
    file.write_text(json.dumps(value), encoding="utf-8")
    found = folder.load(NAME)
    assert found is not None
    assert not isinstance(found.find(KID, NOW), TokenKey)


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folder = KeyFolder(tmp_path / "file" / "keys")
    folder.save(NAME, ring())
    assert folder.load(NAME) is None
