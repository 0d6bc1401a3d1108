"""``amcli lint``."""

from __future__ import annotations

import shutil
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from amcli.cli.command import Command
from amcli.cli.completion import complete_target
from amcli.cli.counting import counting
from amcli.cli.lint_options import LintOptions, lint_options
from amcli.cli.session import current
from amcli.errors import FINDINGS
from amcli.printable import printable, printable_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from amcli.linting.fixing.files import Change
    from amcli.linting.outcome import Report

    Progress = Callable[[int], None] | None

_NO_CARD = """amcli: no card was found to lint
  hint: of a folder, template folders, *.json.j2 and cards in *.json are linted; for others, such as
  mails, write a pattern: "mails/**/*.eml\""""


@click.command(
    cls=Command,
    examples="""
amcli lint card.json
amcli lint templates
amcli lint "mails/**/*.eml" --target outlook-web --target windows
amcli lint expense-approval --format json
amcli render expense-approval | amcli lint -
amcli lint templates --ignore missing-alt-text,AM504
amcli lint templates --select AM1,AM2
amcli lint templates --diff
amcli lint templates --fix
amcli lint old --write-baseline lint-baseline.json
amcli lint old --baseline lint-baseline.json --format sarif --output-file lint.sarif
""",
)
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="PATH...",
    shell_complete=complete_target,
    help="Finished cards (.json), templates (.j2), mails (.eml), pages (.html), folders, "
    "patterns in quotes, template names, or - for stdin.",
)
@lint_options
def lint(paths: tuple[str, ...], **given: Any) -> int:
    """Check cards and templates against what fails in Outlook.

    Every template is rendered with each of its samples, and its refresh cards with theirs.
    Exits with 1 when there is an error; warnings alone are no failure.
    """
    options = LintOptions(**given)
    options.refuse_contradictions(paths)
    form = options.form
    current().json = form == "json" and options.output_file is None
    with counting() as progress:
        report, changes = _linted(paths, options, progress)
    if options.write_baseline is not None:
        return _write_baseline(report, options.write_baseline)
    if options.diff:
        code = _show(report, changes)
    else:
        _write(changes)
        _print(report, form, options)
        code = report.exit_code
    return 0 if options.exit_zero and code == FINDINGS else code


def _linted(
    paths: tuple[str, ...], options: LintOptions, progress: Progress
) -> tuple[Report, tuple[Change, ...]]:
    """Return the report, and how files change where fixes are wanted."""
    from amcli.linting.run import lint_paths
    from amcli.linting.workers import usable

    run = partial(
        lint_paths,
        project_templates=current().settings.get("templates.folder"),
        stdin=sys.stdin.buffer,
        choice=options.choice(),
        surroundings=options.surroundings(),
        baseline=options.known(),
        progress=progress,
        workers=usable(),
    )
    if not options.mends:
        return run(paths), ()
    from amcli.linting.fixing.files import mend

    def lint_changed(changed: Mapping[Path, str], only: str | None = None) -> Report:
        return run([only], changed=changed, progress=None) if only else run(paths, changed=changed)

    mended = mend(lint_changed, unsafe=options.unsafe_fixes)
    return mended.report, mended.changes


def _write(changes: tuple[Change, ...]) -> None:
    if changes:
        from amcli.linting.fixing.files import write

        write(changes)


def _show(report: Report, changes: tuple[Change, ...]) -> int:
    """Print what mending would change; that is a failure as long as nobody does it."""
    from amcli.errors import worst
    from amcli.linting.fixing.files import diff

    _tell(report)
    for line in diff(changes):
        click.echo(printable_line(line))
    mended = "1 finding" if len(report.fixed) == 1 else f"{len(report.fixed)} findings"
    files = "1 file" if len(changes) == 1 else f"{len(changes)} files"
    current().note(f"{mended} would be mended in {files}; nothing was written")
    return worst({report.exit_code, FINDINGS if changes else 0})


def _print(report: Report, form: str, options: LintOptions) -> None:
    _tell(report)
    text = _text(report, form, options)
    if options.output_file is not None:
        from amcli.files import replace_file

        replace_file(options.output_file, text.encode("utf-8", "backslashreplace"))
    else:
        # Click takes the colours out again where nobody wants them.
        click.echo(text, nl=False)
    if not current().json:
        from amcli.linting.report.text import summary_text

        has_any = report.cards or report.troubles
        current().note(summary_text(report) if has_any else _NO_CARD)


def _text(report: Report, form: str, options: LintOptions) -> str:
    from amcli.linting.report import FORMATS

    if form != "text":
        return FORMATS[form](report)
    from amcli.linting.report.text import WIDTH, findings_text, statistics_text

    if options.statistics:
        return statistics_text(report)
    if options.output_file is not None:
        return findings_text(report)
    columns = shutil.get_terminal_size((WIDTH, 0)).columns
    return findings_text(report, colour=True, width=columns)


def _tell(report: Report) -> None:
    """Say on stderr what is beside the findings."""
    if current().json:
        return
    from amcli.cli.cards import note_hidden_template

    for name, folder in report.hiding:
        note_hidden_template(name, folder)
    for note in report.notes:
        current().note(f"amcli: {printable(note)}")
    for trouble in report.troubles:
        current().trace(trouble)
        click.echo(f"amcli: not linted: {printable(trouble.message)}", err=True)
        if trouble.hint:
            click.echo(f"  hint: {printable(trouble.hint)}", err=True)


def _write_baseline(report: Report, path: Path) -> int:
    from amcli.errors import worst
    from amcli.files import replace_file
    from amcli.linting.choosing.baseline import baseline_of, baseline_text

    baseline = baseline_of(report.findings, report.texts, path.parent)
    replace_file(path, baseline_text(baseline).encode())
    if current().json:
        current().answer(ok=True, baseline=str(path), known=len(report.findings))
    else:
        _tell(report)
        number = len(report.findings)
        known = "1 finding is" if number == 1 else f"{number} findings are"
        current().note(f"{known} known from now on: {path}")
    return worst(trouble.exit_code for trouble in report.troubles)
