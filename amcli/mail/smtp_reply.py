"""What an SMTP server says, made safe to show, and what goes wrong, named by its phase."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from amcli.errors import DeliveryError
from amcli.printable import printable_line

_SHOWN_CHARACTERS = 300
_TRY_LATER = (
    "the server may turn away this machine, or so many mails: try again later, or look into its log"
)
_UNTRUSTED_ISSUER = {18, 19, 20, 21}  # OpenSSL, X509_verify_cert_error_string(3): no known issuer


@dataclass(frozen=True)
class Reply:
    """One reply: the code, -1 when it had none, and its text on one line."""

    code: int
    text: str

    def __str__(self) -> str:
        if self.code < 0:
            return f'"{self.text}", which is no reply of a mail server'
        return f"{self.code} {self.text}".strip()


def ask(connection: smtplib.SMTP, command: str, arguments: str = "") -> Reply:
    """Send one command and return the reply."""
    return shown_reply(*connection.docmd(command, arguments))


def shown_reply(code: int, text: bytes | str) -> Reply:
    """Return a reply that may be printed: one line, bounded, control characters escaped."""
    decoded = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    line = printable_line(" ".join(decoded[: 4 * _SHOWN_CHARACTERS].split()))
    if len(line) > _SHOWN_CHARACTERS:
        line = f"{line[:_SHOWN_CHARACTERS]}…"
    return Reply(code, line)


@contextlib.contextmanager
def phase(server: str, doing: str, *, when_silent: str | None = None) -> Iterator[None]:
    """Turn whatever goes wrong inside into a DeliveryError that says when it happened.

    ``when_silent`` is the hint for a server that says nothing, where there is a better one.
    """
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise _certificate_error(server, error) from None
    except ssl.SSLError as error:
        raise DeliveryError(
            f"{server}: TLS failed while {doing}: {error.reason or 'no reason given'}",
            hint="smtp:// begins without TLS (port 587), smtps:// with it (port 465)",
        ) from None
    except smtplib.SMTPResponseException as error:
        reply = shown_reply(error.smtp_code, error.smtp_error)
        raise DeliveryError(f"{server}: refused while {doing}: {reply}") from None
    except smtplib.SMTPServerDisconnected as error:
        timed_out = "timed out" in str(error)
        what = "no answer in time" if timed_out else "the connection was closed"
        hint = (when_silent if timed_out else None) or _TRY_LATER
        raise DeliveryError(f"{server}: {what} while {doing}", hint=hint) from None
    except socket.gaierror:
        raise DeliveryError(
            f"{server}: there is no host of this name",
            hint="check the name in --smtp (smtp.url), and whether this machine has DNS",
        ) from None
    except TimeoutError:
        raise DeliveryError(
            f"{server}: no answer in time while {doing}", hint=when_silent or _TRY_LATER
        ) from None
    except ConnectionRefusedError:
        raise DeliveryError(
            f"{server}: the connection was refused while {doing}",
            hint="is a mail server listening there? Usual ports are 587 for smtp:// and 465 for "
            "smtps://",
        ) from None
    except (OSError, UnicodeError, smtplib.SMTPException) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise DeliveryError(f"{server}: {why} while {doing}", hint=_TRY_LATER) from None


def _certificate_error(server: str, error: ssl.SSLCertVerificationError) -> DeliveryError:
    hint = "the server is not the one you meant, or its certificate needs to be renewed"
    if error.verify_code in _UNTRUSTED_ISSUER:
        hint = "give the certificate of a private CA with --smtp-ca FILE"
    return DeliveryError(
        f"{server}: its TLS certificate does not verify: {error.verify_message}", hint=hint
    )
