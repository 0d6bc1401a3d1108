"""What a web service imports: the action request, its answer, limited-purpose tokens.

``ActionEndpoint`` takes a posted click through every check and has its work done once; the other
names are its parts, for services that want to go their own way.
"""

from amcli.service.action_request import ActionRequest
from amcli.service.action_response import ActionResponse, RequestRefused
from amcli.service.endpoint import ActionEndpoint, VerifiedClick
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
from amcli.service.sqlite_store import SqliteStore
from amcli.service.store import (
    ActionStore,
    ClaimLost,
    Done,
    New,
    Refused,
    StoreUnavailable,
    Unfinished,
)

__all__ = [
    "ActionEndpoint",
    "ActionRequest",
    "ActionResponse",
    "ActionStore",
    "ClaimLost",
    "Done",
    "New",
    "Purpose",
    "PurposeKey",
    "PurposeKeys",
    "PurposeToken",
    "PurposeTokenExpired",
    "PurposeTokenRejected",
    "Refused",
    "RequestRefused",
    "SqliteStore",
    "StoreUnavailable",
    "Unfinished",
    "VerifiedClick",
    "load_purpose_keys",
    "mint",
    "minter",
    "open_purpose_token",
]
