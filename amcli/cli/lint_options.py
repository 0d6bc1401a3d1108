"""The options of ``lint`` and what they come to: a choice, surroundings, a baseline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from amcli.cli.completion import complete_client, complete_rule
from amcli.cli.options import format_option, json_option, setting_option
from amcli.cli.session import current
from amcli.errors import UsageError

if TYPE_CHECKING:
    from amcli.linting.choosing.baseline import Baseline
    from amcli.linting.choosing.selection import Choice
    from amcli.linting.surroundings import Surroundings

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit")
_FILE = click.Path(path_type=Path)

# fmt: off
# In the order in which help shows them; ``LintOptions`` has a field for each.
_CHOOSING = (
    setting_option("--select", setting="lint.select", multiple=True, metavar="RULE[,RULE]",
                   shell_complete=complete_rule,
                   help="Ask these rules only: ids, names, or beginnings of ids such as AM6."),
    setting_option("--ignore", setting="lint.ignore", multiple=True, metavar="RULE[,RULE]",
                   shell_complete=complete_rule, help="Leave out what these rules find."),
    setting_option("--target", "targets", setting="lint.targets", multiple=True, metavar="CLIENT",
                   shell_complete=complete_client,
                   help="Ask what matters in this Outlook only: outlook-web, windows, mac, ios, "
                        "android; repeatable."),
    click.option("--no-ignores", is_flag=True,
                 help="Show what comments in templates and lint.ignore_at leave out."),
    setting_option("--baseline", setting="lint.baseline", type=_FILE, metavar="FILE",
                   help="Hold back the findings that this file knows."),
    click.option("--write-baseline", type=_FILE, metavar="FILE",
                 help="Write all findings of this run into a baseline."),
)
_MENDING = (
    click.option("--fix", is_flag=True, help="Mend what can be mended safely, in the files."),
    click.option("--unsafe-fixes", is_flag=True,
                 help="Mend also what a person should look at afterwards."),
    click.option("--diff", is_flag=True, help="Show how files would be mended, and write nothing."),
)
_ANSWERING = (
    format_option(*FORMATS, help="For people, for programs, or for what runs a pipeline."),
    click.option("-o", "--output-file", type=_FILE, metavar="FILE",
                 help="Write the findings to this file, replacing it, and not to the terminal."),
    click.option("--statistics", is_flag=True, help="Count findings by rule instead."),
    click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found."),
    json_option,
)
_HEADINGS = {"Choosing": _CHOOSING, "Mending": _MENDING, "Answering": _ANSWERING}
# fmt: on

_NOT_JSON = tuple(f"--format {name}" for name in FORMATS if name != "json")
_CONTRADICTIONS = {
    "--json": _NOT_JSON,
    "--statistics": ("--json", "--format"),
    "--diff": ("--json", "--format", "--output-file", "--statistics"),
    "--write-baseline": (
        "--fix", "--unsafe-fixes", "--diff", *_NOT_JSON, "--output-file", "--statistics",
    ),
}  # fmt: skip
"""Options, and the beginnings of those that cannot stand beside them."""


def lint_options(command: F) -> F:
    """Add the options that ``LintOptions`` holds."""
    for heading, options in reversed(_HEADINGS.items()):
        for option in reversed(options):
            command = option(command)
            command.__click_params__[-1].heading = heading  # type: ignore[attr-defined]
    return command


@dataclass(frozen=True)
class LintOptions:
    """What a person asked of lint."""

    select: tuple[str, ...]
    ignore: tuple[str, ...]
    targets: tuple[str, ...]
    no_ignores: bool
    baseline: Path | None
    write_baseline: Path | None
    fix: bool
    unsafe_fixes: bool
    diff: bool
    output_format: str
    output_file: Path | None
    statistics: bool
    exit_zero: bool
    as_json: bool

    def refuse_contradictions(self, paths: tuple[str, ...]) -> None:
        """Raise UsageError for options that cannot stand together."""
        if self.mends and "-" in paths:
            raise UsageError(
                "a card from stdin cannot be mended", hint="write it into a file, and name that"
            )
        typed = self._typed()
        for one, others in _CONTRADICTIONS.items():
            if one in typed and (clash := [other for other in typed if other.startswith(others)]):
                raise UsageError(
                    f"{one} and {clash[0]} contradict each other", hint="take one of them"
                )

    def _typed(self) -> list[str]:
        """Return, as they were typed, the options that not every other can stand with."""
        options = {
            "--write-baseline": self.write_baseline is not None,
            "--fix": self.fix,
            "--unsafe-fixes": self.unsafe_fixes,
            "--diff": self.diff,
            "--json": self.as_json,
            f"--format {self.output_format}": self.output_format != FORMATS[0],
            "--output-file": self.output_file is not None,
            "--statistics": self.statistics,
        }
        return [name for name, is_given in options.items() if is_given]

    @property
    def mends(self) -> bool:
        """Return whether fixes are wanted, be it only to look at them."""
        return self.fix or self.unsafe_fixes or self.diff

    @property
    def form(self) -> str:
        """Return the format that was asked for."""
        return "json" if self.as_json else self.output_format

    def choice(self) -> Choice:
        """Return what the settings choose, and over it what was typed; raises UsageError."""
        from amcli.linting.choosing.configured import configured_choice
        from amcli.linting.choosing.selection import clients_named, rules_named

        return replace(
            configured_choice(current().settings),
            select=rules_named(self.select) if self.select else None,
            ignore=rules_named(self.ignore),
            targets=clients_named(self.targets),
            comments=not self.no_ignores,
        )

    def surroundings(self) -> Surroundings:
        """Return what the settings say of the provider and of sizes."""
        from amcli.linting.choosing.configured import configured_limits
        from amcli.linting.provider import provider_from
        from amcli.linting.surroundings import Surroundings

        settings = current().settings
        return Surroundings(provider=provider_from(settings), limits=configured_limits(settings))

    def known(self) -> Baseline | None:
        """Return the baseline; none while a new one is written."""
        if self.baseline is None or self.write_baseline is not None:
            return None
        from amcli.linting.choosing.baseline import read_baseline

        return read_baseline(self.baseline)
