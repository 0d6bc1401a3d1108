"""A service whose worker stops at a step of its first click, to be killed there.

The step stands in the file ``stop_at``; the worker that gets there takes the file away, writes its
process id into ``stopped`` and sleeps.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from click_service import folder_of_this_process
from flask import Flask

from amcli.service import ActionResponse, ServiceSettings, SqliteStore, VerifiedClick
from amcli.service.flask import action_view

_LONG_ENOUGH = 60.0
_WORK_SECONDS = 0.02  # so that the other processes get clicks meanwhile


@dataclass(frozen=True)
class Desk:
    """Work that is a line in a file, or a row in the store's own transaction."""

    folder: Path

    def decide(self, click: VerifiedClick) -> ActionResponse:
        self.reached("claimed")
        time.sleep(_WORK_SECONDS)
        line = f"{click.token.id} {click.action} {os.getpid()}"
        if click.transaction is None:
            with (self.folder / "decided.txt").open("a") as file:
                file.write(f"{line}\n")
        else:
            click.transaction.execute("CREATE TABLE IF NOT EXISTS decided (line TEXT)")
            click.transaction.execute("INSERT INTO decided VALUES (?)", (line,))
        self.reached("worked")
        return ActionResponse.success(f"{click.action} is done.", {"type": "AdaptiveCard"})

    def reached(self, step: str) -> None:
        wanted = self.folder / "stop_at"
        if wanted.exists() and wanted.read_text() == step:
            wanted.unlink()
            (self.folder / "stopped.new").write_text(str(os.getpid()))
            (self.folder / "stopped.new").rename(self.folder / "stopped")
            time.sleep(_LONG_ENOUGH)


def app(*, transactional: bool = False) -> Any:
    """A WSGI application."""
    folder = folder_of_this_process()
    desk, settings = Desk(folder), ServiceSettings.from_file(folder / "amcli.toml")
    store = SqliteStore(folder / "clicks.sqlite", transactional=transactional, busy_seconds=20)
    flask = Flask(__name__)
    handlers = {"approve": desk.decide, "pay": desk.decide}
    endpoint = replace(settings, store=store).endpoint("expense-approval", handlers)
    flask.post("/expenses/<number>")(action_view(endpoint))
    answer = flask.wsgi_app

    def stopping(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        answered = answer(environ, start)
        desk.reached("answered")  # and nothing of it has been sent
        return answered

    flask.wsgi_app = stopping  # type: ignore[method-assign] - Flask's own way of wrapping
    return flask
