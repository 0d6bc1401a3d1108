"""Points in time on the command line, for ``--at``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

_DIGITS_OF_A_DATE = 8


class Moment(click.ParamType[datetime]):
    """A point in time: ISO 8601 (UTC where it does not say otherwise) or Unix seconds."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the time, aware and in UTC."""
        if isinstance(value, datetime):
            return value
        try:
            # Eight digits are a date, 20260608; as seconds they would be a day in 1970.
            if value.isascii() and value.isdigit() and len(value) > _DIGITS_OF_A_DATE:
                return datetime.fromtimestamp(int(value), UTC)
            parsed = datetime.fromisoformat(value)
            return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError, OSError):
            self.fail(
                f"{value!r} is no time; write 2026-06-08T12:00:00Z or Unix seconds", param, ctx
            )
