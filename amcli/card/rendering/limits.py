"""Bounds that keep a template from eating the machine; each error says which one was met."""

from __future__ import annotations

MAX_TURNS = 1_000_000
"""Loop turns, macro calls and includes in one rendering."""
MAX_OUTPUT_CHARACTERS = 16 * 1024 * 1024
MAX_RANGE = 100_000
MAX_FILTER_WIDTH = 1_000
"""The largest width, indent or count that a filter takes."""
PREPARE = "prepare the value before it reaches the template"


class LimitReached(Exception):
    """A bound was met; becomes a TemplateError with file and line."""

    def __init__(self, message: str, hint: str = "give the template less to work on") -> None:
        super().__init__(message)
        self.hint = hint
