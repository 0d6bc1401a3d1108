"""What users install: the wheel has everything, and docs name every dependency."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from amcli import resources
from amcli._version import __version__

REPOSITORY = Path(__file__).parent.parent
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of this checkout, built with what is installed here."""
    pytest.importorskip("hatchling", reason="the build back end is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, "."],
        cwd=REPOSITORY, check=True, capture_output=True,
    )  # fmt: skip
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def resource_files(name: str) -> set[str]:
    folder = REPOSITORY / name
    return {f"amcli/{p.relative_to(REPOSITORY).as_posix()}" for p in folder.rglob("*.*")}


def test_the_wheel_has_templates_schemas_and_what_new_copies(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())

    assert resource_files("templates") <= names
    assert resource_files("schemas") <= names
    assert {"amcli/py.typed", "amcli/card/starter/gitignore"} <= names
    assert not [name for name in names if name.startswith(("tests", "docs", "bench"))]


def test_the_resources_are_found_in_a_wheel(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)

    assert found_from(tmp_path) == str(tmp_path / "amcli" / "templates")


def test_the_resources_are_found_in_a_plain_checkout(tmp_path: Path) -> None:
    for name in ("amcli", "templates", "schemas"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)

    assert found_from(tmp_path) == str(tmp_path / "templates")


def found_from(folder: Path) -> str:
    """Where a process that imports amcli from ``folder`` finds the templates."""
    code = "from amcli.resources import resource_folder as f; print(f('templates'))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_resources_are_found_here() -> None:
    assert (resources.resource_folder("templates") / "expense-approval").is_dir()
    assert (resources.resource_folder("schemas") / "amcli-toml.schema.json").is_file()


def test_the_version_is_in_one_place() -> None:
    assert "version" in PROJECT["dynamic"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)


def requirement_names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=~!\[; ]", requirement)[0] for requirement in requirements}


def test_every_dependency_is_explained() -> None:
    text = (REPOSITORY / "docs" / "dependencies.md").read_text("utf-8")
    explained = set(re.findall(r"^- \*\*([\w.-]+)\*\*", text, re.MULTILINE))
    extras = PROJECT["optional-dependencies"].values()

    assert explained == requirement_names(PROJECT["dependencies"]).union(
        *(requirement_names(extra) for extra in extras)
    )
