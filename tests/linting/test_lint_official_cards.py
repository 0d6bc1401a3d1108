"""Microsoft's own cards: none that Outlook is meant to show gets an error."""

from __future__ import annotations

from pathlib import Path

from amcli.card.document import parse_card
from amcli.linting.engine import lint
from amcli.linting.finding import Finding, errors_among

PLACEHOLDER_TARGET = ["target-not-public"]  # the sample's target is "http://..."

# Snippets of Microsoft's documentation that are not meant to be sent as they are.
EXPECTED_IN_THE_WILD = {
    "via-connectors__L20__21de20": PLACEHOLDER_TARGET,
    "via-connectors__L20__e6be68": PLACEHOLDER_TARGET,
    "via-email__L74__e85bcd": PLACEHOLDER_TARGET,
    "message-card-reference__L589__47767a": PLACEHOLDER_TARGET,
    "send-via-connectors__L25__cf1d83": PLACEHOLDER_TARGET,
    # cut out of Action.ShowCard in a card of version 1.4, so they have no version of their own
    "expense-approval-sample__L51-actions-1-card__c73688": ["execute-before-1-4"],
    "project-management-sample__L51-actions-1-card__c4431b": ["execute-before-1-4"],
    # written for an engine that turns @@type into @type
    "card-reference__L389__c795b0": ["missing-property"] * 4,
}

# What Outlook does not run is no mistake of structure; these are.
EXPECTED_IN_ADAPTIVE_CARDS = {
    "fallback-type-name",  # "fallback": "Action.Submit", which the official schema refuses too
}
STRUCTURE = "AM1"

# Meant to be invalid by Microsoft's tests, and no error here.
SHOWN_ALL_THE_SAME = {
    "AdaptiveCard.MissingVersion": "the renderer takes a missing version as 1.0; a warning",
    "AdditionalProperty": "an unknown property is ignored; a warning",
    "FlightItinerary_es_fail": "its lang is no language; text is shown all the same",
    "InvalidMediaMix": "Media of several kinds; nothing is known of Media in Outlook",
    "Column.InvalidWidth": "the renderer falls back to auto; the error in it is Action.Submit",
    "EmptyFallbackCard": "unknown types with a fallback; a warning",
    "FallbackParsing": "unknown types with a fallback; a warning",
    "Image.DataUri.InvalidChars": "the pictures fail, the card is shown; warnings",
    "SimpleFallback": "unknown types with a fallback; a warning",
}


def errors_in(folder: Path) -> dict[str, list[Finding]]:
    """The errors in each card of a folder, by the file's name."""
    return {
        path.name: errors_among(lint(parse_card(path.read_bytes(), path.name)))
        for path in sorted(folder.glob("*.json"))
    }


def test_a_card_meant_for_outlook_gets_no_error(official_cards: Path) -> None:
    found = errors_in(official_cards / "outlook" / "valid")
    assert len(found) == 9
    assert {name: errors for name, errors in found.items() if errors} == {}


def test_a_snippet_gets_the_errors_that_are_known(official_cards: Path) -> None:
    found = errors_in(official_cards / "outlook" / "wild")
    slugs = {name: [error.slug for error in errors] for name, errors in found.items() if errors}
    expected = {
        name: slugs
        for name in found
        for part, slugs in EXPECTED_IN_THE_WILD.items()
        if name.endswith(f"{part}.json")
    }
    assert len(expected) == len(EXPECTED_IN_THE_WILD)
    assert slugs == expected


def test_other_hosts_cards_are_well_built_even_where_outlook_does_not_run_them(
    official_cards: Path,
) -> None:
    found = errors_in(official_cards / "adaptive-cards" / "valid").values()
    slugs = {error.slug for errors in found for error in errors if error.rule.startswith(STRUCTURE)}
    assert slugs == EXPECTED_IN_ADAPTIVE_CARDS


def test_a_card_meant_to_be_invalid_gets_an_error_or_is_shown(official_cards: Path) -> None:
    found = errors_in(official_cards / "adaptive-cards" / "invalid")
    passed = {
        name
        for name, errors in found.items()
        if not any(error.rule.startswith(STRUCTURE) for error in errors)
    }
    shown = {name for name in found if any(f"_{part}_" in name for part in SHOWN_ALL_THE_SAME)}
    assert len(shown) == len(SHOWN_ALL_THE_SAME)
    assert passed == shown
