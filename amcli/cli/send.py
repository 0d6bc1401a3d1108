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
from amcli.cli.send_report import SendReport
from amcli.cli.session import current
from amcli.errors import AmcliError, FindingsError, PartlySent, UsageError
from amcli.files import write_new
from amcli.printable import printable

if TYPE_CHECKING:
    from amcli.card.target import MadeCard
    from amcli.linting.engine import CardRejected
    from amcli.mail.sending import Prepared, Route


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
    if not (options.dry_run or options.yes):
        _ask(route)
    report = SendReport(prepared, server, options.save, options.dry_run)
    credentials, receipts = options.credentials(), []
    with _kept(options.save, prepared.message.content), _outcome_known(report):
        if server is not None and not options.dry_run:
            receipts = send_prepared(
                prepared, server, credentials=credentials, partial=options.partial
            )
            current().done = f"the mail was sent (Message-ID {prepared.message.message_id})"
    if as_json:
        current().answer(ok=True, dry_run=options.dry_run, **report.fields(receipts))
    else:
        click.echo(printable(report.text(receipts)))


def _prepared(
    options: SendOptions,
    route: Route,
    target: str,
    data_files: tuple[Path, ...],
    sets: tuple[str, ...],
) -> Prepared:
    from amcli.card.rendering import Envelope
    from amcli.linting.engine import CardRejected
    from amcli.linting.provider import provider_from
    from amcli.mail.sending import SendRequest, prepare

    envelope = Envelope(options.originator, route.sender, route.recipients)
    tokens = options.purpose_tokens(route)
    made = load_card(target, data_files, sets, envelope, tokens, sample=options.sample)
    request = SendRequest(
        document=made.document,
        route=route,
        subject=options.subject or made.subject,
        fallback_html=made.fallback_html,
        originator=options.originator,
        signing=options.signing(),
        dkim=options.dkim_key(route),
        provider=provider_from(current().settings, originator=options.originator),
        allow=options.allow,
        for_show=options.sample and options.dry_run,
    )
    try:
        return prepare(request)
    except CardRejected as rejected:
        raise _listed(rejected, made) from None


def _listed(rejected: CardRejected, made: MadeCard) -> FindingsError:
    """List the errors as ``lint`` does, and return the error that says only how many they are."""
    from amcli.linting.report.text import listed
    from amcli.linting.rules.registration import missing_originator

    errors = rejected.errors
    if made.from_template:
        errors = tuple(
            e._replace(hint=_GIVE_ORIGINATOR) if e.rule == missing_originator.id else e
            for e in errors
        )
    if not current().json:
        click.echo(listed(errors, colour=True), err=True, nl=False)
    count = "one error" if len(errors) == 1 else f"{len(errors)} errors"
    rules = " ".join(f"--allow {rule}" for rule in dict.fromkeys(e.rule for e in errors))
    return FindingsError(
        f"{made.document.source}: {count} in the card",
        hint=f"mend the card, or let it pass: {rules}",
        fields=rejected.fields,
    )


_GIVE_ORIGINATOR = "give --originator ID, or set provider.originator; or sign the card (--sign)"


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
    except (AmcliError, KeyboardInterrupt) as error:
        if not (_may_be_out(error) or current().done):
            path.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _outcome_known(report: SendReport) -> Iterator[None]:
    """Say of a failure which mail it was, and whether it may be out all the same."""
    from amcli.mail.sending import LeftOut

    session = current()
    try:
        yield
    except AmcliError as error:
        error.fields = {**report.fields(), **error.fields}
        if _may_be_out(error):
            session.not_done = None
        if isinstance(error, LeftOut) and not session.json:
            click.echo(printable(report.text(error.receipts)))
        raise
    except KeyboardInterrupt as interruption:
        if _may_be_out(interruption):
            message_id = report.prepared.message.message_id
            session.not_done = f"the mail may have been sent (Message-ID {message_id})"
        raise


def _may_be_out(error: BaseException) -> bool:
    from amcli.mail.smtp import InterruptedAtTheEnd

    return isinstance(error, PartlySent | InterruptedAtTheEnd)
