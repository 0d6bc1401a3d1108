"""What docs/templates.md says is refused is refused, and what it says to write instead works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from amcli.card.rendering import CardTemplate, RenderedCard, render
from amcli.errors import TemplateError

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "templates.md"
DATA = {
    "note": "two words",
    "link": "https://contoso.com/a",
    "insecure": "http://contoso.com/a",
    "dots": "..",
    "kind": "TextBlock",
    "name": "color",
    "number": 512,
    "names": {"first": "Ada"},
    "lines": ["one", "two"],
    "nothing": None,
}
INSIDE_QUOTES = """{"type": "AdaptiveCard", "body": [
  {"type": "Input.Text", "id": "comment"}, {"type": "TextBlock", "text": %s}]}"""
IN_A_CARD = """{"type": "AdaptiveCard", "body": [
  {"type": "Input.Text", "id": "comment"}, {"weight": "default", %s}]}"""


def rows(heading: str) -> list[tuple[str, str]]:
    """Return the code in both columns of the table that follows ``heading``."""
    after = DOCUMENT.read_text(encoding="utf-8").partition(heading)[2]
    table = after.partition("| Refused |")[2].partition("\n\n")[0]
    found = []
    for line in table.splitlines():
        cells = [cell.replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)]
        code = [re.search(r"`([^`]+)`", cell) for cell in cells]
        if len(code) > 2 and (refused := code[1]):
            found.append((refused[1], code[2][1] if code[2] else ""))
    return found


def rendered(folder: Path, frame: str, code: str) -> RenderedCard:
    (folder / "card.json.j2").write_text(frame.replace("%s", code), encoding="utf-8")
    return render(CardTemplate(folder, "card.json.j2", "card"), DATA)


def in_quotes(code: str) -> str:
    return INSIDE_QUOTES.replace("%s", f'"{code}"')


EVERYWHERE = rows("## What is refused")
IN_THE_CARD = rows("And in the card as a whole:")


def test_the_tables_were_found() -> None:
    assert len(EVERYWHERE) > 20
    assert len(IN_THE_CARD) > 6


@pytest.mark.parametrize(("refused", "instead"), EVERYWHERE, ids=[row[0] for row in EVERYWHERE])
def test_a_refused_construct_and_its_replacement(
    tmp_path: Path, refused: str, instead: str
) -> None:
    with pytest.raises(TemplateError) as error:
        rendered(tmp_path, in_quotes(refused), "")
    assert error.value.line == 2
    assert rendered(tmp_path, in_quotes(instead), "").value["body"]


@pytest.mark.parametrize(("refused", "instead"), IN_THE_CARD, ids=[row[0] for row in IN_THE_CARD])
def test_a_refused_place_and_its_replacement(tmp_path: Path, refused: str, instead: str) -> None:
    with pytest.raises(TemplateError) as error:
        rendered(tmp_path, IN_A_CARD, refused)
    assert error.value.line is not None
    if instead.startswith('"'):
        assert rendered(tmp_path, IN_A_CARD, instead).value["body"]
