"""The service of ``click_service`` under a real web server, called over loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from click_service import Answer, ClickService, Pairs

SUPPORT = Path(__file__).parent


@dataclass(frozen=True)
class Running:
    """A server that has been started, and its log."""

    service: ClickService
    port: int
    log: Path

    def post(self, headers: Pairs, body: bytes, path: str = "/expenses/7") -> Answer:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            return _post(connection, headers, body, path)


@contextmanager
def running(command: list[str], service: ClickService) -> Iterator[Running]:
    """Start a server on a socket that already listens, so that nobody has to wait for it."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        log, fd = service.folder / "server.log", listening.fileno()
        arguments = [part.format(fd=fd) for part in command]
        environment = {
            **os.environ, "CLICK_SERVICE": str(service.folder), "PYTHONPATH": str(SUPPORT),
        }  # fmt: skip
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=environment, pass_fds=[fd], stdout=file, stderr=file,
            )  # fmt: skip
        try:
            yield Running(service, listening.getsockname()[1], log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _post(connection: HTTPConnection, headers: Pairs, body: bytes, path: str) -> Answer:
    connection.putrequest("POST", path)
    for name, value in [*headers, ("Content-Type", "application/json")]:
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    found = {name.lower(): value for name, value in answer.getheaders()}
    content = answer.read()
    return Answer(answer.status, found, content)
