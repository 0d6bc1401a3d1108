"""The list of templates: a table as wide as the terminal allows, plain lines for a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from amcli.cli.session import current

if TYPE_CHECKING:
    from amcli.card.gallery import GalleryEntry

_COLUMNS = ("Name", "Format", "What it is", "Refresh cards")
_WIDTH_FOR_REFRESH, _WIDTH_FOR_TITLE = 110, 70


def print_templates(entries: list[GalleryEntry]) -> None:
    """Print the project's own templates and the built-in ones."""
    console = Console()
    if not console.is_terminal:
        for line in _lines([_row(entry) for entry in entries]):
            click.echo(line)
        return
    shown = 4 if console.width >= _WIDTH_FOR_REFRESH else 3
    shown = shown if console.width >= _WIDTH_FOR_TITLE else 1
    if shown < len(_COLUMNS):
        left_out = " and ".join(name.lower() for name in _COLUMNS[shown:])
        current().note(f"left out for want of width: {left_out}; `amcli templates | cat` has them")
    with console.capture() as captured:
        for built_in, title in ((False, "The project's own"), (True, "Come with amcli")):
            rows = [_row(entry)[:shown] for entry in entries if entry.built_in is built_in]
            if rows:
                console.print(_table(title, _COLUMNS[:shown], rows), "")
    click.echo(captured.get(), nl=False)  # which takes the styles out where nobody wants them


def _table(title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in _COLUMNS[:2])
    for row in rows:
        table.add_row(*row)
    return table


def _lines(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Yield one line a template, aligned and never wrapped."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    for row in rows:
        yield "  ".join(text.ljust(w) for text, w in zip(row, widths, strict=True)).rstrip()


def _row(entry: GalleryEntry) -> tuple[str, ...]:
    template = entry.template
    title = template.title
    if entry.hides_built_in:
        title += " (hides the built-in one of this name)"
    form = f"{template.kind.value} {template.version or ''}".strip()
    return template.name, form, title, ", ".join(template.refresh)
