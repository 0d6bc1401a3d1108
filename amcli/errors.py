"""Everything that can go wrong, in one tree; each class knows its exit code.

AmcliError
├── UsageError            2  the call cannot be right, whatever the files say
│   ├── ConfigurationError   2  amcli.toml, a profile or an environment variable
│   ├── AddressError         2  an e-mail address that cannot be one
│   ├── OutputError          2  a file or folder that cannot be written
│   └── WouldOverwrite       2  something is there already, and is left alone
├── NothingFound          3  no card where one was expected
├── UnreadableInput       4  a file, a card, data or a mail that cannot be read
│   ├── TemplateError        4  a template that cannot be rendered; has file and line
│   ├── CardError            4  text that is no card
│   ├── DataError            4  sample or user data
│   └── MailError            4  an .eml file
├── KeyMaterialError      5  keys, certificates, signatures that cannot be made
├── NetworkError          6  a server that cannot be reached or cannot be believed
│   └── DeliveryError        6  SMTP; nothing was delivered
├── PartlySent            7  some recipients have the mail, others do not
│   └── DeliveryUnknown      7  nobody can tell whether the mail was taken
├── FindingsError         1  lint errors stand in the way
└── TokenRejected         1  a bearer token that must not be trusted

These stand beside the code that raises them, with the exit codes of their bases:

- amcli.signing.private_key: PassphraseNeeded
- amcli.linting.engine: CardRejected, with its findings
- amcli.mail.sending: LeftOut, with the receipts of a mail that some did not get
- amcli.verify.token_errors: one subclass of TokenRejected a reason, and KeysUnreachable (6)
- amcli.service: PurposeTokenRejected, RequestRefused, StoreUnavailable; a web service answers
  with a status instead
- amcli.demo.trip: StepFailed, with the code of what failed, and NotAsItMust

Findings and verdicts themselves are values (amcli.linting, amcli.verify); only code that goes on
to rely on a clean card or a genuine token gets an exception.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from amcli.verify.checks import Verdict


FINDINGS = 1
"""Exit code for findings, for a verification that failed, and for a mistake in amcli itself."""
INTERRUPTED = 130
_WORST_FIRST = (2, 4, 5, 6, 7, FINDINGS, 3)


def worst(codes: Iterable[int]) -> int:
    """Return the exit code of a command to which several apply; 0 where none does."""
    found = set(codes)
    return next((code for code in _WORST_FIRST if code in found), 0)


class AmcliError(Exception):
    """Root of the family: ``message`` says what failed and where, ``hint`` what to do next.

    ``fields`` is what a program wants to know beside the two; ``--json`` prints it.
    """

    exit_code = FINDINGS

    def __init__(
        self, message: str, *, hint: str | None = None, fields: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint: str | None = None
        if hint is not None:
            self.advise(hint)
        self.fields = dict(fields or {})

    def advise(self, hint: str) -> None:
        """Set the hint; a traceback, which is what users of the library see, ends with it."""
        self.hint = hint
        self.add_note(f"hint: {hint}")


class UsageError(AmcliError):
    """The call cannot be right, whatever the files say."""

    exit_code = 2


class ConfigurationError(UsageError):
    """A setting in amcli.toml, in a profile or in the environment is wrong."""


class AddressError(UsageError):
    """An e-mail address or a header value that no mail can carry."""


class OutputError(UsageError):
    """A place where output was asked for and cannot be written."""


class WouldOverwrite(UsageError):
    """Something stands where output should go; it was left as it is."""


class NothingFound(AmcliError):
    """No card, template or message was found where one was expected."""

    exit_code = 3


class UnreadableInput(AmcliError):
    """An input that cannot be read at all."""

    exit_code = 4


class TemplateError(UnreadableInput):
    """A template that cannot be rendered, with the place in its source.

    ``file`` is the template's path as a person would type it, ``line`` counts from 1 (None when
    the whole file is meant).
    """

    def __init__(
        self, message: str, *, file: str, line: int | None = None, hint: str | None = None
    ) -> None:
        where = f"{file}:{line}" if line is not None else file
        super().__init__(f"{where}: {message}", hint=hint)
        self.reason = message
        self.file = file
        self.line = line


class CardError(UnreadableInput):
    """Text that is no card: not JSON, not an object, or neither of the two formats."""


class DataError(UnreadableInput):
    """Data for a template that cannot be read or is too large."""


class MailError(UnreadableInput):
    """A mail that cannot be read."""


class KeyMaterialError(AmcliError):
    """A key, certificate or passphrase that cannot be used, or a signature that cannot be made."""

    exit_code = 5


class NetworkError(AmcliError):
    """A server that cannot be reached, or whose answer cannot be believed."""

    exit_code = 6


class DeliveryError(NetworkError):
    """The mail server did not take the mail; nothing was delivered."""


class PartlySent(AmcliError):
    """Some recipients were accepted by the server and others were not."""

    exit_code = 7


class DeliveryUnknown(PartlySent):
    """The connection broke after the mail was sent and before the server said that it has it."""


class FindingsError(AmcliError):
    """Lint errors stand in the way of what was asked."""


class TokenRejected(AmcliError):
    """A bearer token that must not be trusted; ``verdict`` has every check that was made.

    Its subclasses, one a reason, are in amcli.verify.token_errors.
    """

    def __init__(self, message: str, *, hint: str | None = None, verdict: Verdict) -> None:
        super().__init__(message, hint=hint)
        self.verdict = verdict
