"""``amcli send``."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from amcli.cli.cards import card_options, load_card
from amcli.cli.command import Command
from amcli.cli.options import json_option
from amcli.cli.send_options import SendOptions, send_options
from amcli.cli.session import current
from amcli.errors import AmcliError, PartlySent, UsageError
from amcli.files import write_new
from amcli.printable import printable

if TYPE_CHECKING:
    from amcli.mail.sending import Prepared, Route
    from amcli.mail.smtp import Receipt


@click.command(
    cls=Command,
    not_done="nothing was sent",
    examples="""
amcli send expense-approval --sample --from me@contoso.com --to me@contoso.com --dry-run
amcli send expense-approval --data trip.json --from approvals@contoso.com --to anna@contoso.com
    --sign --key keys/card-private.pem --originator YOUR-PROVIDER-ID
    --purpose-key-file keys/purpose-keys.txt --smtp smtp://mail:587
amcli send card.json --to anna@contoso.com --from approvals@contoso.com --save sent.eml
    --dkim --dkim-key keys/dkim-private.pem --dkim-selector cards
""",
)
@card_options
@send_options
@json_option
def send(
    target: str, data_files: tuple[Path, ...], sets: tuple[str, ...], as_json: bool, **given: Any
) -> None:
    """Render, lint, sign and send a card by mail.

    Everything that can be refused is refused before the mail server is talked to. A refused
    recipient stops the mail for all, unless --partial is given.
    """
    from amcli.mail.sending import send_prepared

    options = SendOptions(**given)
    options.refuse_contradictions()
    route, server = options.route(), options.server()
    prepared = _prepared(options, route, target, data_files, sets)
    _note_what_passes(prepared)
    if server is not None and not options.yes:
        _ask(route)
    credentials, receipts = options.credentials(), []
    with _kept(options.save, prepared.message.content), _outcome_known():
        if server is not None:
            receipts = send_prepared(
                prepared, server, credentials=credentials, partial=options.partial
            )
            current().done = f"the mail was sent (Message-ID {prepared.message.message_id})"
    if as_json:
        current().answer(ok=True, dry_run=options.dry_run, **_answer(prepared, receipts, options))
    else:
        click.echo(printable(_text(prepared, receipts, options)))


def _prepared(
    options: SendOptions,
    route: Route,
    target: str,
    data_files: tuple[Path, ...],
    sets: tuple[str, ...],
) -> Prepared:
    from amcli.card.rendering import Envelope
    from amcli.mail.sending import SendRequest, prepare

    envelope = Envelope(options.originator, route.sender, route.recipients)
    made = load_card(target, data_files, sets, envelope, options.purpose_tokens(route))
    if made.sample is not None and not options.sample:
        raise UsageError(
            f"no data was given, and {made.sample.name} is only the template's sample",
            hint="give --data FILE, or --sample to send the sample all the same",
        )
    return prepare(
        SendRequest(
            document=made.document,
            route=route,
            subject=options.subject or made.subject,
            fallback_html=made.fallback_html,
            originator=options.originator,
            signing=options.signing(),
            dkim=options.dkim_key(route),
            allow=options.allow,
            for_show=options.sample and options.dry_run,
        )
    )


def _note_what_passes(prepared: Prepared) -> None:
    session, allowed = current(), prepared.card.allowed
    for finding in prepared.card.findings:
        word = "allowed" if finding.rule in allowed else finding.severity.value
        session.note(printable(f"{word}: {finding}"))
    for warning in prepared.warnings:
        session.note(printable(f"warning: {warning}"))


def _ask(route: Route) -> None:
    count = len(route.recipients)
    if count == 1:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            f"this goes to {count} people, and nobody is here to be asked",
            hint="say --yes when that is what you want",
        )
    shown = ", ".join(route.recipients)
    if not click.confirm(printable(f"Send to {count} people ({shown})?"), err=True):
        raise UsageError("you said no")


@contextlib.contextmanager
def _kept(path: Path | None, content: bytes) -> Iterator[None]:
    """Keep the mail in a file; when nothing was delivered after all, take the file away again."""
    if path is None:
        yield
        return
    write_new(path, content)
    try:
        yield
    except PartlySent:
        raise
    except AmcliError:
        path.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _outcome_known() -> Iterator[None]:
    """Take back the promise that nothing was sent where it may not be true."""
    session = current()
    try:
        yield
    except PartlySent:
        session.not_done = None
        raise
    except KeyboardInterrupt:
        session.not_done = "the mail may have been sent"
        raise


def _answer(prepared: Prepared, receipts: list[Receipt], options: SendOptions) -> dict[str, Any]:
    message = prepared.message
    return {
        "message_id": message.message_id,
        "sender": message.sender,
        "to": message.to,
        "cc": message.cc,
        "subject": prepared.subject,
        "bytes": len(message.content),
        "signed": prepared.signed is not None,
        "dkim": prepared.dkim_names,
        "allowed": prepared.card.allowed,
        "findings": [finding.as_json() for finding in prepared.card.findings],
        "warnings": prepared.warnings,
        "receipts": [vars(receipt) for receipt in receipts],
        "saved": str(options.save) if options.save else None,
    }


def _text(prepared: Prepared, receipts: list[Receipt], options: SendOptions) -> str:
    message = prepared.message
    lines = [] if receipts else [*_preview(prepared), ""]
    to = ", ".join(message.recipients)
    lines.append(f"sent to {to}" if receipts else f"would be sent to {to}")
    lines.append(f"Message-ID: {message.message_id}")
    replies = dict.fromkeys(f"{receipt.code} {receipt.reply}" for receipt in receipts)
    lines += [f"server: {reply}" for reply in replies]
    return "\n".join([*lines, *([f"kept in {options.save}"] if options.save else [])])


def _preview(prepared: Prepared) -> list[str]:
    """Return what a dry run shows: head, parts, signatures."""
    head = prepared.message.content.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
    kind = prepared.card.document.kind.label
    signed = prepared.signed
    dkim = ", ".join(prepared.dkim_names)
    return [
        *head.splitlines(),
        "",
        f"card: {kind}, {len(prepared.card.document.compact())} characters, "
        + (f"signed for {signed.claims.originator}" if signed else "not signed"),
        f"HTML: {len(prepared.body.html.encode())} bytes, text: "
        f"{len(prepared.body.text.encode())} bytes, mail: {len(prepared.message.content)} bytes",
        f"DKIM: {dkim or 'none'}",
    ]
