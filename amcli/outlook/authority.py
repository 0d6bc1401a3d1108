"""A certificate authority for one run: servers on this machine that a client can really verify."""

from __future__ import annotations

import ssl
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from amcli.seams import Clock, utc_now

LOOPBACK = "127.0.0.1"
_LIFETIME = timedelta(days=1)
_BACKDATED = timedelta(minutes=5)  # clocks of client and server may differ a little


@dataclass(frozen=True)
class LocalAuthority:
    """A CA whose key never leaves this process; ``certificate_pem`` is what a client trusts."""

    certificate: x509.Certificate
    _key: ec.EllipticCurvePrivateKey = field(repr=False)
    _clock: Clock = field(default=utc_now, repr=False)

    @classmethod
    def create(cls, *, clock: Clock = utc_now) -> LocalAuthority:
        """Return a new authority, valid for a day."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("amcli local authority")
        certificate = (
            _builder(name, name, key.public_key(), clock)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(signs_certificates=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        return cls(certificate, key, clock)

    @property
    def certificate_pem(self) -> bytes:
        """Return the certificate to trust, in PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def server_context(self) -> ssl.SSLContext:
        """Return a TLS context for a server at localhost, with a new key and certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._issue(key.public_key())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # The ssl module reads keys from files only; the folder is private and gone at once.
        with tempfile.TemporaryDirectory(prefix="amcli-") as folder:
            chain = Path(folder, "server.pem")
            chain.write_bytes(_private_pem(key) + certificate.public_bytes(_PEM))
            context.load_cert_chain(chain)
        return context

    def _issue(self, key: ec.EllipticCurvePublicKey) -> x509.Certificate:
        names = [x509.DNSName("localhost"), x509.IPAddress(IPv4Address(LOOPBACK))]
        authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            _builder(_name("localhost"), self.certificate.subject, key, self._clock)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(authority_key, critical=False)
            .sign(self._key, hashes.SHA256())
        )


_PEM = serialization.Encoding.PEM


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, clock: Clock
) -> x509.CertificateBuilder:
    now = clock()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    # RFC 5280, section 4.2.1.3; Python 3.13 verifies as strictly as the RFC is written.
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
