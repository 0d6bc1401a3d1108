"""New keys: for signing cards and for DKIM, with everything that has to be handed out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from amcli.errors import KeyMaterialError, UsageError
from amcli.files import NewFile, write_new_files
from amcli.seams import Clock, utc_now
from amcli.secrets import Secret
from amcli.signing.dkim_record import DkimRecord, dkim_record
from amcli.signing.keys import SigningKey
from amcli.signing.public_key import to_jwk, to_pem
from amcli.signing.rsa_key_value import to_xml

SIZES = (2048, 3072, 4096)
CERTIFICATE_DAYS = 3650  # nothing says that Microsoft looks at the dates; an expired one confuses

_MAX_PASSPHRASE_BYTES = 1023  # OpenSSL's limit
_PUBLIC_EXPONENT = 65537


@dataclass(frozen=True)
class GeneratedCardKey:
    """A new card-signing key, and its certificate when one was asked for."""

    key: SigningKey
    certificate: x509.Certificate | None = None


@dataclass(frozen=True)
class GeneratedDkimKey:
    """A new DKIM key with the record to publish, and the same for Ed25519 when asked for."""

    private: RSAPrivateKey
    record: DkimRecord
    ed25519: Ed25519PrivateKey | None = None
    ed25519_record: DkimRecord | None = None

    @property
    def records(self) -> tuple[DkimRecord, ...]:
        """Return every record that has to be published."""
        return (self.record,) if self.ed25519_record is None else (self.record, self.ed25519_record)

    def __repr__(self) -> str:
        return f"GeneratedDkimKey({self.record.name}, RSA {self.private.key_size})"


def generate_card_key(
    bits: int = 2048, *, certificate: bool = False, clock: Clock = utc_now
) -> GeneratedCardKey:
    """Return a new RSA key for cards, with ``certificate`` also a self-signed X.509 one.

    Raises UsageError for a size other than 2048, 3072 or 4096 bits.
    """
    private = _rsa(bits)
    return GeneratedCardKey(
        SigningKey(private), _certificate(private, clock) if certificate else None
    )


def generate_dkim_key(
    domain: str, selector: str, *, bits: int = 2048, ed25519: bool = False
) -> GeneratedDkimKey:
    """Return a new DKIM key with the record that publishes it.

    The Ed25519 record has the selector ``SELECTOR-ed25519``. Raises UsageError for a size other
    than 2048, 3072 or 4096 bits, and for a domain or selector that DNS cannot hold.
    """
    second = Ed25519PrivateKey.generate() if ed25519 else None
    second_record = None
    if second is not None:
        second_record = dkim_record(
            second.public_key(), domain=domain, selector=f"{selector}-ed25519"
        )
    private = _rsa(bits)
    record = dkim_record(private.public_key(), domain=domain, selector=selector)
    return GeneratedDkimKey(private, record, second, second_record)


def write_card_key(
    folder: Path, generated: GeneratedCardKey, *, passphrase: Secret | None = None
) -> list[Path]:
    """Return the paths of the files that hold the key: private PEM, public PEM, JWK and XML.

    All or nothing, never over another file; the private key has mode 0600 and, with a
    passphrase, is encrypted. Raises WouldOverwrite, UsageError, KeyMaterialError.
    """
    public = generated.key.public.public
    files = [
        NewFile("card-private.pem", _pkcs8(generated.key.private, passphrase), private=True),
        NewFile("card-public.pem", to_pem(public).encode("ascii")),
        NewFile("card-public.jwk", to_jwk(public).encode("ascii")),
        NewFile("card-public.xml", f"{to_xml(public)}\n".encode("ascii")),
    ]
    if generated.certificate is not None:
        certificate = generated.certificate.public_bytes(Encoding.PEM)
        files.append(NewFile("card-certificate.pem", certificate))
    return write_new_files(folder, files)


def write_dkim_key(
    folder: Path, generated: GeneratedDkimKey, *, passphrase: Secret | None = None
) -> list[Path]:
    """Return the paths of the files that hold the key: private PEM and the record to publish.

    All or nothing, never over another file; private keys have mode 0600 and, with a passphrase,
    are encrypted. Raises WouldOverwrite, UsageError, KeyMaterialError.
    """
    files = [
        NewFile("dkim-private.pem", _pkcs8(generated.private, passphrase), private=True),
        NewFile("dkim-record.txt", generated.record.file_text().encode("ascii")),
    ]
    if generated.ed25519 is not None and generated.ed25519_record is not None:
        second = _pkcs8(generated.ed25519, passphrase)
        record = generated.ed25519_record.file_text().encode("ascii")
        files.append(NewFile("dkim-ed25519-private.pem", second, private=True))
        files.append(NewFile("dkim-ed25519-record.txt", record))
    return write_new_files(folder, files)


def _rsa(bits: int) -> RSAPrivateKey:
    if bits not in SIZES:
        sizes = ", ".join(map(str, SIZES))
        raise UsageError(f"{bits} bits: RSA keys are made with {sizes} bits")
    return generate_private_key(_PUBLIC_EXPONENT, bits)


def _pkcs8(key: RSAPrivateKey | Ed25519PrivateKey, passphrase: Secret | None) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, _encryption(passphrase))


def _encryption(passphrase: Secret | None) -> KeySerializationEncryption:
    if passphrase is None:
        return NoEncryption()
    password = passphrase.reveal().encode()
    if len(password) > _MAX_PASSPHRASE_BYTES:
        raise KeyMaterialError(f"the passphrase is longer than {_MAX_PASSPHRASE_BYTES} bytes")
    return BestAvailableEncryption(password)


def _certificate(private: RSAPrivateKey, clock: Clock) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Actionable message card signing")])
    now = clock()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=CERTIFICATE_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(private, SHA256())
    )
