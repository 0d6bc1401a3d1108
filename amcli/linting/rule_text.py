"""A rule's text, taken apart: its summary, and what stands under each of its headings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from amcli.linting.rule import Rule

HEADINGS = ("What it finds", "Why it matters", "Example", "Use instead", "Fix")
"""In this order; a test holds it."""

_HEADING = re.compile(rf"^({'|'.join(HEADINGS)}):[ \n]?", re.MULTILINE)
_SENTENCE = re.compile(r"(?<!e\.g)(?<!i\.e)[.!?](?=\s|$)")


@cache
def sections(rule: Rule) -> Mapping[str, str]:
    """Return what stands under each heading, line breaks kept, in the order of the text."""
    parts = _HEADING.split(rule.text)
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def why(rule: Rule) -> str:
    """Return the first sentence of why the rule matters, in one line."""
    text = " ".join(sections(rule).get("Why it matters", "").split())
    end = _SENTENCE.search(text)
    return text[: end.end()] if end else text
