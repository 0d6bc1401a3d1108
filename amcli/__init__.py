"""Outlook actionable messages: render, lint, sign, send and verify.

The road out: ``render`` a template, ``check`` the card (or ``lint`` it and read the findings),
``sign`` it, ``embed`` it into a mail body, ``compose`` the mail, ``add_dkim``, ``deliver``. The
way back: ``inspect`` a mail, and ``decode_token``, ``check_token`` or ``verify_token`` what
Microsoft posts. What a web service needs beside that is in ``amcli.service``.

Everything is loaded when it is first used (PEP 562), so that importing amcli costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from amcli._version import __version__

if TYPE_CHECKING:
    from amcli.card.document import CardDocument, CardKind, parse_card
    from amcli.card.rendering import CardTemplate, Envelope, RenderedCard, render
    from amcli.card.template import TemplateFolder, load_template
    from amcli.errors import AmcliError
    from amcli.linting.engine import CardRejected, check, lint
    from amcli.linting.finding import CheckedCard, Finding, Severity
    from amcli.mail.body import HtmlBody, embed
    from amcli.mail.connection import SmtpServer
    from amcli.mail.dkim import add_dkim
    from amcli.mail.message import MailMessage, compose
    from amcli.mail.smtp import Receipt, deliver
    from amcli.mail.smtp_auth import Credentials
    from amcli.secrets import Secret
    from amcli.signing.dkim_key import DkimKey, load_dkim_key
    from amcli.signing.keys import SigningKey, VerifyingKey, load_public_key, load_signing_key
    from amcli.signing.signed_card import SignedCard, sign
    from amcli.verify.checks import Check, Outcome, Verdict
    from amcli.verify.inspect import Inspection, inspect
    from amcli.verify.token import (
        AnyTenant,
        TokenPolicy,
        UnverifiedToken,
        VerifiedToken,
        check_token,
        decode_token,
        verify_token,
        verify_token_async,
    )

_MODULES = {
    "amcli.card.document": ("CardDocument", "CardKind", "parse_card"),
    "amcli.card.rendering": ("CardTemplate", "Envelope", "RenderedCard", "render"),
    "amcli.card.template": ("TemplateFolder", "load_template"),
    "amcli.errors": ("AmcliError",),
    "amcli.linting.engine": ("CardRejected", "check", "lint"),
    "amcli.linting.finding": ("CheckedCard", "Finding", "Severity"),
    "amcli.mail.body": ("HtmlBody", "embed"),
    "amcli.mail.connection": ("SmtpServer",),
    "amcli.mail.message": ("MailMessage", "compose"),
    "amcli.mail.smtp": ("Receipt", "deliver"),
    "amcli.mail.smtp_auth": ("Credentials",),
    "amcli.secrets": ("Secret",),
    "amcli.mail.dkim": ("add_dkim",),
    "amcli.signing.dkim_key": ("DkimKey", "load_dkim_key"),
    "amcli.signing.keys": ("SigningKey", "VerifyingKey", "load_public_key", "load_signing_key"),
    "amcli.signing.signed_card": ("SignedCard", "sign"),
    "amcli.verify.checks": ("Check", "Outcome", "Verdict"),
    "amcli.verify.inspect": ("Inspection", "inspect"),
    "amcli.verify.token": ("AnyTenant", "TokenPolicy", "UnverifiedToken", "VerifiedToken",
                           "check_token", "decode_token", "verify_token", "verify_token_async"),
}  # fmt: skip
_HOMES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "AmcliError",
    "AnyTenant",
    "CardDocument",
    "CardKind",
    "CardRejected",
    "CardTemplate",
    "Check",
    "CheckedCard",
    "Credentials",
    "DkimKey",
    "Envelope",
    "Finding",
    "HtmlBody",
    "Inspection",
    "MailMessage",
    "Outcome",
    "Receipt",
    "RenderedCard",
    "Secret",
    "Severity",
    "SignedCard",
    "SigningKey",
    "SmtpServer",
    "TemplateFolder",
    "TokenPolicy",
    "UnverifiedToken",
    "Verdict",
    "VerifiedToken",
    "VerifyingKey",
    "__version__",
    "add_dkim",
    "check",
    "check_token",
    "compose",
    "decode_token",
    "deliver",
    "embed",
    "inspect",
    "lint",
    "load_dkim_key",
    "load_public_key",
    "load_signing_key",
    "load_template",
    "parse_card",
    "render",
    "sign",
    "verify_token",
    "verify_token_async",
]


def __getattr__(name: str) -> Any:
    import importlib

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
