"""One card key and one DKIM key for all tests of signing: making RSA keys takes its time."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from amcli.signing.keygen import GeneratedDkimKey, generate_dkim_key


@pytest.fixture(scope="session")
def private() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def dkim_pair() -> GeneratedDkimKey:
    return generate_dkim_key("contoso.com", "mail2026", ed25519=True)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "key"
