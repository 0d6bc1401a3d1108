"""New keys: all their files or none, never over another file, secret where they must be."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from amcli import files
from amcli.errors import KeyMaterialError, OutputError, UsageError, WouldOverwrite
from amcli.files import NewFile, write_new_files
from amcli.secrets import Secret
from amcli.signing.keygen import (
    GeneratedCardKey,
    GeneratedDkimKey,
    generate_card_key,
    generate_dkim_key,
    write_card_key,
    write_dkim_key,
)
from amcli.signing.keys import load_public_key, load_signing_key
from amcli.signing.private_key import load_private_key

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def card_key() -> GeneratedCardKey:
    return generate_card_key(certificate=True, clock=lambda: NOON)


def test_a_card_key_is_written_in_every_form(card_key: GeneratedCardKey, tmp_path: Path) -> None:
    paths = write_card_key(tmp_path / "new" / "keys", card_key)
    assert [path.name for path in paths] == [
        "card-private.pem",
        "card-public.pem",
        "card-public.jwk",
        "card-public.xml",
        "card-certificate.pem",
    ]
    assert load_signing_key(paths[0]).fingerprint == card_key.key.fingerprint
    for public in paths[1:]:
        assert load_public_key(public).fingerprint == card_key.key.fingerprint


def test_without_certificate_there_is_none(
    dkim_pair: GeneratedDkimKey, card_key: GeneratedCardKey, tmp_path: Path
) -> None:
    paths = write_card_key(tmp_path, GeneratedCardKey(card_key.key))
    assert "card-certificate.pem" not in {path.name for path in paths}


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_private_keys_are_for_their_owner_only(
    dkim_pair: GeneratedDkimKey, card_key: GeneratedCardKey, tmp_path: Path
) -> None:
    paths = [*write_card_key(tmp_path, card_key), *write_dkim_key(tmp_path, dkim_pair)]
    private = {path.name for path in paths if stat.S_IMODE(path.stat().st_mode) == 0o600}
    assert private == {"card-private.pem", "dkim-private.pem", "dkim-ed25519-private.pem"}


def test_private_key_is_pkcs8_and_with_a_passphrase_encrypted(
    card_key: GeneratedCardKey, tmp_path: Path
) -> None:
    plain, locked = tmp_path / "plain", tmp_path / "locked"
    write_card_key(plain, card_key)
    write_card_key(locked, card_key, passphrase=Secret("grün"))
    assert (plain / "card-private.pem").read_text().startswith("-----BEGIN PRIVATE KEY-----")
    pem = locked / "card-private.pem"
    assert pem.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert load_signing_key(pem, Secret("grün")).fingerprint == card_key.key.fingerprint


def test_the_jwk_says_what_it_is_for_and_holds_nothing_private(
    card_key: GeneratedCardKey, tmp_path: Path
) -> None:
    write_card_key(tmp_path, card_key)
    jwk = json.loads((tmp_path / "card-public.jwk").read_text())
    assert jwk.keys() == {"kty", "use", "alg", "n", "e"}
    assert (jwk["kty"], jwk["use"], jwk["alg"], jwk["e"]) == ("RSA", "sig", "RS256", "AQAB")


def test_the_certificate_is_self_signed_and_dated_by_the_clock(
    card_key: GeneratedCardKey,
) -> None:
    certificate = card_key.certificate
    assert isinstance(certificate, x509.Certificate)
    certificate.verify_directly_issued_by(certificate)
    assert certificate.not_valid_before_utc == NOON


def test_the_dkim_files(dkim_pair: GeneratedDkimKey, tmp_path: Path) -> None:
    paths = write_dkim_key(tmp_path, dkim_pair, passphrase=Secret("x"))
    assert [path.name for path in paths] == [
        "dkim-private.pem",
        "dkim-record.txt",
        "dkim-ed25519-private.pem",
        "dkim-ed25519-record.txt",
    ]
    second = load_private_key(paths[2], Secret("x"))
    assert isinstance(second, Ed25519PrivateKey)


@pytest.mark.parametrize("bits", [0, 1024, 2047, 8192])
def test_other_sizes_are_refused(bits: int) -> None:
    with pytest.raises(UsageError, match="2048, 3072, 4096"):
        generate_card_key(bits)


@pytest.mark.parametrize(
    ("domain", "selector"),
    [("", "s"), ("contoso..com", "s"), ("contoso.com", "a b"), ("a" * 64 + ".com", "s"),
     ("contoso.com\n", "s\r\nx"), ("münchen.de", "s"), (".".join(["abcdefgh"] * 30), "s")],
)  # fmt: skip
def test_names_that_dns_cannot_hold_are_refused(domain: str, selector: str) -> None:
    with pytest.raises(UsageError):
        generate_dkim_key(domain, selector)


def test_a_passphrase_longer_than_openssl_reads_is_refused(
    card_key: GeneratedCardKey, tmp_path: Path
) -> None:
    with pytest.raises(KeyMaterialError, match="longer than 1023 bytes"):
        write_card_key(tmp_path / "keys", card_key, passphrase=Secret("x" * 1024))
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("standing", ["card-private.pem", "card-public.xml"])
def test_nothing_is_written_when_one_file_stands_there(
    standing: str, card_key: GeneratedCardKey, tmp_path: Path
) -> None:
    (tmp_path / standing).write_text("mine")
    with pytest.raises(WouldOverwrite, match=standing):
        write_card_key(tmp_path, card_key)
    assert [path.name for path in tmp_path.iterdir()] == [standing]
    assert (tmp_path / standing).read_text() == "mine"


@pytest.mark.skipif(os.name != "posix", reason="symbolic links need rights elsewhere")
def test_a_symbolic_link_is_not_followed(card_key: GeneratedCardKey, tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "keys", tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "card-private.pem").symlink_to(elsewhere)
    with pytest.raises(WouldOverwrite):
        write_card_key(folder, card_key)
    assert not elsewhere.exists()


def test_a_file_in_place_of_the_folder_is_said(card_key: GeneratedCardKey, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file")
    for folder in (tmp_path / "keys", tmp_path / "keys" / "below"):
        with pytest.raises(UsageError):
            write_card_key(folder, card_key)


@pytest.mark.parametrize("trouble", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_breaks_half_way_leaves_nothing_behind(
    trouble: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = files._write

    def fail_at_the_second(path: Path, content: bytes, mode: int, made: list[Path]) -> None:
        write(path, content, mode, made)
        if path.name == "b":
            raise trouble

    monkeypatch.setattr(files, "_write", fail_at_the_second)
    new = [NewFile(name, b"x") for name in "abc"]
    with pytest.raises((OutputError, KeyboardInterrupt)):
        write_new_files(tmp_path / "made" / "for" / "this", new)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_there_before_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "_write", fail)
    with pytest.raises(KeyboardInterrupt):
        write_new_files(tmp_path, [NewFile("a", b"")])
    assert tmp_path.is_dir()


def test_reprs_hold_no_key(card_key: GeneratedCardKey, dkim_pair: GeneratedDkimKey) -> None:
    assert repr(dkim_pair) == "GeneratedDkimKey(mail2026._domainkey.contoso.com, RSA 2048)"
    assert "SigningKey(RSA 2048, SHA-256" in repr(card_key)
    assert "secret" not in repr(NewFile("a", b"secret", private=True))
