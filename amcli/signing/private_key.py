"""Private keys from the forms in which people have them: PEM, DER and PFX, encrypted or not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_pem_private_key,
    load_ssh_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

from amcli.errors import KeyMaterialError
from amcli.secrets import Secret
from amcli.signing.key_file import KeyFile, PemBlock, read_key_file
from amcli.signing.public_key import public_der_kind

_Loader = Callable[[bytes, bytes | None], PrivateKeyTypes]

_NOT_PRIVATE = {
    "CERTIFICATE": "a certificate",
    "TRUSTED CERTIFICATE": "a certificate",
    "CERTIFICATE REQUEST": "a certificate request",
    "PUBLIC KEY": "a public key",
    "RSA PUBLIC KEY": "a public key",
    "PKCS7": "a PKCS#7 certificate bundle",
}
_GIVE_PRIVATE = "give the file with the private key: amcli keygen card names it card-private.pem"


_RSASSA_PSS = bytes.fromhex("06092a864886f70d01010a")  # 1.2.840.113549.1.1.10
_PKCS8_HEAD = 32  # version and algorithm come first, before the key itself


class PassphraseNeeded(KeyMaterialError):
    """The private key is encrypted and no passphrase was given."""


def load_private_key(path: Path, passphrase: Secret | None = None) -> PrivateKeyTypes:
    """Return the private key in a file, of whatever kind it is.

    Reads PEM (PKCS#1, PKCS#8, SEC1, OpenSSH; encrypted or not; text and certificates beside the
    key are skipped), DER and PFX. A passphrase that is not needed is not looked at. Raises
    PassphraseNeeded, and KeyMaterialError for everything else that stands in the way.
    """
    file = read_key_file(path)
    private = [block for block in file.blocks if block.is_private]
    if len(private) > 1:
        raise file.error(
            f"there are {len(private)} private keys in this file, and nobody can tell which counts",
            "put the one that is meant into a file of its own",
        )
    if private:
        return _from_pem(file, private[0], passphrase)
    if file.blocks:
        found = _NOT_PRIVATE.get(file.blocks[0].label, f"PEM ({file.blocks[0].label})")
        raise file.error(f"this is {found}, a private key was expected", _GIVE_PRIVATE)
    if file.is_pfx:
        return _from_pfx(file, passphrase)
    if file.is_der:
        return _from_der(file, passphrase)
    raise _not_a_key(file)


def _from_pem(file: KeyFile, block: PemBlock, passphrase: Secret | None) -> PrivateKeyTypes:
    load = _load_ssh if block.label.startswith("OPENSSH") else _load_pem
    _refuse_pss(file, block.der)
    return _decrypt(file, load, block.pem, passphrase)


def _from_der(file: KeyFile, passphrase: Secret | None) -> PrivateKeyTypes:
    if found := public_der_kind(file.data):
        raise file.error(f"this is {found}, a private key was expected", _GIVE_PRIVATE)
    _refuse_pss(file, file.data)
    return _decrypt(file, load_der_private_key, file.data, passphrase)


def _refuse_pss(file: KeyFile, der: bytes) -> None:
    # RFC 4055, section 1.2: such a key is for RSASSA-PSS only. The library loads it as any other
    # RSA key, and RS256 would break the promise. Of an encrypted key nobody sees it beforehand.
    if _RSASSA_PSS in der[:_PKCS8_HEAD]:
        raise file.error(
            "this key is restricted to RSA-PSS, cards and mail are signed with RSA PKCS#1 v1.5",
            "make one with: amcli keygen card",
        )


def _from_pfx(file: KeyFile, passphrase: Secret | None) -> PrivateKeyTypes:
    return _decrypt(file, _load_pfx(file), file.data, passphrase)


def _load_pem(data: bytes, password: bytes | None) -> PrivateKeyTypes:
    return load_pem_private_key(data, password)


def _load_ssh(data: bytes, password: bytes | None) -> PrivateKeyTypes:
    key: PrivateKeyTypes = load_ssh_private_key(data, password)
    return key


def _load_pfx(file: KeyFile) -> _Loader:
    def load(data: bytes, password: bytes | None) -> PrivateKeyTypes:
        try:
            key, _certificate, _chain = load_key_and_certificates(data, password)
        except ValueError as error:
            # PKCS#12 cannot tell a wrong passphrase from a missing one; the rest of this module
            # takes a TypeError for "encrypted", as cryptography does for PEM.
            if password is None and "password" in str(error).lower():
                raise TypeError("encrypted") from None
            raise
        if key is None:
            raise file.error("this PFX holds certificates and no private key", _GIVE_PRIVATE)
        return key

    return load


def _decrypt(
    file: KeyFile, load: _Loader, data: bytes, passphrase: Secret | None
) -> PrivateKeyTypes:
    # No exception of the library is chained: what it holds is not ours to show.
    try:
        return _load_plain(load, data) or _load_encrypted(file, load, data, passphrase)
    except UnsupportedAlgorithm:
        raise _unsupported(file) from None
    except (ValueError, TypeError):
        raise file.error(
            "the private key is damaged and cannot be read", "get the file again from its source"
        ) from None


def _load_plain(load: _Loader, data: bytes) -> PrivateKeyTypes | None:
    try:
        return load(data, None)
    except TypeError:  # how cryptography says that the key is encrypted
        return None


def _load_encrypted(
    file: KeyFile, load: _Loader, data: bytes, passphrase: Secret | None
) -> PrivateKeyTypes:
    if passphrase is None:
        raise PassphraseNeeded(
            f"{file.path}: the private key is encrypted and no passphrase was given",
            hint="give its passphrase too, or a key that is not encrypted",
        )
    try:
        return load(data, passphrase.reveal().encode())
    except (ValueError, TypeError) as error:
        if "unknown" in str(error).lower():  # cipher or key encryption algorithm, such as Camellia
            raise _unsupported(file) from None
        raise file.error(
            "the passphrase does not open this private key",
            "look for a typing mistake, or for the passphrase of another key",
        ) from None


def _unsupported(file: KeyFile) -> KeyMaterialError:
    return file.error(
        "this kind of key, or its encryption, is not supported",
        "convert it: openssl pkcs8 -topk8 -v2 aes256 -in KEY -out card-private.pem",
    )


def _not_a_key(file: KeyFile) -> KeyMaterialError:
    if file.is_xml or file.is_json:
        found = "XML" if file.is_xml else "JSON"
        return file.error(
            f"this is {found}, a private key as PEM, DER or PFX was expected", _GIVE_PRIVATE
        )
    if file.text is not None and "-----BEGIN " in file.text:
        return file.error("the PEM block has no END line, or another one", "copy the whole file")
    return file.error("this is no private key in PEM, DER or PFX", _GIVE_PRIVATE)
