"""A baseline: what is known is held back, also when lines move; what is gone is told."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from amcli.errors import AmcliError, UnreadableInput, UsageError
from amcli.linting.choosing.baseline import VERSION, baseline_of, baseline_text, read_baseline
from amcli.linting.outcome import Report
from amcli.linting.run import lint_paths
from amcli.resources import resource_folder

HEAD = (
    '{"type": "AdaptiveCard", "version": "1.0",\n'
    '"originator": "0f5b2c1e-6a4d-4f1b-9c55-2f3f0f3d7a10", "body": ['
)
PICTURE = '\n{"type": "Image", "url": "https://contoso.com/%s.png"}'
TEXT = '\n{"type": "TextBlock", "text": "Hello"}'


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def card(*elements: str, name: str = "card.json") -> str:
    Path(name).write_text(f"{HEAD}{','.join(elements)}\n]}}")
    return name


def write_baseline(*paths: str) -> Path:
    report = lint_paths(paths)
    file = Path("baseline.json")
    file.write_text(baseline_text(baseline_of(report.findings, report.texts, file.parent)))
    return file


def lint(file: Path, *paths: str) -> Report:
    return lint_paths(paths, baseline=read_baseline(file))


def test_what_is_known_is_held_back_and_counted() -> None:
    file = write_baseline(card(PICTURE % "a"))
    report = lint(file, "card.json")
    assert (report.findings, [f.rule for f in report.held_back]) == ((), ["AM601"])
    assert (report.exit_code, report.notes) == (0, ())


def test_it_stays_known_when_lines_and_elements_move() -> None:
    file = write_baseline(card(PICTURE % "a"))
    card(TEXT, TEXT, "\n\n" + PICTURE % "a")
    assert lint(file, "card.json").findings == ()


def test_a_new_one_is_told() -> None:
    file = write_baseline(card(PICTURE % "a"))
    card(PICTURE % "a", PICTURE % "b")
    report = lint(file, "card.json")
    assert [f.pointer for f in report.findings] == ["/body/1"]


def test_a_new_one_is_told_also_where_every_element_begins_with_a_brace_alone() -> None:
    lines = PICTURE.replace("{", "{\n  ")
    file = write_baseline(card(lines % "a", TEXT))
    card(TEXT, lines % "b")
    report = lint(file, "card.json")
    assert ([f.pointer for f in report.findings], report.held_back) == (["/body/1"], ())
    card(TEXT, (lines % "a").replace("  ", "\t"))
    assert lint(file, "card.json").findings == ()


def test_so_many_are_known_as_there_were() -> None:
    file = write_baseline(card(PICTURE % "a", PICTURE % "a"))
    card(*[PICTURE % "a"] * 3)
    report = lint(file, "card.json")
    assert (len(report.findings), len(report.held_back)) == (1, 2)


def test_another_file_is_not_the_same() -> None:
    file = write_baseline(card(PICTURE % "a"))
    assert len(lint(file, card(PICTURE % "a", name="other.json")).findings) == 1


def test_what_no_longer_occurs_is_told() -> None:
    file = write_baseline(card(PICTURE % "a"))
    assert lint(file, card(TEXT)).notes == (
        "1 finding of the baseline no longer occurs (AM601 in card.json); write it anew",
    )


def test_a_file_that_was_not_linted_has_nothing_that_is_gone() -> None:
    file = write_baseline(card(PICTURE % "a"))
    assert lint(file, card(TEXT, name="other.json")).notes == ()


def test_files_are_relative_to_the_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_baseline(card(PICTURE % "a")).absolute()
    Path("deep").mkdir()
    monkeypatch.chdir("deep")
    assert lint(file, "../card.json").findings == ()


def test_the_schema_describes_it() -> None:
    schema = json.loads((resource_folder("schemas") / "lint-baseline.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    written = json.loads(write_baseline(card(PICTURE % "a")).read_text())
    jsonschema.validate(written, schema)
    assert schema["properties"]["amcli_baseline"]["const"] == VERSION
    assert (set(written), set(written["findings"][0])) == (
        set(schema["properties"]),
        set(schema["properties"]["findings"]["items"]["properties"]),
    )


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ('{"amcli_baseline": 99, "findings": []}', UsageError, "has version 99"),
        ('{"amcli_baseline": "1", "findings": []}', UsageError, "has version 1"),
        ("{", UnreadableInput, "the baseline is not JSON"),
        ("[]", UnreadableInput, "is JSON, but no object"),
        ("{}", UnreadableInput, "this is no baseline of amcli"),
        ('{"amcli_baseline": 1}', UnreadableInput, "has no list of findings"),
        ('{"amcli_baseline": 1, "findings": [1]}', UnreadableInput, "a finding that is damaged"),
        (
            '{"amcli_baseline": 1, "findings": [{"rule": "AM601", "file": "a", "pointer": "",'
            ' "fingerprint": "x", "count": true}]}',
            UnreadableInput,
            "a finding that is damaged",
        ),
    ],
)
def test_what_is_no_baseline_is_refused(
    content: str, error: type[AmcliError], message: str
) -> None:
    Path("baseline.json").write_text(content)
    with pytest.raises(error, match=message) as caught:
        read_baseline(Path("baseline.json"))
    assert caught.value.hint == "make it anew with --write-baseline"
