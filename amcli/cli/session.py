"""What one call of amcli knows beside its command: verbosity, configuration, how to fail."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from amcli.errors import FINDINGS, UnreadableInput
from amcli.printable import printable

if TYPE_CHECKING:
    from amcli.settings import Settings

JSON_FORMAT_VERSION = 1


@dataclass
class Session:
    """Filled by the global options, read by everything in ``cli/``."""

    quiet: bool = False
    debug: bool = False
    json: bool = False
    config: Path | None = None
    no_config: bool = False
    profile: str | None = None
    setting: tuple[str, ...] = ()
    """What ``--setting`` gave, each ``key=value``."""
    command: str = ""
    not_done: str | None = None
    """What a failure leaves undone, as the command declares it: "nothing was sent"."""

    @cached_property
    def settings(self) -> Settings:
        """Return the settings in force; read when something first asks."""
        from amcli.settings import load_settings
        from amcli.suggestion import meant

        settings = load_settings(self.config, self.no_config, self.profile, self.setting)
        for name, near in settings.strangers:
            if near:
                self.note(f"amcli: {name} is no setting; {meant(near)}")
        return settings

    def note(self, text: str) -> None:
        """Print a line for a person on stderr; ``-q`` silences it."""
        if not self.quiet:
            click.echo(text, err=True)

    def answer(self, ok: bool, **fields: Any) -> None:
        """Print the command's answer as one JSON object."""
        head = {"amcli": JSON_FORMAT_VERSION, "command": self.command, "ok": ok}
        text = json.dumps({**head, **fields}, indent=2, ensure_ascii=False, default=str)
        click.echo("".join(map(_safe_in_json, text)))

    def failed(self, message: str, exit_code: int, hint: str | None = None) -> int:
        """Say what failed and what was not done, and return the exit code."""
        if self.json:
            error = {"message": message, "hint": hint, "not_done": self.not_done}
            self.answer(ok=False, exit_code=exit_code, error=error)
        undone = f"{self.not_done}: " if self.not_done else ""
        click.echo(f"amcli: {printable(undone + message)}", err=True)
        if hint:
            click.echo(f"  hint: {printable(hint)}", err=True)
        return exit_code

    def usage_failed(self, error: click.ClickException) -> int:
        """Answer what Click refused, with the usage line that it belongs to."""
        if isinstance(error, click.exceptions.NoArgsIsHelpError) and not self.json:
            click.echo(error.format_message(), err=True)
            return error.exit_code
        if isinstance(error, click.UsageError) and error.ctx is not None and not self.json:
            click.echo(error.ctx.get_usage(), err=True)
        help_hint = f"amcli {self.command} -h".replace("  ", " ")
        return self.failed(error.format_message(), error.exit_code, f"see: {help_hint}")

    def file_failed(self, error: OSError) -> int:
        """Answer an error of the operating system that no stage has put into better words."""
        name = f"{error.filename}: " if error.filename else ""
        return self.failed(f"{name}{error.strerror or error}", UnreadableInput.exit_code)

    def crashed(self, error: Exception) -> int:
        """Answer an exception that should not have come this far."""
        return self.failed(
            f"a mistake in amcli itself ({type(error).__name__})",
            FINDINGS,
            "run it again with --debug and report what it prints",
        )

    def trace(self) -> None:
        """Print the traceback of the error being handled, when ``--debug`` asks for it."""
        if self.debug:
            import traceback

            traceback.print_exc(file=sys.stderr)


def current() -> Session:
    """Return the session of the running command."""
    session = click.get_current_context().find_root().obj
    assert isinstance(session, Session)  # noqa: S101 - set by run(), the only way in
    return session


def _safe_in_json(character: str) -> str:
    # Outside strings JSON has only printable characters and line feeds; inside them, what could
    # steer a terminal or has no UTF-8 (lone surrogates) reads the same as \uXXXX.
    if character.isprintable() or character == "\n":
        return character
    return json.dumps(character)[1:-1]
