"""Exit codes: one table in the errors, in the help and in the documents."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import amcli
from amcli import errors
from amcli.cli import run
from amcli.cli.group import root

REPOSITORY = Path(__file__).parent.parent.parent


def family(cls: type[errors.AmcliError] = errors.AmcliError) -> Iterator[type[errors.AmcliError]]:
    for child in cls.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from family(child)


@pytest.mark.parametrize("cls", list(family()), ids=lambda c: c.__name__)
def test_the_tree_at_the_top_of_errors_is_true(cls: type[errors.AmcliError]) -> None:
    drawn = dict(re.findall(r"── (\w+)\s+(\d+)", errors.__doc__ or ""))

    assert int(drawn[cls.__name__]) == cls.exit_code


def test_the_text_below_the_tree_names_the_rest_of_the_family() -> None:
    for module in pkgutil.walk_packages(amcli.__path__, "amcli."):
        if module.name != "amcli.__main__":
            importlib.import_module(module.name)
    named = set(re.findall(r"\w+", errors.__doc__ or ""))

    assert {cls.__name__ for cls in strangers(errors.AmcliError)} <= named


def strangers(cls: type[errors.AmcliError]) -> Iterator[type[errors.AmcliError]]:
    """The classes that stand elsewhere and whose base is in the tree."""
    for child in cls.__subclasses__():
        if not child.__module__.startswith("amcli."):
            continue
        if child.__module__ == errors.__name__:
            yield from strangers(child)
        elif cls is not errors.TokenRejected:
            yield child


def test_where_several_exit_codes_apply_the_worst_is_taken() -> None:
    assert errors.worst([]) == 0
    assert errors.worst([3, 1]) == 1
    assert errors.worst([1, 6, 4]) == 4
    for cls in family():
        assert errors.worst([cls.exit_code]) == cls.exit_code


def test_the_help_names_every_exit_code() -> None:
    named = {int(code) for code in re.findall(r"(\d+) ", root.epilog or "")}

    assert named == {0, 130} | {cls.exit_code for cls in family()}


@pytest.mark.skipif(not (REPOSITORY / "README.md").is_file(), reason="no checkout")
def test_the_readme_names_every_exit_code() -> None:
    rows = re.findall(r"^\| `?(\d+)`? \|", (REPOSITORY / "README.md").read_text("utf-8"), re.M)

    assert {int(code) for code in rows} == {0, 130} | {cls.exit_code for cls in family()}


def test_a_mistake_in_amcli_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise LookupError("the secret is 42")

    monkeypatch.setattr("amcli.settings.load_settings", broken)

    assert run(["config", "show"]) == 1
    shown = capsys.readouterr().err
    assert "a mistake in amcli itself (LookupError)" in shown
    assert "42" not in shown
    assert "Traceback" not in shown
