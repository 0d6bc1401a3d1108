"""Writes what is made of the rules: python docs/rules/write.py.

That is README.md and a page for each rule in this folder, and their names in the schema of
amcli.toml.
"""

from __future__ import annotations

import json
from pathlib import Path

from amcli.linting.registry import RULES
from amcli.linting.rule_pages import names_schema, pages

HERE = Path(__file__).parent
SCHEMA = HERE.parents[1] / "schemas" / "amcli-toml.schema.json"

for old in HERE.glob("AM*.md"):
    old.unlink()
for name, text in pages(RULES).items():
    (HERE / name).write_text(text, encoding="utf-8")

schema = json.loads(SCHEMA.read_text("utf-8"))
schema["$defs"]["rule"] = names_schema(RULES)
SCHEMA.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
