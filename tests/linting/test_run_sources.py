"""What paths stand for: folders, globs, parts, samples, refresh cards, mails and pages."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from amcli.card.document import CardDocument, parse_card
from amcli.errors import NothingFound
from amcli.linting.choosing.selection import Choice
from amcli.linting.finding import CheckedCard
from amcli.linting.outcome import Report
from amcli.linting.report.text import findings_text
from amcli.linting.run import lint_paths
from amcli.linting.sources.cards import sources
from amcli.linting.sources.search import FoundPath, found_paths
from amcli.linting.surroundings import Correspondence
from amcli.mail.body import embed
from amcli.signing.keys import SigningKey
from amcli.signing.signed_card import sign

WRONG = {
    "type": "AdaptiveCard",
    "version": "1.0",
    "body": [{"type": "TextBlok", "text": "Hello"}],
}
ORIGINATOR = {"originator": "0f5b2c1e-6a4d-4f1b-9c55-2f3f0f3d7a10"}


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, content: object) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    Path(name).write_text(text, "utf-8")
    return name


def make_template(folder: str = "leave") -> str:
    write(
        f"{folder}/template.toml",
        'title = "Leave"\nkind = "adaptive"\nsamples = ["one.json", "two.json"]\n'
        '[refresh.done]\ncard = "done.json.j2"\nsamples = ["done.json"]\n',
    )
    head = '{"type": "AdaptiveCard", "version": "1.0", "originator": "{{ originator }}", "body": ['
    write(f"{folder}/card.json.j2", head + '{% include "_part.json.j2" %}]}')
    write(f"{folder}/done.json.j2", head + '{% include "_part.json.j2" %}]}')
    write(f"{folder}/_part.json.j2", '{"type": "TextBlok", "text": "{{ name }}"}')
    for sample in ("one", "two", "done"):
        write(f"{folder}/{sample}.json", {"name": sample})
    return folder


def places(report: Report) -> list[tuple[str, str, int, int]]:
    assert report.troubles == ()
    return [
        (f.rule, f.place.file, f.place.line, f.place.column) for f in report.findings if f.place
    ]


def test_a_folder_stands_for_the_cards_below_it() -> None:
    make_template("a/leave")
    for name in ("a/x.json", "a/y.json.j2", "a/_z.json.j2", "a/.git/x.json", "a/b.txt",
                 "a/node_modules/x.json"):  # fmt: skip
        write(name, WRONG)
    found = [path.path for path in found_paths("a")]
    assert found == ["a/x.json", "a/y.json.j2", "a/leave"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("cards/*.json", ["cards/a.json"]),
        ("cards/**/*.json", ["cards/a.json", "cards/deep/b.json"]),
        ("**/b.json", ["cards/deep/b.json"]),
        ("card?/a.[j]son", ["cards/a.json"]),
        ("car*", ["cards/a.json", "cards/deep/b.json"]),
        ("**", ["cards/a.json", "cards/deep/b.json"]),
    ],
)
def test_a_glob_stands_for_what_it_matches(pattern: str, found: list[str]) -> None:
    for name in ("cards/a.json", "cards/deep/b.json", "cards/.hidden/c.json"):
        write(name, WRONG)
    assert [path.path for path in found_paths(pattern)] == found


def test_a_file_with_the_letters_of_a_glob_in_its_name_is_that_file() -> None:
    assert list(found_paths(write("a[1].json", WRONG))) == [FoundPath("a[1].json")]


def test_a_glob_that_matches_nothing_is_no_silent_pass() -> None:
    with pytest.raises(NothingFound, match="no file matches"):
        list(found_paths("*.json"))
    assert lint_paths(["*.json"]).exit_code == NothingFound.exit_code


def test_a_mistake_in_a_part_is_told_once_at_the_line_of_the_part() -> None:
    report = lint_paths([make_template(), "leave/done.json.j2", "./leave"])
    assert (report.files, report.cards) == (2, 3)
    assert places(report) == [("AM101", "leave/_part.json.j2", 1, 10)]
    assert report.findings[0].samples == ()


def test_a_mistake_in_a_loop_is_told_once_with_the_first_value_that_shows_it() -> None:
    picture = '{"type": "Image", "altText": "", "url": "http://contoso.com/{{ x }}.png"}'
    body = "{% for x in items %}" + picture + '{{ "," if not loop.last }}{% endfor %}'
    write("leave/card.json.j2", '{"type": "AdaptiveCard", "version": "1.0", '
          '"originator": "{{ originator }}", "body": [\n' + body + "]}")  # fmt: skip
    samples = 'samples = ["one.json", "two.json"]'
    write("leave/template.toml", f'title = "Leave"\nkind = "adaptive"\n{samples}\n')
    write("leave/one.json", {"items": ["a", "b"]})
    write("leave/two.json", {"items": ["c"]})
    report = lint_paths(["leave"], choice=Choice(select=frozenset({"AM504"})))
    (finding,) = report.findings
    assert finding.place is not None
    assert (finding.place.data_file, finding.place.data_key) == ("leave/one.json", "items[0]")
    assert finding.place.data_others == 2
    assert finding.samples == ()
    assert "items[0] in leave/one.json, and 2 others" in findings_text(report)


def test_a_misspelt_name_has_nothing_to_do_with_the_value_behind_it() -> None:
    make_template()
    write("leave/_part.json.j2", '{"type": "TextBlock", "text": "x", "wrop": "{{ name }}"}')
    (finding,) = lint_paths(["leave"]).findings
    assert finding.place is not None
    assert (finding.rule, finding.place.data_key, finding.samples) == ("AM107", None, ())


@pytest.mark.parametrize(
    ("path", "files"),
    [
        ("leave/_part.json.j2", ["leave/card.json.j2", "leave/done.json.j2"]),
        ("leave/one.json", ["leave/card.json.j2"]),
        ("leave/done.json", ["leave/done.json.j2"]),
        ("leave/template.toml", ["leave/card.json.j2", "leave/done.json.j2"]),
        ("leave/done.json.j2", ["leave/done.json.j2"]),
    ],
)
def test_what_belongs_to_a_template_stands_for_the_cards_that_use_it(
    path: str, files: list[str]
) -> None:
    make_template()
    assert [source.file for source in sources(FoundPath(path))] == files


def test_a_part_says_through_what_it_is_linted() -> None:
    make_template()
    assert lint_paths(["leave/_part.json.j2"]).notes == (
        "leave/_part.json.j2 is a part of templates, and linted through card.json.j2, done.json.j2",
    )


def test_a_part_of_a_part_is_found_as_well() -> None:
    write("one.json.j2", '{% include "_a.j2" %}')
    write("_a.j2", '{% import "deep/_b.j2" as b %}' + json.dumps(WRONG))
    write("deep/_b.j2", "{% macro m() %}{% endmacro %}")
    (source,) = sources(FoundPath("deep/_b.j2"))
    assert source.file == "one.json.j2"


def test_a_part_that_nobody_uses_is_nothing_to_lint() -> None:
    with pytest.raises(NothingFound, match="no template here uses this part"):
        sources(FoundPath(write("_part.json.j2", "{}")))


def test_a_refresh_card_knows_the_card_that_was_sent_first() -> None:
    make_template()
    first, refresh = sources(FoundPath("leave"))
    assert first.first is None
    assert refresh.first is not None
    assert isinstance(refresh.first(), CardDocument)


def test_two_refresh_cards_of_one_file_are_linted_once_with_the_samples_of_both() -> None:
    make_template()
    with Path("leave/template.toml").open("a") as toml:
        toml.write('[refresh.again]\ncard = "done.json.j2"\nsamples = ["two.json"]\n')
    _, refresh = sources(FoundPath("leave"))
    assert [card.sample for card in refresh.cards] == ["done.json", "two.json"]


def test_other_json_is_passed_over_in_a_folder_and_told_when_it_is_named() -> None:
    write("a/package.json", {"name": "no card"})
    assert lint_paths(["a"]).troubles == ()
    assert len(lint_paths(["a/package.json"]).troubles) == 1


def test_a_card_whose_type_is_misspelt_is_told_in_a_folder_too() -> None:
    write("a/typo.json", {"type": "AdaptivCard", "version": "1.0", "body": []})
    write("a/teams.json", {"type": "message", "attachments": []})
    (trouble,) = lint_paths(["a"]).troubles
    assert "'AdaptivCard'" in str(trouble)
    assert "did you mean 'AdaptiveCard'?" in str(trouble.hint)


def page(card: str) -> str:
    script = f'<script type="application/adaptivecard+json">\n{card}\n</script>'
    return f"<html>\n<head>\n{script}\n</head><body>Hello</body></html>"


PAGE = page(json.dumps({**WRONG, **ORIGINATOR}, indent=2))
MAIL = "From: a@contoso.com\nTo: b@contoso.com\nCc: c@contoso.com\nMIME-Version: 1.0\n"


@pytest.mark.parametrize(
    ("file", "content", "line", "column"),
    [
        ("page.html", PAGE, 9, 15),
        ("PAGE.HTM", PAGE, 9, 15),
        ("mail.eml", f"{MAIL}Content-Type: text/html\n\n{PAGE}", 15, 15),
        (
            "coded.eml",
            f"{MAIL}Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n"
            + base64.encodebytes(PAGE.encode()).decode(),
            1,
            1,
        ),
        (
            "quoted.eml",
            f"{MAIL}Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"
            + PAGE.replace("=", "=3D"),
            16,
            15,
        ),
    ],
)
def test_the_card_in_a_mail_or_a_page_is_linted(
    file: str, content: str, line: int, column: int
) -> None:
    report = lint_paths([write(file, content)])
    assert places(report) == [("AM101", file, line, column)]


def test_who_gets_a_mail_is_known_to_the_rules() -> None:
    write("mail.eml", f"{MAIL}Content-Type: text/html\n\n{PAGE}")
    (source,) = sources(FoundPath("mail.eml"))
    assert source.mail == Correspondence("a@contoso.com", ("b@contoso.com", "c@contoso.com"))


def test_the_card_inside_a_signed_one_is_linted() -> None:
    card = CheckedCard(parse_card(json.dumps(WRONG), "card"), ())
    key = SigningKey(generate_private_key(public_exponent=65537, key_size=2048))
    signed = sign(card, key, sender="a@contoso.com", originator="x", recipients=["b@contoso.com"])
    write("signed.html", embed(signed).html)
    report = lint_paths(["signed.html"])
    assert [f.rule for f in report.findings] == ["AM101"]  # its originator is in the signature
    assert report.findings[0].place is not None


@pytest.mark.parametrize(
    ("file", "content", "why"),
    [
        ("a.html", "<html></html>", 'it has no <script type="application/adaptivecard+json">'),
        ("a.eml", f"{MAIL}\n\nHello", "it has no HTML part"),
    ],
)
def test_a_mail_without_a_card_says_what_it_has(file: str, content: str, why: str) -> None:
    (trouble,) = lint_paths([write(file, content)]).troubles
    assert trouble.exit_code == NothingFound.exit_code
    assert why in (trouble.hint or "")


def test_pages_without_a_card_are_passed_over_by_a_glob() -> None:
    write("pages/a.html", "<html></html>")
    write("pages/b.html", PAGE)
    report = lint_paths(["pages/*.html"])
    assert (report.cards, report.troubles) == (1, ())


def test_a_finding_is_told_once_for_all_rounds_of_a_loop() -> None:
    body = '{% for n in [1, 2] %}{"type": "TextBlok", "text": "x"}{{ "," if n < 2 }}{% endfor %}'
    head = '{"type": "AdaptiveCard", "version": "1.0", "originator": "{{ originator }}", "body": ['
    write("card.json.j2", f"{head}{body}]}}")
    assert len(lint_paths(["card.json.j2"]).findings) == 1
