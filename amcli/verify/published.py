"""Keys over the network: those that an issuer publishes, or a set at an address a person named.

Each document is read at most once by a source, so that an unknown key id costs nothing; a
document that cannot be read says nothing against a token.
"""

from __future__ import annotations

from typing import Any

from amcli.errors import NetworkError, UnreadableInput
from amcli.verify.clouds import Authority
from amcli.verify.fetch import Fetcher, host_of
from amcli.verify.keyset import NoKey, StaticKeys, TokenKey, read_json_object
from amcli.verify.token_errors import KeysUnreachable
from amcli.verify.token_text import shown

_ADVICE = "try again later, or give a key set that you have: --jwks FILE"


class PublishedKeys:
    """The keys that the issuer's metadata names (OpenID Connect Discovery 1.0, section 4)."""

    origin = "the key set that the issuer's metadata names"

    def __init__(self, fetch: Fetcher) -> None:
        self._fetch = fetch
        self._sets: dict[str, StaticKeys] = {}

    def find(self, kid: str, authority: Authority) -> TokenKey | NoKey:
        """Return the key of that id; an unknown one never makes a second request."""
        key_set = self._sets.get(authority.metadata_url)
        if key_set is None:
            key_set = self._sets[authority.metadata_url] = self._load(authority)
        return key_set.find(kid, authority)

    def _load(self, authority: Authority) -> StaticKeys:
        metadata = _json_at(authority.metadata_url, self._fetch, "metadata")
        issuer = metadata.get("issuer")
        if not isinstance(issuer, str) or not authority.names(issuer):
            raise KeysUnreachable(
                f"{authority.metadata_url} is metadata of another issuer: {shown(issuer)}"
            )
        url = metadata.get("jwks_uri")
        if not isinstance(url, str) or not _is_at(authority.key_hosts, url):
            raise KeysUnreachable(
                f"{authority.metadata_url} names a key set that is not at the issuer: {shown(url)}"
            )
        return _key_set_at(url, self._fetch)


class KeysAtUrl:
    """A key set at an https address that a person chose, used for every issuer."""

    def __init__(self, url: str, fetch: Fetcher) -> None:
        self.origin = url
        self._fetch = fetch
        self._keys: StaticKeys | None = None

    def find(self, kid: str, authority: Authority) -> TokenKey | NoKey:
        """Return the key of that id; an unknown one never makes a second request."""
        if self._keys is None:
            self._keys = _key_set_at(self.origin, self._fetch)
        return self._keys.find(kid, authority)


def _is_at(hosts: frozenset[str], url: str) -> bool:
    try:
        return host_of(url) in hosts
    except NetworkError:  # no https address
        return False


def _key_set_at(url: str, fetch: Fetcher) -> StaticKeys:
    value = _json_at(url, fetch, "a key set")
    try:
        return StaticKeys.from_mapping(value, url)
    except UnreadableInput as error:
        raise KeysUnreachable(error.message, hint=error.hint) from None


def _json_at(url: str, fetch: Fetcher, what: str) -> dict[str, Any]:
    try:
        return read_json_object(fetch(url), url, what)
    except NetworkError as error:
        raise KeysUnreachable(error.message, hint=error.hint or _ADVICE) from error
    except UnreadableInput as error:
        raise KeysUnreachable(error.message, hint=_ADVICE) from None
