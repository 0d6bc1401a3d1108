"""``amcli purpose-token``: what a limited-purpose token says, and whether a service takes it."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import click

from amcli.cli.command import Command, CommandGroup
from amcli.cli.moment import Moment
from amcli.cli.options import json_option, setting_option
from amcli.cli.session import current
from amcli.cli.token_input import read_given
from amcli.errors import FINDINGS, NothingFound, UnreadableInput
from amcli.seams import utc_now

_IN_A_TEXT = re.compile(
    r"(?<![\w.-])(amp1(?:\.[A-Za-z0-9_-]+){3}|amcli-placeholder-not-a-token)(?![\w.-])", re.ASCII
)

_token = click.argument(
    "token",
    metavar="TOKEN|-|@FILE",
    help="The token or what it stands in: itself, - for stdin, or in a file behind an @.",
)


@click.group(cls=CommandGroup)
def purpose_token() -> None:
    """Show or check a limited-purpose token of your own.

    amcli send puts these tokens into cards, and they come back in the body of a click.
    """


@purpose_token.command(
    cls=Command,
    not_done="the token was not decoded",
    examples="""
amcli purpose-token decode @request.http
pbpaste | amcli purpose-token decode - --json
""",
)
@_token
@json_option
def decode(token: str, as_json: bool) -> None:
    """Show what a limited-purpose token says. Nothing is verified.

    TOKEN is the token, or a text with one in it: a posted body, a captured request, a card; -
    reads stdin, @FILE a file. A token that cannot be decoded ends with exit code 1.
    """
    from amcli.cli import purpose_report
    from amcli.service.purpose import decode_purpose_token

    text, place = _find(token)
    decoded = decode_purpose_token(text)
    if as_json:
        current().answer(ok=True, **purpose_report.decoded_json(decoded, place, utc_now()))
    else:
        purpose_report.print_decoded(decoded, place, utc_now())


@purpose_token.command(
    cls=Command,
    not_done="the token was not verified",
    examples="""
amcli purpose-token verify @request.http --purpose-key-file keys/purpose-keys.txt
amcli purpose-token verify @body.json --purpose-key-file keys/purpose-keys.txt --action approve
amcli purpose-token verify - --purpose-key-file keys/purpose-keys.txt --at 2026-12-01 < body.json
""",
)
@_token
@setting_option(
    "--purpose-key-file", setting="service.purpose_key_file", metavar="FILE", required=True,
    type=click.Path(path_type=Path), help="Keys of limited-purpose tokens.",
)  # fmt: skip
@click.option("--sender", metavar="ADDR", help="Address that the mail must have come from.")
@click.option("--template", metavar="NAME", help="Template that the card must be made of.")
@click.option("--recipient", metavar="ADDR", help="Address that the mail must have gone to.")
@click.option("--action", metavar="NAME", help="Action that must be allowed.")
@click.option("--at", type=Moment(), help="Judge as of this time: ISO 8601, or Unix seconds.")
@json_option
def verify(
    token: str,
    purpose_key_file: Path,
    sender: str | None,
    template: str | None,
    recipient: str | None,
    action: str | None,
    at: datetime | None,
    as_json: bool,
) -> int | None:
    """Check a limited-purpose token as a web service does.

    TOKEN is the token, or a text with one in it: a posted body, a captured request, a card; -
    reads stdin, @FILE a file. Exit code 0 when every check passed, 1 when one failed. Whether the
    token was used before, only the service's store knows.
    """
    from amcli.cli import purpose_report
    from amcli.service.purpose_checks import Expected
    from amcli.service.purpose_keys import load_purpose_keys

    text, place = _find(token)
    keys = load_purpose_keys(purpose_key_file)
    expected = Expected(sender, template, recipient, action)
    report = purpose_report.examine(text, place, keys, expected, at or utc_now())
    if as_json:
        current().answer(ok=report.verdict.ok, **report.as_json())
    else:
        report.print()
    return None if report.verdict.ok else FINDINGS


def _find(argument: str) -> tuple[str, str]:
    """Return the one token in what was given; a text without spaces is one itself."""
    text, origin = read_given(argument)
    if not text.strip():
        raise UnreadableInput(f"{origin}: empty, a token was expected")
    found = dict.fromkeys(_IN_A_TEXT.findall(text))
    if len(found) > 1:
        raise UnreadableInput(
            f"{origin}: {len(found)} different limited-purpose tokens",
            hint="give the one you mean by itself",
        )
    if not found and len(text.split()) > 1:
        raise NothingFound(
            f"{origin}: no limited-purpose token in it", hint="one begins with amp1."
        )
    return next(iter(found), text.strip()), origin
