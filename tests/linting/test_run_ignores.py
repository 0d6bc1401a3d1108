"""Ignores in place: which line a comment is for, where one is none, and which are idle."""

from __future__ import annotations

from pathlib import Path

import pytest

from amcli.card.rendering import CardTemplate, Envelope, render
from amcli.linting.choosing.ignores import ignores_in
from amcli.linting.choosing.selection import Choice, ids_of, rules_named
from amcli.linting.run import lint_paths

HEAD = '{"type": "AdaptiveCard", "version": "1.0", "originator": "{{ originator }}", "body": [\n'
PICTURE = '{ "type": "Image", "url": "https://contoso.com/a.png" }'


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(body: str, name: str = "card.json.j2") -> str:
    Path(name).write_text(f"{HEAD}{body}\n]}}" if name == "card.json.j2" else body, "utf-8")
    return name


def told(*paths: str, choice: Choice | None = None) -> tuple[list[str], list[str]]:
    """The rules that are told, and those that are left out."""
    report = lint_paths(paths, choice=choice or Choice())
    assert report.troubles == ()
    return [f.rule for f in report.findings], [f.rule for f in report.ignored]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("{# amcli: ignore[AM601] why #}\ncode", 2),
        ("code {# amcli: ignore[AM601] why #}\ncode", 1),
        ("{# amcli: ignore[AM601] why #} code\ncode", 1),
        ("{# amcli: ignore[AM601] why #}\n\n  \ncode", 4),
        ("{# amcli: ignore[AM601] why #}\n{# amcli: ignore[AM504] why #}\ncode", 3),
        ("{# amcli: ignore[AM601] why #}\n{# a picture #}\ncode", 3),
        ("{# amcli: ignore[AM601]\n   a long reason #}\ncode", 3),
        ("{#- amcli:ignore [AM601] why -#}\ncode", 2),
        ("{# amcli: ignore[AM601] why #}\r\ncode", 2),
        ("{# amcli: ignore[AM601] why #}", 1),
    ],
)
def test_a_comment_is_for_its_own_line_or_alone_for_the_next(text: str, target: int) -> None:
    assert ignores_in(text)[0].target == target
    assert ids_of(ignores_in(text)[0].rules) == {"AM601"}


@pytest.mark.parametrize(
    "text",
    [
        "{{ '{# amcli: ignore[AM601] why #}' }}",
        "{% raw %}{# amcli: ignore[AM601] why #}{% endraw %}",
        "{# see {% raw %} amcli: ignore[AM601] why #}",
        "{# ignore[AM601] why #}",
        "amcli: ignore[AM601] why",
        "{# amcli: ignore[AM601] never closed",
        "{% if %}{# amcli: ignore[AM601] in no template #",
    ],
)
def test_inside_strings_raw_blocks_and_other_comments_there_is_none(text: str) -> None:
    assert ignores_in(text) == ()


@pytest.mark.parametrize(
    ("comment", "problem"),
    [
        ("ignore[AM601]", "this ignore gives no reason"),
        ("ignore why", "this ignore names no rule"),
        ("ignore[] why", "this ignore names no rule"),
        ("ignore[AM9999] why", 'there is no rule "AM9999"'),
        ("ignroe[AM601] why", "this comment says nothing that amcli knows"),
    ],
)
def test_what_is_wrong_with_a_comment_is_told(comment: str, problem: str) -> None:
    assert [p for p, _ in ignores_in(f"{{# amcli: {comment} #}}")[0].problems] == [problem]


def test_names_slugs_and_beginnings_of_ids_are_rules() -> None:
    (found,) = ignores_in("{# amcli: ignore[missing-alt-text, am90] both #}")
    assert {"AM601", "AM901", "AM902"} < ids_of(found.rules)


def test_a_finding_at_the_line_is_left_out_and_counted() -> None:
    card = write(f"{PICTURE} {{# amcli: ignore[AM601] a decoration #}}")
    assert told(card) == ([], ["AM601"])


def test_another_rule_and_another_line_are_told() -> None:
    card = write(f"{PICTURE}, {{# amcli: ignore[AM601] a decoration #}}\n{PICTURE}")
    assert told(card) == (["AM601"], ["AM601"])


def test_no_ignores_shows_everything_and_asks_nothing_of_comments() -> None:
    card = write(f"{PICTURE} {{# amcli: ignore[AM601, AM504] a decoration #}}")
    assert told(card, choice=Choice(comments=False)) == (["AM601"], [])


def test_a_comment_in_a_part_or_a_macro_counts() -> None:
    part = f"{{% macro picture() %}}\n{{# amcli: ignore[AM601] a decoration #}}\n{PICTURE}"
    write(part + "{% endmacro %}", "_macros.j2")
    card = write('{% from "_macros.j2" import picture %}{{ picture() }}')
    assert told(card) == ([], ["AM601"])


def test_an_ignore_that_nothing_needs_is_told_at_its_place() -> None:
    card = write('{# amcli: ignore[AM504] why #}\n{ "type": "TextBlock", "text": "Hello" }')
    (finding,) = lint_paths([card]).findings
    assert (finding.rule, finding.message) == ("AM120", "AM504 finds nothing")
    assert finding.place is not None
    assert (finding.place.file, finding.place.line, finding.place.column) == (card, 2, 1)


def test_the_line_that_an_idle_ignore_is_for_is_told() -> None:
    card = write("{# amcli: ignore[AM601] why #}\n{% if true %}\n" + PICTURE + "{% endif %}")
    idle, _ = lint_paths([card], choice=Choice(select=rules_named(["AM120", "AM601"]))).findings
    assert idle.hint == "it is for line 3; take it out, or out of the brackets"


def test_the_beginning_of_ids_is_of_use_when_one_of_its_rules_is() -> None:
    card = write(f"{PICTURE} {{# amcli: ignore[AM6, am1] all of them #}}")
    (finding,) = lint_paths([card]).findings
    assert (finding.rule, finding.message) == ("AM120", "am1 finds nothing")


def test_an_ignore_of_a_rule_that_was_not_asked_is_not_idle() -> None:
    card = write('{# amcli: ignore[AM504] why #}\n{ "type": "TextBlock", "text": "Hello" }')
    assert told(card, choice=Choice(select=rules_named(["AM601", "AM120"]))) == ([], [])


def test_an_ignore_that_one_sample_needs_is_used(tmp_path: Path) -> None:
    write("{# amcli: ignore[AM601] no words for it #}\n{% if bare %}" + PICTURE + "{% endif %}")
    Path("template.toml").write_text(
        'title = "x"\nkind = "adaptive"\nsamples = ["yes.json", "no.json"]\n'
    )
    Path("yes.json").write_text('{"bare": true}')
    Path("no.json").write_text('{"bare": false}')
    assert told(str(tmp_path)) == ([], ["AM601"])


def test_an_ignore_in_a_part_is_idle_only_when_all_cards_of_the_folder_were_linted() -> None:
    part = "{# amcli: ignore[AM504] why #}\n" + PICTURE.replace("}", ', "altText": "A bridge" }')
    write(part, "_part.j2")
    write('{% include "_part.j2" %}')
    Path("other.json.j2").write_text(Path("card.json.j2").read_text())
    assert told("card.json.j2") == ([], [])
    assert told("card.json.j2", "other.json.j2") == (["AM120"], [])


def test_an_ignore_never_reaches_the_card() -> None:
    write(f"{{# amcli: ignore[AM601] a decoration #}}\n{PICTURE}")
    card = render(CardTemplate(Path(), "card.json.j2", "card"), {}, envelope=Envelope("x"))
    assert "amcli" not in card.text
