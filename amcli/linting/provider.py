"""The provider that the settings describe, as rules ask about it."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from amcli.errors import ConfigurationError
from amcli.files import read_bounded
from amcli.linting.surroundings import Provider
from amcli.settings import Settings

_MAX_KEY_BYTES = 64 * 1024
_PRIVATE = re.compile(r'PRIVATE KEY|<\s*(?:D|P|Q)\s*>|"d"\s*:')


def provider_from(settings: Settings, *, originator: str | None = None) -> Provider | None:
    """Return the provider that ``[provider]`` describes, None where nothing is said of one.

    ``originator`` is the one from the command line, which wins. Where ``provider.public_key`` is
    a path, the key is what the file holds. Raises ConfigurationError for a file that cannot be
    read, or that holds a private key.
    """
    found = Provider(
        originator=originator or settings.get("provider.originator") or None,
        scope=settings.get("provider.scope"),
        senders=settings.get("provider.senders") or (),
        target_urls=settings.get("provider.target_urls") or (),
        test_users=settings.get("provider.test_users") or (),
        token_type=settings.get("provider.token_type"),
        application_id=settings.get("provider.application_id") or None,
        app_id_uri=settings.get("provider.app_id_uri") or None,
        public_key=_public_key(settings.get("provider.public_key")),
        bot_id=settings.get("provider.bot_id") or None,
        approved=settings.get("provider.approved"),
    )
    return None if found == Provider() else found


def _public_key(given: str | None) -> str | None:
    if given is None or "<" in given:
        return given
    content = read_bounded(Path(given), _MAX_KEY_BYTES, what="public key", error=ConfigurationError)
    try:
        text = content.decode(_encoding(content))
    except UnicodeDecodeError:
        raise ConfigurationError(
            f"provider.public_key: {given} is no text",
            hint="name a file with the key as PEM, JWK or RSAKeyValue",
        ) from None
    if _PRIVATE.search(text):
        raise ConfigurationError(
            f"provider.public_key: {given} is a PRIVATE key", hint="name the public half's file"
        )
    return text


def _encoding(content: bytes) -> str:
    # Windows PowerShell's ">" writes UTF-16, and keys for the dashboard come out of PowerShell.
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return "utf-16" if is_wide else "utf-8-sig"
