"""The whole road in ten steps, each with the code that the commands use."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from amcli.card.template import load_template
from amcli.demo import inbound, outbound
from amcli.demo.cast import REGISTRATION, TEMPLATE, TENANT
from amcli.demo.folder import MARKER, DemoFolder
from amcli.demo.trip import StepReport, Trip
from amcli.resources import resource_folder
from amcli.seams import Clock, utc_now
from amcli.service.purpose_keys import PurposeKeys


@dataclass(frozen=True)
class DemoResult:
    """What the demo leaves behind."""

    folder: Path
    files: tuple[str, ...]
    try_next: tuple[str, ...]
    """Command lines that work on those files, from the working folder of the demo."""


def run_demo(
    path: Path, *, report: Callable[[StepReport], None], clock: Clock = utc_now
) -> DemoResult:
    """Take all ten steps and leave every artefact in the folder ``path``.

    ``report`` is told of each step when it is done. Raises WouldOverwrite for a folder that is
    not the demo's own, and StepFailed for the step that did not go as it must.
    """
    folder = DemoFolder.renew(path)
    template = load_template(resource_folder("templates") / TEMPLATE)
    walk(Trip(report), outbound.Story.begin(template, folder, clock))
    files = sorted(file.name for file in path.iterdir() if file.name != MARKER)
    return DemoResult(path, tuple(files), _try_next(path, clock()))


def walk(trip: Trip, story: outbound.Story) -> None:
    """Go the road: out with the mail, back with the click."""
    purpose_keys = PurposeKeys.generate("demo")

    rendered = trip.step("render", outbound.render_card, story, purpose_keys)
    card = trip.step("lint", outbound.lint_card, rendered)
    key = trip.step("keys", outbound.make_keys, story)
    signed = trip.step("sign", outbound.sign_card, story, card, key)
    mail = trip.step("compose", outbound.compose_mail, story, signed)
    delivered = trip.step("deliver", outbound.deliver_mail, story, mail)
    received = trip.step("inspect", outbound.inspect_mail, story, delivered, card)

    with ExitStack() as running:
        outlook, first = trip.step(
            "click", inbound.click_approve, story, received, purpose_keys, running
        )
        trip.step("refresh", inbound.show_refresh_card, story, outlook, first)
        trip.step("refuse", inbound.try_bad_tokens, story, outlook)


def _try_next(path: Path, ended: datetime) -> tuple[str, ...]:
    def file(name: str) -> str:
        return shlex.quote(str(path / name))

    token = f"amcli verify-token @{file('request.http')}"
    audience = f"--audience {REGISTRATION.app_id_uri} --tenant {TENANT}"
    keys = f"--jwks {file('jwks.json')} --at {ended:%Y-%m-%dT%H:%M:%SZ}"
    mail = f"amcli inspect {file('mail.eml')} --key {file('card-public.pem')}"
    return (
        f"{mail} --dkim-record {file('dkim-record.txt')}",
        f"{token} {audience} {keys}",
        f"amcli decode-token @{file('token.txt')}",
        f"amcli lint {file('card.json')}",
        "amcli new my-cards",
    )
