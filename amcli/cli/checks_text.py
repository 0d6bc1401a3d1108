"""A verdict on the terminal: a word for every outcome, colour only beside it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import click

from amcli.printable import printable
from amcli.verify.checks import Check, Outcome, Verdict

Line = tuple[tuple[str, str], ...]
"""Pieces of text, each with its style in Rich's words; the style says nothing that the text does
not."""

_WORDS = {
    Outcome.PASSED: ("PASS", "green"),
    Outcome.FAILED: ("FAIL", "bold red"),
    Outcome.SKIPPED: ("SKIP", "yellow"),
}
_INDENT = 6


def print_lines(lines: Iterable[Line]) -> None:
    """Print lines to stdout, coloured where the terminal and NO_COLOR allow it.

    Lines are never wrapped, so that they can be searched and cut.
    """
    from rich.console import Console
    from rich.text import Text

    console = Console(
        force_terminal=True,
        color_system="standard",
        no_color=False,
        highlight=False,
        soft_wrap=True,
    )
    with console.capture() as captured:
        for line in lines:
            console.print(Text.assemble(*line))
    # Click takes the styles out again where nobody wants them.
    click.echo(captured.get(), nl=False)


def plain(text: str = "", style: str = "") -> Line:
    """Return a line of one piece."""
    return ((text, style),)


def check_lines(checks: Iterable[Check]) -> list[Line]:
    """Return a line for each check, and one below it for its hint.

    Neighbours with one and the same reason share a line.
    """
    groups = [list(g) for _, g in itertools.groupby(checks, key=lambda c: (c.outcome, c.reason))]
    rows = [(_name(group), group[0]) for group in groups]
    width = max((len(name) for name, _ in rows), default=0)
    lines: list[Line] = []
    for name, check in rows:
        lines.append((_WORDS[check.outcome], (f"  {name:<{width}}  {printable(check.reason)}", "")))
        if check.hint:
            label = "hint" if check.outcome is Outcome.FAILED else "note"
            lines.append(plain(f"{'':{_INDENT + width}}  {label}: {printable(check.hint)}"))
    return lines


def summary(verdict: Verdict) -> str:
    """Return how many checks passed, failed and were skipped."""
    counts = [(sum(c.outcome is o for c in verdict.checks), o.value) for o in Outcome]
    return ", ".join(f"{count} {word}" for count, word in counts if count)


def _name(group: list[Check]) -> str:
    return group[0].name if len(group) == 1 else f"{group[0].name} … {group[-1].name}"
