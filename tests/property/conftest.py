"""Hostile text, and hypothesis profiles."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

settings.register_profile(
    "quick", max_examples=40, deadline=None, suppress_health_check=list(HealthCheck)
)
settings.register_profile(
    "thorough", max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

_PIECES = [
    "*", "**", "_", "__", "~~", "`", "```", "[", "]", "](", "(", ")", "<", ">", "&", "&amp;",
    "&#65;", "\\", "\\*", "#", "# ", "- ", "-", "+ ", "1. ", "1) ", "> ", "===", "---", "***",
    "\n", "\n\n", "\r\n", "    ", "\t", "|", "|-|", "!", "![", "[x]: http://e.example",
    "https://evil.example", "<https://e.example>", "<b>", "</script>", "<!--", "<a@b.c>",
    "{", "{{", "}}", "{{comment.value}}", "{comment.value}}", "comment", ".value}}",
    '"', "'", "\\n", "\\u0022", ",", ":", "}", "]", "\ue000", "\ue001", "\ue0000\ue001",
    "\u2028", "\u0085", "\x00", "\x0b", "\u200b", "\u00a0", "\u3000", "\u202e", "..", ".", "/",
    "%2e%2e", "?", "#x", "@", "é", "漢字", "🎉", "a", "Z9", " ", "word",
]  # fmt: skip

hostile_text = st.one_of(
    st.lists(st.sampled_from(_PIECES), max_size=8).map("".join),
    st.text(max_size=24),
)
