"""Rendering: a template and data become a card, and data can never change the card.

Values do not enter the text that Jinja writes. Each print leaves a numbered token, and the value
stands in a table (``ledger``). The syntax tree is rewritten for that (``syntax``), in a sandbox
with limits (``sandbox``, ``filters``). The text is then read as JSON (``compose``), and each
token is written for the place where it stands (``places``, ``fill``, ``markdown``, ``urls``,
``bodies``).
"""

from amcli.card.rendering.render import RenderedCard, render
from amcli.card.rendering.run import CardTemplate, Envelope, PurposeToken
from amcli.card.rendering.source_map import template_source_map
from amcli.card.rendering.surroundings import render_fallback, render_subject

__all__ = [
    "CardTemplate",
    "Envelope",
    "PurposeToken",
    "RenderedCard",
    "render",
    "render_fallback",
    "render_subject",
    "template_source_map",
]
