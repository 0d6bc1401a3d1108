"""For any text in any placeholder the card keeps its structure and gives the text back.

Every construct that puts data into a string is tried in every kind of place.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.card.rendering import CardTemplate, render
from amcli.errors import TemplateError
from tests.property.conftest import hostile_text
from tests.property.reading import letters, markdown_structure, markdown_text, references, skeleton

# What an author writes; x, y and name are data.
CONSTRUCTS = {
    "plain": "{{ x }}",
    "in a sentence": "Hello {{ x }}, and {{ y }}!",
    "touching": "{{ x }}{{ y }}",
    "filter": "{{ x | upper }} {{ y | trim | title }}",
    "tilde": "{{ 'a ' ~ x ~ ' b ' ~ y }}",
    "plus": "{{ 'a ' + x }}",
    "join": "{{ [x, y] | join(', ') }}",
    "default": "{{ nothing | default(x) }}{{ nothing | default('none') }}",
    "inline if": "{{ x if yes else 'no' }}{{ '!' if yes }}{{ 'never' if not yes }}",
    "set": "{% set s = 'a' ~ x %}{{ s }}",
    "set block": "{% set s %}({{ x }}){% endset %}{{ s }}",
    "filtered set block": "{% set s | upper %}({{ x }}){% endset %}{{ s }}",
    "filter on a set block": "{% set s %}{{ x }} {{ y }}{% endset %}{{ s | lower }}",
    "method on a set block": "{% set s %}{{ x }}{% endset %}{{ s.upper() }}{{ s[:3] }}",
    "macro": "{% macro m(a) %}<{{ a }}>{% endmacro %}{{ m(x) }}",
    "filter on a macro": "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(x) | replace('a', y) }}",
    "macros in a list": "{% macro m(a) %}{{ a }}{% endmacro %}{{ [m(x), m(y)] | join('; ') }}",
    "caller": "{% macro m() %}({{ caller() }}){% endmacro %}{% call m() %}{{ x }}{% endcall %}",
    "loop": "{% for i in [x, y] %}{{ i }}{{ ', ' if not loop.last }}{% endfor %}",
    "joiner": "{% set j = joiner(', ') %}{% for i in [x, y] %}{{ j() }}{{ i }}{% endfor %}",
    "namespace": "{% set ns = namespace(t='') %}{% for i in [x, y] %}"
    "{% set ns.t = ns.t ~ i %}{% endfor %}{{ ns.t }}",
    "numbers and dates": "{{ n }} {{ ratio }} {{ yes }} {{ x }}",
    "include": "{% include '_x.j2' %}",
    "import": "{% from '_macros.j2' import angle %}{{ angle(x) }}",
    "comparison": "{{ x if x != 'abc' else x }}",
    "format": "{{ '%s-%s' | format(x, y) }}",
    "first and last": "{{ [x, y] | first }} {{ (x ~ y) | length > 3 }} {{ x.split('a') | last }}",
    "map": "{{ [x, y] | map('upper') | join(' ') }}",
    "cycle": "{% for i in [x, y] %}{{ loop.cycle('a', 'b') }}{{ i }}{% endfor %}",
}

# Markdown that the author means, around a value.
AUTHOR_MARKDOWN = {
    "strong": "By **{{ x }}** today",
    "strong alone": "**{{ x }}**",
    "emphasis": "_{{ x }}_ and *{{ y }}*",
    "inside a word": "a**{{ x }}**b",
    "strike": "~~{{ x }}~~",
    "bullet": "- {{ x }}\\n- {{ y }}",
    "numbered": "1. {{ x }}\\n2. {{ y }}",
    "heading": "# {{ x }}",
    "number sign": "#{{ n }} #{{ x }}",
    "number sign first": "#{{ x }}",
    "number and stop": "{{ n }}. {{ x }}",
    "dash": "-{{ x }}",
    "colon": "**Comment:** {{ x }}",
    "link text": "[{{ x }}](https://contoso.com/a)",
    "link destination": "[open](https://contoso.com/a/{{ x }}/b?c={{ y }})",
    "link from data": "[{{ x }}]({{ base | url }}/{{ n }})",
    "lines": "{{ x }}\\n{{ y }}",
    "rule below": "{{ x }}\\n{{ y }}\\n---",
    "rule apart": "Hi {{ x }}\\n\\n---\\n\\n{{ y }}",
    "network path": "\\\\\\\\{{ x }}\\\\{{ y }}",
    "image": "{{ x }}[Open](https://contoso.com/a) {{ y }}",
    "starred list": "* {{ x }}\\n* {{ y }}",
    "tab": "{{ x }}\\t{{ y }}",
    "in the middle": "From {{ x }} - {{ y }} 1. z",
    "label and text": "[{{ n }}]: {{ x }}",
    "definition": "[open] {{ x }}\\n\\n[open]: {{ y }}",
    "between": "{{ x }} - {{ y }}",
    "list below a line": "Notes:\\n- {{ x }}\\n- {{ y }}",
    "numbers below a line": "Steps:\\n1. {{ x }}\\n2. {{ y }}",
    "number sign behind": "{{ x }}# and {{ y }}#",
    "behind a bracket": "[{{ n }}]{{ x }} and [draft]{{ y }}",
    "behind a half entity": "R&am{{ x }} <b{{ y }}",
    "destination in brackets": "[a](<https://contoso.com/{{ x }}/p>) {{ y }}",
    "destination with parentheses": "[a](https://contoso.com/(foo)/{{ x }}/b) {{ y }}",
    "destination that is shown": "<https://contoso.com/{{ x }}> {{ y }}",
}

INCLUDED = {
    "_x.j2": "[{{ x }}]",
    "_macros.j2": "{% macro angle(a) %}<{{ a }}>{% endmacro %}",
}


def card_with(text: str) -> str:
    """A card with the construct in each kind of place."""
    body = text.replace('"', '\\"')
    return f"""{{
  "type": "AdaptiveCard", "version": "1.0", "summary": "kept",
  "body": [
    {{"type": "TextBlock", "text": "{text}"}},
    {{"type": "RichTextBlock", "inlines": [{{"type": "TextRun", "text": "{text}"}}]}},
    {{"type": "FactSet", "facts": [{{"title": "{text}", "value": "v"}}]}},
    {{"type": "Input.Text", "id": "comment", "value": "{text}", "placeholder": "{text}"}},
    {{"type": "Image", "url": "https://contoso.com/i.png", "altText": "{text}"}}
  ],
  "actions": [
    {{"type": "Action.Http", "title": "{text}", "method": "POST",
      "url": "https://api.contoso.com/a/{text}/b?q={text}&c={{{{ comment.value }}}}",
      "body": "{{\\"a\\": \\"{body}\\", \\"c\\": \\"{{{{ comment.value }}}}\\"}}"}},
    {{"type": "Action.Http", "title": "form", "method": "POST", "url": "https://api.contoso.com/f",
      "headers": [{{"name": "Content-Type", "value": "application/x-www-form-urlencoded"}}],
      "body": "a={text}&c={{{{ comment.value }}}}"}}
  ]
}}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("places")
    for name, text in INCLUDED.items():
        (folder / name).write_text(text)
    for name, text in {**CONSTRUCTS, **AUTHOR_MARKDOWN}.items():
        (folder / _file(name)).write_text(card_with(text))
        (folder / _file(name, "text")).write_text(
            f'{{"type": "AdaptiveCard", "body": [{{"type": "TextBlock", "text": "{text}"}}, '
            f'{{"type": "Input.Text", "id": "comment", "value": "{text}"}}]}}'
        )
    return folder


def _file(name: str, kind: str = "card") -> str:
    return f"{name.replace(' ', '-')}.{kind}.json.j2"


def data_of(x: str, y: str) -> dict[str, Any]:
    return {"x": x, "y": y, "n": 7, "ratio": 0.5, "yes": True, "base": "https://contoso.com/v1"}


def _rendered(folder: Path, file: str, x: str, y: str) -> dict[str, Any] | None:
    """The card, or None where a value was refused at its place."""
    try:
        return render(CardTemplate(folder, file, file), data_of(x, y)).value
    except TemplateError as error:
        refused = error
    assert refused.file.endswith(".j2")
    assert refused.line is not None
    assert "path segment" in refused.reason
    return None


@pytest.mark.parametrize("name", CONSTRUCTS)
@given(x=hostile_text, y=hostile_text)
def test_structure_and_text_survive(name: str, x: str, y: str, folder: Path) -> None:
    card = _rendered(folder, _file(name), x, y)
    harmless = _rendered(folder, _file(name), "abc", "def")
    assert harmless is not None
    if card is None:
        return
    assert skeleton(card) == skeleton(harmless)
    assert references(card) == references(harmless)
    written = card["body"][3]["value"]  # an input's value is plain: the text itself
    assert card["body"][1]["inlines"][0]["text"] == written
    _check_markdown(card["body"][0]["text"], written)
    _check_markdown(card["body"][2]["facts"][0]["title"], written)
    _check_action(card["actions"][0], written)
    form = dict(parse_qsl(card["actions"][1]["body"], keep_blank_values=True, errors="replace"))
    assert form == {"a": form["a"], "c": "{{comment.value}}"}


def _check_markdown(text: str, written: str) -> None:
    assert markdown_structure(text) == []
    assert letters(markdown_text(text)) == letters(written)


def _check_action(action: dict[str, Any], written: str) -> None:
    assert json.loads(action["body"]) == {"a": written, "c": "{{comment.value}}"}
    url = urlsplit(action["url"])
    assert (url.scheme, url.netloc) == ("https", "api.contoso.com")
    before, middle, after = url.path.split("/")[1:]
    assert (before, after) == ("a", "b")
    assert unquote(middle) == written
    assert url.query.endswith("&c={{comment.value}}")
    assert unquote(url.query[2:].removesuffix("&c={{comment.value}}")) == written


@pytest.mark.parametrize("name", AUTHOR_MARKDOWN)
@given(x=hostile_text, y=hostile_text)
def test_the_authors_markdown_stays_what_it_is(name: str, x: str, y: str, folder: Path) -> None:
    card = _rendered(folder, _file(name, "text"), x, y)
    harmless = _rendered(folder, _file(name, "text"), "abc", "def")
    assert harmless is not None
    if card is None:
        return
    text, before = card["body"][0]["text"], harmless["body"][0]["text"]
    assert markdown_structure(text) == markdown_structure(before)
    if "destination" not in name:
        expected = markdown_text(before).replace("abc", x).replace("def", y)
        if "abc" not in y and "def" not in x:
            assert letters(markdown_text(text)) == letters(expected)


@given(value=st.recursive(
    st.none() | st.booleans() | st.integers() | hostile_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(hostile_text, inner, max_size=3),
    max_leaves=8,
))  # fmt: skip
def test_lists_and_mappings_in_a_json_body(value: Any, tmp_path_factory: Any) -> None:
    folder = _own_folder(tmp_path_factory, "structures", (
        '{"type": "AdaptiveCard", "body": [{"type": "Input.Text", "id": "comment"}], "actions": ['
        '{"type": "Action.Http", "method": "POST", "url": "https://a.example/", '
        '"body": "{\\"v\\": {{ v }}, \\"w\\": {{ v | tojson }}, '
        '\\"c\\": \\"{{ comment.value }}\\"}"}]}'
    ))  # fmt: skip
    card = render(CardTemplate(folder, "card.json.j2", "t"), {"v": value}).value
    body = card["actions"][0]["body"]
    assert json.loads(body) == {"v": value, "w": value, "c": "{{comment.value}}"}
    assert references(card) == ["{{comment.value}}"]


@given(name=hostile_text, label=hostile_text)
def test_lists_and_mappings_as_parts(name: str, label: str, tmp_path_factory: Any) -> None:
    folder = _own_folder(tmp_path_factory, "parts", (
        '{"type": "AdaptiveCard", "body": ['
        '{"type": "FactSet", "facts": {{ facts }}},'
        '{"type": "Input.ChoiceSet", "id": "c", "choices": {{ choices | tojson }}}]}'
    ))  # fmt: skip
    facts = [{"title": name, "value": label}, {"title": "n", "value": label}]
    choices = [{"title": label, "value": name}]
    data = {"facts": facts, "choices": choices}
    card = render(CardTemplate(folder, "card.json.j2", "t"), data).value
    shown = card["body"][0]["facts"]
    assert [set(fact) for fact in shown] == [{"title", "value"}] * 2
    _check_markdown(shown[0]["title"], name)
    _check_markdown(shown[1]["value"], label)
    assert card["body"][1]["choices"] == choices  # a drop-down list is plain text


def _own_folder(factory: pytest.TempPathFactory, name: str, card: str) -> Path:
    folder: Path = factory.getbasetemp() / name
    folder.mkdir(exist_ok=True)
    (folder / "card.json.j2").write_text(card)
    return folder
