"""The options of ``send`` and what they come to: a route, keys, a server, a login."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from amcli.cli.completion import complete_rule
from amcli.cli.options import key_option, key_passphrase_option, setting_option
from amcli.cli.session import current
from amcli.errors import UsageError, WouldOverwrite

if TYPE_CHECKING:
    from amcli.card.rendering import PurposeToken
    from amcli.mail.sending import Route, Signing
    from amcli.mail.smtp import Credentials, SmtpServer
    from amcli.secrets import Secret
    from amcli.signing.dkim_key import DkimKey

F = TypeVar("F", bound=Callable[..., Any])

_FILE = click.Path(path_type=Path)
_IMPLICIT_TLS_PORT = 465


def _refuse_bcc(_ctx: click.Context, _param: click.Parameter, value: tuple[str, ...]) -> None:
    if value:
        raise click.UsageError(
            "there is no Bcc: Outlook shows no card to hidden recipients. Send each of them "
            "a mail of their own, with --to"
        )


# In the order in which help shows them; ``SendOptions`` has a field for each.
_OPTIONS = (
    setting_option("--to", setting="send.to", multiple=True, metavar="ADDR",
                   help="Recipient; repeatable."),
    setting_option("--cc", setting="send.cc", multiple=True, metavar="ADDR",
                   help="Recipient of a copy; repeatable."),
    click.option("--bcc", multiple=True, hidden=True, expose_value=False, callback=_refuse_bcc),
    setting_option("--from", "sender", setting="send.from", metavar="ADDR", help="Sender."),
    setting_option("--subject", setting="send.subject", metavar="TEXT",
                   help="Subject; without it the template's, else the card's first heading."),
    setting_option("--sign/--no-sign", setting="sign.enabled", default=False,
                   help="Sign the card."),
    key_option(),
    key_passphrase_option,
    setting_option("--originator", setting="provider.originator", metavar="ID",
                   help="Provider id: the signed card's claim and the template's variable."),
    setting_option("--purpose-key-file", setting="service.purpose_key_file", type=_FILE,
                   metavar="FILE",
                   help="Keys of limited-purpose tokens; such a card goes to one person only."),
    setting_option("--dkim/--no-dkim", setting="dkim.enabled", default=False,
                   help="Add a DKIM signature."),
    setting_option("--dkim-key", "dkim_key_file", setting="dkim.key", type=_FILE, metavar="FILE",
                   help="Private DKIM key, RSA."),
    setting_option("--dkim-domain", setting="dkim.domain", metavar="D",
                   help="Signing domain; without it From's."),
    setting_option("--dkim-selector", setting="dkim.selector", metavar="S",
                   help="Selector of the DKIM record."),
    setting_option("--dkim-passphrase-file", setting="dkim.passphrase_file", type=_FILE,
                   metavar="FILE", help="File with the DKIM key's passphrase."),
    setting_option("--dkim-ed25519-key", setting="dkim.ed25519_key", type=_FILE, metavar="FILE",
                   help="Ed25519 key for a second signature."),
    setting_option("--dkim-ed25519-selector", setting="dkim.ed25519_selector", metavar="S",
                   help="Selector of its record."),
    setting_option("--smtp", "smtp_url", setting="smtp.url", metavar="URL",
                   help="smtp://host:587 (STARTTLS) or smtps://host:465."),
    setting_option("--smtp-user", setting="smtp.user", metavar="USER", help="Login name."),
    setting_option("--smtp-password-file", setting="smtp.password_file", type=_FILE,
                   metavar="FILE", help="File with the password."),
    setting_option("--smtp-token-file", setting="smtp.token_file", type=_FILE, metavar="FILE",
                   help="File with an OAuth access token (XOAUTH2)."),
    setting_option("--smtp-ca", setting="smtp.ca", type=_FILE, metavar="FILE",
                   help="Certificates of a private CA, PEM."),
    setting_option("--smtp-plaintext", setting="smtp.plaintext", is_flag=True,
                   help="Send without TLS, and then without login."),
    click.option("--partial", is_flag=True,
                 help="When some recipients are refused, send to the others (exit code 7)."),
    click.option("--sample", is_flag=True, help="Do send the template's sample data."),
    setting_option("--allow", setting="send.allow", multiple=True, metavar="RULE",
                   shell_complete=complete_rule,
                   help="Let the errors of a lint rule pass; repeatable."),
    click.option("--dry-run", is_flag=True, help="Show what would be sent; touch no network."),
    click.option("--save", type=_FILE, metavar="FILE.eml", help="Keep the mail in this file."),
    click.option("--yes", is_flag=True, help="Do not ask before sending to several people."),
)  # fmt: skip


def send_options(command: F) -> F:
    """Add the options that ``SendOptions`` holds."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True)
class SendOptions:
    """What was typed, or set."""

    to: tuple[str, ...]
    cc: tuple[str, ...]
    sender: str | None
    subject: str | None
    sign: bool
    key_file: Path | None
    key_passphrase_file: Path | None
    originator: str | None
    purpose_key_file: Path | None
    dkim: bool
    dkim_key_file: Path | None
    dkim_domain: str | None
    dkim_selector: str | None
    dkim_passphrase_file: Path | None
    dkim_ed25519_key: Path | None
    dkim_ed25519_selector: str | None
    smtp_url: str | None
    smtp_user: str | None
    smtp_password_file: Path | None
    smtp_token_file: Path | None
    smtp_ca: Path | None
    smtp_plaintext: bool
    partial: bool
    sample: bool
    allow: tuple[str, ...]
    dry_run: bool
    save: Path | None
    yes: bool

    def route(self) -> Route:
        """Return from whom to whom."""
        from amcli.mail.sending import Route

        sender = _needed(self.sender, "--from", "send.from", "the sender's address")
        if not self.to:
            raise UsageError(
                "nobody is named to send to", hint="give --to ADDR, or set send.to in amcli.toml"
            )
        return Route.between(sender, self.to, self.cc)

    def signing(self) -> Signing | None:
        """Return how the card is signed, None where it is not."""
        if not self.sign:
            return None
        from amcli.cli.keys import open_signing_key
        from amcli.mail.sending import Signing

        key_file = _needed(self.key_file, "--key", "sign.key", "the private card key")
        originator = _needed(
            self.originator, "--originator", "provider.originator", "the provider's id"
        )
        return Signing(
            open_signing_key(key_file, self.key_passphrase_file),
            originator,
            current().settings.get("sign.sender"),
        )

    def purpose_tokens(self, route: Route) -> Callable[[str], PurposeToken] | None:
        """Return what gives a template its ``purpose_token``, None where no key is named."""
        if self.purpose_key_file is None:
            return None
        from amcli.service.purpose import minter
        from amcli.service.purpose_keys import load_purpose_keys

        keys = load_purpose_keys(self.purpose_key_file)
        return lambda template: minter(
            keys, sender=route.sender, template=template, recipients=route.recipients
        )

    def dkim_key(self, route: Route) -> DkimKey | None:
        """Return the DKIM key, None where the mail gets no DKIM signature."""
        if not self.dkim:
            return None
        from amcli.address import address_domain
        from amcli.cli.keys import open_dkim_key

        return open_dkim_key(
            _needed(self.dkim_key_file, "--dkim-key", "dkim.key", "the private DKIM key"),
            domain=self.dkim_domain or address_domain(route.sender),
            selector=_needed(
                self.dkim_selector, "--dkim-selector", "dkim.selector", "the DKIM selector"
            ),
            passphrase_file=self.dkim_passphrase_file,
            ed25519_path=self.dkim_ed25519_key,
            ed25519_selector=self.dkim_ed25519_selector,
        )

    def server(self) -> SmtpServer | None:
        """Return the mail server, None for a dry run that names none."""
        from amcli.mail.smtp import SmtpServer

        settings = current().settings
        url = self.smtp_url or _url_of(settings.get("smtp.host"), settings.get("smtp.port"))
        if url is None and self.dry_run:
            return None
        return SmtpServer.parse(
            _needed(url, "--smtp", "smtp.url", "the mail server"),
            ca_file=self.smtp_ca,
            plaintext=self.smtp_plaintext,
            timeout=settings.get("smtp.timeout"),
        )

    def credentials(self) -> Credentials | None:
        """Return the login, None where there is none; asks for the password on a terminal."""
        if self.dry_run:
            return None
        from amcli.mail.smtp import Credentials

        token = _secret(self.smtp_token_file, "smtp.token")
        password = None if token else _secret(self.smtp_password_file, "smtp.password")
        if self.smtp_user is None:
            if token or password:
                raise UsageError("there is a password or token, and no user to log in with it",
                                 hint="give --smtp-user, or set smtp.user")  # fmt: skip
            return None
        if token is None and password is None:
            password = _asked_password(self.smtp_user)
        return Credentials(self.smtp_user, password=password, token=token)

    def refuse_contradictions(self) -> None:
        """Raise for what cannot be right, before anything is read."""
        if self.save is not None and self.save.exists():
            raise WouldOverwrite(f"{self.save} exists already", hint="choose another name")
        if self.save is not None and not self.save.parent.is_dir():
            raise UsageError(f"{self.save.parent} is no folder to keep a mail in")


def _needed(value: Any, option: str, setting: str, what: str) -> Any:
    if value is None:
        raise UsageError(f"{what} is missing", hint=f"give {option}, or set {setting}")
    return value


def _url_of(host: str | None, port: int | None) -> str | None:
    if host is None:
        return None
    scheme = "smtps" if port == _IMPLICIT_TLS_PORT else "smtp"
    return f"{scheme}://{host}:{port}" if port else f"{scheme}://{host}"


def _secret(file: Path | None, setting: str) -> Secret | None:
    from amcli.secrets import read_secret

    found: Secret | None = read_secret(file) if file else current().settings.get(setting)
    return found


def _asked_password(user: str) -> Secret:
    from amcli.secrets import Secret

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            f"the password of {user} is missing",
            hint="give --smtp-password-file or --smtp-token-file, or set AMCLI_SMTP_PASSWORD",
        )
    return Secret(click.prompt(f"SMTP password of {user}", hide_input=True, err=True))
