"""``amcli sign``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from amcli.cli.cards import card_options, load_card
from amcli.cli.command import Command
from amcli.cli.options import (
    format_option,
    json_option,
    key_option,
    key_passphrase_option,
    output_options,
    setting_option,
)
from amcli.cli.output import write_output
from amcli.cli.session import current
from amcli.printable import printable

if TYPE_CHECKING:
    from amcli.card.target import MadeCard
    from amcli.linting.finding import CheckedCard
    from amcli.linting.surroundings import Correspondence, Provider
    from amcli.signing.keys import SigningKey
    from amcli.signing.signed_card import SignedCard

_SHOWN_ERRORS = 5


@click.command(
    cls=Command,
    not_done="nothing was signed",
    examples="""
amcli sign expense-approval --key keys/card-private.pem --sender approvals@contoso.com
    --originator YOUR-PROVIDER-ID --to anna@contoso.com
amcli sign card.json --to anna@contoso.com --cc ben@contoso.com --format html -o mail.html
""",
)
@card_options
@key_option(required=True)
@key_passphrase_option
@setting_option(
    "--sender", setting="sign.sender", required=True, metavar="ADDR", help="The mail's From."
)
@setting_option(
    "--originator",
    setting="provider.originator",
    required=True,
    metavar="ID",
    help="The provider's id in the developer dashboard; it becomes a claim.",
)
@click.option("--to", multiple=True, required=True, metavar="ADDR", help="In To; repeatable.")
@click.option("--cc", multiple=True, metavar="ADDR", help="In Cc; repeatable.")
@format_option("jws", "html", help="The compact JWS, or the whole mail body with it inside.")
@output_options
@json_option
def sign(
    *,
    target: str,
    data_files: tuple[Path, ...],
    sets: tuple[str, ...],
    key_file: Path,
    key_passphrase_file: Path | None,
    sender: str,
    originator: str,
    to: tuple[str, ...],
    cc: tuple[str, ...],
    output_format: str,
    output: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Sign a card for one mail: from --sender, to exactly these --to and --cc.

    The card goes in as it is; what is wrong with it is only named here. It is signed for the
    addresses as they are written, so that From, To and Cc of the mail must be the same.
    """
    from amcli.card.rendering import Envelope
    from amcli.cli.keys import open_signing_key
    from amcli.linting.provider import provider_from
    from amcli.linting.surroundings import Correspondence
    from amcli.signing import signed_card

    key = open_signing_key(key_file, key_passphrase_file)
    made = load_card(target, data_files, sets, Envelope(originator, sender, (*to, *cc)))
    provider = provider_from(current().settings, originator=originator)
    card = _checked(made, provider, Correspondence(sender, (*to, *cc)))
    signed = signed_card.sign(
        card, key, sender=sender, originator=originator, recipients=(*to, *cc)
    )
    text = _formatted(signed, made, output_format)
    if output is not None or not as_json:
        write_output(text.encode(), output, force=force)
    _note_doubts(card, signed, key, provider)
    if as_json:
        current().answer(ok=True, **_facts(signed, key, output_format, text))


def _checked(made: MadeCard, provider: Provider | None, mail: Correspondence) -> CheckedCard:
    from amcli.linting.engine import check
    from amcli.linting.surroundings import Surroundings

    around = Surroundings(provider=provider, mail=mail)
    return check(made.document, signed=True, allow_all=True, surroundings=around)


def _formatted(signed: SignedCard, made: MadeCard, output_format: str) -> str:
    from amcli.mail.body import embed

    if output_format == "html":
        return embed(signed, fallback_html=made.fallback_html).html
    return f"{signed.jws}\n"


def _note_doubts(
    card: CheckedCard, signed: SignedCard, key: SigningKey, provider: Provider | None
) -> None:
    from amcli.card.reserved import is_sample_originator
    from amcli.linting.finding import errors_among
    from amcli.signing.signed_card import SAMPLE_KEY_FINGERPRINT

    note, errors = current().note, errors_among(card.findings)
    for error in errors[:_SHOWN_ERRORS]:
        note(printable(str(error)))
    if errors:
        note(f"The card has errors ({len(errors)}) and was signed all the same; see: amcli lint")
    if key.fingerprint == SAMPLE_KEY_FINGERPRINT:
        note("This is the key of Microsoft's published sample; everybody can sign with it.")
    if is_sample_originator(signed.claims.originator):
        note("This originator is Microsoft's sample; it works only in mail to oneself.")
    _note_another_key(key, provider)


def _note_another_key(key: SigningKey, provider: Provider | None) -> None:
    from amcli.signing.keys import registered_key

    if provider is None or not provider.public_key:
        return
    if registered_key(provider.public_key).fingerprint != key.fingerprint:
        note = current().note
        note("This is another key than the registered one (provider.public_key); Outlook shows no")
        note("card that is signed with it.")


def _facts(signed: SignedCard, key: SigningKey, output_format: str, text: str) -> dict[str, object]:
    claims = signed.claims
    return {
        "jws": signed.jws,
        **({"html": text} if output_format == "html" else {}),
        "claims": {
            "sender": claims.sender,
            "originator": claims.originator,
            "recipients": claims.recipients,
            "iat": claims.issued_at,
        },
        "kind": signed.document.kind.value,
        "fingerprint": key.fingerprint,
    }
