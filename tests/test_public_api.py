"""The public API: sorted, complete, and free of charge until it is used."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import amcli
from amcli.card.document import parse_card


def typed_names() -> set[str]:
    """The names that type checkers see."""
    module = ast.parse(Path(amcli.__file__).read_text("utf-8"))
    block = next(n for n in module.body if isinstance(n, ast.If))
    aliases = [a for n in block.body if isinstance(n, ast.ImportFrom) for a in n.names]
    return {alias.asname or alias.name for alias in aliases}


def test_the_names_are_sorted_and_the_same_for_people_and_type_checkers() -> None:
    assert amcli.__all__ == sorted(amcli.__all__)
    assert typed_names() | {"__version__"} == set(amcli.__all__) == set(dir(amcli))


@pytest.mark.parametrize("name", amcli.__all__)
def test_every_name_is_there_and_described(name: str) -> None:
    assert getattr(amcli, name).__doc__


def test_the_verbs_of_the_road_are_there() -> None:
    assert {
        "render", "lint", "sign", "compose", "add_dkim", "deliver", "inspect",
        "decode_token", "check_token", "verify_token",
    } <= set(amcli.__all__)  # fmt: skip


def test_no_name_of_the_public_api_is_also_a_module() -> None:
    modules = {path.stem for path in Path(amcli.__file__).parent.iterdir()}

    assert not modules & set(amcli.__all__)


def test_lint_can_be_called() -> None:
    assert amcli.lint(parse_card('{"type": "AdaptiveCard"}', "card.json"))


def test_importing_amcli_loads_nothing() -> None:
    code = """
import sys, typing
before = set(sys.modules)
import amcli
print(sorted(set(sys.modules) - before - {"__future__"}))
"""

    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(amcli.__file__).parent.parent,
    )

    assert done.stdout == "['amcli', 'amcli._version']\n"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'sing'"):
        _ = amcli.sing  # type: ignore[attr-defined]  # misspelt on purpose
