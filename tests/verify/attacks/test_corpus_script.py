"""The corpus can be written out, so that other validators can be tried on it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("make.py")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    subprocess.run([sys.executable, str(SCRIPT), str(folder)], check=True, capture_output=True)
    return folder


def rows(file: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_each_token_says_what_it_is(corpus: Path) -> None:
    false, genuine = rows(corpus / "false.jsonl"), rows(corpus / "genuine.jsonl")
    assert len({(row["name"], row["kind"]) for row in false}) == len(false) > 1_000
    assert {row["kind"] for row in genuine} == {"v1", "v2", "eat"}
    assert json.loads((corpus / "keys.json").read_text(encoding="utf-8"))["keys"]


def test_another_library_finds_the_genuine_ones_genuine(corpus: Path) -> None:
    """The corpus is no invention of the validator that it tests: PyJWT verifies it too."""
    import jwt

    key = jwt.PyJWKSet.from_json((corpus / "keys.json").read_text(encoding="utf-8")).keys[0]
    for row in rows(corpus / "genuine.jsonl"):
        options = {"verify_aud": False, "verify_exp": False, "verify_nbf": False}
        assert jwt.decode(
            row["token"], key, algorithms=["RS256"], options={**options, "verify_iat": False}
        )
