"""What ``--fix`` would do about a finding, in words."""

from __future__ import annotations

import itertools
import json
from typing import Any

from amcli.card.document import pointer_steps
from amcli.linting.facts.credentials import is_signed, keys_in, secrets_in
from amcli.linting.finding import Finding
from amcli.linting.fixing.fix import AddProperty, Edit, RemoveProperty, RenameProperty, SetValue
from amcli.secrets import blotted

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
    if is_secret(text):
        return "what is a secret"
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


def is_secret(text: str) -> bool:
    """Return whether a text has something in it that may be a key, so that nobody is shown it."""
    found = itertools.chain(secrets_in([text], text), keys_in([text], text))
    return is_signed(text) or blotted(text) != text or any(found)
