"""How every command looks: examples at the foot of its help, global options wherever typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from amcli.cli.file_name import FileName
from amcli.cli.session import Session

if TYPE_CHECKING:
    _Base = click.Command
else:
    _Base = object


def session_options() -> list[click.Option]:
    """Return the options that work before and after the command's name."""
    return [
        _option(
            "--config",
            help="Read this file instead of looking for amcli.toml.",
            type=FileName(),
            metavar="FILE",
        ),
        _option("--no-config", help="Read no amcli.toml.", is_flag=True),
        _option(
            "--profile",
            help="Use the settings of this profile.",
            metavar="NAME",
            shell_complete=_complete_profile,
        ),
        _option("--setting", help="Set one setting: smtp.timeout=5.", metavar="KEY=VALUE",
                multiple=True),
        _option("-q", "--quiet", help="Say nothing but results and errors.", is_flag=True),
        _option("--debug", help="Show the traceback of an error.", is_flag=True),
    ]  # fmt: skip


_WHOLE = 1000  # characters of a first sentence, which is never as long


class _Framed(_Base):
    """What Command and CommandGroup add to Click's own.

    ``examples`` is printed as it is, two spaces in; ``not_done`` begins the error message when
    the command fails: "nothing was sent".
    """

    def __init__(
        self, *args: Any, examples: str = "", not_done: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples
        self.not_done = not_done
        self.params.extend(session_options())

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Tell the session which command runs, before the first option is read."""
        session = parent.find_root().obj if parent is not None else None
        if isinstance(session, Session):
            session.command = f"{session.command} {info_name}".strip()
            session.not_done = self.not_done
        return super().make_context(info_name, args, parent, **extra)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return ``-h``, made once for each command.

        Click's own looks for a translation of its text, also when nobody asks for help.
        """
        if self._help_option is None:
            self._help_option = click.Option(
                ["-h", "--help"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_print_help,
                help="Show this message and exit.",
            )
        return self._help_option

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options under their headings: the command's own first, the global ones last.

        An option with a ``heading`` stands under that one.
        """
        sections: dict[str, list[tuple[str, str]]] = {}
        shared: list[tuple[str, str]] = []
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is None or isinstance(param, click.Argument):
                continue
            is_help = param.name == "help" and sections and "Options" not in sections
            if is_help or isinstance(param, _SessionOption):
                shared.append(record)
            else:
                sections.setdefault(getattr(param, "heading", "Options"), []).append(record)
        for heading, rows in (*sections.items(), ("Global options", shared)):
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            import textwrap  # slow to load, and only help needs it

            with formatter.section("Examples"):
                formatter.write(textwrap.indent(self.examples.strip(), "  ") + "\n")


class Command(_Framed, click.Command):
    """A command with examples and the global options."""


class CommandGroup(_Framed, click.Group):
    """A command that has commands of its own, such as ``config``."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then the commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with their whole first sentences, wrapped and not cut."""
        names = self.list_commands(ctx)
        commands = [(name, self.get_command(ctx, name)) for name in names]
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, found.get_short_help_str(_WHOLE)) for name, found in commands if found]
            )


class _SessionOption(click.Option):
    """An option that is kept in the session and never reaches the callback."""


def _option(*names: str, **kwargs: Any) -> click.Option:
    return _SessionOption(names, expose_value=False, is_eager=True, callback=_store, **kwargs)


def _print_help(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(ctx.get_help(), color=ctx.color)
        ctx.exit()


def _complete_profile(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    from amcli.cli.completion import complete_profile

    return complete_profile(ctx, param, incomplete)


def _store(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    session = ctx.find_root().obj
    if value and param.name is not None and isinstance(session, Session):
        # An option that may be repeated adds up, before and after the command's name.
        seen = getattr(session, param.name)
        setattr(session, param.name, seen + value if isinstance(value, tuple) else value)
