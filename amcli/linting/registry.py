"""All rules, in the order of their ids: the one list that linter, docs and tests go by."""

from __future__ import annotations

import difflib

from amcli.errors import UsageError
from amcli.linting.rule import Rule
from amcli.linting.rules import actions, inputs, links, registration, structure, support, text
from amcli.suggestion import did_you_mean

RULES: tuple[Rule, ...] = (
    structure.unknown_type,
    structure.misplaced_type,
    structure.missing_property,
    structure.wrong_value_type,
    structure.unknown_value,
    structure.malformed_value,
    structure.unknown_property,
    structure.duplicate_property,
    structure.value_as_string,
    structure.missing_card_type,
    structure.missing_context,
    structure.missing_version,
    structure.fallback_type_name,
    structure.duplicate_id,
    structure.similar_id,
    structure.missing_summary,
    support.unsupported_version,
    support.http_action_in_1_4,
    support.execute_before_1_4,
    support.mixed_action_models,
    support.unsupported_action,
    support.unsupported_input,
    support.unsupported_element,
    support.withdrawn_action,
    support.fallback_shown,
    support.input_check_before_1_3,
    actions.post_without_body,
    actions.body_not_string,
    actions.auto_invoke_not_post,
    actions.malformed_header,
    actions.authorization_header,
    actions.toggle_target_not_found,
    actions.too_many_actions,
    actions.nested_action_card,
    inputs.unknown_input_reference,
    inputs.irreplaceable_input_id,
    inputs.reference_outside_body,
    inputs.unknown_choice,
    links.target_not_public,
    links.target_uncertain,
    links.target_is_graph,
    links.image_not_https,
    links.image_in_card,
    links.image_not_public,
    links.unusable_link,
    links.link_without_scheme,
    text.missing_alt_text,
    registration.missing_originator,
    registration.sample_originator,
    registration.originator_not_guid,
)


def find_rule(id_or_slug: str) -> Rule:
    """Return the rule with this id or slug, case ignored; raises UsageError for another name."""
    wanted = id_or_slug.strip().casefold()
    for rule in RULES:
        if wanted in {rule.id.casefold(), rule.slug}:
            return rule
    hint = did_you_mean(id_or_slug, [name for rule in RULES for name in (rule.slug, rule.id)])
    near = difflib.get_close_matches(wanted[:80], [r.id.casefold() for r in RULES], cutoff=0.5)
    known = ", ".join(f"{rule.id} {rule.slug}" for rule in RULES if rule.id.casefold() in near)
    listed = f"near it: {known}" if known else "every finding begins with the id of its rule"
    raise UsageError(f'there is no rule "{id_or_slug[:80]}"', hint=hint or listed)
