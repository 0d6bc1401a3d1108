"""Names of files on the command line, for options that every command has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class FileName(click.ParamType[Path]):
    """The name of a file; whoever reads it says what is wrong with it.

    Click's own type translates its name as soon as it is made, and looks for catalogues to do so.
    """

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path, whatever is there."""
        return Path(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return that the shell is to offer files."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]
