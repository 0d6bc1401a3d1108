"""An SMTP server that misbehaves exactly where a test wants it to."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
from dataclasses import dataclass, field
from typing import BinaryIO, Self

DROP = b""
"""Close the connection instead of answering."""


@dataclass
class Received:
    """What the server was sent."""

    commands: list[str] = field(default_factory=list)
    content: bytes | None = None
    logins: list[str] = field(default_factory=list)


class ScriptedServer:
    """Serves one connection after the other on loopback; ``answers`` replaces usual replies.

    Keys are "connect", the verbs, "RCPT <address>" and "end" (after the mail); DROP hangs up.
    """

    def __init__(
        self,
        answers: dict[str, bytes] | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        features: tuple[str, ...] = ("SIZE 1000000",),
        host: str = "127.0.0.1",
    ) -> None:
        self.answers, self.tls, self.implicit = answers or {}, tls, implicit
        self.features, self.host = features, host
        self.received = Received()
        self._listener = socket.create_server((host, 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # shutdown wakes the accept() that close alone would leave waiting
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            dialogue = _Dialogue(self, connection)
            with contextlib.suppress(OSError, EOFError):
                dialogue.run()
            dialogue.close()


class _Dialogue:
    """One connection; ``connection`` and ``stream`` are replaced when TLS begins."""

    def __init__(self, server: ScriptedServer, connection: socket.socket) -> None:
        self.server, self.connection = server, connection
        self.stream = connection.makefile("rb")

    def run(self) -> None:
        if self.server.implicit:
            self._begin_tls()
        self._say("connect", b"220 scripted\r\n")
        while line := self.stream.readline(100_000):
            command = line.decode("ascii", "replace").strip()
            self.server.received.commands.append(command)
            verb = command.split(" ", maxsplit=1)[0].upper()
            {"STARTTLS": self._start_tls, "DATA": self._data, "AUTH": self._log_in}.get(
                verb, self._anything
            )(command)

    def close(self) -> None:
        self.stream.close()
        self.connection.close()

    def _begin_tls(self) -> None:
        assert self.server.tls is not None
        self.stream.close()
        plain = self.connection
        try:
            self.connection = self.server.tls.wrap_socket(plain, server_side=True)
        except OSError:
            plain.close()
            raise
        self.stream = self.connection.makefile("rb")

    def _start_tls(self, _command: str) -> None:
        if self._say("STARTTLS", b"220 go\r\n").startswith(b"2"):
            self._begin_tls()

    def _data(self, _command: str) -> None:
        if self._say("DATA", b"354 go\r\n").startswith(b"354"):
            self.server.received.content = _mail(self.stream)
            self._say("end", b"250 2.0.0 taken as 42\r\n")

    def _anything(self, command: str) -> None:
        verb = command.split(" ", maxsplit=1)[0].upper()
        key = f"RCPT {command[9:-1]}" if verb == "RCPT" else verb
        self._say(key if key in self.server.answers else verb, self._usual(verb))

    def _usual(self, verb: str) -> bytes:
        if verb != "EHLO":
            return b"250 ok\r\n"
        starttls = ["STARTTLS"] if self.server.tls and not self.server.implicit else []
        lines = ["scripted", *self.server.features, *starttls]
        return "".join(
            f"250{' ' if i == len(lines) - 1 else '-'}{line}\r\n" for i, line in enumerate(lines)
        ).encode()

    def _log_in(self, command: str) -> None:
        _, mechanism, *initial = command.split(" ")
        logins = self.server.received.logins
        if mechanism == "LOGIN":
            for prompt in (b"334 VXNlcm5hbWU6\r\n", b"334 UGFzc3dvcmQ6\r\n"):
                self.connection.sendall(prompt)
                logins.append(_decoded(self.stream.readline(10_000)))
        else:
            logins.append(_decoded(initial[0].encode()))
        if mechanism == "XOAUTH2" and "AUTH" in self.server.answers:
            self.connection.sendall(b"334 eyJzdGF0dXMiOiI0MDAifQ==\r\n")
            self.stream.readline(10_000)
        self._say("AUTH", b"235 welcome\r\n")

    def _say(self, key: str, usual: bytes) -> bytes:
        answer = self.server.answers.get(key, usual)
        if answer == DROP:
            raise EOFError
        self.connection.sendall(answer)
        return answer


def _mail(stream: BinaryIO) -> bytes:
    lines = []
    while (line := stream.readline()) not in {b".\r\n", b""}:
        lines.append(line.removeprefix(b"."))
    return b"".join(lines)


def _decoded(line: bytes) -> str:
    return base64.b64decode(line).decode()
