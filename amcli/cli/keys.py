"""Private keys for commands: where the passphrase comes from, and asking for it on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from amcli.cli.session import current
from amcli.printable import printable

if TYPE_CHECKING:
    from amcli.secrets import Secret
    from amcli.signing.dkim_key import DkimKey
    from amcli.signing.keys import SigningKey

K = TypeVar("K")

_CARD = "--key-passphrase-file"
_DKIM = "--dkim-passphrase-file"


def open_signing_key(path: Path, passphrase_file: Path | None) -> SigningKey:
    """Return the card-signing key in a file, raising KeyMaterialError when it cannot be used.

    The passphrase is the first line of ``passphrase_file``, or AMCLI_SIGN_PASSPHRASE; where
    neither is given and the key needs one, a person at a terminal is asked.
    """
    from amcli.signing.keys import load_signing_key

    given = _passphrase(passphrase_file, "sign.passphrase")
    return _open(lambda passphrase: load_signing_key(path, passphrase), path, given, _CARD)


def open_dkim_key(
    path: Path,
    *,
    domain: str,
    selector: str,
    passphrase_file: Path | None = None,
    ed25519_path: Path | None = None,
    ed25519_selector: str | None = None,
) -> DkimKey:
    """Return the DKIM key in a file, and the second one where it is named.

    The passphrase is the first line of ``passphrase_file``; where it is not given and a key needs
    one, a person at a terminal is asked. Raises KeyMaterialError and UsageError.
    """
    from amcli.signing.dkim_key import load_dkim_key

    def load(passphrase: Secret | None) -> DkimKey:
        return load_dkim_key(
            path,
            domain=domain,
            selector=selector,
            passphrase=passphrase,
            ed25519_path=ed25519_path,
            ed25519_selector=ed25519_selector,
        )

    return _open(load, path, _passphrase(passphrase_file, None), _DKIM)


def _passphrase(file: Path | None, setting: str | None) -> Secret | None:
    from amcli.secrets import read_secret

    if file is not None:
        return read_secret(file)
    return current().settings.get(setting) if setting is not None else None


def _open(load: Callable[[Secret | None], K], path: Path, given: Secret | None, option: str) -> K:
    from amcli.secrets import Secret
    from amcli.signing.keys import PassphraseNeeded

    try:
        return load(given)
    except PassphraseNeeded as needed:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            hint = f"put the passphrase into the first line of a file: {option} FILE"
            raise PassphraseNeeded(needed.message, hint=hint) from None
    asked = click.prompt(f"Passphrase of {printable(str(path))}", hide_input=True, err=True)
    return load(Secret(asked))
