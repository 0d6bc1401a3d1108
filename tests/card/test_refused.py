"""What card templates refuse, each with file, line, reason and what to write instead."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from amcli.card.rendering import CardTemplate, render
from amcli.errors import TemplateError

DATA = {
    "who": "a/b", "rows": [{"k": 1}], "order": {"items": [1]}, "nan": math.nan, "dots": "..",
    "dot": ".", "nothing": None,
    "ref": "{{comment.value}}", "lines": "a\r\nb", "field": "comment", "comment2": {"value": 1},
}  # fmt: skip

# What stands on line 2 of the card: (reason, hint) must each hold these words.
REFUSED = {
    # the language
    '"a": {% if %}1{% endif %}': ("Expected an expression", None),
    '"a": "{{ who | safe }}"': ("filter `safe`", "| markdown"),
    '"a": "{{ who | e }}"': ("filter `e`", "escapes every value"),
    '"a": "{{ who | escape }}"': ("filter `escape`", "escapes every value"),
    '"a": "{{ who | forceescape }}"': ("filter `forceescape`", "escapes every value"),
    '"a": "{{ who | urlize }}"': ("filter `urlize`", "| url"),
    '"a": "{{ who | urlencode }}"': ("filter `urlencode`", "encodes every value"),
    '"a": "{{ rows | xmlattr }}"': ("filter `xmlattr`", "write the properties out"),
    '"a": "{{ who | striptags }}"': ("filter `striptags`", "before it reaches"),
    '"a": "{% filter upper %}a{% endfilter %}"': ("{% filter %}", "{% set x %}"),
    '"a": "{% autoescape false %}{{ who }}{% endautoescape %}"': ("{% autoescape %}", "escapes"),
    '"a": "{{ lipsum() }}"': ("lipsum", "write the text"),
    '"a": "{{ 2 ** 9 }}"': ("`**`", "before it reaches"),
    '"a": "{{ who * 3 }}"': ("`*` repeats no text", "loop"),
    '"a": "{{ "%s" % who }}"': ("`%` formatting", "| format"),
    '"a": "{{ "{}".format(who) }}"': ("a text has no `.format`", "filters"),
    '"a": "{{ who.__class__ }}"': ("a text has no `.__class__`", None),
    '"a": "{{ rows.append(1) }}"': ("a list has no `.append`", None),
    '"a": "{{ who.total }}"': ("a text has no `.total`", "a mapping here"),
    # names
    '"a": "{{ wh }}"': ("'wh' is undefined", "did you mean 'who'"),
    '"a": "{{ nobody_at_all }}"': ("is undefined", "--data"),
    '"a": "{{ order.itms }}"': ("no key 'itms'", "is defined"),
    '"a": "{{ order.keys }}"': ("no key 'keys'", "| items"),
    '"a": "{% for k in order.items() %}{% endfor %}"': ("not callable", "always a key"),
    '{% include "../x.j2" %}': ("outside the template's folder", "copy the file"),
    '{% include "/etc/hostname" %}': ("outside the template's folder", "copy the file"),
    '{% include "_nothing.j2" %}': ("no template '_nothing.j2'", None),
    '{% include 9 ** 9 %}': ("`**`", None),
    '"a": "{{ who | uper }}"': ("No filter named 'uper'", "did you mean 'upper'"),
    '"a": NaN': ("NaN is no JSON number", None),
    # values
    '"a": "{{ none }}"': ("None inside quotes", "default"),
    '"a": "{{ rows }}"': ("a list inside quotes", "print its parts"),
    '"a": "{{ order }}"': ("a mapping inside quotes", "print its parts"),
    '"a": {{ nan }}': ("nan is no number", None),
    '"a": "{% macro m() %}{% endmacro %}{{ m }}"': ("macro or function", "call it"),
    # places
    '"body": [{"type": "{{ who }}"}]': ("type of an element", "{% if %}"),
    '"{{ who }}": 1': ("property's name", "{% if %}"),
    '"body": {{ rows }}': ("a list from data as 'body'", "loop over it"),
    '"facts": {{ rows }}': ("property name 'k'", "write the object out"),
    '"text": {{ rows }}': ("a list from data as 'text'", "loop over it"),
    '"body": [{"type": {{ nothing }} }]': ("None inside quotes", None),
    '"body": [{"type": {{ 5 }} }]': ("type of an element", None),
    '"id": "{{ dots }}/ä{{ lines }}"': ("identifier", "ASCII"),
    '"url": "https://{{ who }}.contoso.com/"': ("host of a URL", "{{ base | url }}"),
    '"url": "{{ who }}/x"': ("begins with data", "| url"),
    '"url": " https://{{ who }}/x"': ("host of a URL", "{{ base | url }}"),
    '"url": "https:///{{ who }}/x"': ("host of a URL", "{{ base | url }}"),
    '"url": "https:\\\\\\\\{{ who }}/x"': ("host of a URL", "{{ base | url }}"),
    '"url": "/\\\\{{ who }}/x"': ("host of a URL", "{{ base | url }}"),
    '"url": "https://contoso.com/%2e{{ dot }}/x"': ("path segment '..'", "query"),
    '"url": "https://contoso.com/{{ dots }};v=1/x"': ("path segment '..'", "query"),
    '"url": "{{ who | url }}/x"': ("not an https URL", "https://host/path"),
    '"url": "https://contoso.com/{{ dots }}/x"': ("path segment '..'", "query"),
    '"actions": [{"type": "Action.Http", "headers": [{"name": "x", "value": "{{ lines }}"}]}]': (
        "in a header", "in the body"),
    '"actions": [{"type": "Action.Http", "headers": [{"name": "x", "value": "{{ ref }}"}]}]': (
        "cannot be escaped", "JSON body"),
    '"actions": [{"type": "Action.Http", "body": "plain {{ ref }}"}]': (
        "cannot be escaped", "make the body JSON"),
    '"actions": [{"type": "Action.Http", "body": "a=b&c={{ ref }}"}]': (
        "cannot be escaped", "application/x-www-form-urlencoded"),
    '"actions": [{"type": "Action.Http", "body": "{\\"a\\": {{ who }} {{ who }}}"}]': (
        "body around this value is not JSON", "| tojson"),
    '"actions": [{"type": "Action.Http", "body": "{\\"{{ who }}\\": 1}"}]': (
        "property's name in a body", "as a value"),
    '"actions": [{"type": "Action.Http", "body": "{\\"a\\": \\"\\\\{{ who }}\\"}"}]': (
        "right after a backslash", "two, or four"),
    '"actions": [{"type": "Action.Http", "body": "{\\"a\\": \\"\\\\u00{{ who }}\\"}"}]': (
        "right after a backslash", "two, or four"),
    '"actions": [{"type": "Action.Http", "body": "{\\"a\\": \\"{\\\\\\"b\\\\\\": '
    '\\\\\\"{{ who }}\\\\\\"}\\"}"}]': ("JSON inside a string", "send an object"),
    '"body": [{"type": "TextBlock", "text": "`{{ who }}`"}]': ("between backticks", "no code"),
    # input references
    '"a": "{{ coment.value }}"': ("'coment' is no variable", None),
    '"a": "{{ comment.value | upper }}"': ("only be printed", None),
    '"a": "{% if comment.value %}1{% endif %}"': ("only be printed", None),
    '"a": {{ comment.value }}': ("stands outside quotes", "inside quotes"),
    '"a": "{{ input("a b") }}"': ("cannot be an input's id", "letters, digits"),
    '"body": [{"type": "Input.Text", "id": "comment2"}], "a": "{{ comment2.value }}"': (
        "a variable and also an input", "input('comment2')"),
    '"body": [{"type": "Input.Text", "id": "who"}], "a": "{{ who.value }}"': (
        "'who' is a variable (a text)", "{{ input('who') }}"),
    '"body": [{"type": "Input.Text", "id": "comment"}], "actions": [{"type": "Action.OpenUrl", '
    '"url": "https://a.example/{{ "{{" }}{{ field }}.value}}"}]': ("become an input reference", ""),
    # limits
    '"a": "{% set a = [1,1,1,1,1,1,1,1] %}{% set b = [a,a,a,a,a,a,a,a] %}'
    '{% set c = [b,b,b,b,b,b,b,b] %}'
    '{% set d = [c,c,c,c,c,c,c,c] %}{% set e = [d,d,d,d,d,d,d,d] %}{% set f = [e,e,e,e,e,e,e,e] %}'
    '{% set g = [f,f,f,f,f,f,f,f] %}{{ g | length }}"': ("1,000,000 loop turns", None),
    '"a": "{% set n = namespace(l=[1]) %}{% for i in range(60) %}{% set n.l = n.l + n.l %}'
    '{% endfor %}"': ("1,000,000 loop turns", None),
    '"a": "{{ [[1]] | sum(start=[]) }}"': ("adds numbers", "| join"),
    '"a": "' + "{% if true %}" * 120 + "{% endif %}" * 120 + '"': ("cannot be compiled", None),
    '"a": "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}"': (
        "1,000,000 loop turns", None),
    '"a": "{% for i in range(999999) %}{% endfor %}"': ("range()", None),
    '"a": {% set n = namespace(t="aaaa") %}{% for i in range(99) %}{% set n.t = n.t ~ n.t %}'
    '{% endfor %}"{{ n.t }}"': ("16 MB", None),
    '"a": {% set n = namespace(t="aaaa") %}{% for i in range(99) %}{% set n.t = n.t + n.t %}'
    '{% endfor %}"{{ n.t }}"': ("16 MB", None),
    '"a": {% set n = namespace(t="aaaa") %}{% for i in range(99) %}{% set n.t = n.t | replace("a",'
    ' n.t) %}{% endfor %}"{{ n.t }}"': ("16 MB", None),
    '"a": {% set n = namespace(t=12345678) %}{% for i in range(99) %}{% set n.t = n.t * n.t %}'
    '{% endfor %}"{{ n.t }}"': ("thousand digits", None),
    '"a": "{{ who | center(99999) }}"': ("`| center`", None),
    '"a": "{{ "%99999d" | format(1) }}"': ("three digits", None),
    '"a": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"': ("without end", None),
    '"a": "{% include "card.json.j2" %}"': ("without end", None),
}  # fmt: skip


@pytest.mark.parametrize("line", REFUSED)
def test_refused_with_file_line_and_what_to_write(line: str, tmp_path: Path) -> None:
    (tmp_path / "card.json.j2").write_text('{"type": "AdaptiveCard",\n' + line + "}")
    reason, hint = REFUSED[line]
    with pytest.raises(TemplateError) as refused:
        render(CardTemplate(tmp_path, "card.json.j2", "t"), DATA)
    assert reason in refused.value.reason
    assert refused.value.file == str(tmp_path / "card.json.j2")
    assert refused.value.line == 2 or reason in {"without end", "cannot be compiled"}
    if hint is not None:
        assert hint in (refused.value.hint or "")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.j2").write_text('"a": 1')
    folder = tmp_path / "t"
    folder.mkdir()
    (folder / "link.j2").symlink_to(tmp_path / "secret.j2")
    (folder / "card.json.j2").write_text('{"type": "AdaptiveCard",\n{% include "link.j2" %}}')
    with pytest.raises(TemplateError, match="outside the template's folder"):
        render(CardTemplate(folder, "card.json.j2", "t"), {})


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"type": "AdaptiveCard"\n"a": 1}', 2),
        ('{"type": "AdaptiveCard",\n{% for r in rows %}\n{"k": {{ r.k }}}\n{% endfor %}\n}', 3),
        ('{"type": "AdaptiveCard",\n{% include "_part.j2" %}\n}', ("_part.j2", 2)),
        ('{% macro m() %}\n{"a" 1}\n{% endmacro %}\n{"type": "AdaptiveCard",\n"x": {{ m() }}}', 2),
    ],
    ids=["comma", "in a loop", "in an include", "in a macro"],
)
def test_broken_json_is_found_at_its_line(
    text: str, line: int | tuple[str, int], tmp_path: Path
) -> None:
    (tmp_path / "card.json.j2").write_text(text)
    (tmp_path / "_part.j2").write_text('"a": [\n1 2\n]')
    with pytest.raises(TemplateError, match="not JSON") as refused:
        render(CardTemplate(tmp_path, "card.json.j2", "t"), DATA)
    file, number = line if isinstance(line, tuple) else ("card.json.j2", line)
    assert (refused.value.file, refused.value.line) == (str(tmp_path / file), number)
