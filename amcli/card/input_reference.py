"""``{{comment.value}}``: how a card refers to what a person types into one of its inputs.

When somebody clicks, Outlook replaces the reference by the input's value. What exactly counts as
one is seen in the renderer that Microsoft publishes (npm adaptivecards 3.0.6,
StringWithSubstitutions). The other patterns are wider or narrower on purpose, each for its reader.
"""

from __future__ import annotations

import re

INPUT_ID = re.compile(r"[A-Za-z0-9_$@]+")
"""An id that a reference can name; ids are compared without case."""

INPUT_REFERENCE = re.compile(rf"\{{\{{({INPUT_ID.pattern}).value\}}\}}", re.IGNORECASE)
"""What is replaced. The renderer does not escape the dot: any character may stand there."""

MEANT_AS_REFERENCE = re.compile(r"""\{\{([^{}"':,]{1,200}?)\.value\s*\}\}""", re.IGNORECASE)
"""What an author meant as one, so that the linter can say what is wrong with it: any name, spaces
too. Quotes, colons and commas mean that it is JSON instead."""

LIKE_A_REFERENCE = re.compile(r"\{\{[^{}]*\.value\s*\}\}")
"""Whatever resembles one: text for people is better off without it."""

NAMED_REFERENCE = re.compile(r"\{\{([A-Za-z_][A-Za-z0-9_]*)\.value\}\}")
"""One whose id can be a name in a Jinja template, which leaves it standing then."""

NEARLY_A_REFERENCE = re.compile(
    rf"\$?(?:\{{\{{\s*({INPUT_ID.pattern})(?:\.\w+)?\s*\}}\}}?"
    rf"|\{{\s*({INPUT_ID.pattern})\.value\s*\}}\}}?)",
    re.IGNORECASE,
)
"""One with a brace or its ``.value`` missing, or as other tools write it: ``{{comment}}``,
``${comment.value}``. Only an id of the card's own inputs tells it from other text."""
