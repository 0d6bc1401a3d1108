"""Where each part of a card was written: an example for each construct of the template language."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jinja2 import nodes

from amcli.card.rendering import CardTemplate, Envelope, render, template_source_map
from amcli.card.rendering.marks import MarkTable
from amcli.card.rendering.sandbox import CardEnvironment
from amcli.card.rendering.written import Written
from amcli.card.source_map import SourceMap, Span, json_source_map
from amcli.errors import TemplateError

DATA: dict[str, Any] = {
    "x": "ex", "y": "why", "n": 7, "ratio": 0.5, "yes": True, "nothing": None,
    "rows": [{"name": "one"}, {"name": "two"}], "odd": {"b c": "z"},
    "facts": [{"title": "T", "value": "V"}],
    "tree": [{"n": "a", "below": [{"n": "b", "below": []}]}],
}  # fmt: skip


def told(span: Span | None) -> str | None:
    """``file:line:column-line:column``, without the folder."""
    if span is None:
        return None
    name = Path(span.file).name
    return f"{name}:{span.line}:{span.column}-{span.end_line}:{span.end_column}"


def mapped(folder: Path, files: dict[str, str], data: dict[str, Any] = DATA) -> SourceMap:
    """The source map of a card; the template is a card that can be rendered."""
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(text.encode("utf-8"))
    template = CardTemplate(folder, "card", "a test")
    envelope = Envelope(originator="o")
    render(template, data, envelope=envelope)
    return template_source_map(template, data, envelope=envelope, data_file="d.json")


@dataclass(frozen=True)
class Example:
    """A template, with its parts in other files, and where values of its card were written."""

    card: str
    places: dict[str, str]
    parts: dict[str, str] = field(default_factory=dict)


def card(inside: str) -> str:
    """A card whose own members begin at line 2."""
    return '{"type": "AdaptiveCard",\n' + inside + "\n}"


EXAMPLES = {
    "literal text": Example(
        card('  "a": [1,\n    {"b": "c"}],\n  "d": true'),
        {
            "": "card:1:1-5:2",
            "/type": "card:1:10-1:24",
            "/a": "card:2:8-3:16",
            "/a/0": "card:2:9-2:10",
            "/a/1": "card:3:5-3:15",
            "/a/1/b": "card:3:11-3:14",
            "/d": "card:4:8-4:12",
        },
    ),
    "print in quotes": Example(card('"a": "by {{ x }}!"'), {"/a": "card:2:6-2:19"}),
    "print outside quotes": Example(
        card('"a":   {{ n }}, "b": {{- x | tojson -}}  \n, "c": 1'),
        {"/a": "card:2:8-2:15", "/b": "card:2:22-2:40", "/c": "card:3:8-3:9"},
    ),
    "print of a constant": Example(card('"a": {{ "1" if yes else "2" }}'), {"/a": "card:2:6-2:31"}),
    "print over several lines": Example(card('"a": "b {{\n  x\n}} c"'), {"/a": "card:2:6-4:6"}),
    "print statement": Example(
        card('"a": "{% print x, [y, n] | first %}", "b": {{ n }}'),
        {"/a": "card:2:6-2:37", "/b": "card:2:44-2:51"},
    ),
    "what stands below a print": Example(
        card('"body": [{"type": "FactSet", "facts": {{ facts }} }]'),
        {
            "/body/0/facts": "card:2:39-2:50",
            "/body/0/facts/0/title": "card:2:39-2:50",
            "/body/0/nowhere": "card:2:10-2:52",
            "/body/7/text": "card:2:9-2:53",
        },
    ),
    "loop": Example(
        card(
            '"l": [\n{% for r in rows %}\n  {"v": "{{ r.name }}"}{{ "," if not loop.last }}\n'
            "{% endfor %}\n]"
        ),
        {
            "/l": "card:2:6-6:2",
            "/l/0": "card:4:3-4:24",
            "/l/1": "card:4:3-4:24",
            "/l/1/v": "card:4:9-4:23",
        },
    ),
    "recursive loop": Example(
        card(
            '"l": [{% for t in tree recursive %}\n{"n": "{{ t.n }}",\n'
            '"below": [{{ loop(t.below) }}]}{% endfor %}]'
        ),
        {"/l/0/n": "card:3:7-3:18", "/l/0/below/0": "card:3:1-4:32"},
    ),
    "loop with else": Example(
        card('"l": [{% for r in [] %}1{% else %}\n2{% endfor %}]'), {"/l/0": "card:3:1-3:2"}
    ),
    "condition": Example(
        card('{% if not yes %}\n"a": 1\n{% elif yes %}\n  "a": 2\n{% else %}\n"a": 3\n{% endif %}'),
        {"/a": "card:5:8-5:9"},
    ),
    "include": Example(
        card(
            '"l": [{% for r in rows %}\n{% include "sub/_r" %}{{ "," if not loop.last }}\n'
            '{% endfor %}],\n  {% include "_end" %}'
        ),
        {
            "/l": "card:2:6-4:14",
            "/l/0": "_r:2:2-2:23",
            "/l/1/v": "_r:2:8-2:22",
            "/end": "_end:1:8-1:9",
        },
        {"sub/_r": '\n {"v": "{{ r.name }}"}', "_end": '"end": 1'},
    ),
    "include with a computed name": Example(
        card(
            '{% set name = "_" ~ "end" %}{% include name %},\n'
            '{% include ["_missing", "_other"] %}{% include "_missing" ignore missing %}'
        ),
        {"/end": "_end:1:8-1:9", "/other": "_other:1:10-1:11"},
        {"_end": '"end": 1', "_other": '"other": 2'},
    ),
    "macro": Example(
        '{% macro m(a) %}\n{"t": "<{{ a }}>"}{% endmacro %}' + card('"a": {{ m(x) }}'),
        {"/a": "card:2:1-2:19", "/a/t": "card:2:7-2:18"},
    ),
    "import": Example(
        '{% import "_m" as m %}\n' + card('"a": {{ m.m(x) }}'),
        {"/a": "_m:2:1-2:19", "/a/t": "_m:2:7-2:18"},
        {"_m": '{% macro m(a) %}\n{"t": "<{{ a }}>"}{% endmacro %}'},
    ),
    "from-import with context": Example(
        '{% from "_m" import m with context %}\n' + card('"a": {{ m() }}'),
        {"/a/t": "_m:1:23-1:32"},
        {"_m": '{% macro m(a) %}{"t": "{{ x }}"}{% endmacro %}'},
    ),
    "macro in a macro": Example(
        '{% macro in(a) %}"{{ a }}"{% endmacro %}\n{% macro out(a) %}[{{ in(a) }}]{% endmacro %}\n'
        + card('"a": {{ out(x) }}'),
        {"/a": "card:2:19-2:32", "/a/0": "card:1:18-1:27"},
    ),
    "call block": Example(
        '{% macro box() %}{"i": [{{ caller() }}]}{% endmacro %}\n'
        + card('"a": {% call box() %}\n{"z": "{{ y }}"}{% endcall %}'),
        {"/a": "card:1:18-1:41", "/a/i/0": "card:4:1-4:17", "/a/i/0/z": "card:4:7-4:16"},
    ),
    "captured text between others": Example(
        "{% macro m() %}\n1, 2{% endmacro %}" + card('"a": {{ "[" ~ m() ~ ", 3]" }},\n"b": 1'),
        {
            "/a": "card:3:6-3:30",
            "/a/0": "card:2:1-2:2",
            "/a/1": "card:2:4-2:5",
            "/a/2": "card:3:6-3:30",
            "/b": "card:4:6-4:7",
        },
    ),
    "captured text gathered": Example(
        '{% set ns = namespace(t="0") %}{% for i in [1, 2] %}{% set c %}\n, 1{% endset %}'
        '{% set ns.t = ns.t ~ c ~ ", 2" %}{% endfor %}\n' + card('"a": [{{ ns.t }}]'),
        {
            "/a": "card:4:6-4:18",
            "/a/0": "card:4:7-4:17",
            "/a/1": "card:2:3-2:4",
            "/a/3": "card:2:3-2:4",
        },
    ),
    "call block with arguments": Example(
        "{% macro each(all) %}{% for i in all %}{{ caller(i) }}{{ ',' if not loop.last }}"
        "{% endfor %}{% endmacro %}\n"
        + card('"a": [{% call(r) each(rows) %}\n"{{ r.name }}"{% endcall %}]'),
        {"/a": "card:3:6-4:29", "/a/0": "card:4:1-4:15", "/a/1": "card:4:1-4:15"},
    ),
    "inheritance": Example(
        '{% extends "_base" %}\n{% block one %}{{ super() }}, "{{ x }}"{% endblock %}',
        {
            "/one": "_base:2:8-2:48",
            "/one/0": "_base:2:24-2:33",
            "/one/1": "card:2:31-2:40",
            "/two": "_base:3:8-3:9",
        },
        {"_base": card('"one": [{% block one %}"{{ y }}"{% endblock %}],\n"two": 2')},
    ),
    "self.block()": Example(
        card('"a": "{% block s %}S {{ x }}{% endblock %}",\n"b": "{{ self.s() }}"'),
        {"/a": "card:2:6-2:44", "/b": "card:3:6-3:22"},
    ),
    "set block": Example(
        '{% set s %}\n"in {{ x }}"{% endset %}' + card('"a": {{ s }}, "b": "{{ s | upper }}"'),
        {"/a": "card:2:1-2:13", "/b": "card:3:20-3:37"},
    ),
    "filtered set block": Example(
        "{% set s | upper %}in {{ x }}{% endset %}" + card('"a": "{{ s }}"'),
        {"/a": "card:2:6-2:15"},
    ),
    "body in a set block": Example(
        '{% set body %}\n{"a": "{{ x }}", "n": {{ n }}}\n{% endset %}\n'
        + card('"actions": [{"type": "Action.Http",\n"body": {{ body | tojson }} }]'),
        {"/actions/0/body": "card:2:1-3:1"},
    ),
    "body in a macro": Example(
        '{% macro body(a) %}{"a": "{{ a }}"}{% endmacro %}\n'
        + card('"actions": [{"type": "Action.Http",\n"body": {{ body(x) | tojson }} }]'),
        {"/actions/0/body": "card:1:20-1:36"},
    ),
    "body in an imported macro": Example(
        '{% from "_m" import body %}\n'
        + card('"actions": [{"type": "Action.Http",\n"body": {{ body(x) | tojson }} }]'),
        {"/actions/0/body": "_m:2:1-2:17"},
        {"_m": '{% macro body(a) %}\n{"a": "{{ a }}"}{% endmacro %}'},
    ),
    "body from an empty set block": Example(
        "{% set body %}{% endset %}\n"
        + card('"actions": [{"type": "Action.Http",\n"body": {{ body | tojson }} }]'),
        {"/actions/0/body": "card:4:9-4:28"},
    ),
    "body in quotes": Example(
        '{% set body %}{"a": "{{ x }}"}{% endset %}\n'
        + card('"actions": [{"type": "Action.Http",\n"body": "{{ body | tojson }}" }]'),
        {"/actions/0/body": "card:4:9-4:30"},
    ),
    "namespace": Example(
        '{% set ns = namespace(t="") %}{% for r in rows %}{% set ns.t = ns.t ~ r.name %}'
        "{% endfor %}\n" + card('"a": "{{ ns.t }}"'),
        {"/a": "card:3:6-3:18"},
    ),
    "with": Example(
        card('{% with a = x %}\n"a": "{{ a }}"\n{% endwith %}'), {"/a": "card:3:6-3:15"}
    ),
    "raw": Example(
        card('"a": "{% raw %}{{ no }}{% endraw %}", "b": {{ n }}'),
        {"/a": "card:2:6-2:37", "/b": "card:2:44-2:51"},
    ),
    "comment": Example(
        "{# one\ntwo #}" + card('"a": "b{# c #}d", "e": "f\\{# g #}n", "h": 1'),
        {"/a": "card:3:6-3:17", "/e": "card:3:24-3:36", "/h": "card:3:43-3:44"},
    ),
    "white space control": Example(
        card('   {#- c -#}\n  "a":  1  \n  {%- if yes -%}   , "b": [1, 2]   {%- endif -%}  '),
        {"/a": "card:3:9-3:10", "/b": "card:4:27-4:33", "/b/1": "card:4:31-4:32"},
    ),
    "blocks on lines of their own": Example(
        card('  {% if yes %}\n  "a": 1,\n    {% endif %}\n  {# c #}\n  "b": 2'),
        {"/a": "card:3:8-3:9", "/b": "card:6:8-6:9"},
    ),
    "line breaks of two characters": Example(
        card('"a": "b",\n{% if yes %}\n"c": {"d":\n"{{ x }}"},\n{% endif %}\n"e": 1').replace(
            "\n", "\r\n"
        ),
        {
            "/a": "card:2:6-2:9",
            "/c": "card:4:6-5:11",
            "/c/d": "card:5:1-5:10",
            "/e": "card:7:6-7:7",
        },
    ),
    "line breaks of old": Example(
        '{"type": "AdaptiveCard",\r"a": 1,\r"b": 2}', {"/b": "card:3:6-3:7"}
    ),
    "byte order mark": Example(
        '\ufeff{"type": "AdaptiveCard",\n"a": 1}', {"": "card:1:1-2:8", "/type": "card:1:10-1:24"}
    ),
    "beyond ASCII": Example(card('"é🎉": "漢 {{ x }}", "b": 1'), {"/b": "card:2:25-2:26"}),
    "our own characters": Example(
        card('"a": "b \ue000 c {{ x }} \\ue001 d", "e": 1'),
        {"/a": "card:2:6-2:30", "/e": "card:2:37-2:38"},
    ),
    "line break in a string": Example(card('"a": "b\n  c", "d": 1'), {"/d": "card:3:12-3:13"}),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_values_are_found_where_they_were_written(name: str, tmp_path: Path) -> None:
    example = EXAMPLES[name]
    found = mapped(tmp_path, {"card": example.card, **example.parts})

    assert {p: told(found.origin(p).value) for p in example.places} == example.places


def test_names_are_found_too(tmp_path: Path) -> None:
    parts = {"_m": '{% macro m() %}{\n"t": "u"}{% endmacro %}'}
    text = '{% import "_m" as m %}\n' + card('"a": {{ m.m() }},\n"l": [{"b\\u0020c": 1}]')
    found = mapped(tmp_path, {"card": text, **parts})

    names = {p: told(found.origin(p).name) for p in ("", "/a", "/a/t", "/l/0", "/l/0/b c")}
    assert names == {
        "": None,
        "/a": "card:3:1-3:4",
        "/a/t": "_m:2:1-2:4",
        "/l/0": None,
        "/l/0/b c": "card:4:8-4:18",
    }


# The print, the key of the data (None where the value is not unchanged), and the expression.
FROM_DATA = {
    '"{{ x }}"': ("x", "x"),
    '"Dear {{ x }},"': ("x", "x"),
    "{{ n }}": ("n", "n"),
    "{{ ratio }}": ("ratio", "ratio"),
    "{{ yes }}": (None, "yes"),
    "{{ nothing }}": (None, "nothing"),
    '"{{ rows[1].name }}"': ("rows[1].name", "rows[1].name"),
    '"{% for r in rows %}{{ r.name }}{% endfor %}"': ("rows[0].name", "r.name"),
    "\"{{ odd['b c'] }}\"": ('odd["b c"]', "odd['b c']"),
    "{{ x | tojson }}": ("x", "x | tojson"),
    "\"{{ x | default('d') }}\"": ("x", "x | default('d')"),
    '"{{ rows | map(attribute=\'name\') | first }}"': (
        "rows[0].name", "rows | map(attribute='name') | first"),
    '"{{ x | upper }}"': (None, "x | upper"),
    '"{{ x | trim }}"': (None, "x | trim"),
    '"{{ x + y }}"': (None, "x + y"),
    '"{{ n + 1 }}"': (None, "n + 1"),
    '"{{ -n }}"': (None, "-n"),
    '"{{ x[:1] }}"': (None, "x[:1]"),
    "\"{{ x ~ '!' }}\"": ("x", "x ~ '!'"),
    '"{{ n + 1 }} of {{ x }}"': ("x", "x"),
    "\"{{ 'a' if yes else 'b' }}\"": (None, "'a' if yes else 'b'"),
    '"{{ originator }}"': (None, "originator"),
    '"{{- x -}}"': ("x", "x"),
    '"no print"': (None, None),
}  # fmt: skip


@pytest.mark.parametrize("text", FROM_DATA)
def test_what_came_from_data_has_its_key(text: str, tmp_path: Path) -> None:
    origin = mapped(tmp_path, {"card": card(f'"a": {text}')}).origin("/a")

    key, expression = FROM_DATA[text]
    assert (origin.data and origin.data.key, origin.expression) == (key, expression)
    assert origin.data is None or origin.data.file == "d.json"


def test_a_url_and_markdown_from_data_have_their_keys(tmp_path: Path) -> None:
    data = {"base": "https://contoso.com", "note": "**b**"}
    text = card('"body": [{"type": "TextBlock", "text": "{{ note | markdown }}"},\n'
                '{"type": "Image", "url": "{{ base | url }}/a"}]')  # fmt: skip
    found = mapped(tmp_path, {"card": text}, data)

    note, base = found.prints("/body")
    assert (note.data and note.data.key, note.text, note.trusted_markdown) == (
        "note", "**b**", True)  # fmt: skip
    assert (base.data and base.data.key, base.trusted_markdown) == ("base", False)


def test_parts_of_a_list_that_was_printed_whole_have_keys(tmp_path: Path) -> None:
    text = card('"body": [{"type": "FactSet", "facts": {{ facts }} }]')
    found = mapped(tmp_path, {"card": text})

    keys = {
        pointer: origin.data and origin.data.key
        for pointer in ("/body/0/facts", "/body/0/facts/0/title", "/body/0/facts/5", "/body/0")
        for origin in [found.origin(pointer)]
    }
    assert keys == {
        "/body/0/facts": "facts",
        "/body/0/facts/0/title": "facts[0].title",
        "/body/0/facts/5": None,
        "/body/0": None,
    }


def test_prints_of_a_value(tmp_path: Path) -> None:
    text = card('"body": [{"type": "Input.Text", "id": "c"}],\n"actions": [\n'
                '{"type": "Action.Http", "url": "https://a.example/{{ x }}?{{ c.value }}",\n'
                '"body": "{\\"n\\": {{ n + 1 }}, \\"o\\": {{ odd }}}"}]')  # fmt: skip
    found = mapped(tmp_path, {"card": text})

    (url,) = found.prints("/actions/0/url")  # the input reference is the author's own
    assert (url.expression, told(url.span), url.text) == ("x", "card:4:51-4:58", "ex")
    number, mapping = found.prints("/actions/0/body")
    assert (number.expression, number.data, number.text) == ("n + 1", None, "8")
    assert (mapping.data and mapping.data.key, mapping.text) == ("odd", '{"b c": "z"}')
    assert found.prints("/actions") == (url, number, mapping)
    assert found.prints("/type") == ()


def test_an_input_reference_is_no_print(tmp_path: Path) -> None:
    text = card('"body": [{"type": "Input.Text", "id": "c"}],\n"actions": [\n'
                '{"type": "Action.Http", "body": "{{ c.value }}"}]')  # fmt: skip
    origin = mapped(tmp_path, {"card": text}).origin("/actions/0/body")

    assert (origin.data, origin.expression) == (None, None)
    assert told(origin.value) == "card:4:33-4:48"


def test_a_property_that_stands_twice(tmp_path: Path) -> None:
    found = mapped(tmp_path, {"card": card('"a": 1,\n{% if yes %}\n"a": 2,\n{% endif %}\n"a": 3')})

    second = found.duplicate("/a")
    assert (told(second.name), told(second.value)) == ("card:4:1-4:4", "card:4:6-4:7")
    assert told(found.origin("/a").value) == "card:6:6-6:7"
    assert found.duplicate("/type") == found.origin("/type")


# Text of the card, and whether it is one run of literal text.
LITERAL = {
    card('"a": [1, "b"]'): True,
    card('"a": "b {{ x }}"'): False,
    card('"a": {{ n }}'): False,
    card('"a": "{{ \'constant\' }}"'): False,
    card('"a": [{% if yes %}1{% endif %}]'): False,
    card('"a": "b{# c #}d"'): False,
    card('"a": "{% raw %}b{% endraw %}"'): False,
    card('"a": "b \\ue000"'): False,
    card('{% if yes %}\n  "a": [1,\n 2]\n{% endif %}'): True,
    card('{% for i in [1, 2] %}\n"a": [1,\n 2]{{ "," if not loop.last }}\n{% endfor %}'): True,
    card('"a": [1,\n2]').replace("\n", "\r\n"): True,
    "\ufeff" + card('"a": [1,\n2]').replace("\n", "\r\n"): True,
    '{% set s %}[1, "b"]{% endset %}' + card('"a": {{ s }}'): True,
}


@pytest.mark.parametrize("text", LITERAL)
def test_literal_text_is_read_back_from_the_file(text: str, tmp_path: Path) -> None:
    found = mapped(tmp_path, {"card": text})
    span = found.spans["/a"]
    literal = found.literal(span.start, span.end)

    assert (literal is not None) is LITERAL[text]
    if literal is not None:
        written = (tmp_path / "card").read_bytes().decode()[literal.start : literal.end]
        assert written.replace("\r\n", "\n") == found.text[span.start : span.end]
        assert found.files[literal.file] == (tmp_path / "card").read_bytes().decode()


def test_what_is_no_range_of_the_text_is_not_literal() -> None:
    found = json_source_map("[1]", "a.json")

    assert found.literal(2, 1) is None
    assert found.literal(0, 4) is None
    assert found.literal(-1, 1) is None


def test_a_text_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "card").write_text(card('{% include "_p" %}'))
    (tmp_path / "_p").write_text('"a": 1')
    texts = {(tmp_path / "_p").resolve(): '"b":\n2'}
    template = CardTemplate(tmp_path, "card", "a test", texts)

    assert render(template, {}).value == {"type": "AdaptiveCard", "b": 2}
    found = template_source_map(template, {})
    assert told(found.origin("/b").value) == "_p:2:1-2:2"
    assert found.files[str(tmp_path / "_p")] == '"b":\n2'
    assert render(CardTemplate(tmp_path, "card", "a test"), {}).value["a"] == 1


def test_a_source_that_is_not_understood_is_told_by_its_lines() -> None:
    environment = CardEnvironment(Path())
    tree = environment.parse("a\n{{ b }} c")
    marks = MarkTable()
    marks.read(environment.lexer, tree, "card", "a\n{{ b }} {{ c }}")  # another source
    of_tree = marks.of(tree)
    for output in tree.find_all(nodes.Output):
        for node in output.nodes:
            of_tree.mark(node)

    assert [marks[n] for n in range(3)] == [
        Written("card", 0, 1, None), Written("card", 2, 17, None), Written("card", 2, 17, None),
    ]  # fmt: skip


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    assert told(mapped(tmp_path, {"card": card('"a": 1')}).origin("/a").value) == "card:2:6-2:7"
    assert told(mapped(tmp_path, {"card": card(' "a": 11')}).origin("/a").value) == "card:2:7-2:9"


def test_files_are_told_as_the_folder_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "t" / "sub").mkdir(parents=True)
    (tmp_path / "t" / "card").write_text(card('{% include "sub/_p" %}'))
    (tmp_path / "t" / "sub" / "_p").write_text('"a": 1')
    monkeypatch.chdir(tmp_path)
    found = template_source_map(CardTemplate(Path("t"), "card", "a test"), {})

    assert set(found.files) == {str(Path("t", "card")), str(Path("t", "sub", "_p"))}
    assert found.origin("/a").value.file == str(Path("t", "sub", "_p"))


def test_text_that_is_no_json_is_told_at_its_place(tmp_path: Path) -> None:
    (tmp_path / "card").write_text(card('"a": 1\n"b": 2'))

    with pytest.raises(TemplateError, match="card:3: what the template makes is not JSON"):
        template_source_map(CardTemplate(tmp_path, "card", "a test"), {})


def test_a_finished_card() -> None:
    text = '\ufeff{"type": "AdaptiveCard",\r\n "é": [1,\r\n2], "a": 1, "a": 2}'
    found = json_source_map(text, "card.json")

    assert told(found.origin("").value) == "card.json:1:1-3:20"
    assert told(found.origin("/é").value) == "card.json:2:7-3:3"
    assert told(found.origin("/é").name) == "card.json:2:2-2:5"
    assert told(found.duplicate("/a").name) == "card.json:3:13-3:16"
    assert found.origin("/é/7") == found.origin("/é")
    assert found.prints("") == ()
    span = found.spans["/é"]
    literal = found.literal(span.start, span.end)
    assert literal is not None
    assert text[literal.start : literal.end] == "[1,\r\n2]"


def test_a_finished_card_that_is_no_json() -> None:
    with pytest.raises(ValueError, match="JSON"):
        json_source_map('{"a": ', "card.json")
