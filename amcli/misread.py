"""Text in a format that refuses it: where, why, and what to do."""

from __future__ import annotations


class Misread(ValueError):
    """Text that is refused; the message has no subject: "is not JSON: ...", "has a name twice".

    The text may hold a secret: no more of it is shown than digits. ``line`` and ``column`` count
    from 1, and are None when no single place is meant.
    """

    def __init__(
        self,
        reason: str,
        *,
        line: int | None = None,
        column: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(reason)
        self.line = line
        self.column = column
        self.hint = hint

    def at(self, source: str) -> str:
        """Return the message behind its place: ``card.json:1:7: not JSON: Expecting value``."""
        place = [str(part) for part in (source, self.line, self.column) if part is not None]
        return f"{':'.join(place)}: {str(self).removeprefix('is ')}"
