"""``amcli keygen``: keys for cards, DKIM and limited-purpose tokens, and what to do with them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from amcli.cli.command import Command, CommandGroup
from amcli.cli.options import json_option, setting_option
from amcli.cli.session import current
from amcli.printable import printable
from amcli.seams import utc_now

if TYPE_CHECKING:
    from amcli.secrets import Secret

_ABOUT = {
    "card-private.pem": "private, it signs cards",
    "card-public.pem": "public, for amcli inspect --key",
    "card-public.jwk": "public, as JSON Web Key",
    "card-public.xml": "public, as the developer dashboard asks for it",
    "card-certificate.pem": "public, as self-signed certificate",
    "dkim-private.pem": "private, it signs mail",
    "dkim-record.txt": "public, the DNS record to publish",
    "dkim-ed25519-private.pem": "private, it adds a second signature",
    "dkim-ed25519-record.txt": "public, a second DNS record",
    "purpose-keys.txt": "private, it mints and opens limited-purpose tokens",
}

_folder = click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="DIR",
    help="Folder for the files, made where it is missing; without it, the current one.",
)
_passphrase = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Encrypt the private key with the first line of this file.",
)
_bits = click.option(
    "--bits",
    type=click.Choice(["2048", "3072", "4096"]),
    default="2048",
    show_default=True,
    help="Size of the RSA key.",
)


@click.group(
    cls=CommandGroup,
    examples="""
amcli keygen card -o keys
amcli keygen dkim -o keys --domain contoso.com --selector mail2026
amcli keygen purpose -o keys
""",
)
def keygen() -> None:
    """Make a key for cards, for DKIM, or for limited-purpose tokens.

    No file is ever overwritten; private keys are readable by their owner only.
    """


@keygen.command(
    cls=Command,
    not_done="no key was made",
    examples="""
amcli keygen card -o keys
amcli keygen card -o keys --bits 3072 --passphrase-file passphrase.txt
amcli keygen card -o keys --x509
""",
)
@_folder
@_bits
@_passphrase
@click.option("--x509", is_flag=True, help="Also write a self-signed certificate of the key.")
@json_option
def card(folder: Path, bits: str, passphrase_file: Path | None, x509: bool, as_json: bool) -> None:
    """Make a key that signs cards.

    Writes card-private.pem and the public half as PEM, as JWK, and as the RSAKeyValue XML that
    the actionable email developer dashboard asks for.
    """
    from amcli.signing.keygen import generate_card_key, write_card_key

    passphrase = _read(passphrase_file)
    generated = generate_card_key(int(bits), certificate=x509)
    paths = write_card_key(folder, generated, passphrase=passphrase)
    current().done = f"the key is in {printable(str(folder))}"
    then = f"amcli sign TARGET --key {_quoted(paths[0])} --sender ADDR --originator ID --to ADDR"
    if as_json:
        fingerprint = {"fingerprint": generated.key.fingerprint}
        current().answer(ok=True, **_facts(paths, bits, passphrase), **fingerprint, next=then)
        return
    _show(paths, passphrase)
    click.echo(f"SHA-256 of the public key: {generated.key.fingerprint}")
    current().note(
        f"Next: register {_quoted(folder / 'card-public.xml')} with your provider in the developer "
        f"dashboard, then\n  {then}"
    )


@keygen.command(
    cls=Command,
    not_done="no key was made",
    examples="""
amcli keygen dkim -o keys --domain contoso.com --selector mail2026
amcli keygen dkim -o keys --domain contoso.com --selector mail2026 --ed25519
""",
)
@_folder
@_bits
@_passphrase
@setting_option(
    "--domain", setting="dkim.domain", required=True, help="Domain that mail is sent from."
)
@setting_option(
    "--selector", setting="dkim.selector", required=True, help="The key's name in DNS: mail2026."
)
@click.option("--ed25519", is_flag=True, help="Also make an Ed25519 key for a second signature.")
@json_option
def dkim(
    folder: Path,
    bits: str,
    passphrase_file: Path | None,
    domain: str,
    selector: str,
    ed25519: bool,
    as_json: bool,
) -> None:
    """Make a DKIM key and the DNS record that publishes it.

    An Ed25519 signature only ever stands beside the RSA one, since not every receiver knows it;
    its record has the selector SELECTOR-ed25519.
    """
    from amcli.signing.keygen import generate_dkim_key, write_dkim_key

    passphrase = _read(passphrase_file)
    generated = generate_dkim_key(domain, selector, bits=int(bits), ed25519=ed25519)
    paths = write_dkim_key(folder, generated, passphrase=passphrase)
    current().done = f"the key is in {printable(str(folder))}"
    then = (
        f"amcli send TARGET --to ADDR --from ADDR --dkim --dkim-key {_quoted(paths[0])} "
        f"--dkim-domain {_quoted(domain)} --dkim-selector {_quoted(selector)}"
    )
    if ed25519:
        second = f"--dkim-ed25519-key {_quoted(paths[2])}"
        then += f" {second} --dkim-ed25519-selector {_quoted(f'{selector}-ed25519')}"
    if as_json:
        records = [{"name": r.name, "text": r.text, "pieces": r.pieces} for r in generated.records]
        current().answer(ok=True, **_facts(paths, bits, passphrase), records=records, next=then)
        return
    _show(paths, passphrase)
    for record in generated.records:
        click.echo(f"DNS TXT record:\n  {record.name}\n  {record.text}")
    published = " and ".join(p.name for p in paths if p.name.endswith("record.txt"))
    needs = _needs_of_ed25519() if ed25519 else ""
    current().note(f"Next: publish the text in {published}, then\n  {then}{needs}")


@keygen.command(
    cls=Command,
    not_done="no key was made",
    examples="""
amcli keygen purpose -o keys
amcli keygen purpose -o keys --id 2027
""",
)
@_folder
@click.option("--id", "key_id", metavar="ID", help="The key's name in its tokens; else the date.")
@json_option
def purpose(folder: Path, key_id: str | None, as_json: bool) -> None:
    """Make a key for limited-purpose tokens.

    Writes purpose-keys.txt, which both amcli send and the web service read. To change the key,
    put a new line above the old one, and take the old one out when its last token has expired.
    """
    from amcli.service.purpose_keys import PurposeKeys, write_purpose_keys

    keys = PurposeKeys.generate(key_id or f"{utc_now():%Y-%m-%d}")
    path = write_purpose_keys(folder, keys)
    current().done = f"the key is in {printable(str(folder))}"
    then = f"amcli send TEMPLATE --to ADDR --from ADDR --purpose-key-file {_quoted(path)}"
    if as_json:
        current().answer(ok=True, files=[str(path)], id=keys.keys[0].id, next=then)
        return
    click.echo(f"{printable(str(path))}  {_ABOUT[path.name]}")
    current().note(f"Next: give the service a copy of this file, then\n  {then}")


def _needs_of_ed25519() -> str:
    if find_spec("nacl") is not None:
        return ""
    return "\nSigning with the Ed25519 key needs PyNaCl first: pip install 'amcli[ed25519]'"


def _read(passphrase_file: Path | None) -> Secret | None:
    from amcli.secrets import read_secret

    return None if passphrase_file is None else read_secret(passphrase_file)


def _show(paths: Sequence[Path], passphrase: Secret | None) -> None:
    width = max(len(str(path)) for path in paths)
    for path in paths:
        click.echo(f"{printable(str(path)):<{width}}  {_ABOUT[path.name]}")
    if passphrase is None:
        current().note("The private key is not encrypted; --passphrase-file FILE would do it.")


def _facts(paths: Sequence[Path], bits: str, passphrase: Secret | None) -> dict[str, object]:
    files = [str(path) for path in paths]
    return {"files": files, "bits": int(bits), "encrypted": passphrase is not None}


def _quoted(argument: Path | str) -> str:
    return printable(shlex.quote(str(argument)))
