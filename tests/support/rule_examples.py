"""The examples of the lint rules: which cases there are, and what is expected of each."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from amcli.linting.surroundings import Correspondence, Limits, Provider, Surroundings

RULES_FOLDER = Path(__file__).parents[1] / "rules"


def cases(kind: str) -> list[Path]:
    """Finished cards, templates that stand alone and template folders, of all rules."""
    found = RULES_FOLDER.glob(f"AM*/{kind}/*")
    return sorted(p for p in found if p.is_dir() or is_card(p))


def is_card(path: Path) -> bool:
    return path.name.endswith((".json", ".json.j2")) and not path.name.startswith("_")


def name(path: Path) -> str:
    return f"{path.parent.parent.name}-{path.name.partition('.')[0]}"


def expectations(path: Path) -> dict[str, Any]:
    """What stands beside a case; a good one needs none."""
    beside = path.with_name(path.name.partition(".")[0] + ".expect.toml")
    return tomllib.loads(beside.read_text("utf-8")) if beside.is_file() else {}


def surroundings(expected: dict[str, Any]) -> Surroundings:
    def given(table: str) -> dict[str, Any]:
        lists = expected.get(table, {}).items()
        return {key: tuple(v) if isinstance(v, list) else v for key, v in lists}

    return Surroundings(
        provider=Provider(**given("provider")) if "provider" in expected else None,
        mail=Correspondence(**given("mail")) if "mail" in expected else None,
        limits=Limits(**given("limits")),
    )
