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

RULES: tuple[Rule, ...] = (
    # --- structure, AM1xx
    structure.unknown_type,
    structure.misplaced_type,
    structure.missing_property,
    structure.wrong_value_type,
    values.unknown_value,
    values.malformed_value,
    structure.unknown_property,
    structure.duplicate_property,
    values.value_as_string,
    head.missing_card_type,
    head.missing_context,
    head.missing_version,
    structure.fallback_type_name,
    ids.duplicate_id,
    ids.similar_id,
    head.missing_summary,
    values.other_case_value,
    head.insecure_context,
    undocumented.undocumented_property,
    ignoring.unused_ignore,
    values.null_value,
    # --- Outlook's support, AM2xx
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
    clients.message_card_not_on_mobile,
    clients.add_in_action_alone,
    refresh.refresh_originator_differs,
    refresh.refresh_version_differs,
    refresh.refresh_hides_differently,
    refresh.auto_invoke_dropped,
    refresh.auto_invoke_missing,
    newer.unmet_requirement,
    newer.newer_property,
    # --- actions, AM3xx
    actions.post_without_body,
    actions.body_not_string,
    actions.auto_invoke_not_post,
    actions.malformed_header,
    actions.authorization_header,
    actions.toggle_target_not_found,
    actions.too_many_actions,
    actions.nested_action_card,
    actions.too_many_card_actions,
    actions.too_many_sections,
    bodies.escaping_switched_off,
    bodies.unquoted_input_reference,
    bodies.body_not_json,
    calls.state_changed_by_get,
    calls.missing_authorization_header,
    opening.placeholder_first_card,
    opening.no_way_to_open,
    calls.decided_action_remains,
    opening.empty_first_card,
    # --- inputs, AM4xx
    inputs.unknown_input_reference,
    inputs.irreplaceable_input_id,
    inputs.reference_outside_body,
    choices.unknown_choice,
    inputs.unused_input,
    choices.comma_in_choice,
    inputs.required_without_label,
    choices.no_choices,
    inputs.reference_not_filled_in,
    inputs.reference_in_execute_data,
    # --- links and images, AM5xx
    links.target_not_public,
    links.target_uncertain,
    links.target_is_graph,
    images.image_not_https,
    images.image_in_card,
    images.image_not_public,
    links.unusable_link,
    links.link_without_scheme,
    links.mixed_flow_hosts,
    links.rewritten_link,
    images.image_without_scheme,
    images.image_on_private_network,
    links.link_to_file,
    # --- text, accessibility, layout, AM6xx
    accessibility.missing_alt_text,
    text.html_in_text,
    accessibility.input_without_label,
    accessibility.missing_spoken_text,
    accessibility.colour_alone,
    accessibility.action_without_title,
    layout.fixed_width,
    layout.too_many_columns,
    text.unsupported_markdown,
    layout.unwrapped_text,
    # --- size, AM7xx
    size.large_card,
    size.deep_nesting,
    size.crowded_card,
    # --- security, AM8xx
    security.secret_in_card,
    security.no_per_message_value,
    security.script_end_in_text,
    security.purpose_token_in_url,
    security.trusted_markdown,
    security.key_in_card,
    security.signature_in_url,
    # --- registration, AM9xx
    registration.missing_originator,
    registration.sample_originator,
    registration.originator_not_guid,
    registration.unknown_originator,
    registration.originator_is_application_id,
    registration_targets.target_not_registered,
    registration_record.legacy_token_provider,
    registration_record.sample_key,
    registration_record.auto_invoke_global_scope,
    registration_record.recently_approved,
    registration_record.app_id_uri_mismatch,
    registration_mail.sender_not_registered,
    registration_mail.recipient_outside_scope,
    registration_record.execute_without_bot,
    registration_mail.recipient_cannot_see,
    registration_targets.target_registration_uncertain,
    registration_mail.consumer_recipient,
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
