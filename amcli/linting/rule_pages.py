"""The rules as Markdown: a page for each, and one that lists them. ``docs/rules`` is made of it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Any

from amcli.linting.rule import Rule
from amcli.linting.rule_text import facts, fix_kind, sections

FAMILIES = {
    "1": "Structure",
    "2": "What Outlook supports",
    "3": "Actions",
    "4": "Inputs",
    "5": "Links and images",
    "6": "Text and accessibility",
    "7": "Size",
    "8": "Security",
    "9": "Registration and mail",
}
"""What the hundreds of a rule's number stand for."""

INDEX = "README.md"

_CODE = ("Example", "Use instead")
_MARKUP = re.compile(r"([\\*_<>\[\]|])")
_WORD = re.compile(r"[a-z]+[ ,:]")
_HEAD = """\
# The rules

An **error** means that something in the card will not be shown or will not work. A **warning**
means that it may not, for some readers or in some Outlooks, or that nobody outside Microsoft can
tell. An **info** is a note. What is known to be unknown is never an error. "How sure" says how a
rule is known: stated in Microsoft's documentation, seen in the field, or inferred from one of them.

`amcli rule AM101` prints the same text as the page of a rule. [severities.md](severities.md) says
why each rule is as severe as it is, [not-checked.md](not-checked.md) what the linter does not find.

This page and those of the rules are made of the rules themselves: `python docs/rules/write.py`.
"""


def pages(rules: Iterable[Rule]) -> Mapping[str, str]:
    """Return the text of each page by its name: ``README.md``, and ``AM101.md`` for each rule."""
    listed = list(rules)
    return {INDEX: _index(listed), **{f"{rule.id}.md": _page(rule) for rule in listed}}


def names_schema(rules: Iterable[Rule]) -> dict[str, Any]:
    """Return what amcli.toml may call rules, as JSON Schema: ``$defs/rule`` in its schema."""
    listed = list(rules)
    names = [*(rule.id for rule in listed), *(rule.slug for rule in listed)]
    return {
        "description": "A lint rule by id or name, or several by the beginning of their ids: AM6.",
        "type": "string",
        "anyOf": [{"enum": names}, {"pattern": "^AM[0-9]{0,2}$"}],
    }


def _index(rules: list[Rule]) -> str:
    parts = [_HEAD]
    for hundred, family in itertools.groupby(rules, key=lambda rule: rule.id[2]):
        head = (
            "| id | name | severity | what it finds | how sure | fix |\n|---|---|---|---|---|---|\n"
        )
        rows = "".join(f"{_row(rule)}\n" for rule in family)
        parts.append(f"## {FAMILIES[hundred]}\n\n{head}{rows}")
    return "\n".join(parts)


def _row(rule: Rule) -> str:
    summary = _prose(rule.summary.removesuffix("."))
    known = f"{rule.severity.value} | {summary} | {rule.certainty.value} | {fix_kind(rule)}"
    return f"| [{rule.id}]({rule.id}.md) | `{rule.slug}` | {known} |"


def _page(rule: Rule) -> str:
    table = "".join(f"| {name} | {_escaped(text)} |\n" for name, text in facts(rule).items())
    texts = "".join(
        f"\n## {name}\n\n{_code(text) if name in _CODE else _prose(text)}\n"
        for name, text in sections(rule).items()
    )
    return (
        f"# {rule.id} {rule.slug}\n\n{_prose(rule.summary)}\n\n"
        f"| | |\n|---|---|\n{table}{texts}\n[All rules]({INDEX})\n"
    )


def _code(text: str) -> str:
    """Return a text as code where it looks like some, else as words."""
    return f"```text\n{text}\n```" if re.search(r'["{<:]', text) else _prose(text)


def _prose(text: str) -> str:
    """Return words as a sentence that Markdown shows as it is."""
    return _escaped(text[0].upper() + text[1:] if _WORD.match(text) else text)


def _escaped(text: str) -> str:
    """Return words so that Markdown shows them as they are, except for what is in backticks."""
    parts = text.split("`")
    parts[::2] = [_MARKUP.sub(r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)
