"""An example service as a process of its own, and somebody at Outlook who clicks its card."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from amcli.card.data import load_data
from amcli.card.document import CardDocument
from amcli.card.rendering import Envelope, render
from amcli.card.template import load_template
from amcli.outlook.click import ClickOutcome, click
from amcli.outlook.http import loopback
from amcli.outlook.issuer import LocalIssuer, Person, Registration
from amcli.secrets import Secret
from amcli.service import PurposeKeys, load_purpose_keys, minter
from amcli.service.purpose_keys import write_purpose_keys
from amcli.strict_toml import parse_toml

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PROVIDER = "9e8d7c6b-5a49-4838-a7b6-c5d4e3f2a1b0"
REGISTRATION = Registration(PROVIDER, "a1b2c3d4-e5f6-4718-892a-3b4c5d6e7f80")
TENANT = "6c2d9a4e-1f3b-4c5d-8e7f-0a1b2c3d4e5f"
ADELE = Person.create("adele.vance@contoso.com", "Adele Vance")
MEGAN = Person.create("megan.bowen@contoso.com", "Megan Bowen")
PATTI = Person.create("patti.fernandez@contoso.com", "Patti Fernandez")
APP = (sys.executable, "app.py", "--port", "{port}")


@dataclass
class Example:
    """A copy of an example, its service running, and an issuer in Microsoft's place."""

    folder: Path
    port: int
    command: Sequence[str] = APP
    issuer: LocalIssuer = field(default_factory=lambda: LocalIssuer.create(TENANT))
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What the service has written, in all its lives."""
        return self.folder / "log"

    def start(self) -> None:
        """Start the service; returns when it answers."""
        command = [word.format(port=self.port) for word in self.command]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
        wait_for(self.port, self.process, self.log)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it; SIGKILL leaves it no time for anything."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(10)

    def mail(self, template: str, data: Path, to: Person) -> CardDocument:
        """The card that was mailed to somebody, with its limited-purpose tokens."""
        folder = load_template(self.folder / "templates" / template)
        sender = parse_toml((self.folder / "amcli.toml").read_bytes())["send"]["from"]
        keys = load_purpose_keys(self.folder / "purpose-keys.txt")
        token = minter(keys, sender=sender, template=template, recipients=[to.address])
        envelope = Envelope(PROVIDER, sender, (to.address,))
        card = render(folder.card(), load_data([data]), envelope=envelope, purpose_token=token)
        return card.document()

    def click(
        self,
        card: CardDocument,
        action: str,
        who: Person,
        inputs: Mapping[str, str] | None = None,
        token: Secret | None = None,
    ) -> ClickOutcome:
        """What comes of a click, over HTTP."""
        bearer = token or self.issuer.mint(who, REGISTRATION)
        send = loopback("127.0.0.1", self.port)
        return click(card, action, token=bearer, send=send, inputs=inputs)


@contextmanager
def running(name: str, folder: Path, command: Sequence[str] = APP) -> Iterator[Example]:
    """Start a copy of an example, as its README says; its keys are the local issuer's."""
    example = Example(copy_of(name, folder), free_port(), command)
    (example.folder / "keys.json").write_text(json.dumps(example.issuer.jwks()))
    config = example.folder / "amcli.toml"
    config.write_text(config.read_text().replace("[verify]", '[verify]\njwks = "keys.json"'))
    if command is not APP:  # which makes its keys itself
        write_purpose_keys(example.folder, PurposeKeys.generate("first"))
    try:
        example.start()
        yield example
    finally:
        example.end()


def copy_of(name: str, folder: Path) -> Path:
    """Return a copy of an example as it is checked in, without what a run of it has left."""
    left = ("*.sqlite*", "purpose-keys.txt", "microsoft-keys", "__pycache__")
    ignored = shutil.ignore_patterns(*left)
    return Path(shutil.copytree(EXAMPLES / name, folder / name, ignore=ignored))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the service answers; fails with its log when it ends instead."""
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            try:
                connection.request("GET", "/")
                connection.getresponse().read()
            except OSError:
                time.sleep(0.05)
            else:
                return
    raise AssertionError(f"nobody answers: {log.read_text()}")
