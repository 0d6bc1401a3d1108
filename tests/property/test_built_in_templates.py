"""Every built-in template, every sample, any text in any of its values."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amcli.card.data import load_data
from amcli.card.gallery import gallery
from amcli.card.rendering import CardTemplate, render
from amcli.errors import TemplateError
from tests.property.conftest import hostile_text
from tests.property.reading import check_same_but_for

_MARKER = "Qzx"


def _cases() -> Iterator[tuple[str, CardTemplate, Path]]:
    for entry in gallery():
        folder = entry.template
        for sample in folder.samples:
            yield f"{folder.name}:{sample.name}", folder.card(), sample
        for name, refresh in folder.refresh.items():
            for sample in refresh.samples:
                yield f"{folder.name}/{name}:{sample.name}", folder.refresh_card(name), sample


CASES = {name: (template, sample) for name, template, sample in _cases()}


def _strings(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, str):
        yield path
    children = value.items() if isinstance(value, dict) else enumerate(value)
    for name, child in children if isinstance(value, (dict, list)) else ():
        yield from _strings(child, (*path, name))


def _with(data: dict[str, Any], path: tuple[Any, ...], text: str) -> dict[str, Any]:
    changed: Any = copy.deepcopy(data)
    holder = changed
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = text
    return changed


def _render(template: CardTemplate, data: dict[str, Any]) -> dict[str, Any] | str:
    try:
        return render(template, data).value
    except TemplateError as refused:
        return refused.reason if refused.line is not None else "no line"


@pytest.mark.parametrize("case", CASES)
@given(draw=st.data(), text=hostile_text)
def test_any_text_in_any_value(case: str, draw: st.DataObject, text: str) -> None:
    template, sample = CASES[case]
    data = load_data([sample])
    path = draw.draw(st.sampled_from(list(_strings(data))))
    # What is empty may be left out by the template, so it is compared with what is empty.
    harmless = _render(template, _with(data, path, _MARKER if text.strip() else text))
    card = _render(template, _with(data, path, text))
    if isinstance(card, str) or isinstance(harmless, str):
        allowed = ("URL", "identifier", "path segment", "host", "input reference")
        refused = card if isinstance(card, str) else str(harmless)
        assert any(word in refused for word in allowed), (path, refused)
        return
    check_same_but_for(card, harmless, _MARKER, text)


def test_there_is_something_to_try() -> None:
    assert len(CASES) >= 30
