"""pip without the network: what this environment has stands in for what pip would fetch."""

from __future__ import annotations

import os
import shutil
import sysconfig
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
_PARTS = ("amcli", "templates", "schemas", "pyproject.toml", "README.md", "LICENSE",
          ".pre-commit-hooks.yaml", "action.yml")  # fmt: skip


def copy_of_the_repository(folder: Path) -> Path:
    """Everything that is needed to install amcli, in a folder of its own."""
    folder.mkdir()
    for name in _PARTS:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


def offline_environment(folder: Path) -> dict[str, str]:
    """Variables with which pip installs amcli itself, and finds everything else installed.

    ``folder`` gets links to all packages of this environment but amcli.
    """
    folder.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if "amcli" not in path.name:
            (folder / path.name).symlink_to(path)
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PIP_")},
        "PYTHONPATH": str(folder),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this as: without isolation
        "PIP_CONFIG_FILE": os.devnull,
    }
