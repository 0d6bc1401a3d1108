"""What a web service imports: the action request, its answer, limited-purpose tokens.

``ActionEndpoint`` takes a posted click through every check and has its work done once; the other
names are its parts, for services that want to go their own way.
"""

from amcli.service.action_request import ActionRequest
from amcli.service.action_response import ActionResponse, RequestRefused
from amcli.service.endpoint import ActionEndpoint, VerifiedClick
from amcli.service.purpose import (
    Purpose,
    PurposeKey,
    PurposeKeys,
    PurposeToken,
    PurposeTokenExpired,
    PurposeTokenRejected,
    load_purpose_keys,
    mint,
    minter,
    open_purpose_token,
)
from amcli.service.store import (
    ActionStore,
    Done,
    New,
    Refused,
    SqliteStore,
    StoreUnavailable,
    Unfinished,
)

__all__ = [
    "ActionEndpoint",
    "ActionRequest",
    "ActionResponse",
    "ActionStore",
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
