"""Findings on paper: one module a format, each loaded when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amcli.linting.outcome import Report

Format = Callable[["Report"], str]


def _written(module: str, report: Report) -> str:
    write: Format = importlib.import_module(f"{__name__}.{module}").written
    return write(report)


FORMATS: Mapping[str, Format] = {
    "text": partial(_written, "text"),
    "concise": partial(_written, "concise"),
    "json": partial(_written, "machine"),
    "sarif": partial(_written, "sarif"),
    "github": partial(_written, "github"),
    "gitlab": partial(_written, "gitlab"),
    "junit": partial(_written, "junit"),
}
"""What ``--format`` takes; each gives the whole text of a report, a line feed at its end."""
