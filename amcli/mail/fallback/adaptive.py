"""An Adaptive Card as blocks.

Elements and actions as in Microsoft's "Designing Outlook Actionable Message cards with the
Adaptive Card format"; what is not known here is read through its ``fallback``, or left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from amcli.mail.fallback.blocks import (
    Block,
    Columns,
    Facts,
    Group,
    Heading,
    Link,
    Links,
    Note,
    Paragraph,
    Picture,
    Question,
    Run,
    Runs,
)
from amcli.mail.fallback.wording import clean, image_url, link_url, needs_outlook

Item = dict[str, Any]

_IMAGE_WIDTHS = {"small": 40, "medium": 80, "large": 160}
_LONGEST_LABEL = 80  # a longer text says something of its own
_HEADING_LEVELS = {"extralarge": 1, "large": 2}


@dataclass
class _Seen:
    """What turns up on the way and belongs at the end."""

    buttons: list[str] = field(default_factory=list)
    hidden: list[Item] = field(default_factory=list)
    revealed: dict[str, str] = field(default_factory=dict)
    """Ids that some ToggleVisibility button can show, and the button's title."""


def adaptive_blocks(card: Item) -> tuple[Block, ...]:
    """Return the card's content in reading order.

    Hidden elements that a button would show come last; other hidden ones are left out.
    """
    seen = _Seen()
    blocks = [*_elements(card.get("body"), seen), *_actions(card.get("actions"), seen)]
    if not blocks and not seen.buttons:
        blocks += [Paragraph(text) for text in [clean(card.get("fallbackText"))] if text]
    note = needs_outlook(seen.buttons)
    blocks += _revealed(seen)
    return (*_merged(blocks), *([Note(note)] if note else []))


def _items(value: Any) -> Iterator[Item]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield item


def _elements(value: Any, seen: _Seen) -> list[Block]:
    blocks: list[Block] = []
    items = list(_items(value))
    for item, after in zip_longest(items, items[1:], fillvalue=None):
        if item is not None and not (after is not None and _labels_a_field(item, after)):
            blocks += _element(item, seen)
    return _merged(blocks)


def _labels_a_field(item: Item, after: Item) -> bool:
    """Return whether a text only names the field after it, which nobody can fill in here.

    Sentences and questions stay: they say what the card is about.
    """
    kind = str(after.get("type"))
    if item.get("type") != "TextBlock" or not kind.startswith("Input.") or _choices(after, _Seen()):
        return False
    text = clean(item.get("text"))
    is_heading = any(isinstance(block, Heading) for block in _text_block(item, _Seen()))
    return not is_heading and len(text) <= _LONGEST_LABEL and not text.endswith((".", "?"))


def _element(item: Item, seen: _Seen) -> list[Block]:
    if item.get("isVisible") is False:
        seen.hidden.append(item)
        return []
    read = _ELEMENTS.get(str(item.get("type")))
    if read is not None:
        return read(item, seen)
    fallback = item.get("fallback")
    return _element(fallback, seen) if isinstance(fallback, dict) else []


def _text_block(item: Item, _seen: _Seen) -> list[Block]:
    text = clean(item.get("text"))
    if not text:
        return []
    strong = _word(item, "weight") == "bolder"
    level = _HEADING_LEVELS.get(_word(item, "size"))
    if _word(item, "style") == "heading" or (_word(item, "size") == "medium" and strong):
        level = level or 3
    if level is not None:
        return [Heading(text, level)]
    align = _word(item, "horizontalAlignment")
    return [
        Paragraph(
            text,
            strong=strong,
            subtle=item.get("isSubtle") is True,
            align=align if align in {"center", "right"} else None,
        )
    ]


def _rich_text_block(item: Item, _seen: _Seen) -> list[Block]:
    inlines = item.get("inlines")
    runs = [_run(inline) for inline in (inlines if isinstance(inlines, list) else [])]
    return [Runs(tuple(run for run in runs if run.text))]


def _run(inline: Any) -> Run:
    if not isinstance(inline, dict):
        return Run(_spaced(inline))
    return Run(
        _spaced(inline.get("text")),
        strong=_word(inline, "weight") == "bolder",
        emphasized=inline.get("italic") is True,
        struck=inline.get("strikethrough") is True,
        url=_opened_url(inline.get("selectAction")),
    )


def _spaced(value: Any) -> str:
    """Return the cleaned text with the white space that parts it from its neighbours."""
    text = clean(value)
    if not text or not isinstance(value, str):
        return " " if isinstance(value, str) and value else text
    return " " * value[:1].isspace() + text + " " * value[-1:].isspace()


def _image(item: Item, _seen: _Seen) -> list[Block]:
    picture = Picture(
        image_url(item.get("url")),
        clean(item.get("altText")),
        _image_width(item),
        _opened_url(item.get("selectAction")),
    )
    return [picture] if picture.url or picture.alt else []


def _image_width(item: Item) -> int | None:
    explicit = re.fullmatch(r"(\d{1,4})(?:px)?", str(item.get("width", item.get("pixelWidth", ""))))
    return int(explicit[1]) if explicit else _IMAGE_WIDTHS.get(_word(item, "size"))


def _image_set(item: Item, seen: _Seen) -> list[Block]:
    return [block for image in _items(item.get("images")) for block in _image(image, seen)]


def _container(item: Item, seen: _Seen) -> list[Block]:
    return [*_elements(item.get("items"), seen), *_select_link(item)]


def _column_set(item: Item, seen: _Seen) -> list[Block]:
    columns = list(_items(item.get("columns")))
    shown = [column for column in columns if column.get("isVisible") is not False]
    seen.hidden += [column for column in columns if column.get("isVisible") is False]
    cells = [tuple(_container(column, seen)) for column in shown]
    row = [Columns((tuple(cells),))] if any(cells) else []
    return [*row, *_select_link(item)]


def _table(item: Item, seen: _Seen) -> list[Block]:
    rows = [
        tuple(tuple(_container(cell, seen)) for cell in _items(row.get("cells")))
        for row in _items(item.get("rows"))
    ]
    return [Columns((row,)) for row in rows if any(row)]


def _fact_set(item: Item, _seen: _Seen) -> list[Block]:
    rows = tuple((clean(f.get("title")), clean(f.get("value"))) for f in _items(item.get("facts")))
    return [Facts(rows)] if any(name or value for name, value in rows) else []


def _action_set(item: Item, seen: _Seen) -> list[Block]:
    return _actions(item.get("actions"), seen)


def _choices(item: Item, _seen: _Seen) -> list[Block]:
    label = clean(item.get("label")) or clean(item.get("placeholder")) or clean(item.get("title"))
    options = [clean(choice.get("title")) for choice in _items(item.get("choices"))]
    return [Question(label, tuple(filter(None, options)))] if any(options) else []


def _media(item: Item, _seen: _Seen) -> list[Block]:
    url = next((link_url(source.get("url")) for source in _items(item.get("sources"))), None)
    return [Links((Link(clean(item.get("altText")) or "Play", url),))] if url else []


_ELEMENTS: dict[str, Callable[[Item, _Seen], list[Block]]] = {
    "TextBlock": _text_block,
    "RichTextBlock": _rich_text_block,
    "Image": _image,
    "ImageSet": _image_set,
    "Container": _container,
    "Column": _container,
    "ColumnSet": _column_set,
    "Table": _table,
    "FactSet": _fact_set,
    "ActionSet": _action_set,
    "Input.ChoiceSet": _choices,
    "Media": _media,
}


def _actions(value: Any, seen: _Seen) -> list[Block]:
    blocks: list[Block] = []
    links: list[Link] = []
    for action in _items(value):
        title = clean(action.get("title"))
        url = _opened_url(action)
        if url is not None:
            links.append(Link(title or url, url))
        elif action.get("type") == "Action.ToggleVisibility":
            seen.revealed |= dict.fromkeys(_targets(action), title)
        elif action.get("type") == "Action.ShowCard" and isinstance(action.get("card"), dict):
            blocks += _shown_card(title, action["card"], seen)
        else:
            seen.buttons.append(title)
    return [*([Links(tuple(links))] if links else []), *blocks]


def _shown_card(title: str, card: Item, seen: _Seen) -> list[Block]:
    inside = [*_elements(card.get("body"), seen), *_actions(card.get("actions"), seen)]
    return [Group(title, tuple(inside))] if inside else []


def _targets(action: Item) -> Iterator[str]:
    targets = action.get("targetElements")
    for target in targets if isinstance(targets, list) else ():
        name = target.get("elementId") if isinstance(target, dict) else target
        if isinstance(name, str):
            yield name


def _revealed(seen: _Seen) -> list[Block]:
    blocks: list[Block] = []
    for item in seen.hidden:  # grows when a hidden element holds another one
        title = seen.revealed.get(str(item.get("id")))
        if title is not None:
            inside = _element({"type": "Column", **item, "isVisible": True}, seen)
            blocks += [Group(title, tuple(inside))] if inside else []
    return blocks


def _select_link(item: Item) -> list[Block]:
    action = item.get("selectAction")
    url = _opened_url(action)
    return [Links((Link(clean(action.get("title")) or url, url),))] if url and action else []


def _opened_url(action: Any) -> str | None:
    opens = isinstance(action, dict) and action.get("type") == "Action.OpenUrl"
    return link_url(action.get("url")) if opens else None


def _merged(blocks: list[Block]) -> list[Block]:
    """Join neighbouring rows with equally many columns, so that they line up as one table."""
    merged: list[Block] = []
    for block in blocks:
        last = merged[-1] if merged else None
        if (
            isinstance(block, Columns)
            and isinstance(last, Columns)
            and len(last.rows[0]) == len(block.rows[0])
        ):
            merged[-1] = Columns(last.rows + block.rows)
        else:
            merged.append(block)
    return merged


def _word(item: Item, name: str) -> str:
    value = item.get(name)
    return value.lower() if isinstance(value, str) else ""
