"""How every command looks: examples at the foot of its help, global options wherever typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from amcli.cli.session import Session


def SESSION_OPTIONS() -> list[click.Option]:  # noqa: N802 - reads as the list that it is
    """Return the options that work before and after the command's name."""
    return [
        _option("--config", "config", "Read this file instead of looking for amcli.toml.",
                type=click.Path(dir_okay=False, path_type=Path), metavar="FILE"),
        _option("--no-config", "no_config", "Read no amcli.toml.", is_flag=True),
        _option("--profile", "profile", "Use the settings of this profile.", metavar="NAME"),
        _option("-q", "quiet", "Say nothing but results and errors.", "--quiet", is_flag=True),
        _option("--debug", "debug", "Show the traceback of an error.", is_flag=True),
    ]


class Command(click.Command):
    """A command with examples and the global options.

    ``examples`` is printed as it is, two spaces in; ``not_done`` begins the error message when
    the command fails: "nothing was sent".
    """

    def __init__(
        self, *args: Any, examples: str = "", not_done: str | None = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault("context_settings", {"help_option_names": ["-h", "--help"]})
        super().__init__(*args, **kwargs)
        self.examples = examples
        self.not_done = not_done
        self.params.extend(SESSION_OPTIONS())

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Declare what a failure leaves undone, before the first option is read."""
        parent = kwargs.get("parent")
        if parent is not None and isinstance(parent.find_root().obj, Session):
            parent.find_root().obj.not_done = self.not_done
        return super().make_context(*args, **kwargs)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                for line in self.examples.strip().splitlines():
                    formatter.write(f"  {line.strip()}\n")


def _option(flag: str, field: str, text: str, *more: str, **kwargs: Any) -> click.Option:
    def store(ctx: click.Context, _param: click.Parameter, value: Any) -> None:
        if value and isinstance(ctx.find_root().obj, Session):
            setattr(ctx.find_root().obj, field, value)

    return click.Option(
        [flag, *more, field], expose_value=False, is_eager=True, callback=store, help=text, **kwargs
    )
