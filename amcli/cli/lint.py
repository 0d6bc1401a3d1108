"""``amcli lint``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from amcli.cli.command import Command
from amcli.cli.completion import complete_rule, complete_target
from amcli.cli.options import format_option, json_option, setting_option
from amcli.cli.session import current
from amcli.printable import printable

if TYPE_CHECKING:
    from amcli.linting.outcome import Report


@click.command(
    cls=Command,
    examples="""
amcli lint card.json
amcli lint templates
amcli lint expense-approval --format json
amcli render expense-approval | amcli lint -
amcli lint templates --allow missing-alt-text --allow AM504
""",
)
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="PATH...",
    shell_complete=complete_target,
    help="Finished cards (.json), templates (.j2), folders, template names, or - for stdin.",
)
@format_option("text", "json", help="For people, or for programs.")
@setting_option(
    "--allow",
    "allow",
    setting="lint.allow",
    multiple=True,
    metavar="RULE",
    shell_complete=complete_rule,
    help="Leave out what this rule finds, by id or name.",
)
@json_option
def lint(paths: tuple[str, ...], output_format: str, allow: tuple[str, ...], as_json: bool) -> int:
    """Check cards and templates against what fails in Outlook.

    Every template is rendered with each of its samples, and its refresh cards with theirs.
    Exits with 1 when there is an error; warnings alone are no failure.
    """
    from amcli.linting.run import lint_paths

    report = lint_paths(
        paths,
        project_templates=current().settings.get("templates.folder"),
        stdin=sys.stdin.buffer,
        allow=allow,
    )
    _print(report, as_json=as_json or output_format == "json")
    return report.exit_code


def _print(report: Report, *, as_json: bool) -> None:
    if as_json:
        from amcli.linting.report.machine import report_fields

        current().json = True
        current().answer(ok=report.exit_code == 0, **report_fields(report))
        return
    from amcli.cli.cards import note_hidden_template
    from amcli.linting.report.text import findings_text, summary_text

    for name, folder in report.hiding:
        note_hidden_template(name, folder)
    # Click takes the colours out again where nobody wants them.
    click.echo(findings_text(report, colour=True), nl=False)
    for trouble in report.troubles:
        current().trace(trouble)
        click.echo(f"amcli: not linted: {printable(trouble.message)}", err=True)
        if trouble.hint:
            click.echo(f"  hint: {printable(trouble.hint)}", err=True)
    current().note(summary_text(report) if report.cards else "amcli: no card was found to lint")
