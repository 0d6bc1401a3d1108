"""Keys over the network: asked for once, only at the issuer's own hosts, never believed blindly."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from token_mint import KID, NOW, TENANT, Mint

from amcli.errors import NetworkError
from amcli.verify.checks import Outcome
from amcli.verify.clouds import EAT_AUTHORITY, find_cloud
from amcli.verify.fetch import Fetcher, host_of, https_fetcher
from amcli.verify.keyset import NoKey, TokenKey
from amcli.verify.published import KeysAtUrl, PublishedKeys
from amcli.verify.token import check_token
from amcli.verify.token_errors import KeysUnreachable
from amcli.verify.token_kind import TokenKind

LOGIN = "https://login.microsoftonline.com"
V2 = find_cloud("global").authority(TokenKind.ENTRA_V2, TENANT)
KEYS_URL = f"{LOGIN}/{TENANT}/discovery/v2.0/keys"


@pytest.fixture(scope="module")
def mint() -> Mint:
    return Mint()


@dataclass
class Web:
    """Documents by address, and the addresses that were asked for."""

    documents: dict[str, Any]
    asked: list[str] = field(default_factory=list)

    def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.documents:
            raise NetworkError(f"{url}: no answer in time")
        document = self.documents[url]
        return document if isinstance(document, bytes) else json.dumps(document).encode()


def microsoft(mint: Mint, **metadata: Any) -> Web:
    published = {"issuer": V2.issuer, "jwks_uri": KEYS_URL, **metadata}
    return Web({V2.metadata_url: published, KEYS_URL: mint.jwks()})


def test_the_metadata_of_the_tokens_version_and_tenant_names_the_keys(mint: Mint) -> None:
    web = microsoft(mint)
    found = PublishedKeys(web).find(KID, V2)
    assert isinstance(found, TokenKey)
    assert found.origin == KEYS_URL
    assert web.asked == [f"{LOGIN}/{TENANT}/v2.0/.well-known/openid-configuration", KEYS_URL]


def test_version_one_has_metadata_of_its_own(mint: Mint) -> None:
    web = Web({})
    policy = mint.policy(keys=PublishedKeys(web))
    with pytest.raises(KeysUnreachable):
        check_token(mint.token("v1"), policy, clock=lambda: NOW)
    assert web.asked == [f"{LOGIN}/{TENANT}/.well-known/openid-configuration"]


def test_unknown_key_ids_never_make_a_second_request(mint: Mint) -> None:
    web = microsoft(mint)
    keys = PublishedKeys(web)
    for number in range(100):
        assert isinstance(keys.find(f"unknown-{number}", V2), NoKey)
    assert len(web.asked) == 2


def test_keys_out_of_reach_say_nothing_against_a_token(mint: Mint) -> None:
    policy = mint.policy(keys=PublishedKeys(Web({})))
    with pytest.raises(KeysUnreachable) as caught:
        check_token(mint.token("v2"), policy, clock=lambda: NOW)
    assert caught.value.exit_code == 6


@pytest.mark.parametrize(
    "metadata",
    [
        {"jwks_uri": "https://evil.example/keys"},
        {"jwks_uri": "http://login.microsoftonline.com/keys"},
        {"jwks_uri": "https://login.microsoftonline.com:8443/keys"},
        {"jwks_uri": "https://login.microsoftonline.com@evil.example/keys"},
        {"jwks_uri": "https://login.microsoftonline.com.evil.example/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "https://[bad"},
        {"jwks_uri": None},
        {"issuer": "https://sts.evil.example/"},
        {"issuer": 7},
    ],
)
def test_metadata_that_cannot_be_believed(mint: Mint, metadata: dict[str, Any]) -> None:
    web = microsoft(mint, **metadata)
    with pytest.raises(KeysUnreachable):
        PublishedKeys(web).find(KID, V2)
    assert web.asked == [V2.metadata_url]


@pytest.mark.parametrize("document", [b"<html>", b"[]", b"\xff", {"keys": "x"}, {"keys": []}])
def test_answers_that_are_no_key_set(mint: Mint, document: Any) -> None:
    web = microsoft(mint)
    web.documents[KEYS_URL] = document
    with pytest.raises(KeysUnreachable):
        PublishedKeys(web).find(KID, V2)


def test_the_metadata_of_an_eat_writes_its_issuer_without_a_slash(mint: Mint) -> None:
    keys = "https://substrate.office.com/sts/common/discovery/keys"
    web = Web(
        {
            EAT_AUTHORITY.metadata_url: {
                "issuer": "https://substrate.office.com/sts",
                "jwks_uri": keys,
            },
            keys: mint.jwks(),
        }
    )
    verdict = check_token(
        mint.token("eat"), mint.policy(keys=PublishedKeys(web)), clock=lambda: NOW
    )
    assert verdict.ok


def test_a_key_set_at_an_address_is_read_once(mint: Mint) -> None:
    web = Web({"https://keys.example/jwks": mint.jwks()})
    keys = KeysAtUrl("https://keys.example/jwks", web)
    verdicts = [
        check_token(mint.token(kind), mint.policy(keys=keys), clock=lambda: NOW)
        for kind in ("v1", "v2", "eat")
    ]
    assert all(verdict.ok for verdict in verdicts)
    assert len(web.asked) == 1
    assert {c.outcome for v in verdicts for c in v.checks} == {Outcome.PASSED, Outcome.SKIPPED}


# The real fetcher, over real TLS on loopback


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        getattr(self, f"answer_{self.path.strip('/').partition('/')[0]}")()

    def reply(self, content: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def answer_ok(self) -> None:
        self.reply(b'{"keys": []}')

    def answer_missing(self) -> None:
        self.reply(b"", 404)

    def answer_broken(self) -> None:
        self.reply(b"<html>", 500)

    def answer_redirect(self) -> None:
        self.reply(b"", 302, Location="/ok")

    def answer_large(self) -> None:
        self.reply(b"x" * 2_000_000)

    def answer_slow(self) -> None:
        time.sleep(1)
        self.reply(b"{}")

    def answer_drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(30):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.05)

    def answer_dripped_status(self) -> None:
        self.drip(b"HTTP/1.0 200 " + b"x" * 30)

    def answer_dripped_headers(self) -> None:
        self.wfile.write(b"HTTP/1.0 200 OK\r\n")
        self.drip(b"a: b\r\n" * 6)

    def answer_continued(self) -> None:
        for _ in range(6):
            self.drip(b"HTTP/1.1 100 Continue\r\n\r\n", pieces=5)

    def drip(self, content: bytes, pieces: int = 30) -> None:
        size = len(content) // pieces
        for start in range(0, len(content), size):
            self.wfile.write(content[start : start + size])
            self.wfile.flush()
            time.sleep(0.05)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Loopback:
    url: str
    certificate: Path

    def fetcher(self, **limits: Any) -> Fetcher:
        context = ssl.create_default_context(cafile=str(self.certificate))
        return https_fetcher(context=context, **limits)


@pytest.fixture(scope="module")
def loopback(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    folder = tmp_path_factory.mktemp("tls")
    key_file, certificate = write_certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key_file)
    server = QuietServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield Loopback(f"https://127.0.0.1:{server.server_port}", certificate)
    server.shutdown()
    thread.join()
    server.server_close()


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that goes away is what these tests are about."""


def write_certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    today = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, today, today + dt.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    key_file, certificate_file = folder / "key.pem", folder / "certificate.pem"
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate_file.write_bytes(certificate.public_bytes(Encoding.PEM))
    return key_file, certificate_file


def test_a_document_over_tls(loopback: Loopback) -> None:
    assert loopback.fetcher()(f"{loopback.url}/ok") == b'{"keys": []}'


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("missing", "answered 404"),
        ("broken", "answered 500"),
        ("redirect", "redirects"),
        ("large", "longer than"),
        ("slow", "no answer in time"),
        ("drip", "no answer in time"),
    ],
)
def test_servers_that_misbehave(loopback: Loopback, path: str, says: str) -> None:
    with pytest.raises(NetworkError, match=says):
        loopback.fetcher(timeout=0.5)(f"{loopback.url}/{path}")


@pytest.mark.parametrize("path", ["drip", "dripped_status", "dripped_headers", "continued"])
def test_all_of_an_answer_has_to_come_in_time_and_no_thread_waits_longer(
    loopback: Loopback, path: str
) -> None:
    began = time.monotonic()
    with pytest.raises(NetworkError, match="no answer in time"):
        loopback.fetcher(timeout=0.3)(f"{loopback.url}/{path}")
    assert time.monotonic() - began < 1.2
    for thread in threading.enumerate():
        if thread.name == "amcli-fetch":
            thread.join(1)
            assert not thread.is_alive()


def test_a_handshake_that_never_ends_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(NetworkError, match="no answer in time"):
            https_fetcher(timeout=0.3)(f"https://127.0.0.1:{silent.getsockname()[1]}/keys")
        assert time.monotonic() - began < 1


def test_a_certificate_that_does_not_verify(loopback: Loopback) -> None:
    with pytest.raises(NetworkError, match="certificate does not verify"):
        https_fetcher(timeout=2)(f"{loopback.url}/ok")


def test_a_port_where_nobody_listens() -> None:
    with pytest.raises(NetworkError, match="cannot be read"):
        https_fetcher(timeout=2)("https://127.0.0.1:1/keys")


@pytest.mark.parametrize(
    "url",
    ["http://a.example/", "file:///etc/passwd", "ftp://a.example", "data:,x", "https://", "a", ""],
)
def test_only_https_is_read(url: str) -> None:
    with pytest.raises(NetworkError):
        https_fetcher()(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://u:Topsecret@a.example/",
        "https://Topsecret@a.example/",
        "http://u:Top/secret@a.example/",
        "https://u:Topsecret@[bad",
    ],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(NetworkError) as refused:
        https_fetcher()(url)
    assert "secret" not in refused.value.message


def test_hosts_are_compared_without_surprises() -> None:
    assert host_of("https://Login.MicrosoftOnline.com/x") == "login.microsoftonline.com"
    assert host_of("https://login.microsoftonline.com:443/x") == "login.microsoftonline.com"
    assert host_of("https://login.microsoftonline.com:8443/x") == "login.microsoftonline.com:8443"
