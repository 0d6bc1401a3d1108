"""The expenses: one table in the same SQLite file as the store of clicks."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

TABLE = """
CREATE TABLE IF NOT EXISTS expenses (
    id TEXT PRIMARY KEY, employee TEXT NOT NULL, purpose TEXT NOT NULL, total TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting', decided_by TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT ''
)
"""
FIRST = ("EXP-7", "Megan Bowen", "Train to the customer in Lyon", "EUR 184.00")


@dataclass(frozen=True)
class Expense:
    """One row."""

    id: str
    employee: str
    purpose: str
    total: str
    state: str
    """``waiting``, ``approved`` or ``rejected``."""
    decided_by: str
    reason: str

    def as_card_data(self) -> dict[str, Any]:
        """Return what the templates know as ``expense``."""
        return asdict(self)


def prepare(path: Path) -> None:
    """Make the table, with one expense to decide."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(TABLE)
        database.execute(
            "INSERT INTO expenses (id, employee, purpose, total) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            FIRST,
        )


def find(database: sqlite3.Connection, number: str) -> Expense:
    """Return an expense; raises LookupError."""
    row = database.execute("SELECT * FROM expenses WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise LookupError(number)
    return Expense(*row)


def decide(database: sqlite3.Connection, decided: Expense) -> None:
    """Write a decision; the caller commits."""
    database.execute(
        "UPDATE expenses SET state = ?, decided_by = ?, reason = ? WHERE id = ?",
        (decided.state, decided.decided_by, decided.reason, decided.id),
    )
