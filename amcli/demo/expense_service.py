"""The web service of the demo: takes decisions on expense reports, on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from amcli.outlook.authority import LOOPBACK
from amcli.seams import Clock
from amcli.service.action_request import MAX_BODY_BYTES
from amcli.service.action_response import ActionResponse
from amcli.service.endpoint import ActionEndpoint, VerifiedClick
from amcli.service.refresh_cards import RefreshCards

_POLL_SECONDS = 0.02
_BAD_REQUEST = 400
_MAX_LENGTH_DIGITS = 9


@dataclass(frozen=True)
class ExpenseDesk:
    """The work that clicks ask for; ``decisions`` has each one that was really taken."""

    cards: RefreshCards
    report: Mapping[str, Any]
    """The expense report, as the card's data."""
    clock: Clock
    decisions: list[str] = field(default_factory=list)

    def approve(self, click: VerifiedClick) -> ActionResponse:
        """Approve the report and return the card that says so."""
        return self._decide(click, "approved")

    def reject(self, click: VerifiedClick) -> ActionResponse:
        """Reject the report, if there is a reason, and return the card that says so."""
        if not click.body.get("comment"):
            return ActionResponse.failure(_BAD_REQUEST, "Please write why you reject this report.")
        return self._decide(click, "rejected")

    def _decide(self, click: VerifiedClick, decision: str) -> ActionResponse:
        card = self.cards.render(decision, {**self.report, "decision": self._as_card_data(click)})
        self.decisions.append(f"{click.purpose.subject} {decision}")
        status = f"Expense report {click.purpose.subject} was {decision}."
        return ActionResponse.success(status, card)

    def _as_card_data(self, click: VerifiedClick) -> dict[str, Any]:
        made = {
            "by": click.performer.display_name or click.purpose.recipient,
            "at": f"{self.clock():%d %B %Y, %H:%M} UTC",
        }
        comment = click.body.get("comment")
        return {**made, "comment": comment} if isinstance(comment, str) and comment else made


@contextmanager
def serving(endpoint: ActionEndpoint) -> Iterator[tuple[str, int]]:
    """Serve the endpoint on loopback while the block lasts; yields host and port."""
    server = _Server(endpoint)
    thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield LOOPBACK, server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, endpoint: ActionEndpoint) -> None:
        self.endpoint = endpoint
        super().__init__((LOOPBACK, 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    timeout = 10.0  # seconds without a byte

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            self.send_error(HTTPStatus.LENGTH_REQUIRED)
            return
        if len(length) > _MAX_LENGTH_DIGITS or int(length) > MAX_BODY_BYTES:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        assert isinstance(self.server, _Server)  # noqa: S101 - the only server there is
        answer = self.server.endpoint.answer(self.headers.items(), self.rfile.read(int(length)))
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_args: object) -> None:
        """Say nothing: the demo says what happened."""
