"""What every stage asks of a card: its inputs, its places, the references to its inputs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.card.document import CardDocument, CardKind, inputs, pointer_steps, pointer_token
from amcli.card.input_reference import (
    INPUT_ID,
    INPUT_REFERENCE,
    LIKE_A_REFERENCE,
    MEANT_AS_REFERENCE,
    NAMED_REFERENCE,
)
from amcli.card.reserved import SAMPLE_ORIGINATOR, is_sample_originator


def test_the_inputs_of_either_format_in_document_order() -> None:
    choices = [{"type": "Input.Choice", "id": "no input", "title": "A", "value": "a"}]
    adaptive = [
        {"type": "TextBlock", "id": "no input"},
        {"type": "Input.Text", "id": "comment"},
        {
            "type": "Container",
            "items": [{"type": "Input.ChoiceSet", "id": "c", "choices": choices}],
        },
    ]
    message = [{"@type": kind, "id": kind} for kind in ("TextInput", "HttpPOST", "DateInput")]

    def ids(body: list[dict[str, object]], kind: CardKind) -> list[object]:
        return [node.value["id"] for node in inputs(CardDocument({"x": body}, kind, "card.json"))]

    assert ids(adaptive, CardKind.ADAPTIVE) == ["comment", "c"]
    assert ids(message, CardKind.MESSAGE) == ["TextInput", "DateInput"]


@given(st.lists(st.text(max_size=8), max_size=5))
def test_a_pointer_is_read_as_it_was_written(names: list[str]) -> None:
    assert pointer_steps("".join(f"/{pointer_token(name)}" for name in names)) == names


@pytest.mark.parametrize(
    ("text", "replaced", "meant", "alike", "named"),
    [
        ("{{comment.value}}", True, True, True, True),
        ("{{COMMENT.VALUE}}", True, True, False, False),
        ("{{comment-value}}", True, False, False, False),
        ("{{$a@b.value}}", True, True, True, False),
        ("{{due-date.value}}", False, True, True, False),
        ("{{ comment.value }}", False, True, True, False),
        ('{{"a": x.value}}', False, False, True, False),
        ("{{comment}}", False, False, False, False),
    ],
)
def test_who_takes_what_for_a_reference(
    text: str, replaced: bool, meant: bool, alike: bool, named: bool
) -> None:
    patterns = (INPUT_REFERENCE, MEANT_AS_REFERENCE, LIKE_A_REFERENCE, NAMED_REFERENCE)
    taken = [pattern.fullmatch(text) is not None for pattern in patterns]
    assert taken == [replaced, meant, alike, named]


@given(st.from_regex(INPUT_ID, fullmatch=True))
def test_an_input_id_can_be_referred_to(name: str) -> None:
    found = INPUT_REFERENCE.fullmatch("{{" + name + ".value}}")
    assert found is not None
    assert found[1] == name


def test_the_samples_originator_in_any_case_and_in_braces() -> None:
    assert is_sample_originator(SAMPLE_ORIGINATOR.upper())
    assert is_sample_originator(f"{{{SAMPLE_ORIGINATOR}}}")
    assert not is_sample_originator("")
