"""What ``--fix`` would do about a finding, in words."""

from __future__ import annotations

import json
from typing import Any

from amcli.card.document import pointer_steps
from amcli.linting.finding import Finding
from amcli.linting.fix import AddProperty, Edit, RemoveProperty, RenameProperty, SetValue

_LONG = 60


def fix_words(finding: Finding) -> str | None:
    """Return which option mends a finding and how; None where none can."""
    if finding.fix is None or not finding.edits:
        return None
    option = "--fix" if finding.fix.safe else "--unsafe-fixes"
    return f"{option} {' and '.join(map(_words, finding.fix.edits))}"


def _words(edit: Edit) -> str:
    match edit:
        case SetValue():
            return f"writes {_short(edit.value)}"
        case RenameProperty():
            return f"names it {_short(edit.name)}"
        case RemoveProperty():
            return f"takes {_short(pointer_steps(edit.pointer)[-1])} out"
        case AddProperty():
            return f"adds {_short(edit.name)}: {_short(edit.value)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
