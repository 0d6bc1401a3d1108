"""The names of files in a template's folder."""

from __future__ import annotations

MAIN_CARD = "card.json.j2"
FALLBACK_BODY = "body.html.j2"
DESCRIPTION = "template.toml"
