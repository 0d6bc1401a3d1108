"""What a web service imports: the action request, its answer, limited-purpose tokens.

``ServiceSettings`` says what is trusted; its ``endpoint`` takes a posted click through every check
and has its work done once, its ``verifier`` only tells who clicked. The adapters for Flask,
Starlette, FastAPI and Django are modules of their own, ``amcli.service.flask`` and so on.
"""

from amcli.service.action_request import ActionRequest
from amcli.service.action_response import ActionResponse, RequestRefused
from amcli.service.action_verifier import ActionVerifier, VerifiedAction
from amcli.service.click import VerifiedClick
from amcli.service.endpoint import ActionEndpoint
from amcli.service.purpose import (
    Purpose,
    PurposeToken,
    PurposeTokenExpired,
    PurposeTokenRejected,
    mint,
    minter,
    open_purpose_token,
)
from amcli.service.purpose_keys import PurposeKey, PurposeKeys, load_purpose_keys
from amcli.service.purpose_recipient import UserId, recipient_found_by
from amcli.service.refresh_cards import RefreshCards
from amcli.service.settings import ServiceSettings
from amcli.service.sqlite_store import SqliteStore
from amcli.service.status_line import StatusLineWarning
from amcli.service.store import (
    ActionStore,
    ClaimLost,
    Done,
    New,
    Refused,
    StoreUnavailable,
    Unfinished,
)
from amcli.service.validator import (
    ActionableMessageTokenValidationResult,
    ActionableMessageTokenValidator,
    InvalidActionableMessageTokenError,
)

__all__ = [
    "ActionEndpoint",
    "ActionRequest",
    "ActionResponse",
    "ActionStore",
    "ActionVerifier",
    "ActionableMessageTokenValidationResult",
    "ActionableMessageTokenValidator",
    "ClaimLost",
    "Done",
    "InvalidActionableMessageTokenError",
    "New",
    "Purpose",
    "PurposeKey",
    "PurposeKeys",
    "PurposeToken",
    "PurposeTokenExpired",
    "PurposeTokenRejected",
    "RefreshCards",
    "Refused",
    "RequestRefused",
    "ServiceSettings",
    "SqliteStore",
    "StatusLineWarning",
    "StoreUnavailable",
    "Unfinished",
    "UserId",
    "VerifiedAction",
    "VerifiedClick",
    "load_purpose_keys",
    "mint",
    "minter",
    "open_purpose_token",
    "recipient_found_by",
]
