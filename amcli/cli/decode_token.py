"""``amcli decode-token``: what a captured bearer token says."""

from __future__ import annotations

import click

from amcli.cli.command import Command
from amcli.cli.options import json_option
from amcli.cli.session import current
from amcli.cli.token_input import find_given_token, token_argument
from amcli.seams import utc_now


@click.command(
    cls=Command,
    not_done="the token was not decoded",
    examples="""
amcli decode-token @request.txt
pbpaste | amcli decode-token -
amcli decode-token --json - < token.txt
""",
)
@token_argument
@json_option
def decode_token(token: str, as_json: bool) -> None:
    """Show what a bearer token claims. Nothing is verified.

    TOKEN is the token, "Bearer" and the token, or a captured HTTP request; - reads stdin, @FILE a
    file. A token that cannot be decoded ends with exit code 1.
    """
    from amcli.cli import token_decoded
    from amcli.verify.token_format import decode_token as decode

    found = find_given_token(token)
    decoded = decode(found.token.reveal())
    if as_json:
        current().answer(ok=True, **token_decoded.decoded_json(decoded, found.place, utc_now()))
    else:
        token_decoded.print_decoded(decoded, found.place, utc_now())
