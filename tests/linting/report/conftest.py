"""The full report, and a working folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from lint_reports import full_report

from amcli.linting.outcome import Report


@pytest.fixture
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder, since paths below it are shown as relative ones."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def report() -> Report:
    """Everything that can be in a report."""
    return full_report()
