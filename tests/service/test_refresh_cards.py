"""Refresh cards: what they take from the first card and the settings, and what stops them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from amcli.card.reserved import PURPOSE_TOKEN_PLACEHOLDER
from amcli.card.template import load_template
from amcli.errors import TemplateError, UsageError
from amcli.linting.engine import CardRejected
from amcli.resources import resource_folder
from amcli.service import PurposeKeys, RefreshCards, open_purpose_token

ORIGINATOR = "11111111-2222-3333-4444-555555555555"
TEXT = {"type": "TextBlock", "text": "{{ word }}", "wrap": True}
FIRST = {
    "type": "AdaptiveCard", "version": "1.0", "hideOriginalBody": True,
    "fallbackText": "x", "body": [TEXT],
}  # fmt: skip


def cards(folder: Path, refresh: dict[str, Any], first: dict[str, Any] = FIRST) -> RefreshCards:
    """Refresh cards of a folder with one of them, called ``done``."""
    (folder / "template.toml").write_text(
        'title = "T"\nkind = "adaptive"\nsamples = ["sample.json"]\n'
        '[refresh.done]\ncard = "done.json.j2"\nsamples = ["sample.json"]\n'
    )
    (folder / "sample.json").write_text('{"word": "sample"}')
    (folder / "card.json.j2").write_text(json.dumps(first))
    (folder / "done.json.j2").write_text(json.dumps(refresh))
    return RefreshCards(load_template(folder), ORIGINATOR, sender="expenses@contoso.com")


def test_version_and_hiding_come_from_the_first_card(tmp_path: Path) -> None:
    bare = {"type": "AdaptiveCard", "fallbackText": "x", "body": [TEXT]}

    card = cards(tmp_path, bare).render("done", {"word": "real"})

    assert card.value == {
        **bare, "body": [{**TEXT, "text": "real"}],
        "version": "1.0", "hideOriginalBody": True, "originator": ORIGINATOR,
    }  # fmt: skip


def test_what_the_refresh_card_says_differently_gives_way(tmp_path: Path) -> None:
    first = {name: value for name, value in FIRST.items() if name != "hideOriginalBody"}
    other = {**FIRST, "version": "1.3", "originator": "somebody-else"}

    card = cards(tmp_path, other, first).render("done", {"word": "real"})

    assert (card.version, card.originator) == ("1.0", ORIGINATOR)
    assert "hideOriginalBody" not in card.value


def test_a_card_with_an_error_never_leaves_and_stops_the_service_at_its_start(
    tmp_path: Path,
) -> None:
    broken = {**FIRST, "actions": [{"type": "Action.OpenUrl", "title": "Open"}]}

    with pytest.raises(CardRejected, match="url"):
        cards(tmp_path, broken)


def test_data_that_makes_an_error_is_told_before_the_work_is_done(tmp_path: Path) -> None:
    ready = cards(tmp_path, FIRST)

    with pytest.raises(TemplateError, match="'word' is undefined"):
        ready.render("done", {"wrod": "x"})


def test_a_name_that_is_none_gets_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'dnoe'") as caught:
        cards(tmp_path, FIRST).render("dnoe", {"word": "x"})

    assert "done" in str(caught.value.hint)


def test_without_a_sample_nothing_is_known_of_the_first_card(tmp_path: Path) -> None:
    cards(tmp_path, FIRST)
    description = (tmp_path / "template.toml").read_text()
    (tmp_path / "template.toml").write_text(
        description.replace('samples = ["sample.json"]\n', "", 1)
    )

    with pytest.raises(TemplateError, match="no sample"):
        RefreshCards(load_template(tmp_path), ORIGINATOR)


def test_a_refresh_card_can_have_a_limited_purpose_token_for_its_reader(tmp_path: Path) -> None:
    action = {
        "type": "Action.Http", "title": "Undo", "method": "POST",
        "url": "https://api.contoso.com/undo",
        "headers": [{"name": "Content-Type", "value": "application/json"}],
        "body": '{"action": "undo", "token": "{{ purpose_token(actions=["undo"], subject=1) }}"}',
    }  # fmt: skip
    keys = PurposeKeys.generate("k1")
    cards(tmp_path, FIRST)
    template = json.dumps({**FIRST, "actions": [action]}).replace(r"[\"undo\"]", "['undo']")
    (tmp_path / "done.json.j2").write_text(template)

    ready = RefreshCards(
        load_template(tmp_path), ORIGINATOR, sender="expenses@contoso.com", purpose_keys=keys
    )
    card = ready.render("done", {"word": "x"}, recipient="adele@contoso.com")
    token = json.loads(card.value["actions"][0]["body"])["token"]

    assert token != PURPOSE_TOKEN_PLACEHOLDER
    assert open_purpose_token(token, keys).purpose.recipient == "adele@contoso.com"


@pytest.mark.parametrize(
    "name", sorted(path.name for path in resource_folder("templates").iterdir() if path.is_dir())
)
def test_every_template_that_is_shipped_can_be_answered_with(name: str) -> None:
    template = load_template(resource_folder("templates") / name)

    assert RefreshCards(template, ORIGINATOR).first.originator == ORIGINATOR
