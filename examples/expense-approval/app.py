"""Expense approval in Flask: takes the clicks of one card, each of them once.

    python app.py

Claim, decision and answer are one transaction of one SQLite file: whatever fails in between, either
all of it has happened or nothing.
"""

from __future__ import annotations

import argparse
import logging
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import expenses
from flask import Flask

from amcli.service import (
    ActionResponse,
    PurposeKeys,
    RefreshCards,
    ServiceSettings,
    SqliteStore,
    VerifiedClick,
)
from amcli.service.flask import action_view
from amcli.service.purpose_keys import KEY_FILE, write_purpose_keys

HERE = Path(__file__).parent
TEMPLATE = "expense-decision"
SERVICE_URL = "https://expenses.contoso.com"


@dataclass(frozen=True)
class Desk:
    """Does what the buttons ask for."""

    cards: RefreshCards
    database: Path

    def approve(self, click: VerifiedClick) -> ActionResponse:
        """Approve the expense that the mail was about."""
        return self._decide(click, "approved")

    def reject(self, click: VerifiedClick) -> ActionResponse:
        """Reject it, if there is a reason."""
        if not str(click.body.get("reason", "")).strip():
            return ActionResponse.failure(400, "Please write why you reject this expense.")
        return self._decide(click, "rejected")

    def state(self, click: VerifiedClick) -> ActionResponse:
        """Answer what Outlook asks when the mail is opened: has it been decided elsewhere?"""
        with closing(sqlite3.connect(self.database)) as database:
            expense = expenses.find(database, click.purpose.subject)
        if expense.state == "waiting":
            return ActionResponse.not_modified()
        return ActionResponse.success("This expense is decided.", self._card(expense))

    def _decide(self, click: VerifiedClick, state: str) -> ActionResponse:
        database = click.transaction
        if database is None:
            raise RuntimeError("the store must be transactional")
        expense = expenses.find(database, click.purpose.subject)
        if expense.state != "waiting":
            return ActionResponse.failure(409, "This expense was decided before.")
        decided = replace(
            expense,
            state=state,
            decided_by=click.performer.display_name or click.purpose.recipient,
            reason=str(click.body.get("reason", "")).strip(),
        )
        card = self._card(decided)  # first: a card that cannot be made must not be paid for
        expenses.decide(database, decided)
        return ActionResponse.success(f"The expense was {state}.", card)

    def _card(self, expense: expenses.Expense) -> dict[str, object]:
        data = {"service_url": SERVICE_URL, "expense": expense.as_card_data()}
        return self.cards.render(expense.state, data).value


def create_app(config: Path = HERE / "amcli.toml") -> Flask:
    """Return the service; what it cannot do without is asked for now, not at a click."""
    logging.basicConfig(level=logging.INFO)  # refused clicks, and why: amcli.service
    settings = ServiceSettings.from_file(config)
    database = config.parent / "expenses.sqlite"
    expenses.prepare(database)
    settings = replace(settings, store=SqliteStore(database, transactional=True))
    desk = Desk(settings.refresh_cards(TEMPLATE), database)
    endpoint = settings.endpoint(
        TEMPLATE,
        {"approve": desk.approve, "reject": desk.reject},
        refreshers={"state": desk.state},
    )
    app = Flask(__name__)
    app.post("/expenses/<number>")(action_view(endpoint))
    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=HERE / "amcli.toml")
    parser.add_argument("--port", type=int, default=8000)
    asked = parser.parse_args()
    config = asked.config.resolve()
    if not (config.parent / KEY_FILE).exists():
        write_purpose_keys(config.parent, PurposeKeys.generate("first"))
    create_app(config).run("127.0.0.1", asked.port)
