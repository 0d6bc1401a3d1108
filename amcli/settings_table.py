"""Every setting that amcli knows, in one table.

``amcli.toml``, ``AMCLI_...`` variables, ``--setting``, ``amcli config show``, the JSON Schema in
``schemas/`` and the table in ``docs/configuration.md`` all follow this table; tests hold them.
"""

from __future__ import annotations

import enum
import re
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from amcli.secrets import Secret


class Row(NamedTuple):
    """One name in a setting that is a table of its own, with where it stands."""

    name: str
    """A rule, a pattern; in a list of tables the number from 0."""
    value: Any
    """A text, or a mapping in which every name is there."""
    where: str


Value = (
    str | int | float | bool | Path | tuple[str, ...] | tuple[Row, ...] | datetime | Secret | None
)


class Kind(enum.Enum):
    """What a setting's value is; the text completes "must be ..."."""

    TEXT = "a text"
    PORT = "a port number from 1 to 65535"
    SECONDS = "a number of seconds above 0, at most 86400"
    FLAG = "true or false"
    PATH = "a path"
    LOCATION = "a path or a URL"
    LIST = "a list of texts"
    COUNT = "a whole number above 0"
    CHOICE = "one of a few words"
    TIME = "a date, or a date and time"
    PUBLIC_KEY = "an RSAKeyValue, or the path of a public key"
    SEVERITIES = "a table of rules, each error, warning or info"
    PER_PATH = "a table of patterns, each with ignore and severity"
    PLACES = "a list of tables with file, pointer, rules and reason"
    SECRET = "a secret"  # noqa: S105 - the name of a kind


class Setting(NamedTuple):
    """One row of the table."""

    key: str
    """Section and name: ``smtp.host``."""
    kind: Kind
    summary: str
    default: Value = None
    """Of kind PATH: relative to the project's folder."""
    choices: tuple[str, ...] = ()
    """The words that a setting of kind CHOICE may be."""

    @property
    def must_be(self) -> str:
        """Return what completes "must be ..."."""
        return " or ".join(self.choices) or self.kind.value

    @property
    def section(self) -> str:
        """Return the table in amcli.toml."""
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        """Return the key inside its table."""
        return self.key.partition(".")[2]

    @property
    def variable(self) -> str:
        """Return the environment variable that gives this setting."""
        return f"AMCLI_{self.key.replace('.', '_').upper()}"


_TEXT, _FLAG, _PATH, _LIST = Kind.TEXT, Kind.FLAG, Kind.PATH, Kind.LIST

SETTINGS = (
    Setting("provider.originator", _TEXT, "Provider id from the developer dashboard."),
    Setting("provider.scope", Kind.CHOICE, "Scope that the provider is approved for.",
            choices=("test-users", "organization", "global")),
    Setting("provider.senders", _LIST, "Registered sender addresses."),
    Setting("provider.target_urls", _LIST, "Registered target URLs."),
    Setting("provider.test_users", _LIST, "Registered test users."),
    Setting("provider.token_type", Kind.CHOICE, "Tokens that the provider is registered for.",
            choices=("entra", "eat")),
    Setting("provider.application_id", _TEXT, "Registered Entra application (client) id."),
    Setting("provider.app_id_uri", _TEXT, "App ID URI that the dashboard made."),
    Setting("provider.public_key", Kind.PUBLIC_KEY, "Registered public key of signed cards."),
    Setting("provider.bot_id", _TEXT, "Bot behind Action.Execute."),
    Setting("provider.approved", Kind.TIME, "When the registration was approved; UTC."),
    Setting("send.from", _TEXT, "Sender address."),
    Setting("send.to", _LIST, "Recipients."),
    Setting("send.cc", _LIST, "Recipients of a copy."),
    Setting("send.subject", _TEXT, "Subject, instead of the template's own."),
    Setting("send.allow", _LIST, "Lint rules whose errors do not stop a mail."),
    Setting("smtp.url", _TEXT, "Mail server: smtp://host:587 (STARTTLS) or smtps://host:465."),
    Setting("smtp.host", _TEXT, "Mail server's host, where smtp.url is not set."),
    Setting("smtp.port", Kind.PORT, "Mail server's port, where smtp.url is not set."),
    Setting("smtp.ca", _PATH, "Certificates of a private CA to trust, PEM."),
    Setting("smtp.plaintext", _FLAG, "Send without TLS; for servers on this machine.", False),
    Setting("smtp.user", _TEXT, "User name at the mail server."),
    Setting("smtp.password_file", _PATH, "File whose first line is the password."),
    Setting("smtp.password", Kind.SECRET, "Password at the mail server; environment only."),
    Setting("smtp.token_file", _PATH, "File whose first line is an OAuth access token (XOAUTH2)."),
    Setting("smtp.token", Kind.SECRET, "OAuth access token (XOAUTH2); environment only."),
    Setting("smtp.timeout", Kind.SECONDS, "Longest wait for an answer of the mail server.", 30.0),
    Setting("sign.enabled", _FLAG, "Sign every card that is sent.", False),
    Setting("sign.key", _PATH, "Private card key: PEM, DER or PFX."),
    Setting("sign.passphrase_file", _PATH, "File whose first line is the card key's passphrase."),
    Setting("sign.passphrase", Kind.SECRET, "Passphrase of the card key; environment only."),
    Setting("sign.sender", _TEXT, "Sender in the signed card's claims."),
    Setting("dkim.enabled", _FLAG, "Add a DKIM signature to every mail that is sent.", False),
    Setting("dkim.key", _PATH, "Private DKIM key, RSA."),
    Setting("dkim.passphrase_file", _PATH, "File whose first line is the DKIM key's passphrase."),
    Setting("dkim.domain", _TEXT, "Domain that signs: d= in the DKIM signature."),
    Setting("dkim.selector", _TEXT, "Selector of the DKIM record: s= in the signature."),
    Setting("dkim.ed25519_key", _PATH, "Private Ed25519 key for a second DKIM signature."),
    Setting("dkim.ed25519_selector", _TEXT, "Selector of the Ed25519 record."),
    Setting("verify.audience", _LIST, "Audiences that a token may be meant for."),
    Setting("verify.tenants", _LIST, "Tenant ids whose tokens are accepted."),
    Setting("verify.any_tenant", _FLAG, "Accept tokens of every tenant.", False),
    Setting("verify.jwks", Kind.LOCATION, "Key set to check tokens with, instead of Microsoft's."),
    Setting("verify.scope", _TEXT, "Scope that an Entra ID token must have."),
    Setting("verify.cloud", _TEXT, "Microsoft cloud that issues the tokens."),
    Setting("verify.legacy_eat", _FLAG, "Judge EAT tokens by their old rules; else refuse.", True),
    Setting("lint.select", _LIST, "Lint rules to ask; all where it is not set."),
    Setting("lint.ignore", _LIST, "Lint rules to leave out."),
    Setting("lint.targets", _LIST, "Outlooks that the cards are for; all where it is not set."),
    Setting("lint.severity", Kind.SEVERITIES, "Severities of rules, instead of their own."),
    Setting("lint.per_path", Kind.PER_PATH, "Rules to leave out, and severities, by file."),
    Setting("lint.ignore_at", Kind.PLACES, "Rules to leave out at one place of a JSON file."),
    Setting("lint.baseline", _PATH, "Findings that are known and held back."),
    Setting("lint.max_card_bytes", Kind.COUNT, "Size above which a card is called large.", 28_000),
    Setting("lint.max_inputs", Kind.COUNT, "More inputs in a card are many.", 50),
    Setting("lint.max_show_cards", Kind.COUNT, "More Action.ShowCard in a card are many.", 20),
    Setting("lint.max_depth", Kind.COUNT, "Containers nested deeper are nested deeply.", 12),
    Setting("templates.folder", _PATH, "The project's own templates.", Path("templates")),
    Setting("service.purpose_key_file", _PATH, "File with the key of limited-purpose tokens."),
    Setting("service.store", _PATH, "SQLite file in which a web service keeps what was clicked."),
    Setting("service.key_folder", _PATH, "Folder in which a service keeps Microsoft's keys."),
    Setting("service.legacy_eat", _FLAG, "Accept EAT tokens in a web service.", False),
)  # fmt: skip

BY_KEY = {setting.key: setting for setting in SETTINGS}
BY_VARIABLE = {setting.variable: setting for setting in SETTINGS}
SECTIONS = tuple(dict.fromkeys(setting.section for setting in SETTINGS))

_SERVERS = {"smtp.url", "smtp.host"}  # which have no "@" but behind a password
# A password may hold what it should not, such as a slash; digits before one are a port.
_URL_PASSWORD = r"(?<=://)([^/@\s:]*):(?!\d+/)\S*(?=@)"  # noqa: S105 - a pattern


class Source(enum.Enum):
    """Where a value comes from, strongest first."""

    COMMAND_LINE = "command line"
    ENVIRONMENT = "environment"
    PROFILE = "profile"
    FILE = "file"
    DEFAULT = "default"


class Entry(NamedTuple):
    """A setting with the value that it has and where the value comes from."""

    setting: Setting
    value: Value
    source: Source
    where: str | None = None
    """The variable's name, or file and line."""

    @property
    def shown(self) -> str | int | float | bool | list[str] | None:
        """Return the value as it may be printed: a secret is ``***``."""
        if self.value is None or isinstance(self.value, int | float):
            return self.value
        if self.setting.kind is Kind.SECRET:
            return "***"
        if isinstance(self.value, tuple):
            return [_row(part) if isinstance(part, Row) else part for part in self.value]
        if isinstance(self.value, datetime):
            return self.value.isoformat()
        text, shown = str(self.value), redacted(str(self.value))
        if shown == text and "@" in text and self.setting.key in _SERVERS:
            return f"***@{text.rpartition('@')[2]}"
        return shown


def _row(row: Row) -> str:
    return f"{row.name}: {_part(row.value)}"


def _part(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name} {_part(part)}" for name, part in value.items() if part)
    if isinstance(value, tuple):
        return ", ".join(_row(part) if isinstance(part, Row) else str(part) for part in value)
    return str(value)


def redacted(text: str) -> str:
    """Return a text without the password of a URL in it."""
    return re.sub(_URL_PASSWORD, r"\1:***", text)
