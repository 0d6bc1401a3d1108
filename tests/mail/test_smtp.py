"""Delivery against real servers on loopback, and what is said when they misbehave."""

from __future__ import annotations

import base64
import contextlib
import smtplib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from scripted_smtp import DROP, ScriptedServer

from amcli.errors import (
    AmcliError,
    ConfigurationError,
    DeliveryError,
    DeliveryUnknown,
    UsageError,
)
from amcli.mail.body import HtmlBody
from amcli.mail.message import MailMessage, compose
from amcli.mail.smtp import Credentials, InterruptedAtTheEnd, Security, SmtpServer, deliver
from amcli.outlook.authority import LocalAuthority
from amcli.outlook.inbox import Inbox
from amcli.secrets import Secret

ANNA, BEN = "anna@contoso.com", "ben@fabrikam.com"
PASSWORD = "correct horse ü"
LOGIN = Credentials("anna", Secret("hunter2"))


@pytest.fixture(scope="module")
def authority() -> LocalAuthority:
    return LocalAuthority.create()


@pytest.fixture(scope="module")
def ca_file(authority: LocalAuthority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    path.write_bytes(authority.certificate_pem)
    return path


@pytest.fixture
def mail() -> MailMessage:
    body = HtmlBody("<p>.\n..\nFrom here</p>\n" + "x" * 2000, ".\n")
    return compose(body, sender="approvals@contoso.com", to=[ANNA], cc=[BEN], subject="Größe")


def plain(server: ScriptedServer, **more: object) -> SmtpServer:
    return SmtpServer(server.host, server.port, Security.NONE, timeout=2, final_timeout=2, **more)  # type: ignore[arg-type]  # any argument may be given


def starttls(server: ScriptedServer, ca: Path) -> SmtpServer:
    return SmtpServer(server.host, server.port, Security.STARTTLS, ca, 2, 2)


# --- what works -------------------------------------------------------------------------------


def test_a_mail_arrives_byte_for_byte_through_starttls(
    mail: MailMessage, authority: LocalAuthority, ca_file: Path
) -> None:
    with Inbox(authority) as inbox:
        receipts = deliver(mail, SmtpServer.parse(inbox.url, ca_file=ca_file))
        arrived = inbox.next_mail()
    assert arrived.content == mail.content
    assert arrived.encrypted
    assert arrived.recipients == (ANNA, BEN)
    assert [(r.recipient, r.accepted, r.code) for r in receipts] == [
        (ANNA, True, 250),
        (BEN, True, 250),
    ]


def test_a_mail_arrives_byte_for_byte_through_implicit_tls(
    mail: MailMessage, authority: LocalAuthority, ca_file: Path
) -> None:
    with ScriptedServer(tls=authority.server_context(), implicit=True) as server:
        target = SmtpServer.parse(f"smtps://127.0.0.1:{server.port}", ca_file=ca_file)
        receipts = deliver(mail, target)
    assert server.received.content == mail.content
    assert receipts[0].reply == "2.0.0 taken as 42"


def test_plaintext_works_where_a_person_asked_for_it(mail: MailMessage) -> None:
    with ScriptedServer() as server:
        deliver(mail, SmtpServer.parse(f"smtp://127.0.0.1:{server.port}", plaintext=True))
    assert server.received.content == mail.content
    assert f"SIZE={len(mail.content)}" in server.received.commands[1]


def test_lines_that_begin_with_a_dot_arrive_so(mail: MailMessage) -> None:
    dotted = replace(mail, content=b"Subject: x\r\n\r\n.\r\n..\r\n.a\r\n")
    with ScriptedServer() as server:
        deliver(dotted, plain(server))
    assert server.received.content == dotted.content


# --- logging in -------------------------------------------------------------------------------


class Mailbox:
    """aiosmtpd's handler that takes everything."""

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds its hooks by this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        return f"250 taken from {session.auth_data.decode()}"


@pytest.fixture(params=["PLAIN", "LOGIN"])
def auth_server(request: pytest.FixtureRequest, authority: LocalAuthority) -> Iterator[Controller]:
    def authenticate(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        right = mechanism == request.param and data.password == PASSWORD.encode()
        return AuthResult(success=right, handled=False, auth_data=data.login)

    other = {"PLAIN": "LOGIN", "LOGIN": "PLAIN"}[request.param]
    controller = Controller(
        Mailbox(),
        hostname="127.0.0.1",
        port=free_port(),
        server_hostname="localhost",
        tls_context=authority.server_context(),
        require_starttls=True,
        authenticator=authenticate,
        auth_required=True,
        auth_exclude_mechanism=[other],
    )
    controller.start()
    yield controller
    controller.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_it_logs_in_with_what_the_server_offers(
    mail: MailMessage, auth_server: Controller, ca_file: Path
) -> None:
    server = SmtpServer("127.0.0.1", auth_server.port, ca_file=ca_file, timeout=5)
    receipts = deliver(mail, server, credentials=Credentials("anna", Secret(PASSWORD)))
    assert receipts[0].reply == "taken from anna"


def test_a_refused_login_says_so_and_never_the_password(
    mail: MailMessage, auth_server: Controller, ca_file: Path
) -> None:
    server = SmtpServer("127.0.0.1", auth_server.port, ca_file=ca_file, timeout=5)
    with pytest.raises(DeliveryError, match="refused the login of 'anna'") as refused:
        deliver(mail, server, credentials=Credentials("anna", Secret("wrong horse")))
    assert "wrong horse" not in str(refused.value)


def test_a_token_logs_in_by_xoauth2(
    mail: MailMessage, authority: LocalAuthority, ca_file: Path
) -> None:
    features = ("AUTH PLAIN LOGIN XOAUTH2",)
    with ScriptedServer(tls=authority.server_context(), features=features) as server:
        login = Credentials("anna@contoso.com", token=Secret("eyJ0.abc"))
        deliver(mail, starttls(server, ca_file), credentials=login)
    assert server.received.logins == ["user=anna@contoso.com\x01auth=Bearer eyJ0.abc\x01\x01"]


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "XOAUTH2"])
def test_a_server_that_repeats_the_secret_does_not_get_it_shown(
    mechanism: str, mail: MailMessage, authority: LocalAuthority, ca_file: Path
) -> None:
    secret = Secret("hunter2-hunter2")
    encoded = base64.b64encode(f"\0anna\0{secret.reveal()}".encode())
    answer = b"535 no: " + secret.reveal().encode() + b" " + encoded + b"\r\n"
    login = Credentials("anna", token=secret) if mechanism == "XOAUTH2" else Credentials(
        "anna", secret
    )  # fmt: skip
    features = (f"AUTH {mechanism}",)
    with (
        ScriptedServer({"AUTH": answer}, tls=authority.server_context(), features=features) as s,
        pytest.raises(DeliveryError) as refused,
    ):
        deliver(mail, starttls(s, ca_file), credentials=login)
    assert "535 no: *** " in refused.value.message
    assert "hunter2" not in refused.value.message
    assert encoded.decode() not in refused.value.message


def test_a_login_is_never_sent_without_tls(mail: MailMessage) -> None:
    login = Credentials("anna", Secret("x"))
    with ScriptedServer(features=("AUTH PLAIN",)) as server:
        with pytest.raises(UsageError, match="without TLS"):
            deliver(mail, plain(server), credentials=login)
        assert server.received.commands == []


@pytest.mark.parametrize("offered", [(), ("AUTH CRAM-MD5 XOAUTH2",)])
def test_a_server_without_a_fitting_login_is_not_used_without_one(
    offered: tuple[str, ...], mail: MailMessage, authority: LocalAuthority, ca_file: Path
) -> None:
    with (
        ScriptedServer(tls=authority.server_context(), features=offered) as server,
        pytest.raises(DeliveryError, match="needed is PLAIN or LOGIN"),
    ):
        deliver(mail, starttls(server, ca_file), credentials=LOGIN)
    assert server.received.content is None


@pytest.mark.parametrize(
    "make",
    [
        lambda: Credentials("anna"),
        lambda: Credentials("anna", Secret("x"), Secret("y")),
        lambda: Credentials("", Secret("x")),
        lambda: Credentials("anna\x00root", Secret("x")),
        lambda: Credentials("anna", Secret("x\0y")),
        lambda: Credentials("anna", token=Secret("x\x01auth=")),
    ],
)
def test_credentials_that_cannot_be_right_are_refused(make: object) -> None:
    with pytest.raises(UsageError):
        make()  # type: ignore[operator]  # each is a lambda


# --- TLS --------------------------------------------------------------------------------------


def test_a_server_without_starttls_gets_no_mail(mail: MailMessage, ca_file: Path) -> None:
    with ScriptedServer() as server, pytest.raises(DeliveryError, match="no STARTTLS"):
        deliver(mail, starttls(server, ca_file))
    assert server.received.commands[1:] == ["QUIT"]


def test_a_certificate_of_an_unknown_ca_is_not_believed(
    mail: MailMessage, authority: LocalAuthority, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(LocalAuthority.create().certificate_pem)
    with (
        ScriptedServer(tls=authority.server_context()) as server,
        pytest.raises(DeliveryError, match="does not verify") as refused,
    ):
        deliver(mail, starttls(server, other))
    assert "--smtp-ca" in str(refused.value.hint)


def test_an_expired_certificate_is_not_believed(mail: MailMessage, tmp_path: Path) -> None:
    past = LocalAuthority.create(clock=lambda: datetime.now(UTC) - timedelta(days=30))
    ca = tmp_path / "ca.pem"
    ca.write_bytes(past.certificate_pem)
    with (
        ScriptedServer(tls=past.server_context()) as server,
        pytest.raises(DeliveryError, match="expired"),
    ):
        deliver(mail, starttls(server, ca))


@pytest.mark.parametrize("implicit", [True, False])
def test_a_certificate_for_another_host_is_not_believed(
    implicit: bool, mail: MailMessage, authority: LocalAuthority, ca_file: Path
) -> None:
    context = authority.server_context()  # for localhost and 127.0.0.1
    with ScriptedServer(tls=context, implicit=implicit, host="127.0.0.2") as server:
        security = Security.IMPLICIT if implicit else Security.STARTTLS
        target = SmtpServer(server.host, server.port, security, ca_file, 2, 2)
        with pytest.raises(DeliveryError, match=r"does not verify: .*127\.0\.0\.2"):
            deliver(mail, target)


def test_tls_where_none_is_spoken_is_said(mail: MailMessage, ca_file: Path) -> None:
    with ScriptedServer() as server:
        target = SmtpServer(server.host, server.port, Security.IMPLICIT, ca_file, 2, 2)
        with pytest.raises(DeliveryError, match="TLS failed") as refused:
            deliver(mail, target)
    assert "587" in str(refused.value.hint)


def test_a_ca_file_that_is_none_is_a_wrong_setting(mail: MailMessage, tmp_path: Path) -> None:
    nonsense = tmp_path / "ca.pem"
    nonsense.write_text("hello")
    folder = tmp_path / "folder.pem"
    folder.mkdir()
    for path in (nonsense, folder, tmp_path / "missing.pem"):
        with pytest.raises(ConfigurationError, match=r"\.pem") as refused:
            deliver(mail, SmtpServer("127.0.0.1", 1, ca_file=path))
        assert "BEGIN CERTIFICATE" in str(refused.value.hint)


# --- trouble in each phase --------------------------------------------------------------------

PHASES = {
    "connect": "connecting",
    "EHLO": "EHLO",
    "STARTTLS": "STARTTLS",
    "AUTH": "AUTH",
    "MAIL": "MAIL FROM",
    "RCPT": "RCPT TO",
    "DATA": "DATA",
}


@pytest.mark.parametrize(("key", "named"), PHASES.items())
def test_a_dropped_connection_is_named_by_its_phase(
    key: str, named: str, mail: MailMessage, authority: LocalAuthority, ca_file: Path
) -> None:
    tls = authority.server_context()
    with (
        ScriptedServer({key: DROP}, tls=tls, features=("AUTH PLAIN",)) as server,
        pytest.raises(DeliveryError, match="connection was closed") as dropped,
    ):
        deliver(mail, starttls(server, ca_file), credentials=LOGIN)
    assert named in dropped.value.message
    assert server.received.content is None
    assert dropped.value.exit_code == 6
    assert dropped.value.hint


@pytest.mark.parametrize(("key", "named"), PHASES.items())
def test_a_refusal_shows_the_servers_own_words(
    key: str, named: str, mail: MailMessage, authority: LocalAuthority, ca_file: Path
) -> None:
    answers = {key: b"554-5.7.1 we do not\r\n554 like \x1b[31myou\r\n"}
    features = ("AUTH PLAIN",)
    with (
        ScriptedServer(answers, tls=authority.server_context(), features=features) as server,
        pytest.raises(DeliveryError) as refused,
    ):
        deliver(mail, starttls(server, ca_file), credentials=LOGIN)
    assert "554 5.7.1 we do not like \\u001b[31myou" in refused.value.message
    assert server.received.content is None


def test_a_refused_mail_was_not_delivered(mail: MailMessage) -> None:
    answers = {"end": b"552 5.3.4 too big\r\n"}
    with ScriptedServer(answers) as server, pytest.raises(DeliveryError, match="552"):
        deliver(mail, plain(server))


def test_after_the_mail_nobody_can_tell_whether_it_was_taken(mail: MailMessage) -> None:
    with ScriptedServer({"end": DROP}) as server, pytest.raises(DeliveryUnknown) as unknown:
        deliver(mail, plain(server))
    assert mail.message_id in unknown.value.message
    assert unknown.value.exit_code == 7
    assert "nothing" not in unknown.value.message


def test_one_refused_recipient_stops_the_mail_for_all(mail: MailMessage) -> None:
    answers = {f"RCPT {BEN}": b"550 5.1.1 no such user\r\n"}
    with (
        ScriptedServer(answers) as server,
        pytest.raises(DeliveryError, match=r"550 5\.1\.1 no such user") as refused,
    ):
        deliver(mail, plain(server))
    assert BEN in refused.value.message
    assert ANNA not in refused.value.message
    assert "--partial" in str(refused.value.hint)
    assert server.received.content is None
    assert not any(command.startswith("DATA") for command in server.received.commands)


def test_with_partial_the_others_get_it_and_the_receipts_tell(mail: MailMessage) -> None:
    answers = {f"RCPT {BEN}": b"550 5.1.1 no such user\r\n"}
    with ScriptedServer(answers) as server:
        receipts = deliver(mail, plain(server), partial=True)
    assert [(r.recipient, r.accepted, r.code) for r in receipts] == [
        (ANNA, True, 250),
        (BEN, False, 550),
    ]
    assert server.received.content == mail.content


def test_with_partial_too_a_mail_that_nobody_may_get_is_not_sent(mail: MailMessage) -> None:
    refusing = ScriptedServer({"RCPT": b"550 no\r\n"})
    with refusing as server, pytest.raises(DeliveryError) as refused:
        deliver(mail, plain(server), partial=True)
    assert "correct the address" in str(refused.value.hint)
    assert server.received.content is None


def test_a_mail_over_the_announced_size_is_not_begun(mail: MailMessage) -> None:
    with (
        ScriptedServer(features=("SIZE 100",)) as server,
        pytest.raises(DeliveryError, match="up to 100 bytes"),
    ):
        deliver(mail, plain(server))
    assert not any(command.startswith("MAIL") for command in server.received.commands)


def test_a_silent_server_is_given_up(mail: MailMessage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        target = SmtpServer("127.0.0.1", port, Security.NONE, timeout=0.2)
        with pytest.raises(DeliveryError, match="no answer in time while connecting"):
            deliver(mail, target)


def test_an_unreachable_host_is_said(mail: MailMessage) -> None:
    with pytest.raises(DeliveryError, match="refused while connecting"):
        deliver(mail, SmtpServer("127.0.0.1", free_port(), timeout=2))
    with pytest.raises(DeliveryError, match="no host of this name"):
        deliver(mail, SmtpServer("mail.invalid", 587, timeout=2))


def test_endless_replies_are_cut_off(mail: MailMessage) -> None:
    endless = b"250-" + b"x" * 4000 + b"\r\n"
    with ScriptedServer({"EHLO": endless * 1000}) as server, pytest.raises(DeliveryError):
        deliver(mail, plain(server))


def test_bytes_beyond_ascii_need_a_server_that_takes_them(mail: MailMessage) -> None:
    eight_bit = replace(mail, content="Subject: x\r\n\r\nü\r\n".encode())
    with ScriptedServer() as server, pytest.raises(DeliveryError, match="ASCII only"):
        deliver(eight_bit, plain(server))
    with ScriptedServer(features=("8BITMIME",)) as server:
        deliver(eight_bit, plain(server))
    assert server.received.commands[1].endswith("BODY=8BITMIME")


# --- which server -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.contoso.com", ("mail.contoso.com", 587, Security.STARTTLS)),
        ("smtp://mail.contoso.com:25/", ("mail.contoso.com", 25, Security.STARTTLS)),
        ("smtps://mail.contoso.com", ("mail.contoso.com", 465, Security.IMPLICIT)),
        ("smtp://[::1]:2525", ("::1", 2525, Security.STARTTLS)),
    ],
)
def test_a_url_names_host_port_and_tls(url: str, server: tuple[str, int, Security]) -> None:
    parsed = SmtpServer.parse(url)
    assert (parsed.host, parsed.port, parsed.security) == server


@pytest.mark.parametrize(
    "url", ["", "mail.contoso.com", "https://x", "smtp://", "smtp://x:99999", "smtp://x/path",
            "smtp://x?tls=no", "smtp://x:abc", "smtp://[::1"]
)  # fmt: skip
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(UsageError, match="smtp://host:587"):
        SmtpServer.parse(url)


def test_a_password_in_the_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError) as refused:
        SmtpServer.parse("smtp://anna:hunter2@mail.contoso.com")
    assert "hunter2" not in f"{refused.value.message} {refused.value.hint}"


def test_smtps_without_tls_makes_no_sense() -> None:
    with pytest.raises(UsageError, match="contradict"):
        SmtpServer.parse("smtps://mail.contoso.com", plaintext=True)


def test_every_trouble_is_of_the_family() -> None:
    assert issubclass(DeliveryUnknown, AmcliError)


# --- what hostile servers and slips of the hand must not bring about ----------------------------


@pytest.mark.parametrize(
    "url",
    [
        "bob:Topsecret@host:587",
        "smtp:/bob:Topsecret@host",
        "smtp//bob:Topsecret@host",
        "smtp://bob:1/Topsecret@host",
        "smtp://host?password=Topsecret",
        "smtp://host:Topsecret",
        "smtp://host/Topsecret",
        "smtp://host#Topsecret",
        "Topsecret",
    ],
)
def test_no_url_that_is_refused_is_repeated(url: str) -> None:
    with pytest.raises(UsageError, match="smtp://host:587") as refused:
        SmtpServer.parse(url)
    assert "Topsecret" not in f"{refused.value.message} {refused.value.hint}"


@pytest.mark.parametrize(
    "host", ["a" * 70 + ".com", "ü..com", "ho\nst", "ho st", "host:0", "[::x]", "a..b", "-a.com",
             "x:" + "9" * 5000, "ho\u200bst\u00a0"]
)  # fmt: skip
def test_a_host_that_cannot_be_one_is_refused(host: str) -> None:
    with pytest.raises(UsageError, match="smtp://host:587"):
        SmtpServer.parse(f"smtp://{host}")


def test_a_host_with_other_letters_becomes_punycode() -> None:
    assert SmtpServer.parse("smtp://bücher.example").host == "xn--bcher-kva.example"


@pytest.mark.parametrize("seconds", [0, -1, 1e300, float("inf"), float("nan")])
def test_a_timeout_that_is_none_is_refused(seconds: float) -> None:
    with pytest.raises(UsageError, match="timeout"):
        SmtpServer.parse("smtp://mail.contoso.com", timeout=seconds)


@pytest.mark.parametrize("phase", ["AUTH", "MAIL", "RCPT", "DATA", "end"])
@pytest.mark.parametrize("form", ["whole", "cut", "wrapped"])
def test_no_reply_of_any_phase_shows_a_long_token(
    phase: str, form: str, mail: MailMessage, authority: LocalAuthority, ca_file: Path
) -> None:
    token = "".join(f"{number:04}xyz" for number in range(400))
    sent = base64.b64encode(f"user=anna\1auth=Bearer {token}\1\1".encode())
    echo = {"whole": sent, "cut": sent[:250], "wrapped": b" ".join([sent[:200], sent[200:700]])}
    answers = {phase: b"554 bad: " + echo[form] + b"\r\n"}
    credentials = Credentials("anna", token=Secret(token))
    features = ("AUTH XOAUTH2",)
    with (
        ScriptedServer(answers, tls=authority.server_context(), features=features) as server,
        pytest.raises(DeliveryError, match=r"554 bad: \*\*\*") as refused,
    ):
        deliver(mail, starttls(server, ca_file), credentials=credentials)
    assert sent[:40].decode() not in refused.value.message


@pytest.mark.parametrize("echo", [b"two  blanks", b"two blanks", b"dHdvICBibGFua3M="])
def test_a_password_is_hidden_however_its_white_space_is_repeated(
    echo: bytes, mail: MailMessage, authority: LocalAuthority, ca_file: Path
) -> None:
    answers = {"AUTH": b"535 not " + echo + b", no\r\n"}
    credentials = Credentials("anna", Secret("two  blanks"))
    with (
        ScriptedServer(answers, tls=authority.server_context(), features=("AUTH LOGIN",)) as server,
        pytest.raises(DeliveryError, match=r"535 not \*\*\*=?, no"),
    ):
        deliver(mail, starttls(server, ca_file), credentials=credentials)


def test_a_greeting_that_drips_is_given_up_in_time(mail: MailMessage) -> None:
    stop = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            while not stop.wait(0.1):
                connection.sendall(b"2")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=(listener,))
        thread.start()
        target = SmtpServer("127.0.0.1", listener.getsockname()[1], Security.NONE, timeout=0.5)
        began = time.monotonic()
        with pytest.raises(DeliveryError, match="no answer in time while connecting") as late:
            deliver(mail, target)
        assert time.monotonic() - began < 5
        stop.set()
        thread.join()
    assert "smtps://" in str(late.value.hint)


def test_what_is_no_mail_server_is_shown_as_it_speaks(mail: MailMessage) -> None:
    answers = {"connect": b"HTTP/1.1 400 Bad Request\r\n"}
    with (
        ScriptedServer(answers) as server,
        pytest.raises(DeliveryError, match=r'"HTTP/1\.1 400 Bad Request", which is no reply'),
    ):
        deliver(mail, plain(server))


@pytest.mark.parametrize("reply", [b"354 go on\r\n", b"what?\r\n", b"150 hm\r\n"])
def test_an_answer_that_is_none_leaves_open_whether_the_mail_was_taken(
    reply: bytes, mail: MailMessage
) -> None:
    with ScriptedServer({"end": reply}) as server, pytest.raises(DeliveryUnknown):
        deliver(mail, plain(server))


@pytest.mark.parametrize(
    ("verb", "late"), [("EHLO", False), ("MAIL", False), ("DATA", False), ("end", True)]
)
def test_an_interruption_says_whether_the_mail_may_be_out(
    verb: str, late: bool, mail: MailMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self: smtplib.SMTP, data: bytes | str) -> None:
        sent = data if isinstance(data, str) else data.decode("ascii")
        if sent.upper().startswith("." if verb == "end" else verb):
            raise KeyboardInterrupt
        original(self, data)

    original = smtplib.SMTP.send
    monkeypatch.setattr(smtplib.SMTP, "send", interrupted)
    with ScriptedServer() as server, pytest.raises(KeyboardInterrupt) as stopped:
        deliver(mail, plain(server))
    assert isinstance(stopped.value, InterruptedAtTheEnd) is late


def test_what_cannot_be_reached_comes_with_a_hint(mail: MailMessage, tmp_path: Path) -> None:
    for target, words in (
        (SmtpServer("127.0.0.1", free_port(), timeout=2), "587"),
        (SmtpServer("mail.invalid", 587, timeout=2), "check the name"),
    ):
        with pytest.raises(DeliveryError) as failed:
            deliver(mail, target)
        assert words in str(failed.value.hint)
    with pytest.raises(ConfigurationError, match="No such file"):
        deliver(mail, SmtpServer("127.0.0.1", 1, ca_file=tmp_path / "nope"))
