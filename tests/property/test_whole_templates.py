"""Constructs that make elements, not only strings: loops, includes, inheritance, MessageCards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from amcli.card.rendering import CardTemplate, render
from amcli.errors import TemplateError
from tests.property.conftest import hostile_text
from tests.property.reading import check_same_but_for

_HEAD = '{"type": "AdaptiveCard", "version": "1.0", "body": '
_BLOCK = '{"type": "TextBlock", "text": "{{ i.name }}: {{ i.note }}", "wrap": {{ i.wrap }}}'

TEMPLATES = {
    "comma unless last": _HEAD
    + "[{% for i in items %}" + _BLOCK + '{{ "," if not loop.last }}{% endfor %}]}',
    "joiner between elements": _HEAD
    + '[{% set comma = joiner(",") %}{% for i in items %}{{ comma() }}' + _BLOCK + "{% endfor %}]}",
    "included element": _HEAD
    + '[{% for i in items %}{% include "_block.j2" %}{{ "," if not loop.last }}{% endfor %}]}',
    "macro that makes an element": '{% from "_macros.j2" import block %}' + _HEAD
    + '[{% for i in items %}{{ block(i.name, i.note) }}{{ "," if not loop.last }}{% endfor %}]}',
    "imported with a name": '{% import "_macros.j2" as m %}' + _HEAD
    + '[{{ m.block(items[0].name, "kept **bold**") }}, {{ m.block(x) }}]}',
    "caller inside an element": "{% macro box() %}" + '{"type": "Container", "items": ['
    "{{ caller() }}]}{% endmacro %}" + _HEAD
    + "[{% for i in items %}{% call box() %}" + _BLOCK + '{% endcall %}{{ "," if not loop.last }}'
    "{% endfor %}]}",
    "captured elements": "{% set blocks %}{% for i in items %}" + _BLOCK
    + '{{ "," if not loop.last }}{% endfor %}{% endset %}' + _HEAD + "[{{ blocks }}]}",
    "inheritance": '{% extends "_base.j2" %}{% block body %}'
    '{"type": "TextBlock", "text": "{{ super() }} {{ x }}"}{% endblock %}',
    "values outside quotes": _HEAD
    + '[{"type": "TextBlock", "text": {{ x }}, "maxLines": {{ n }}, "wrap": {{ yes }}},'
    '{"type": "TextBlock", "text": {{ x | tojson }}}, {"type": "TextBlock", "text": {{ x ~ "!" }}'
    ' }]}'.replace('{{ x ~ "!" }}', '"{{ x ~ "!" }}"'),
    "lists outside quotes": _HEAD
    + '[{"type": "RichTextBlock", "inlines": {{ [x, "b"] }} },'
    '{"type": "Input.ChoiceSet", "id": "c", "style": "compact", "choices": {{ choices }} }],'
    '"expectedActors": {{ [x] | tojson }} }',
    "headers": _HEAD + '[{"type": "Input.Text", "id": "comment"}], "actions": ['
    '{"type": "Action.Http", "method": "POST", "url": "https://a.example/", "body": "",'
    '"headers": [{"name": "X-Note", "value": "{{ x }} {{ comment.value }}"}]}]}',
    "execute": '{"type": "AdaptiveCard", "version": "1.4", "body": [], "actions": ['
    '{"type": "Action.Execute", "verb": "{{ x }}", "title": "{{ x }}",'
    '"data": {"note": "{{ x }}", "more": {{ items }} } }]}',
    "message card": '{"@type": "MessageCard", "@context": "https://schema.org/extensions",'
    '"summary": "{{ x }}", "text": "**{{ x }}**", "sections": [{"activityTitle": "{{ x }}",'
    '"facts": [{"name": "{{ x }}", "value": "*{{ x }}*"}],'
    '"images": [{"image": "https://a.example/{{ x }}.png", "title": "{{ x }}"}]}],'
    '"potentialAction": [{"@type": "ActionCard", "name": "{{ x }}",'
    '"inputs": [{"@type": "TextInput", "id": "comment", "title": "{{ x }}", "value": "{{ x }}"}],'
    '"actions": [{"@type": "HttpPOST", "name": "{{ x }}", "target": "https://a.example/?q={{ x }}",'
    '"bodyContentType": "application/x-www-form-urlencoded",'
    '"body": "x={{ x }}&c={{ comment.value }}"}]},'
    '{"@type": "OpenUri", "name": "Open",'
    '"targets": [{"os": "default", "uri": "https://a.example/{{ x }}"}]}]}',
}  # fmt: skip

PARTS = {
    "_block.j2": _BLOCK,
    "_macros.j2": '{% macro block(text, more="") %}'
    '{"type": "TextBlock", "text": "{{ text }} {{ more }}"}{% endmacro %}',
    "_base.j2": _HEAD + '[{% block body %}from the base{% endblock %}]}',
}  # fmt: skip
_MARKER = "Qzx"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    for name, text in {**PARTS, **{_file(name): text for name, text in TEMPLATES.items()}}.items():
        (folder / name).write_text(text)
    return folder


def _file(name: str) -> str:
    return f"{name.replace(' ', '-')}.json.j2"


def data_of(text: str) -> dict[str, Any]:
    return {
        "x": text, "n": 3, "yes": True,
        "items": [{"name": text, "note": "n", "wrap": True}, {"name": "b", "note": text,
                  "wrap": False}, {"name": "c", "note": "d", "wrap": True}],
        "choices": [{"title": text, "value": "1"}, {"title": "b", "value": text}],
    }  # fmt: skip


def _render(folder: Path, name: str, text: str) -> dict[str, Any] | None:
    try:
        return render(CardTemplate(folder, _file(name), name), data_of(text)).value
    except TemplateError as error:
        refused = error
    assert refused.line is not None
    words = ("path segment", "in a header", "cannot be escaped", "input reference")
    assert any(word in refused.reason for word in words)
    return None


@pytest.mark.parametrize("name", TEMPLATES)
@given(text=hostile_text)
def test_any_text_in_templates_that_make_elements(name: str, text: str, folder: Path) -> None:
    card, harmless = _render(folder, name, text), _render(folder, name, _MARKER)
    assert harmless is not None
    if card is not None:
        check_same_but_for(card, harmless, _MARKER, text)


def test_the_authors_own_constants_stay_markup(folder: Path) -> None:
    card = _render(folder, "imported with a name", "*x*")
    assert card is not None
    assert card["body"][0]["text"] == "\\*x\\* kept **bold**"
