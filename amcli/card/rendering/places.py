"""What a place in a card is: Markdown, plain text, a URL, a body. One table for both formats.

Sources: Microsoft's Adaptive Card and MessageCard references for actionable messages; where they
are silent, the behaviour of the JavaScript renderer (npm adaptivecards 3.0.6).
"""

from __future__ import annotations

import enum
from typing import Any


class Place(enum.Enum):
    """How a string is read by whoever receives it, and so how data in it is escaped."""

    MARKDOWN = "Markdown"
    TEXT = "plain text"
    SPEECH = "speech"
    URL = "a URL"
    HEADER = "an HTTP header"
    BODY = "a request body"
    IDENTIFIER = "an identifier"
    OPAQUE = "data of the sender's own"
    TYPE = "a type"


# Objects that mostly come without a type are known by the property that holds them.
_PART_BY_PROPERTY = {
    "facts": "Fact",
    "choices": "Choice",
    "headers": "Header",
    "targets": "Target",
    "targetElements": "TargetElement",
    "sections": "Section",
    "heroImage": "MessageImage",
    "backgroundImage": "BackgroundImage",
    "columns": "Column",
    "padding": "Padding",
}

PART_PROPERTIES: dict[str, frozenset[str]] = {
    "Fact": frozenset({"title", "value", "name"}),
    "Choice": frozenset({"title", "value", "display"}),
    "Header": frozenset({"name", "value"}),
    "Target": frozenset({"os", "uri"}),
    "TargetElement": frozenset({"elementId", "isVisible"}),
    "MessageImage": frozenset({"image", "title"}),
}
"""Parts that a mapping from data may be, with the only names it may have."""

LISTS_FROM_DATA = frozenset(
    {"facts", "choices", "headers", "targets", "targetElements", "images", "inlines",
     "expectedActors", "userIds"}
)  # fmt: skip
"""Properties whose list may come from data: texts, or mappings that are parts."""

_BY_PROPERTY: dict[str, Place] = {
    **dict.fromkeys(("type", "@type"), Place.TYPE),
    **dict.fromkeys(
        ("text", "errorMessage", "fallbackText", "activityTitle", "activitySubtitle",
         "activityText"),
        Place.MARKDOWN,
    ),
    **dict.fromkeys(
        ("url", "iconUrl", "backgroundImage", "poster", "target", "uri", "activityImage", "image",
         "webUrl", "$schema", "@context"),
        Place.URL,
    ),
    **dict.fromkeys(
        ("id", "elementId", "targetElements", "version", "method", "originator", "correlationId",
         "addInId", "desktopCommandId", "itemId", "lang", "os", "bodyContentType", "themeColor",
         "style", "size", "weight", "color", "spacing", "width", "height", "minHeight",
         "horizontalAlignment", "verticalAlignment", "verticalContentAlignment", "fontType",
         "imageSize", "fillMode", "isVisible", "associatedInputs", "mode", "padding",
         "pixelWidth", "backgroundColor", "iconUrlType", "mimeType"),
        Place.IDENTIFIER,
    ),
    **dict.fromkeys(("data", "initializationContext", "requires"), Place.OPAQUE),
    "speak": Place.SPEECH,
    "body": Place.BODY,
}  # fmt: skip

_BY_TYPE: dict[str, dict[str, Place]] = {
    "AdaptiveCard": {"body": Place.TEXT},
    "TextRun": {"text": Place.TEXT},
    "Authentication": {"text": Place.TEXT},
    "Fact": {"title": Place.MARKDOWN, "value": Place.MARKDOWN, "name": Place.MARKDOWN},
    "Input.Toggle": {"title": Place.MARKDOWN},
    "Header": {"name": Place.IDENTIFIER, "value": Place.HEADER},
    "MessageCard": {"title": Place.MARKDOWN},
    "Section": {"title": Place.MARKDOWN},
}


def part_name(value: dict[str, Any], holder: str | None) -> str:
    """Return what an object is: its type, or the part that its holding property makes it."""
    found = value.get("type", value.get("@type"))
    if isinstance(found, str):
        return found
    if holder is None:
        return "MessageCard"
    if holder == "images" and "image" in value:
        return "MessageImage"
    return _PART_BY_PROPERTY.get(holder, "")


def place_of(part: str, name: str, owner: dict[str, Any]) -> Place:
    """Return what the property ``name`` of a ``part`` is; ``owner`` is the object around it."""
    special = _BY_TYPE.get(part, {}).get(name)
    if special is not None:
        return special
    if part == "Choice" and name == "title" and _shown_as_buttons(owner):
        return Place.MARKDOWN
    return _BY_PROPERTY.get(name, Place.TEXT)


def _shown_as_buttons(choice_set: dict[str, Any]) -> bool:
    # Radio buttons and check boxes have Markdown labels, a drop-down list has plain ones.
    return str(choice_set.get("style")).lower() == "expanded" or bool(
        choice_set.get("isMultiSelect")
    )
