"""What one call of amcli knows beside its command: verbosity, configuration, how to fail."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from amcli.cli.streams import silence
from amcli.errors import FINDINGS, UnreadableInput
from amcli.printable import JSON_FORMAT_VERSION, printable, printable_json
from amcli.secrets import without_tokens

if TYPE_CHECKING:
    from amcli.settings import Settings


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
    done: str | None = None
    """What a failure does not undo, set as soon as it has happened: "the mail was sent"."""
    reached: int = 0
    """The exit code for what is answered so far: it counts where nobody reads the rest."""

    def __init__(self, *, json: bool = False) -> None:
        self.json = json

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
            _say(text)

    def answer(self, ok: bool, **fields: Any) -> None:
        """Print the command's answer as one JSON object."""
        head = {"amcli": JSON_FORMAT_VERSION, "command": self.command, "ok": ok}
        click.echo(printable_json({**head, **fields}))

    def failed(
        self,
        message: str,
        exit_code: int,
        hint: str | None = None,
        fields: Mapping[str, Any] | None = None,
    ) -> int:
        """Say what failed and what was not done, and return the exit code.

        ``fields`` stand beside the error in JSON.
        """
        # A token that was typed in the wrong place comes back in Click's own messages.
        message = without_tokens(message)
        if self.json:
            self._answer_failure(message, exit_code, hint, fields or {})
        _say(f"amcli: {printable(self._outcome() + message)}")
        if hint:
            _say(f"  hint: {printable(hint)}")
        return exit_code

    def _outcome(self) -> str:
        if self.done:
            return f"{self.done}, but "
        return f"{self.not_done}: " if self.not_done else ""

    def _answer_failure(
        self, message: str, exit_code: int, hint: str | None, fields: Mapping[str, Any]
    ) -> None:
        undone = None if self.done else self.not_done
        error = {"message": message, "hint": hint, "not_done": undone, "done": self.done}
        try:
            self.answer(ok=False, exit_code=exit_code, error=error, **fields)
        except OSError:  # standard output may be what failed; standard error says so
            silence(sys.stdout)

    def usage_failed(self, error: click.ClickException) -> int:
        """Answer what Click refused, with the usage line that it belongs to."""
        if isinstance(error, click.exceptions.NoArgsIsHelpError) and not self.json:
            _say(error.format_message())
            return error.exit_code
        if isinstance(error, click.UsageError) and error.ctx is not None and not self.json:
            _say(error.ctx.get_usage())
        help_hint = f"amcli {self.command} -h".replace("  ", " ")
        return self.failed(error.format_message(), error.exit_code, f"see: {help_hint}")

    def file_failed(self, error: OSError) -> int:
        """Answer an error of the operating system that no stage has put into better words."""
        place = error.filename
        if place is None and not isinstance(error, ConnectionError | TimeoutError):
            place = "the output cannot be written"  # every input is read by amcli.files
        message = f"{place}: " if place else ""
        return self.failed(f"{message}{error.strerror or error}", UnreadableInput.exit_code)

    def crashed(self, error: Exception) -> int:
        """Answer an exception that should not have come this far."""
        return self.failed(
            f"a mistake in amcli itself ({type(error).__name__})",
            FINDINGS,
            "run it again with --debug and report what it prints",
        )

    def trace(self, error: Exception) -> None:
        """Print the traceback of an error, when ``--debug`` asks for it."""
        if self.debug:
            import traceback

            _say(without_tokens("".join(traceback.format_exception(error))))


def current() -> Session:
    """Return the session of the running command."""
    session = click.get_current_context().find_root().obj
    assert isinstance(session, Session)  # noqa: S101 - set by run(), the only way in
    return session


def _say(text: str) -> None:
    """Print a line on stderr; where that cannot be written, the command goes on without."""
    try:
        click.echo(text, err=True)
    except OSError:
        silence(sys.stderr)
