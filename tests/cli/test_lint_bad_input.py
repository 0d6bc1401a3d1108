"""amcli lint and input that is damaged or hostile: a clear word, and the other files are linted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from amcli.cli import run

CARD = {
    "type": "AdaptiveCard",
    "version": "1.0",
    "originator": "0f5b2c1e-6a4d-4f1b-9c55-2f3f0f3d7a10",
    "body": [{"type": "TextBlock", "text": "Hello"}],
}
SOUND = json.dumps(CARD)


@pytest.fixture(autouse=True)
def beside_a_sound_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder; ``cards`` has one card that is always linted."""
    monkeypatch.chdir(tmp_path)
    write("cards/z-sound.json", SOUND)


def write(name: str, content: str | bytes) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str)
                           else content)  # fmt: skip
    return name


def lint(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = run(["lint", *(arguments or ["cards"]), "--json"])
    return code, json.loads(capsys.readouterr().out)


def trouble(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """What could not be linted, when the sound card was linted all the same."""
    code, said = lint(capsys, *arguments)
    assert (code, said["cards"], said["findings"]) == (4, 1, [])
    (found,) = said["not_linted"]
    assert found["hint"]
    return dict(found)


def test_includes_in_a_circle(capsys: pytest.CaptureFixture[str]) -> None:
    write("cards/card.json.j2", '{% include "_a.j2" %}')
    write("cards/_a.j2", '{% include "_b.j2" %}')
    write("cards/_b.j2", '{% include "_a.j2" %}')
    assert "nested without end" in trouble(capsys)["message"]


@pytest.mark.parametrize("name", ["../secret.j2", "/etc/hostname", "..//cards/../../x"])
def test_an_include_outside_the_folder(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("secret.j2", SOUND)
    write("cards/card.json.j2", f'{{% include "{name}" %}}')
    assert "cards/card.json.j2:1: " in trouble(capsys)["message"]


def test_an_include_through_a_link_out_of_the_folder(capsys: pytest.CaptureFixture[str]) -> None:
    Path("cards/_out.j2").symlink_to(Path(write("secret.j2", SOUND)).resolve())
    write("cards/card.json.j2", '{% include "_out.j2" %}')
    assert "outside the template's folder" in trouble(capsys)["message"]


def test_a_link_to_a_file_out_of_the_folder(capsys: pytest.CaptureFixture[str]) -> None:
    Path("cards/out.json").symlink_to(Path(write("secret.json", SOUND)).resolve())
    assert "leads out of the folder cards" in trouble(capsys)["message"]
    assert lint(capsys, "cards/out.json")[1]["cards"] == 1  # somebody named it


def test_links_to_folders_are_not_followed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("cards/round").symlink_to(Path("cards").resolve())
    Path("cards/out").symlink_to(Path("/"))
    code, said = lint(capsys)
    assert (code, said["cards"], said["not_linted"]) == (0, 1, [])


def test_a_link_that_leads_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    Path("cards/gone.json").symlink_to("nowhere.json")
    assert "gone.json" in trouble(capsys)["message"]


@pytest.mark.parametrize("name", ["round.json", "round.json.j2", "leave/sample.json", "_part.j2"])
def test_a_link_to_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("cards/leave/template.toml",
          'title = "x"\nkind = "adaptive"\nsamples = ["sample.json"]\n')  # fmt: skip
    write("cards/leave/card.json.j2", SOUND)
    write("cards/leave/sample.json", "{}")
    write("cards/_part.j2", SOUND)
    write("cards/card.json.j2", '{% include "_part.j2" %}')
    Path("cards", name).unlink(missing_ok=True)
    Path("cards", name).symlink_to(Path(name).name)
    code, said = lint(capsys)
    assert code in {3, 4}
    assert said["cards"] == (3 if name.startswith("round") else 2)
    assert Path(name).name in said["not_linted"][0]["message"]


def test_a_template_that_needs_data_and_has_no_sample(capsys: pytest.CaptureFixture[str]) -> None:
    write("cards/card.json.j2", SOUND.replace("Hello", "{{ name }}"))
    found = trouble(capsys)
    assert "cards/card.json.j2:1: " in found["message"]
    assert "'name'" in found["message"]


@pytest.mark.parametrize("sample", ["[1]", "3", "null", '"text"', "", "{", '{"a": NaN}', "\xff"])
def test_samples_that_are_no_objects(sample: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("cards/leave/template.toml",
          'title = "x"\nkind = "adaptive"\nsamples = ["a.json", "b.json"]\n')  # fmt: skip
    write("cards/leave/card.json.j2", SOUND.replace("Hello", "{{ name }}"))
    write("cards/leave/a.json", sample.encode("latin-1"))
    write("cards/leave/b.json", '{"name": "Ann"}')
    code, said = lint(capsys)
    assert (code, said["cards"], said["findings"]) == (4, 2, [])
    assert "cards/leave/a.json" in said["not_linted"][0]["message"]


def test_a_name_twice_is_a_finding_at_the_second_one(capsys: pytest.CaptureFixture[str]) -> None:
    write("cards/a.json", SOUND.replace('"text": "Hello"', '"text": "Hello",\n"text": "You"'))
    code, said = lint(capsys)
    (found,) = said["findings"]
    assert (code, said["cards"]) == (1, 2)
    assert (found["rule"], found["line"], found["column"]) == ("AM108", 2, 1)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("cards/a.json", SOUND.replace('"Hello"', number))
    assert "cards/a.json" in trouble(capsys)["message"]


def test_half_characters_are_linted_and_told_in_utf_8(capsys: pytest.CaptureFixture[str]) -> None:
    write("cards/a.json", SOUND.replace('"TextBlock"', '"\\ud800"'))
    assert run(["lint", "cards"]) == 1
    capsys.readouterr().out.encode("utf-8")
    assert lint(capsys)[1]["cards"] == 2
    write("cards/b.json", SOUND.replace("Hello", "\ud800"))
    assert "not UTF-8" in lint(capsys)[1]["not_linted"][0]["message"]


@pytest.mark.parametrize("levels", [100, 5000])
def test_many_levels_of_nesting(levels: int, capsys: pytest.CaptureFixture[str]) -> None:
    inner = '{"type": "Container", "items": [' * levels + "]}" * levels
    write("cards/a.json", SOUND.replace('{"type": "TextBlock", "text": "Hello"}', inner))
    code, said = lint(capsys)
    assert code in {0, 1, 4}
    assert said["cards"] + len(said["not_linted"]) == 2


def test_a_file_of_fifty_megabytes(capsys: pytest.CaptureFixture[str]) -> None:
    with Path("cards/a.json").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    assert "larger than 16 MB" in trouble(capsys)["message"]


@pytest.mark.parametrize("content", [b"\x00\x01\x02\xff", b"\x89PNG\r\n\x1a\n", b"\xff\xfe{\x00"])
def test_a_binary_file_with_the_name_of_a_card(
    content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    write("cards/a.json", content)
    assert "cards/a.json" in trouble(capsys)["message"]


@pytest.mark.parametrize("name", ["a.json", "leave", "leave/card.json.j2", "leave/template.toml"])
def test_what_may_not_be_read(name: str) -> None:
    write("cards/a.json", SOUND)
    write("cards/leave/template.toml", 'title = "x"\nkind = "adaptive"\n')
    write("cards/leave/card.json.j2", SOUND)
    Path("cards", name).chmod(0)
    command = [sys.executable, "-m", "amcli", "lint", "cards", "--json"]
    if os.geteuid() == 0:  # root may read everything, unless it gives that up
        without = "-dac_override,-dac_read_search"
        command = ["setpriv", f"--bounding-set={without}", f"--inh-caps={without}", *command]
    ran = subprocess.run(command, capture_output=True, check=False)
    Path("cards", name).chmod(0o700)
    (told,) = json.loads(ran.stdout)["not_linted"]
    assert Path(name).name in told["message"]
    assert "cannot" in told["message"]
    assert told["message"].endswith("Permission denied")
    assert told["hint"].startswith("check that you may read")
    assert ran.returncode == 4
    assert json.loads(ran.stdout)["cards"] == 2


def test_what_is_no_file_at_all_does_not_hang(capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo("cards/pipe.json")
    assert "not a regular file" in trouble(capsys, "cards", "cards/pipe.json")["message"]


def test_two_templates_with_one_name(capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("cards/a/leave", "cards/b/leave"):
        write(f"{folder}/template.toml", 'title = "x"\nkind = "adaptive"\n')
        write(f"{folder}/card.json.j2", SOUND.replace("Hello", "{{ originator }}").replace(
            "TextBlock", "TextBlok"))  # fmt: skip
    _, said = lint(capsys)
    assert [finding["file"] for finding in said["findings"]] == [
        "cards/a/leave/card.json.j2",
        "cards/b/leave/card.json.j2",
    ]


@pytest.mark.parametrize(
    ("description", "reason"),
    [
        ("title = 3", "title"),
        ("title =", "template.toml: not TOML"),
        ('title = "x"\nkind = "adaptive"\nsamples = ["none.json"]', "none.json"),
        ('title = "x"\nkind = "adaptive"\nsamples = ["../z-sound.json"]', "z-sound.json"),
    ],
)
def test_a_description_that_cannot_be_read(
    description: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write("cards/leave/template.toml", description)
    write("cards/leave/card.json.j2", SOUND)
    assert reason in trouble(capsys)["message"]


def test_a_configuration_that_names_a_rule_that_does_not_exist(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write("amcli.toml", '[lint]\nignore = ["missing-alt-txt"]\n')
    assert run(["lint", "cards"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        'amcli: amcli.toml:2: there is no rule "missing-alt-txt"',
        "  hint: did you mean 'missing-alt-text'?",
    ]


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        ('{"amcli_baseline": 2, "findings": []}', 2, "has version 2, and this amcli reads 1"),
        ("[", 4, "the baseline is not JSON"),
        ('{"findings": []}', 4, "no baseline of amcli"),
    ],
)
def test_a_baseline_of_another_version_or_none(
    content: str, code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write("known.json", content)
    assert run(["lint", "cards", "--baseline", "known.json"]) == code
    assert message in capsys.readouterr().err


def test_a_baseline_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "cards", "--baseline", "none.json"]) == 4
    assert "none.json" in capsys.readouterr().err


@pytest.mark.parametrize("output", ["none/lint.json", "cards"])
def test_an_output_that_cannot_be_written(output: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "cards", "--output-file", output]) == 2
    assert "cannot be written" in capsys.readouterr().err
