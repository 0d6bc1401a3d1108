"""``amcli render``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from amcli.cli.cards import card_options, load_card, note_sample, open_card_target
from amcli.cli.command import Command
from amcli.cli.options import format_option, json_option, output_options, setting_option
from amcli.cli.session import current
from amcli.errors import UsageError

if TYPE_CHECKING:
    from amcli.card.target import MadeCard


@click.command(
    cls=Command,
    not_done="nothing was rendered",
    examples="""
amcli render expense-approval
amcli render expense-approval --set expense.total="EUR 99" --format text
amcli render expense-approval/approved
amcli render templates/leave --data monday.json --format html -o leave.html
amcli render card.json --format eml -o card.eml
""",
)
@card_options
@format_option(
    "card", "html", "text", "eml",
    help="The card's JSON, the HTML body with the card in it, the plain-text part, or a mail.",
)  # fmt: skip
@output_options
@click.option("--open", "open_it", is_flag=True, help="Open the result in the browser (html).")
@click.option(
    "--untrusted",
    is_flag=True,
    help="Render in a child process with limits on time and memory.",
)
@setting_option(
    "--originator", setting="provider.originator", metavar="ID", help="The template's originator."
)
@json_option
def render(
    target: str,
    data_files: tuple[Path, ...],
    sets: tuple[str, ...],
    output_format: str,
    output: Path | None,
    force: bool,
    open_it: bool,
    untrusted: bool,
    originator: str | None,
    as_json: bool,
) -> int:
    """Render a card template into a card, HTML, text or a mail.

    Fails only where it cannot render; judging the card is `amcli lint`'s.
    """
    from amcli.card.rendering import Envelope
    from amcli.cli.output import write_output

    if open_it and output_format != "html":
        raise UsageError("--open shows HTML in the browser", hint="add --format html")
    envelope = Envelope(originator=originator)
    made = (_untrusted if untrusted else load_card)(target, data_files, sets, envelope)
    content = _formatted(made, output_format)
    if output is not None or open_it or not as_json:
        write_output(content, output, force=force, open_it=open_it, suffix=f".{output_format}")
    if as_json:
        current().answer(ok=True, **_answer(made, output_format, content))
    return 0


def _untrusted(
    target: str, data_files: tuple[Path, ...], sets: tuple[str, ...], envelope: Any
) -> MadeCard:
    from amcli.card.target import DataSource
    from amcli.card.untrusted import make_card_in_child

    source = DataSource(data_files, sets)
    return note_sample(make_card_in_child(open_card_target(target), source, envelope))


def _formatted(made: MadeCard, output_format: str) -> bytes:
    if output_format == "card":
        return (made.document.pretty() + "\n").encode()
    from amcli.linting.engine import check
    from amcli.mail.body import embed

    body = embed(check(made.document, allow_all=True), fallback_html=made.fallback_html)
    if output_format == "eml":
        return _draft(made, body)
    return (body.html if output_format == "html" else body.text).encode()


def _draft(made: MadeCard, body: Any) -> bytes:
    from amcli.mail.message import compose

    # A draft to look at: without settings it is from and to somebody who does not exist.
    settings, nobody = current().settings, "someone@example.com"
    sender, to = settings.get("send.from") or nobody, settings.get("send.to") or [nobody]
    return compose(body, sender=sender, to=to, subject=made.subject or "Draft").content


def _answer(made: MadeCard, output_format: str, content: bytes) -> dict[str, Any]:
    return {
        "target": made.document.source,
        "kind": made.document.kind.value,
        "subject": made.subject,
        "sample": made.sample.name if made.sample else None,
        "format": output_format,
        "card" if output_format == "card" else "content": made.document.value
        if output_format == "card"
        else content.decode(),
    }
