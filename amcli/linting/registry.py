"""All rules, in the order of their ids: the one list that linter, docs and tests go by."""

from __future__ import annotations

import difflib

from amcli.errors import UsageError
from amcli.linting.rule import Rule
from amcli.linting.rules import (
    accessibility,
    actions,
    bodies,
    calls,
    choices,
    clients,
    head,
    ids,
    ignoring,
    images,
    inputs,
    layout,
    links,
    newer,
    opening,
    refresh,
    registration,
    registration_mail,
    registration_record,
    registration_targets,
    security,
    size,
    structure,
    support,
    text,
    undocumented,
    values,
)
from amcli.suggestion import did_you_mean

_MODULES = (
    structure,
    support,
    actions,
    bodies,
    calls,
    opening,
    inputs,
    choices,
    links,
    newer,
    text,
    registration,
    registration_mail,
    registration_record,
    registration_targets,
    images,
    accessibility,
    layout,
    size,
    security,
    clients,
    head,
    ids,
    refresh,
    undocumented,
    values,
    ignoring,
)

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (rule for module in _MODULES for rule in module.RULES),
        key=lambda rule: rule.id,
    )
)


def find_rule(id_or_slug: str) -> Rule:
    """Return the rule with this id or slug, case ignored; raises UsageError for another name."""
    wanted = id_or_slug.strip().casefold()
    for rule in RULES:
        if wanted in {rule.id.casefold(), rule.slug}:
            return rule
    hint = did_you_mean(id_or_slug, [rule.slug for rule in RULES])
    near = difflib.get_close_matches(wanted[:80], [r.id.casefold() for r in RULES], cutoff=0.5)
    known = ", ".join(f"{rule.id} {rule.slug}" for rule in RULES if rule.id.casefold() in near)
    listed = f"near it: {known}" if known else "every finding begins with the id of its rule"
    raise UsageError(f'there is no rule "{id_or_slug[:80]}"', hint=hint or listed)
