"""Marks change no card, every value has a place, and literal text is read back from its file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amcli.card.data import load_data
from amcli.card.document import pointer_steps
from amcli.card.keyed import keyed
from amcli.card.rendering import CardTemplate, render, template_source_map
from amcli.card.rendering.compose import Misprint, read_json
from amcli.card.rendering.fill import fill
from amcli.card.rendering.ledger import Rendering
from amcli.card.rendering.run import variables_of
from amcli.card.rendering.source_map import marked_text
from amcli.card.source_map import SourceMap
from amcli.errors import TemplateError
from tests.property import test_places as places
from tests.property import test_whole_templates as whole
from tests.property.conftest import hostile_text
from tests.property.test_built_in_templates import CASES

STRINGS = {**places.CONSTRUCTS, **places.AUTHOR_MARKDOWN}


def card_with_marks(template: CardTemplate, data: dict[str, Any]) -> Any:
    """The card that a marked template makes of data with keys."""
    variables = variables_of(data)
    variables |= keyed({name: variables[name] for name in data})
    with Rendering() as ledger:
        value, _ = read_json(marked_text(template, variables, ledger).text)
        try:
            return fill(value, ledger)
        except Misprint as refused:
            return str(refused)


def card_without(template: CardTemplate, data: dict[str, Any]) -> Any:
    try:
        return render(template, data).value
    except TemplateError as refused:
        return refused.reason


def value_at(value: Any, pointer: str) -> Any:
    for step in pointer_steps(pointer):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def check_places(found: SourceMap) -> None:
    """Every value has a place in one of the files; literal text stands there as it is."""
    for pointer, span in found.spans.items():
        place = found.origin(pointer).value
        assert place.file in found.files
        assert (1, 1) <= (place.line, place.column) <= (place.end_line, place.end_column)
        literal = found.literal(span.start, span.end)
        if literal is not None:
            written = found.files[literal.file][literal.start : literal.end]
            assert written.replace("\r\n", "\n") == found.text[span.start : span.end]


def check(template: CardTemplate, data: dict[str, Any]) -> None:
    assert card_with_marks(template, data) == card_without(template, data)
    check_places(template_source_map(template, data))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("maps")
    strings = {name: places.card_with(text) for name, text in STRINGS.items()}
    written = {"strings": {**places.INCLUDED, **strings},
               "elements": {**whole.PARTS, **whole.TEMPLATES}}  # fmt: skip
    for below, files in written.items():
        (folder / below).mkdir()
        for name, text in files.items():
            (folder / below / name).write_text(text)
    return folder


# Marks do not look at what is printed, so a few texts do.
few = settings(max_examples=max(settings().max_examples // 10, 3))


@pytest.mark.parametrize("name", STRINGS)
@few
@given(x=hostile_text, y=hostile_text)
def test_constructs_in_strings(name: str, x: str, y: str, folder: Path) -> None:
    check(CardTemplate(folder / "strings", name, name), places.data_of(x, y))


@pytest.mark.parametrize("name", whole.TEMPLATES)
@few
@given(text=hostile_text)
def test_constructs_that_make_elements(name: str, text: str, folder: Path) -> None:
    check(CardTemplate(folder / "elements", name, name), whole.data_of(text))


@pytest.mark.parametrize("case", CASES)
def test_built_in_templates(case: str) -> None:
    template, sample = CASES[case]
    data = load_data([sample])
    check(template, data)
    found, card = template_source_map(template, data), render(template, data).value
    literals = 0
    for pointer, span in found.spans.items():
        value = value_at(card, pointer)
        literal = found.literal(span.start, span.end)
        if literal is not None and not isinstance(value, (dict, list)):
            written = found.files[literal.file][literal.start : literal.end]
            assert json.loads(written, strict=False) == value
            literals += 1
    assert literals


# A list of elements, with everything that moves the text away from where it was written.
_sign = st.sampled_from(["", "-", "+"])
_blank = st.sampled_from(["", " ", "\n", "\r\n", "\n\n  ", "\t", "  \r\n\t"])
_element = st.sampled_from(
    ['"lit",', '"l{# c #}it",', "{{ x }},", "{{- n -}} ,", '"{{ x }}",', '"{{ x -}} a",', "{# c #}",
     "{#- c\n -#}", "{#+ c +#}", '{% raw %}"lit",{% endraw %}', '{%- raw -%} "lit", {%- endraw -%}',
     '"{% print x ~ "", n %}",', '"\ue000",', '"\\ue001",', '{{ "1," }}', "{% set a = 1 %}",
     '{"lit": [\n"lit"]},', '{% set s %}"lit", {% endset %}{{ s }}', '"漢🎉\\n",']
)  # fmt: skip


def _blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def block(begin: str, end: str, text: str, signs: list[str]) -> str:
        a, b, c, d = signs
        b, d = b.replace("+", ""), d.replace("+", "")
        return f"{{%{a} {begin} {b}%}}{text}{{%{c} {end} {d}%}}"

    kinds = st.sampled_from([("if yes", "endif"), ("for i in [1, 2]", "endfor"),
                             ("if not yes", "endif"), ("block b", "endblock")])  # fmt: skip
    several = st.lists(st.one_of(_blank, inner), max_size=5).map("".join)
    signs = st.lists(_sign, min_size=4, max_size=4)
    return st.builds(lambda kind, text, s: block(*kind, text, s), kinds, several, signs)


_text = st.lists(st.one_of(_blank, st.recursive(_element, _blocks, max_leaves=6)), max_size=8)


@given(parts=_text, mark=st.sampled_from(["", "\ufeff"]))
def test_any_white_space_and_control_of_it(
    parts: list[str], mark: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    inside = "".join(parts)
    if inside.count("block b") > 1:
        return  # a block has its name once
    folder = tmp_path_factory.getbasetemp()
    text = f'{mark}{{"type": "AdaptiveCard",\r\n"lit": [{inside}\n"lit"]}}'
    Path(folder, "card").write_bytes(text.encode())
    template = CardTemplate(folder, "card", "a test")
    data = {"x": "ex", "n": 7, "yes": True}
    check(template, data)
    found = template_source_map(template, data)
    for span in found.spans.values():
        if found.text[span.start : span.end] == '"lit"' and "{# c" not in inside:
            assert found.literal(span.start, span.end) is not None
