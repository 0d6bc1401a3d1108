"""What a command does not load: each module costs time at the start of every call."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from token_mint import APP_ID_URI, SECONDS, TENANT, Mint

CODE = """
import sys, click
before = set(sys.modules)
from amcli.cli import run
assert run(sys.argv[1:]) == 0
print(*sorted(set(sys.modules) - before), file=sys.stderr)
"""

OF_NO_SHORT_COMMAND = {
    "amcli.settings_file", "amcli.settings_values", "asyncio", "difflib", "dns", "email",
    "http.client", "jinja2", "jsonschema", "jwt", "locale", "rich", "secrets", "ssl",
    "textwrap", "tomllib", "urllib.request", "uuid",
}  # fmt: skip


def loaded(arguments: list[str], folder: Path) -> set[str]:
    """Return the modules that a command loads beside Click and what Click loads."""
    done = subprocess.run(
        [sys.executable, "-c", CODE, *arguments],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(done.stderr.split())


def test_the_version_is_told_without_settings_and_dataclasses(tmp_path: Path) -> None:
    needless = {"amcli.settings", "amcli.settings_table", "amcli.verify", "cryptography",
                "dataclasses"}  # fmt: skip

    assert not loaded(["--version"], tmp_path) & (OF_NO_SHORT_COMMAND | needless)


@pytest.mark.parametrize("before", ["", "Authorization: Bearer "])
def test_a_token_is_verified_without_what_other_captures_and_answers_need(
    tmp_path: Path, before: str
) -> None:
    mint = Mint()
    (tmp_path / "keys.json").write_text(json.dumps(mint.jwks()), encoding="utf-8")
    (tmp_path / "token.txt").write_text(f"{before}{mint.token('v1')}\n", encoding="utf-8")
    policy = ["--audience", APP_ID_URI, "--tenant", TENANT, "--at", str(SECONDS)]
    keys = ["--jwks", "keys.json", "--offline"]

    modules = loaded(["verify-token", "@token.txt", *policy, *keys, "--json"], tmp_path)

    assert "amcli.verify.token" in modules
    assert not modules & {
        *OF_NO_SHORT_COMMAND, "amcli.verify.captured_json", "amcli.verify.fetch",
        "amcli.verify.fresh_keys", "amcli.verify.published",
    }  # fmt: skip
    assert ("amcli.verify.captured_text" in modules) is bool(before)
