"""A rule's text, taken apart: its summary, and what stands under each of its headings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from amcli.card.document import CardKind
from amcli.linting.rule import Rule
from amcli.linting.surroundings import ALL_CLIENTS

HEADINGS = ("What it finds", "Why it matters", "Example", "Use instead", "Fix")
"""In this order; a test holds it."""

_KINDS = {CardKind.ADAPTIVE: "Adaptive Cards", CardKind.MESSAGE: "MessageCards"}
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


def fix_kind(rule: Rule) -> str:
    """Return ``safe``, ``unsafe`` or ``none``, as the rule's text begins under Fix."""
    return sections(rule).get("Fix", "none").partition(":")[0].split()[0].lower()


def facts(rule: Rule) -> Mapping[str, str]:
    """Return what is known of a rule beside its text, for people, in the order to show it."""
    outlooks = sorted(client.value for client in rule.clients)
    return {
        "severity": rule.severity.value,
        "how sure": rule.certainty.value,
        "source": rule.source,
        "cards": " and ".join(name for kind, name in _KINDS.items() if kind in rule.kinds),
        "versions": rule.versions,
        "Outlook": "every" if rule.clients == ALL_CLIENTS else ", ".join(outlooks),
        "fix": fix_kind(rule),
    }


def rule_fields(rule: Rule) -> dict[str, Any]:
    """Return a rule as plain JSON values; headings become names such as ``what_it_finds``."""
    return {
        "id": rule.id,
        "slug": rule.slug,
        "summary": rule.summary,
        "severity": rule.severity.value,
        "certainty": rule.certainty.value,
        "source": rule.source,
        "kinds": sorted(kind.value for kind in rule.kinds),
        "versions": rule.versions,
        "clients": sorted(client.value for client in rule.clients),
        "fix": fix_kind(rule),
        **{_field(name): text for name, text in sections(rule).items() if name != "Fix"},
        "fix_text": sections(rule).get("Fix"),
    }


def _field(heading: str) -> str:
    return heading.lower().replace(" ", "_")
