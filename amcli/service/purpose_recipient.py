"""Whether the person who clicked is the one to whom the mail was sent, by directory ids.

A limited-purpose token names an address; a bearer token is sure of ``tid`` and ``oid`` only. A
service that knows its users maps one to the other, here; ``is_upn_of_recipient`` is for those that
do not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from amcli.errors import UsageError
from amcli.service.click import IsRecipient
from amcli.verify.clouds import parse_guid
from amcli.verify.token import VerifiedToken


@dataclass(frozen=True)
class UserId:
    """Who somebody is in Microsoft Entra ID, whatever the address is today."""

    tenant: str
    """``tid``, a GUID in any case."""
    object_id: str
    """``oid``, a GUID in any case."""

    def __post_init__(self) -> None:
        if None in {parse_guid(self.tenant), parse_guid(self.object_id)}:
            raise UsageError("a user is known by two GUIDs: the tenant's and the object's id")

    def is_performer(self, token: VerifiedToken) -> bool:
        """Return whether this user made the click; False for an EAT, which has no such ids."""
        ours = (parse_guid(self.tenant), parse_guid(self.object_id))
        return ours == (token.tenant, token.object_id)


def recipient_found_by(find: Callable[[str], UserId | None]) -> IsRecipient:
    """Return a rule for ``ActionEndpoint``: only the user whom ``find`` gives for the address.

    Nobody may click where it gives None. What it raises goes through the endpoint, before
    anything is done.
    """

    def is_recipient(token: VerifiedToken, recipient: str) -> bool:
        user = find(recipient)
        return user is not None and user.is_performer(token)

    return is_recipient
