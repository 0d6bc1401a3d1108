"""A MessageCard as blocks (Microsoft, "Legacy actionable message card reference")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amcli.mail.fallback.blocks import (
    Block,
    Facts,
    Group,
    Heading,
    Link,
    Links,
    Note,
    Paragraph,
    Picture,
    Question,
)
from amcli.mail.fallback.wording import clean, image_url, link_url, needs_outlook

Item = dict[str, Any]

_ICON_WIDTH = 52


def message_card_blocks(card: Item) -> tuple[Block, ...]:
    """Return the card's content in reading order."""
    buttons: list[str] = []
    title = clean(card.get("title"))
    # The summary is for notifications; it heads the card only where nothing else does.
    heading = title or ("" if _has_headed_section(card) else clean(card.get("summary")))
    blocks: list[Block] = [Heading(heading, 1)] if heading else []
    blocks += _paragraph(card.get("text"))
    for section in _items(card.get("sections")):
        blocks += _section(section, buttons)
    blocks += _actions(card.get("potentialAction"), buttons)
    note = needs_outlook(buttons)
    return (*blocks, *([Note(note)] if note else []))


def _items(value: Any) -> Iterator[Item]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield item


def _has_headed_section(card: Item) -> bool:
    sections = list(_items(card.get("sections")))
    return bool(sections) and bool(
        clean(sections[0].get("title")) or clean(sections[0].get("activityTitle"))
    )


def _section(section: Item, buttons: list[str]) -> list[Block]:
    markdown = section.get("markdown") is not False
    title = clean(section.get("title"))
    blocks: list[Block] = [Heading(title, 2)] if title else []
    blocks += _pictures([section.get("heroImage")])
    blocks += _activity(section, markdown)
    blocks += _paragraph(section.get("text"), markdown=markdown)
    blocks += _facts(section)
    blocks += _pictures(section.get("images"))
    return [*blocks, *_actions(section.get("potentialAction"), buttons)]


def _activity(section: Item, markdown: bool) -> list[Block]:
    # No alt text of its own: the title that follows says who or what is pictured.
    icon = Picture(image_url(section.get("activityImage")), "", _ICON_WIDTH)
    title = clean(section.get("activityTitle"))
    return [
        *([icon] if icon.url else []),
        *([Paragraph(title, markdown=markdown, strong=True)] if title else []),
        *_paragraph(section.get("activitySubtitle"), markdown=markdown, subtle=True),
        *_paragraph(section.get("activityText"), markdown=markdown),
    ]


def _facts(section: Item) -> list[Block]:
    rows = tuple(
        (clean(fact.get("name")), clean(fact.get("value"))) for fact in _items(section.get("facts"))
    )
    return [Facts(rows)] if any(name or value for name, value in rows) else []


def _pictures(value: Any) -> list[Block]:
    pictures = [
        Picture(image_url(image.get("image")), clean(image.get("title"))) for image in _items(value)
    ]
    return [picture for picture in pictures if picture.url or picture.alt]


def _paragraph(value: Any, *, markdown: bool = True, subtle: bool = False) -> list[Block]:
    text = clean(value)
    return [Paragraph(text, markdown=markdown, subtle=subtle)] if text else []


def _actions(value: Any, buttons: list[str]) -> list[Block]:
    blocks: list[Block] = []
    links: list[Link] = []
    for action in _items(value):
        name = clean(action.get("name"))
        url = _open_uri(action)
        if url is not None:
            links.append(Link(name or url, url))
        elif action.get("@type") == "ActionCard":
            blocks += _action_card(name, action, buttons)
        else:
            buttons.append(name)
    return [*([Links(tuple(links))] if links else []), *blocks]


def _open_uri(action: Item) -> str | None:
    """Return where an OpenUri leads on a desktop, or the older ViewAction does."""
    if action.get("@type") == "OpenUri":
        targets = list(_items(action.get("targets")))
        on_desktop = [t for t in targets if t.get("os") in {None, "default"}]
        return next((link_url(t.get("uri")) for t in on_desktop or targets), None)
    target = action.get("target")
    if action.get("@type") == "ViewAction" and isinstance(target, list) and target:
        return link_url(target[0])
    return None


def _action_card(name: str, action: Item, buttons: list[str]) -> list[Block]:
    questions: list[Block] = [
        question for item in _items(action.get("inputs")) for question in _question(item)
    ]
    inner: list[str] = []
    inside = [*questions, *_actions(action.get("actions"), inner)]
    # The card's name says what the answer is about: "Reject", not the "OK" inside.
    buttons += [name or title for title in inner[:1]] or [name]
    return [Group(name, tuple(inside))] if inside else []


def _question(item: Item) -> list[Block]:
    options = [clean(choice.get("display")) for choice in _items(item.get("choices"))]
    return (
        [Question(clean(item.get("title")), tuple(filter(None, options)))] if any(options) else []
    )
