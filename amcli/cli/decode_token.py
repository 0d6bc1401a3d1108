"""``amcli decode-token``: what captured bearer tokens say."""

from __future__ import annotations

import click

from amcli.cli.command import Command
from amcli.cli.token_input import (
    answer_options,
    find_given_tokens,
    refuse_both_answers,
    token_argument,
)
from amcli.seams import utc_now


@click.command(
    cls=Command,
    not_done="the token was not decoded",
    examples="""
amcli decode-token @request.txt
pbpaste | amcli decode-token -
amcli decode-token --json - < token.txt
amcli decode-token --jsonl @service.log
""",
)
@token_argument
@answer_options
def decode_token(token: str, as_json: bool, as_jsonl: bool) -> int | None:
    """Show what a bearer token claims. Nothing is verified.

    TOKEN is a token, "Bearer" and the token, or what was captured: header lines, HTTP requests, a
    HAR file, JSON, a log; - reads stdin, @FILE a file. A token that cannot be decoded ends with
    exit code 1.
    """
    from amcli.cli import token_answers, token_decoded

    refuse_both_answers(as_json=as_json, as_jsonl=as_jsonl)
    answers = token_decoded.decode_all(find_given_tokens(token), utc_now())
    return token_answers.give(
        answers, as_json=as_json, as_jsonl=as_jsonl, above=[token_decoded.NOTHING_VERIFIED]
    )
