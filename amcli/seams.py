"""The seams to time and chance: whoever needs one of them takes it as an argument."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the current time, aware and in UTC."""

RandomSource = Callable[[int], bytes]
"""Returns that many unpredictable bytes."""


def utc_now() -> datetime:
    """Return the current time, aware and in UTC."""
    return datetime.now(UTC)


def random_bytes(count: int) -> bytes:
    """Return that many bytes from the operating system's source, fit for secrets."""
    import secrets  # slow to load, as uuid is, and a clock does not need it

    return secrets.token_bytes(count)


def random_guid(random: RandomSource) -> str:
    """Return a version 4 UUID (RFC 9562, section 5.4) made from 16 bytes of ``random``."""
    import uuid

    return str(uuid.UUID(bytes=random(16), version=4))
