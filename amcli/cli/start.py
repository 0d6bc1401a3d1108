"""The commands under "Start"."""

from __future__ import annotations

from amcli.cli.demo import demo
from amcli.cli.new import new

__all__ = ["demo", "new"]
