"""A real Redis on loopback, with its own folder, that can be stopped, killed and started again."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import redis

DURABLE = ("--appendonly", "yes", "--appendfsync", "always")


@dataclass
class Redis:
    """A server that keeps what it was told, on disk."""

    program: str
    folder: Path
    port: int
    options: tuple[str, ...] = DURABLE
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        settings = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", *self.options]
        log = self.folder / "redis.log"
        self.processes.append(
            subprocess.Popen(
                [self.program, *settings, "--dir", str(self.folder), "--logfile", str(log)]
            )
        )
        deadline = time.monotonic() + 10
        while not self._answers():
            assert time.monotonic() < deadline, log.read_text() if log.exists() else "no log"
            time.sleep(0.02)

    def _answers(self) -> bool:
        with contextlib.closing(self.client()) as client, contextlib.suppress(redis.RedisError):
            return bool(client.ping())
        return False

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port, socket_timeout=5)

    def kill(self) -> None:
        self.processes[-1].kill()
        self.processes[-1].wait()

    @contextlib.contextmanager
    def hanging(self) -> Iterator[None]:
        """Stop the server without closing anything, as a network does that loses packets."""
        self.processes[-1].send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.processes[-1].send_signal(signal.SIGCONT)


@contextlib.contextmanager
def running_redis(program: str, folder: Path, *options: str) -> Iterator[Redis]:
    """Run a server while the block lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Redis(program, folder, port, options or DURABLE)
    try:
        server.start()
        yield server
    finally:
        server.kill()
