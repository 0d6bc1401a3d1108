"""The root command: which commands there are, under which heading, loaded when called."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from amcli._version import __version__
from amcli.cli.command import CommandGroup

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Entry(NamedTuple):
    """A command in ``amcli --help``; the summary is repeated here so that help loads nothing."""

    name: str
    heading: str
    summary: str

    @property
    def module(self) -> str:
        """Return the module that holds the command, and that is loaded when it is called."""
        return f"amcli.cli.{self.name.replace('-', '_')}"


COMMANDS = (
    Entry("demo", "Start", "See the whole life of an actionable message on this machine."),
    Entry("new", "Start", "Make a project to start from."),
    Entry("templates", "Author", "List the card templates."),
    Entry("render", "Author", "Render a card template into a card, HTML, text or a mail."),
    Entry("schema", "Author", "Print a JSON Schema for your editor."),
    Entry("lint", "Check", "Check cards and templates against what fails in Outlook."),
    Entry(
        "rule",
        "Check",
        "Explain lint rules: what they find, why it matters, and what to write instead.",
    ),
    Entry(
        "inspect",
        "Check",
        "Say which card is in a mail, what vouches for it, and what is wrong with it.",
    ),
    Entry("keygen", "Sign", "Make a key for cards, for DKIM, or for limited-purpose tokens."),
    Entry("sign", "Sign", "Sign a card."),
    Entry("send", "Send", "Render, lint, sign and send a card by mail."),
    Entry("decode-token", "Verify", "Show what a bearer token claims."),
    Entry("verify-token", "Verify", "Check a bearer token that Microsoft posted."),
    Entry("purpose-token", "Verify", "Show or check a limited-purpose token of your own."),
    Entry("config", "Setup", "Show the settings in force and where they come from."),
)


class Root(CommandGroup):
    """Lists commands from the table and imports the module of the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return [entry.name for entry in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, loading its module."""
        for entry in COMMANDS:
            if entry.name == cmd_name:
                module = importlib.import_module(entry.module)
                command: click.Command = getattr(module, cmd_name.replace("-", "_"))
                return command
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their headings."""
        for heading in dict.fromkeys(entry.heading for entry in COMMANDS):
            rows = [(e.name, e.summary) for e in COMMANDS if e.heading == heading]
            with formatter.section(heading):
                formatter.write_dl(rows, col_max=16)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve as usual; a name that is none is compared with the table."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            raise click.exceptions.NoSuchCommand(
                error.command_name, possibilities=self.list_commands(ctx), ctx=ctx
            ) from None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete from the table, so that a press of Tab loads no command."""
        from click.shell_completion import CompletionItem

        found = [
            CompletionItem(entry.name, help=entry.summary)
            for entry in COMMANDS
            if entry.name.startswith(incomplete)
        ]
        return found + click.Command.shell_complete(self, ctx, incomplete)


def _print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"amcli {__version__}")
        ctx.exit()


@click.command(
    cls=Root,
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_print_version,
            help="Print the version.",
        ),
    ],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 findings or failed verification, 2 usage, 3 nothing found, "
    "4 unreadable input, 5 keys, 6 network or SMTP, 7 partly sent, 130 interrupted.",
)
def root(**_options: Any) -> None:
    """Outlook actionable messages: render, lint, sign, send, and verify what comes back.

    Start with: amcli demo
    """
