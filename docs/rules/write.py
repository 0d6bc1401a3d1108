"""Writes README.md and a page for each rule into this folder: python docs/rules/write.py."""

from __future__ import annotations

from pathlib import Path

from amcli.linting.registry import RULES
from amcli.linting.rule_pages import pages

HERE = Path(__file__).parent

for old in HERE.glob("AM*.md"):
    old.unlink()
for name, text in pages(RULES).items():
    (HERE / name).write_text(text, encoding="utf-8")
