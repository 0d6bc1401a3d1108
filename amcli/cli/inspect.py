"""``amcli inspect``: a mail as Outlook would find it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from amcli.cli.command import Command
from amcli.cli.options import json_option
from amcli.cli.session import current
from amcli.errors import FINDINGS, MailError, UnreadableInput, UsageError
from amcli.files import read_bounded, read_stream
from amcli.printable import printable

if TYPE_CHECKING:
    from amcli.verify.inspect import Inspection

_MAX_RECORD_BYTES = 64 * 1024


@click.command(
    cls=Command,
    not_done="nothing was inspected",
    examples="""
amcli inspect mail.eml
amcli inspect mail.eml --key keys/card-public.pem --dkim-record keys/dkim-record.txt
amcli inspect mail.eml --dns --json
""",
)
@click.argument("mail", metavar="FILE.eml", help="A mail as it travels, or - for stdin.")
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Public card key: PEM, DER, certificate, JWK or RSAKeyValue.",
)
@click.option(
    "--dkim-record",
    "record_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The DKIM record to verify with, as in dkim-record.txt.",
)
@click.option("--dns", is_flag=True, help="Look the DKIM record up in DNS.")
@json_option
def inspect(
    mail: str, key_file: Path | None, record_file: Path | None, dns: bool, as_json: bool
) -> int:
    """Say which card is in a mail, what vouches for it, and what is wrong with it.

    Exit code 1 when a check failed or the card has an error, 3 when there is no card.
    """
    from amcli.linting.provider import provider_from
    from amcli.verify.dkim import dns_txt
    from amcli.verify.inspect import inspect as inspect_mail

    if dns and record_file is not None:
        raise UsageError("--dns and --dkim-record contradict each other")
    seen = inspect_mail(
        _content(mail),
        "<stdin>" if mail == "-" else mail,
        key=_key(key_file),
        dkim_record=_record(record_file),
        resolver=dns_txt if dns else None,
        provider=provider_from(current().settings),
    )
    if as_json:
        current().answer(ok=seen.ok, **_answer(seen))
    else:
        _print(seen)
    return 0 if seen.ok else FINDINGS


def _content(mail: str) -> bytes:
    from amcli.received.eml import MAX_MAIL_BYTES

    if mail == "-":
        return read_stream(
            sys.stdin.buffer, MAX_MAIL_BYTES, "<stdin>", what="mail", error=MailError
        )
    return read_bounded(Path(mail), MAX_MAIL_BYTES, what="mail", error=MailError)


def _key(path: Path | None) -> Any:
    from amcli.signing.keys import load_public_key

    return None if path is None else load_public_key(path)


def _record(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return read_bounded(path, _MAX_RECORD_BYTES, what="DKIM record").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableInput(f"{path}: not UTF-8 text") from None


def _print(seen: Inspection) -> None:
    from amcli.cli.checks_text import check_lines, plain, print_lines, summary

    head = [plain(printable(line)) for line in (*_head(seen), "")]
    print_lines([*head, *check_lines(seen.verdict.checks), plain(), *map(plain, _lint(seen))])
    count = len(seen.findings)
    findings = "1 finding" if count == 1 else f"{count} findings"
    click.echo(f"{summary(seen.verdict)}; {findings} in the card")


def _head(seen: Inspection) -> Iterator[str]:
    mail, card = seen.mail, seen.card
    yield f"From:    {', '.join(mail.senders) or '(none)'}"
    yield f"To:      {', '.join(mail.to) or '(none)'}"
    if mail.cc:
        yield f"Cc:      {', '.join(mail.cc)}"
    yield f"Subject: {mail.subject}"
    kind = card.document.kind.label if card.document else "unreadable"
    signed = "signed" if card.jws is not None else "not signed"
    yield f"Card:    {kind}, {signed}, in a {card.form.value}"
    yield from (f"note:    {note}" for note in card.notes)


def _lint(seen: Inspection) -> Iterator[str]:
    for finding in seen.findings:
        yield printable(f"{finding.severity.value}: {finding}")


def _answer(seen: Inspection) -> dict[str, Any]:
    mail, card = seen.mail, seen.card
    return {
        "source": mail.source,
        "from": mail.senders,
        "to": mail.to,
        "cc": mail.cc,
        "subject": mail.subject,
        "message_id": mail.message_id,
        "embedding": card.form.value,
        "signed": card.jws is not None,
        "kind": card.document.kind.value if card.document else None,
        "card": card.document.value if card.document else None,
        "notes": card.notes,
        "checks": [check.as_json() for check in seen.verdict.checks],
        "findings": [finding.as_json() for finding in seen.findings],
    }
