"""Keys over the network: those that an issuer publishes, or a set at an address a person named.

How often they are asked for, and what counts meanwhile, is in fresh_keys. There is a ring for
each place where metadata stands, and those places are few: tenants that are served, or one for
all tenants. Nothing in a token makes a new one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amcli.errors import NetworkError, UnreadableInput, UsageError
from amcli.seams import Clock, utc_now
from amcli.verify.clouds import Authority
from amcli.verify.fresh_keys import FreshKeys, RingStore, Start, in_a_thread
from amcli.verify.https_address import host_of
from amcli.verify.keyset import KeySource, NoKey, StaticKeys, TokenKey, read_json_object
from amcli.verify.token_errors import KeysUnreachable
from amcli.verify.token_text import shown

if TYPE_CHECKING:
    from amcli.verify.fetch import Fetcher

_ADVICE = "try again later, or give a key set that you have: --jwks FILE"


class PublishedKeys:
    """The keys that the issuer's metadata names (OpenID Connect Discovery 1.0, section 4).

    ``fetch`` reads a document, ``store`` keeps keys from one run to the next; threads and tasks
    may share it.
    """

    origin = "the key set that the issuer's metadata names"

    def __init__(
        self,
        fetch: Fetcher,
        *,
        clock: Clock = utc_now,
        store: RingStore | None = None,
        start: Start = in_a_thread,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._store = store
        self._start = start
        self._lock = threading.Lock()
        self._places: dict[str, FreshKeys] = {}

    def find(self, kid: str, authority: Authority, *, wait: bool = True) -> TokenKey | NoKey:
        """Return the key of that id that this issuer publishes."""
        keys = self._places.get(authority.metadata_url) or self._place(authority)
        return keys.find(kid, wait=wait)

    def _place(self, authority: Authority) -> FreshKeys:
        with self._lock:  # two rings for one place would make two requests
            url = authority.metadata_url
            if url not in self._places:
                self._places[url] = FreshKeys(
                    url,
                    lambda: _published(authority, self._fetch),
                    clock=self._clock,
                    store=self._store,
                    start=self._start,
                )
            return self._places[url]


class KeysAtUrl:
    """A key set at an https address that a person chose, used for every issuer.

    Raises UsageError for an address that is none.
    """

    def __init__(
        self,
        url: str,
        fetch: Fetcher,
        *,
        clock: Clock = utc_now,
        store: RingStore | None = None,
        start: Start = in_a_thread,
    ) -> None:
        _demand_https(url)
        self.origin = url
        load: Callable[[], StaticKeys] = lambda: _key_set_at(url, fetch)  # noqa: E731
        self._keys = FreshKeys(url, load, clock=clock, store=store, start=start)

    def find(self, kid: str, authority: Authority, *, wait: bool = True) -> TokenKey | NoKey:
        """Return the key of that id, whoever the issuer is."""
        return self._keys.find(kid, wait=wait)


def keys_from(
    location: str | Path | None, fetch: Fetcher, *, store: RingStore | None = None
) -> KeySource:
    """Return the keys in a file or at an https address; without one those that issuers publish.

    Raises UsageError for an address that is none, and UnreadableInput for a file without keys.
    """
    if location is None:
        return PublishedKeys(fetch, store=store)
    if isinstance(location, str) and "://" in location:
        return KeysAtUrl(location, fetch, store=store)
    return StaticKeys.from_file(Path(location))


def _demand_https(url: str) -> None:
    try:
        host_of(url)
    except NetworkError as error:
        hint = "write https://HOST/PATH, or name a file"
        raise UsageError(error.message, hint=hint) from None


def _published(authority: Authority, fetch: Fetcher) -> StaticKeys:
    place = authority.metadata_url
    metadata = _json_at(place, fetch, "metadata")
    issuer = metadata.get("issuer")
    if not isinstance(issuer, str) or not authority.is_published_by(issuer):
        raise KeysUnreachable(f"{place} is metadata of another issuer: {shown(issuer)}")
    url = metadata.get("jwks_uri")
    if not isinstance(url, str) or not _is_at(authority.key_hosts, url):
        raise KeysUnreachable(f"{place} names a key set that is not at the issuer: {shown(url)}")
    return _key_set_at(url, fetch)


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
