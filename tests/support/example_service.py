"""An example service as a process of its own, and somebody at Outlook who clicks its card."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
from amcli.service import load_purpose_keys, minter
from amcli.strict_toml import parse_toml

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PROVIDER = "9e8d7c6b-5a49-4838-a7b6-c5d4e3f2a1b0"
REGISTRATION = Registration(PROVIDER, "a1b2c3d4-e5f6-4718-892a-3b4c5d6e7f80")
TENANT = "6c2d9a4e-1f3b-4c5d-8e7f-0a1b2c3d4e5f"
ADELE = Person.create("adele.vance@contoso.com", "Adele Vance")
MEGAN = Person.create("megan.bowen@contoso.com", "Megan Bowen")


@dataclass
class Example:
    """A copy of an example, its service running, and an issuer in Microsoft's place."""

    folder: Path
    port: int
    issuer: LocalIssuer = field(default_factory=lambda: LocalIssuer.create(TENANT))

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
def running(name: str, folder: Path) -> Iterator[Example]:
    """Start ``python app.py`` in a copy of an example; its keys are the local issuer's."""
    copy = folder / name
    ignored = shutil.ignore_patterns("*.sqlite*", "purpose-keys.txt", "__pycache__")
    shutil.copytree(EXAMPLES / name, copy, ignore=ignored)
    example = Example(copy, free_port())
    (copy / "keys.json").write_text(json.dumps(example.issuer.jwks()))
    config = copy / "amcli.toml"
    config.write_text(config.read_text().replace("[verify]", '[verify]\njwks = "keys.json"'))
    command = [sys.executable, "app.py", "--port", str(example.port)]
    with (copy / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=copy, stdout=log, stderr=log)
        try:
            wait_for(example.port, process, copy / "log")
            yield example
        finally:
            process.terminate()
            process.wait(10)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the service answers; fails with its log when it ends instead."""
    for _ in range(200):
        assert process.poll() is None, log.read_text()
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nobody answers: {log.read_text()}")
