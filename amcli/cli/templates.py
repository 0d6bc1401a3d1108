"""``amcli templates``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from amcli.cli.command import Command
from amcli.cli.options import json_option
from amcli.cli.session import current

if TYPE_CHECKING:
    from amcli.card.gallery import GalleryEntry


@click.command(
    cls=Command,
    examples="""
amcli templates
amcli templates --json
""",
)
@json_option
def templates(as_json: bool) -> int:
    """List the card templates: the project's own first, then the ones that come with amcli."""
    from amcli.card.gallery import gallery

    entries = gallery(current().settings.get("templates.folder"))
    if as_json:
        current().answer(ok=True, templates=[_described(entry) for entry in entries])
    else:
        from amcli.cli.template_table import print_templates

        print_templates(entries)
    return 0


def _described(entry: GalleryEntry) -> dict[str, Any]:
    template = entry.template
    return {
        "name": template.name,
        "title": template.title,
        "description": template.description,
        "kind": template.kind.value,
        "version": template.version,
        "refresh": list(template.refresh),
        "samples": [path.name for path in template.samples],
        "built_in": entry.built_in,
        "hides_built_in": entry.hides_built_in,
        "folder": str(template.path),
    }
