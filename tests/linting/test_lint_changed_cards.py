"""Any of the built-in cards with one random change is linted, whatever is known around it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from amcli.card.document import CardDocument, CardKind, parse_card
from amcli.card.source_map import json_source_map
from amcli.linting.engine import lint
from amcli.linting.fixing.edits import text_edits
from amcli.linting.places import place_of
from amcli.linting.sources.cards import sources
from amcli.linting.sources.search import found_paths
from amcli.linting.surroundings import Correspondence, Limits, Provider, Surroundings
from amcli.resources import resource_folder

CARDS = [
    card.load()
    for found in found_paths(str(resource_folder("templates")))
    for source in sources(found)
    for card in source.cards
]
Step = str | int


def steps(value: Any, before: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """Yield the way to everything in a card."""
    if not isinstance(value, (dict, list)):
        return
    for step, child in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*before, step)
        yield from steps(child, (*before, step))


def at(value: Any, way: tuple[Step, ...]) -> Any:
    for step in way:
        value = value[step]
    return value


PLACES = [(card, way) for card in CARDS for way in steps(card.value)]
NAMES = sorted({str(way[-1]) for _, way in PLACES})
ODD = [
    "", "\ud800", "\0", "{{", "{{a.value}}", "https://[", "http://x:99999/", "%", "٣px", "9" * 5000,
    "[](" * 50, "2020-99-99", '{"a":', -1, 1e308, 10**400, [[]], [None], {"": ""}, {"type": []},
]  # fmt: skip
TEXTS = st.text() | st.sampled_from(
    ["a@example.com", "https://example.com/", "https://[", "\ud800"]
)
VALUES = (
    st.none()
    | st.booleans()
    | st.sampled_from(ODD)
    | st.text()
    | st.sampled_from(PLACES).map(lambda place: copy.deepcopy(at(place[0].value, place[1])))
)


@st.composite
def changed(draw: st.DrawFn) -> CardDocument:
    """One of the cards with one part replaced, taken out, renamed, or with another beside it."""
    card, way = draw(st.sampled_from(PLACES))
    value = copy.deepcopy(card.value)
    holder = at(value, way[:-1])
    what = draw(st.sampled_from(["replace", "take out", "rename", "add"]))
    name = draw(st.sampled_from(NAMES) | st.text(max_size=4)) if isinstance(holder, dict) else None
    if what == "take out":
        del holder[way[-1]]
    elif what == "rename" and name is not None:
        holder[name] = holder.pop(way[-1])
    elif what == "add" and name is not None:
        holder[name] = draw(VALUES)
    else:
        holder[way[-1]] = draw(VALUES)
    return CardDocument(value, draw(st.sampled_from(CardKind)), "changed.json")


PROVIDERS = st.builds(
    Provider,
    originator=st.none() | TEXTS,
    scope=st.sampled_from([None, "test-users", "organization", "global"]),
    senders=st.tuples(TEXTS),
    target_urls=st.tuples(TEXTS) | st.just(()),
    token_type=st.sampled_from([None, "entra", "eat"]),
    public_key=st.none() | TEXTS,
)
AROUND = st.builds(
    Surroundings,
    signed=st.booleans(),
    first=st.none() | changed(),
    siblings=st.lists(changed(), max_size=2).map(tuple),
    provider=st.none() | PROVIDERS,
    mail=st.none() | st.builds(Correspondence, st.none() | TEXTS, st.tuples(TEXTS)),
    limits=st.builds(Limits, card_bytes=st.integers(0, 100), inputs=st.integers(0, 2)),
)


@given(changed(), AROUND)
def test_a_changed_card_is_linted_and_every_finding_has_its_place_and_words(
    card: CardDocument, around: Surroundings
) -> None:
    text = json.dumps(card.value, indent=1)
    written = json_source_map(text, "changed.json")
    for finding in lint(card, surroundings=around):
        place = place_of(finding, written)
        assert 0 < place.line <= place.end_line <= text.count("\n") + 1
        assert finding.message
        if finding.fix:
            for edit in text_edits(finding.fix, written):
                assert 0 <= edit.start <= edit.end <= len(text)


def test_every_card_is_one_that_is_read_again() -> None:
    assert all(parse_card(card.compact(), "card").kind is card.kind for card in CARDS)
