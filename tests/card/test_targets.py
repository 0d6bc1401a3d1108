"""What a command works on, and the templates that are found."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from amcli.card.gallery import gallery
from amcli.card.rendering import Envelope
from amcli.card.target import (
    CardTarget,
    DataSource,
    TemplateTarget,
    make_card,
    open_target,
)
from amcli.card.untrusted import make_card_in_child
from amcli.errors import CardError, NothingFound, TemplateError, UsageError

TOML = 'title = "Leave"\nkind = "adaptive"\nsubject = "Leave for {{ who }}"\nsamples = ["s.json"]\n'
CARD = (
    '{"type": "AdaptiveCard", "version": "1.0", '
    '"body": [{"type": "TextBlock", "text": "{{ who }}"}]}'
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "templates" / "leave"
    folder.mkdir(parents=True)
    (folder / "template.toml").write_text(TOML)
    (folder / "card.json.j2").write_text(CARD)
    (folder / "s.json").write_text('{"who": "Ada"}')
    return tmp_path / "templates"


def test_a_template_by_name_folder_and_file(project: Path) -> None:
    for text in ("leave", str(project / "leave"), str(project / "leave" / "card.json.j2")):
        target = open_target(text, project)
        assert isinstance(target, TemplateTarget)
        assert [path.name for path in target.samples] == ["s.json"]


def test_a_finished_card_from_a_file_and_from_stdin(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text(CARD)
    from_file = open_target(str(tmp_path / "card.json"))
    from_stdin = open_target("-", None, io.BytesIO(CARD.encode()))
    assert isinstance(from_file, CardTarget)
    assert isinstance(from_stdin, CardTarget)
    assert from_file.document.value == from_stdin.document.value == json.loads(CARD)


def test_a_refresh_card_by_name() -> None:
    target = open_target("expense-approval/approved")
    assert isinstance(target, TemplateTarget)
    assert target.template.file == "approved.json.j2"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("expense-aproval", "did you mean 'expense-approval'?"),
        ("expense-approval/aproved", "expense-approval/approved"),
        ("nothing-like-it-at-all", "amcli templates"),
        ("card.json", ""),
    ],
)
def test_what_is_not_there(text: str, hint: str) -> None:
    with pytest.raises(NothingFound) as missing:
        open_target(text)
    assert hint in (missing.value.hint or "")


def test_the_projects_own_templates_come_first_and_say_what_they_hide(project: Path) -> None:
    own = project / "survey"
    (project / "leave").rename(own)
    first, *rest = gallery(project)
    assert (first.template.name, first.built_in, first.hides_built_in) == ("survey", False, True)
    assert "survey" not in [entry.template.name for entry in rest]
    target = open_target("survey", project)
    assert isinstance(target, TemplateTarget)
    assert target.template.folder == own


def test_without_data_the_sample_is_used(project: Path) -> None:
    made = make_card(open_target("leave", project), DataSource())
    assert made.sample is not None
    assert made.document.value["body"][0]["text"] == "Ada"
    assert made.subject == "Leave for Ada"


def test_white_space_in_a_subject_collapses(project: Path) -> None:
    made = make_card(open_target("leave", project), DataSource(sets=("who=a\r\nBcc: x\t b",)))
    assert made.subject == "Leave for a Bcc: x b"


def test_a_finished_card_takes_no_data(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text(CARD)
    with pytest.raises(UsageError, match="takes no data"):
        make_card(open_target(str(tmp_path / "card.json")), DataSource(sets=("a=b",)))


def test_the_envelope_reaches_the_template(project: Path) -> None:
    (project / "leave" / "card.json.j2").write_text(
        '{"type": "AdaptiveCard", "originator": "{{ originator }}", '
        '"expectedActors": {{ recipients }}, "fallbackText": "{{ sender }}"}'
    )
    envelope = Envelope("an-id", "a@contoso.com", ("b@contoso.com",))
    card = make_card(open_target("leave", project), DataSource(), envelope=envelope).document
    assert card.value == {
        "type": "AdaptiveCard", "originator": "an-id",
        "expectedActors": ["b@contoso.com"], "fallbackText": "a@contoso.com",
    }  # fmt: skip


def test_a_hand_written_body_is_escaped_and_its_links_are_checked(project: Path) -> None:
    body = project / "leave" / "body.html.j2"
    body.write_text('<p title="{{ who }}">{{ who }}</p><a href="{{ link | url }}">open</a>')
    data = DataSource(sets=('who=<b>"&', "link=https://contoso.com/?a=1&b=2"))
    made = make_card(open_target("leave", project), data)
    assert made.fallback_html == (
        '<p title="&lt;b&gt;&quot;&amp;">&lt;b&gt;&quot;&amp;</p>'
        '<a href="https://contoso.com/?a=1&amp;b=2">open</a>'
    )
    body.write_text('<a href="{{ who }}">x</a>')
    with pytest.raises(TemplateError, match="URL that begins with data"):
        make_card(open_target("leave", project), data)
    body.write_text('<a href="{{ who | url }}">x</a>')
    with pytest.raises(TemplateError, match="not an https URL"):
        make_card(open_target("leave", project), DataSource(sets=("who=javascript:alert(1)",)))


@pytest.mark.parametrize(
    "body",
    [
        "<td class={{ who }}>x</td>",
        "<a href={{ who }}>x</a>",
        '<a onclick="{{ who }}">x</a>',
        '<p style="color: {{ who }}">x</p>',
        "<{{ who }}>x",
        '<p {{ who }}="1">x</p>',
        "<style>p { color: {{ who }} }</style>",
        "<script>var x = '{{ who }}'</script>",
        "<!-- {{ who }} -->",
        "<p title='{{ who }}",
    ],
)
def test_values_have_no_place_in_the_markup_of_a_hand_written_body(
    body: str, project: Path
) -> None:
    (project / "leave" / "body.html.j2").write_text(body)
    with pytest.raises(TemplateError, match="a value in a tag"):
        make_card(open_target("leave", project), DataSource())


def test_the_authors_own_ampersands_in_links_stay_what_they_are(project: Path) -> None:
    body = project / "leave" / "body.html.j2"
    body.write_text('<a href="https://contoso.com/?a=1&amp;b={{ who }}">x</a>')
    made = make_card(open_target("leave", project), DataSource(sets=("who=x&y",)))
    assert made.fallback_html == '<a href="https://contoso.com/?a=1&amp;b=x%26y">x</a>'


@pytest.mark.parametrize("subject", ["{{ coment.value }}", "{{ [1] }}"])
def test_what_has_no_place_in_a_subject(subject: str, project: Path) -> None:
    file = project / "leave" / "template.toml"
    file.write_text(TOML.replace("Leave for {{ who }}", subject))
    with pytest.raises(TemplateError, match=r"subject:1: "):
        make_card(open_target("leave", project), DataSource())


def test_a_request_body_can_be_written_as_it_is_sent(project: Path) -> None:
    (project / "leave" / "card.json.j2").write_text(
        '{% set body %}{"who": "{{ who }}", "note": "{{ note.value }}"}{% endset %}'
        '{"type": "AdaptiveCard", "body": [{"type": "Input.Text", "id": "note"}], "actions": ['
        '{"type": "Action.Http", "method": "POST", "url": "https://contoso.com/", '
        '"body": {{ body | tojson }} }]}'
    )
    source = DataSource(sets=('who="}, {{note.value}}',))
    card = make_card(open_target("leave", project), source).document.value
    body = json.loads(card["actions"][0]["body"])
    assert body == {"who": '"}, {{note.value}}', "note": "{{note.value}}"}
    assert card["actions"][0]["body"].count("{{note.value}}") == 1


def test_one_recipients_data_never_reaches_the_next_card(project: Path) -> None:
    target = open_target("leave", project)
    names = [f"person {number}" for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        cards = list(pool.map(lambda n: make_card(target, DataSource(sets=(f"who={n}",))), names))
    assert [card.document.value["body"][0]["text"] for card in cards] == names


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("title", "titel"), "titel is not known here"),
        (("adaptive", "card"), "kind must be one of"),
        (('"s.json"', '"../../x.json"'), "there is no file"),
        (('["s.json"]', '"s.json"'), "list of file names"),
        (('title = "Leave"', ""), "title is missing"),
        (('"Leave"', "Leave"), "not TOML"),
    ],
)
def test_a_description_that_is_wrong(change: tuple[str, str], reason: str, project: Path) -> None:
    file = project / "leave" / "template.toml"
    file.write_text(TOML.replace(*change))
    with pytest.raises(TemplateError, match=reason) as wrong:
        open_target("leave", project)
    assert wrong.value.file == str(file)


def test_untrusted_templates_render_the_same_in_a_child_process(project: Path) -> None:
    target, source = open_target("leave", project), DataSource(sets=("who=*Ada* é",))
    here = make_card(target, source)
    there = make_card_in_child(target, source, Envelope())
    assert there == here


def test_a_child_process_ends_when_its_time_is_over(project: Path) -> None:
    (project / "leave" / "card.json.j2").write_text(
        '{"type": "AdaptiveCard", "t": "{% for i in range(99999) %}'
        '{{ "x" | replace("x", "y" ~ i) | wordcount }}{% endfor %}"}'
    )
    with pytest.raises(TemplateError, match=r"longer than 1 seconds|limit on time"):
        make_card_in_child(open_target("leave", project), DataSource(), Envelope(), seconds=1)


def test_a_child_process_tells_the_same_error(project: Path) -> None:
    (project / "leave" / "card.json.j2").write_text('{\n"type": "{{ who }}"}')
    with pytest.raises(TemplateError, match="type of an element") as refused:
        make_card_in_child(open_target("leave", project), DataSource(), Envelope())
    assert refused.value.line == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"[]", "a list"),
        (b"{", r"card.json:1:2: not JSON"),
        (b'{"type": "\xff"}', "not UTF-8"),
        (b'{"type": "AdaptiveCard", "@type": "MessageCard"}', "both"),
        (b'{"type": "Form"}', "its type is 'Form'"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": Infinity}', "Infinity"),
        (b"[" * 100_000, "nested|recursion"),
    ],
    ids=["empty", "list", "half", "bytes", "both", "other", "huge", "infinite", "deep"],
)
def test_text_that_is_no_card(content: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / "card.json").write_bytes(content)
    with pytest.raises(CardError, match=reason):
        open_target(str(tmp_path / "card.json"))
