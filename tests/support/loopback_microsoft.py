"""Microsoft's key servers on this machine: real HTTPS with a private authority, behind a proxy.

A program reaches them as it reaches Microsoft: through ``HTTPS_PROXY``, by name, with a
certificate that an authority it trusts (``SSL_CERT_FILE``) has signed. Nothing in it is replaced.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from token_mint import TENANT, Mint

LOGIN = "login.microsoftonline.com"
ELSEWHERE = "evil.example"
METADATA = f"/{TENANT}/.well-known/openid-configuration"
KEYS = f"/{TENANT}/discovery/keys"

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class LoopbackMicrosoft:
    """What the servers answer, by path, and what they were asked."""

    folder: Path
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Host and path of each request, in its order."""
    proxy_port: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that lead a program here."""
        return {
            "HTTPS_PROXY": f"http://127.0.0.1:{self.proxy_port}",
            "SSL_CERT_FILE": str(self.folder / "authority.pem"),
            "NO_PROXY": "",
        }

    def reach(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Lead this process here, and those that it starts; what was asked before is forgotten."""
        self.asked.clear()
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)
            monkeypatch.delenv(name.lower(), raising=False)

    def publish(self, mint: Mint) -> None:
        """Answer as Microsoft does, with the mint's keys."""
        issuer = f"https://sts.windows.net/{TENANT}/"
        self.answers[METADATA] = document({"issuer": issuer, "jwks_uri": f"https://{LOGIN}{KEYS}"})
        self.answers[KEYS] = document(mint.jwks())


def document(value: Any) -> Answer:
    """Answer with JSON."""
    return content(json.dumps(value).encode(), "application/json")


def content(body: bytes, kind: str = "text/html", status: int = 200, **headers: str) -> Answer:
    """Answer with bytes."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def _hanging(_handler: BaseHTTPRequestHandler) -> None:
    threading.Event().wait(15)  # longer than anybody waits for keys


def _gigabytes(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:  # until the client has had enough
        handler.wfile.write(b'{"keys": [' + b" " * 65_536)


BAD_ANSWERS: dict[str, tuple[Answer, str]] = {
    "it hangs": (_hanging, "no answer in time"),
    "HTML": (content(b"<html><title>Sign in</title>"), "not JSON"),
    "500": (content(b"{}", status=500), "answered 500"),
    "gigabytes": (_gigabytes, "longer than"),
    "a redirect": (content(b"", status=302, Location=f"https://{ELSEWHERE}/keys"), "redirects"),
    "metadata of somebody else": (
        document({"issuer": f"https://{ELSEWHERE}/", "jwks_uri": f"https://{ELSEWHERE}/keys"}),
        "another issuer"),
}  # fmt: skip
"""What a server that should have keys may answer, and what the operator must read of it."""


@contextlib.contextmanager
def loopback_microsoft(folder: Path) -> Iterator[LoopbackMicrosoft]:
    """Run the servers and the proxy until the block ends."""
    _write_certificates(folder)
    microsoft = LoopbackMicrosoft(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    servers = _Server(("127.0.0.1", 0), _handler(microsoft))
    servers.socket = context.wrap_socket(servers.socket, server_side=True)
    proxy = _Server(("127.0.0.1", 0), _proxy_to(servers.server_port))
    microsoft.proxy_port = proxy.server_port
    threads = [
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        for server in (servers, proxy)
    ]
    for thread in threads:
        thread.start()
    try:
        yield microsoft
    finally:
        for server in (servers, proxy):
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """A client that goes away is what this is for."""


def _handler(microsoft: LoopbackMicrosoft) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            microsoft.asked.append(f"{self.headers['Host']}{self.path}")
            microsoft.answers.get(self.path, content(b"", status=404))(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _proxy_to(port: int) -> type[BaseHTTPRequestHandler]:
    class Proxy(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            with socket.create_connection(("127.0.0.1", port)) as server:
                self.send_response(200)
                self.end_headers()
                back = threading.Thread(target=_copy, args=(server, self.connection), daemon=True)
                back.start()
                _copy(self.connection, server)
                back.join(5)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Proxy


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _write_certificates(folder: Path) -> None:
    authority, authority_key = _authority()
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.DNSName(LOGIN)])
    certificate = (
        _builder(_name(LOGIN), authority.subject, key.public_key())
        .add_extension(names, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.key").write_bytes(private)
    (folder / "server.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "authority.pem").write_bytes(authority.public_bytes(Encoding.PEM))


def _authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Private authority")
    usage = x509.KeyUsage(
        False, False, False, False, False, key_cert_sign=True, crl_sign=True,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        _builder(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return made, key


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    today = datetime.now(UTC)
    return x509.CertificateBuilder(
        issuer,
        subject,
        key,
        x509.random_serial_number(),
        today - timedelta(1),
        today + timedelta(1),
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
