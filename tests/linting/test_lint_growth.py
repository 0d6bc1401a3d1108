"""The linter's work grows with the cards and no faster: in calls, which no machine changes."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from amcli.card.document import parse_card
from amcli.linting.choosing.ignores import ignores_in
from amcli.linting.engine import lint
from amcli.linting.fixing.files import mend
from amcli.linting.outcome import Report
from amcli.linting.run import lint_paths

Element = Callable[[int], dict[str, Any]]

ELEMENTS: dict[str, Element] = {
    "sound elements": lambda n: {"type": "TextBlock", "text": f"Row {n}", "wrap": True},
    "unknown properties": lambda n: {"type": "TextBlock", "text": "a", f"colour{n}": "good"},
    "misspelt properties": lambda n: {"type": "TextBlock", "txet": f"Row {n}"},
    "unknown types": lambda n: {"type": f"TextBlok{n}", "text": "a"},
    "unknown values": lambda n: {"type": "TextBlock", "text": "a", "color": f"red{n}"},
    "missing properties": lambda n: {"type": "Image"},
    "the same id": lambda n: {"type": "Input.Text", "id": "a"},
    "ids in capitals": lambda n: {"type": "Input.Text", "id": "a" * 5 if n % 2 else "A" * 5},
    "inputs": lambda n: {"type": "Input.Text", "id": f"a{n}", "label": "a"},
    "choices": lambda n: {"type": "Input.ChoiceSet", "id": f"a{n}", "choices": []},
    "links": lambda n: {"type": "TextBlock", "text": f"[a](javascript:{n}) [b](https://x.y/{n})"},
    "pictures": lambda n: {"type": "Image", "url": f"http://localhost/{n}.png"},
    "actions": lambda n: {
        "type": "ActionSet",
        "actions": [
            {"type": "Action.Http", "title": "a", "method": "POST", "url": f"https://x.y/{n}",
             "body": f'{{"a": "{{{{a{n}.value}}}}"}}'}
        ],
    },
    "toggles": lambda n: {
        "type": "ActionSet",
        "actions": [{"type": "Action.ToggleVisibility", "targetElements": [f"a{n}"]}],
    },
    "holders": lambda n: {"type": "ColumnSet", "columns": [{"items": [{"type": "Container"}]}]},
}  # fmt: skip

FEW, MANY = 15, 90


def calls(act: Callable[[], object]) -> int:
    """How many functions are called, those written in C too."""
    count = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    act()  # what is loaded and compiled at first
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(before)
    return count


def lint_calls(text: str) -> int:
    return calls(lambda: lint(parse_card(text, "card.json")))


def text_of(element: Element, number: int, depth: int = 0) -> str:
    body: list[dict[str, Any]] = [element(n) for n in range(number)]
    for _ in range(depth):
        body = [{"type": "Container", "items": body}]
    head = {"type": "AdaptiveCard", "version": "1.0", "originator": "a"}
    return json.dumps({**head, "body": body}, indent=1)


@pytest.mark.parametrize("name", ELEMENTS)
def test_work_grows_with_the_number_of_elements(name: str) -> None:
    few, many = (lint_calls(text_of(ELEMENTS[name], number)) for number in (FEW, MANY))
    assert many < few * (MANY / FEW) * 1.3


@pytest.mark.parametrize("name", ["sound elements", "unknown properties", "unknown values"])
def test_work_grows_with_the_depth(name: str) -> None:
    shallow, deep = (lint_calls(text_of(ELEMENTS[name], 15, depth)) for depth in (10, 80))
    assert deep < shallow * 8


@pytest.mark.parametrize("name", ["unknown properties", "the same id", "pictures"])
def test_telling_places_grows_with_the_number_of_findings(name: str, tmp_path: Path) -> None:
    def work(number: int) -> int:
        path = tmp_path / f"{number}.json"
        path.write_text(text_of(ELEMENTS[name], number), encoding="utf-8")
        return calls(lambda: lint_paths([str(path)]))

    assert work(MANY) < work(FEW) * (MANY / FEW) * 1.3


def test_work_grows_with_the_number_of_files(tmp_path: Path) -> None:
    def work(number: int) -> int:
        folder = tmp_path / str(number)
        folder.mkdir()
        for index in range(number):
            text = text_of(ELEMENTS["unknown properties"], 3)
            (folder / f"{index}.json").write_text(text, encoding="utf-8")
        return calls(lambda: lint_paths([str(folder)]))

    assert work(24) < work(4) * 6 * 1.1


REFUSED = """{"type": "AdaptiveCard", "version": "1.0",
"originator": "0f5b2c1e-6a4d-4f1b-9c55-2f3f0f3d7a10",
"Body": [{"type": "TextBlok", "text": "a", "wrap": "true"}]}"""
"""A card with a fix that is refused, as it brings an error to light: that takes several tries."""


def test_work_of_mending_grows_with_the_number_of_files(tmp_path: Path) -> None:
    def work(number: int) -> int:
        folder = tmp_path / str(number)
        folder.mkdir()
        for index in range(number):
            (folder / f"{index}.json").write_text(REFUSED, encoding="utf-8")

        def lint_changed(changed: Mapping[Path, str], only: str | None = None) -> Report:
            return lint_paths([only or str(folder)], changed=changed)

        return calls(lambda: mend(lint_changed, unsafe=True))

    assert work(24) < work(4) * 6 * 1.1


def test_the_time_for_comments_grows_with_their_number() -> None:
    text = "{# amcli: ignore[AM601] old #}\n" * 20_000 + "{}"
    started = time.monotonic()
    assert {ignore.target for ignore in ignores_in(text)} == {20_001}
    assert time.monotonic() - started < 10  # looking for the line from each of them takes a minute
