"""What ``amcli send`` says of a mail: before it goes, when it went, and when it did not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from amcli.mail.sending import Prepared
    from amcli.mail.smtp import Receipt, SmtpServer


@dataclass(frozen=True)
class SendReport:
    """A mail, where it goes, and where it is kept."""

    prepared: Prepared
    server: SmtpServer | None
    """None where none is named, which only a dry run allows."""
    saved: Path | None
    dry_run: bool

    def fields(self, receipts: Sequence[Receipt] = ()) -> dict[str, Any]:
        """Return what ``--json`` has, whether the mail went or not."""
        prepared, message = self.prepared, self.prepared.message
        return {
            "message_id": message.message_id,
            "sender": message.sender,
            "to": message.to,
            "cc": message.cc,
            "subject": prepared.subject,
            "server": self.server.name if self.server else None,
            "tls": self.server.security.value if self.server else None,
            "headers": _headers(message.content),
            "card": prepared.card.document.value,
            "bytes": len(message.content),
            "signed": prepared.signed is not None,
            "dkim": prepared.dkim_names,
            "allowed": prepared.card.allowed,
            "findings": [finding.as_json() for finding in prepared.card.findings],
            "warnings": prepared.warnings,
            "receipts": [vars(receipt) for receipt in receipts],
            "saved": str(self.saved) if self.saved else None,
        }

    def text(self, receipts: Sequence[Receipt] = ()) -> str:
        """Return what a person reads at the end."""
        lines = self._delivered(receipts) if receipts else self._as_planned()
        return "\n".join([*lines, *([f"kept in {self.saved}"] if self.saved else [])])

    def _delivered(self, receipts: Sequence[Receipt]) -> list[str]:
        taken = [receipt for receipt in receipts if receipt.accepted]
        replies = dict.fromkeys(f"{receipt.code} {receipt.reply}" for receipt in taken)
        return [
            f"sent to {', '.join(receipt.recipient for receipt in taken)}",
            *(f"refused: {r.recipient}: {r.code} {r.reply}" for r in receipts if not r.accepted),
            f"Message-ID: {self.prepared.message.message_id}",
            *(f"server: {reply}" for reply in replies),
        ]

    def _as_planned(self) -> list[str]:
        message, server = self.prepared.message, self.server
        by = f"by {server.name} ({server.security.value})" if server else "(no mail server named)"
        return [
            *self._preview(),
            "",
            f"would be sent to {', '.join(message.recipients)} {by}",
            f"Message-ID: {message.message_id}",
        ]

    def _preview(self) -> list[str]:
        prepared = self.prepared
        head = prepared.message.content.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
        signed, kind = prepared.signed, prepared.card.document.kind.label
        return [
            *head.splitlines(),
            "",
            f"card: {kind}, {len(prepared.card.document.compact())} characters, "
            + (f"signed for {signed.claims.originator}" if signed else "not signed"),
            f"HTML: {len(prepared.body.html.encode())} bytes, text: "
            f"{len(prepared.body.text.encode())} bytes, mail: "
            f"{len(prepared.message.content)} bytes",
            f"DKIM: {', '.join(prepared.dkim_names) or 'none'}",
        ]


def _headers(content: bytes) -> list[dict[str, str]]:
    head = content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    fields = message_from_bytes(head).items()
    return [{"name": name, "value": " ".join(value.split())} for name, value in fields]
