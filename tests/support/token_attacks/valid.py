"""Genuine tokens in every form that Microsoft may send, and that some validators refuse."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from token_mint import (
    ACTIONS,
    APP_ID_URI,
    CLIENT_ID,
    KID,
    KINDS,
    SECONDS,
    TENANT,
    Mint,
    b64,
    claims,
)

Policy = dict[str, Any]


@dataclass(frozen=True)
class Genuine:
    """A token that must be accepted."""

    name: str
    kind: str
    make: Callable[[Mint, str], str]
    policy: Callable[[Mint], Policy] = field(default=lambda _mint: {})
    """What the policy has beside the mint's own."""

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"


def _with(**changes: Any) -> Callable[[Mint, str], str]:
    return lambda mint, kind: mint.token(kind, **changes)


def _kid(length: int) -> Genuine:
    """Make the header's segment of every length modulo 4: none of them needs padding."""
    kid = "k" * length
    return Genuine(
        f"a key id of {length} letters",
        "v1",
        lambda mint, kind: mint.sign(json.dumps(claims(kind)), kid=kid),
        lambda mint: {"keys": _keys(mint, kid=kid)},
    )


def _keys(mint: Mint, **more: Any) -> Any:
    from amcli.verify.keyset import StaticKeys

    return StaticKeys.from_mapping(mint.jwks(**more))


def _spaced(mint: Mint, kind: str) -> str:
    """JSON with white space and escapes wherever they may stand."""
    text = json.dumps(claims(kind, name="J\u00f6rg \u2603 \U0001f600"), indent=4, ensure_ascii=True)
    return mint.sign(f"\r\n\t {text} \n")


def _other_order(mint: Mint, kind: str) -> str:
    said = claims(kind)
    return mint.sign(json.dumps({name: said[name] for name in sorted(said, reverse=True)}))


def _plain_header(mint: Mint, kind: str) -> str:
    return mint.sign(json.dumps(claims(kind)), typ=..., x5t=...)


def _escaped_header(mint: Mint, kind: str) -> str:
    head = f'{{ "\\u0061lg" : "\\u0052S256",\n"kid":"{KID}" }}'
    return mint.seal(head, json.dumps(claims(kind)))


def _times_with_exponents(mint: Mint, kind: str) -> str:
    text = json.dumps(claims(kind, exp="EXP"))
    return mint.sign(text.replace('"EXP"', f"{(SECONDS + 3600) / 1e9}e9"))


def _more_header(mint: Mint, kind: str) -> str:
    return mint.sign(json.dumps(claims(kind)), typ="at+jwt", cty="x", nonce="n", ctx="c")


def _every_kind() -> Iterator[Genuine]:
    for kind in KINDS:
        yield Genuine("as Microsoft makes it", kind, _with())
        yield Genuine("JSON with white space and escapes", kind, _spaced)
        yield Genuine("claims in another order", kind, _other_order)
        yield Genuine("a header with only alg and kid", kind, _plain_header)
        yield Genuine("a header with white space and escapes", kind, _escaped_header)
        yield Genuine("times with an exponent", kind, _times_with_exponents)
        yield Genuine("names in the header that nobody knows", kind, _more_header)
        yield Genuine("claims that nobody knows", kind, _with(xms_x={"a": [1, None]}, __proto__={}))
        yield Genuine("times with fractions", kind, _with(exp=SECONDS + 3600.25))
        yield Genuine("two hundred groups", kind, _with(groups=[TENANT] * 200))
        yield Genuine("a token that lives 28 hours", kind, _with(exp=SECONDS + 28 * 3600))
        yield Genuine("expired, within the leeway", kind, _with(exp=SECONDS - 299))
        yield Genuine("valid in 5 minutes", kind, _with(nbf=SECONDS + 300))


def _aud(kind: str, aud: Any) -> Genuine:
    return Genuine(f"aud {aud!r}", kind, _with(aud=aud))


VALID: tuple[Genuine, ...] = (
    *_every_kind(),
    *(_kid(length) for length in (1, 2, 3, 4, 27, 36, 43, 256)),
    _aud("v1", APP_ID_URI),
    _aud("v1", CLIENT_ID),
    _aud("v1", [APP_ID_URI]),
    _aud("v2", CLIENT_ID),
    _aud("v2", CLIENT_ID.upper()),
    _aud("v2", [CLIENT_ID]),
    _aud("eat", "https://api.example.com"),
    _aud("eat", "https://api.example.com/"),
    Genuine("tenant and issuer in capitals", "v1", _with(
        tid=TENANT.upper(), iss=f"https://sts.windows.net/{TENANT.upper()}/")),
    Genuine("the caller in capitals", "v1", _with(appid=ACTIONS.upper())),
    Genuine("several scopes", "v2", _with(scp="openid profile Global.Test")),
    Genuine("an application's roles beside a scope", "v2", _with(roles=["Approver"])),
    Genuine("idtyp user", "v2", _with(idtyp="user")),
    Genuine("a guest's upn", "v1", _with(upn="adele_fabrikam.com#EXT#@contoso.com")),
    Genuine("no upn", "v1", _with(upn=..., unique_name=...)),
    Genuine("no preferred_username", "v2", _with(preferred_username=...)),
    Genuine("an EAT of a connector: no sender", "eat", _with(sender=...)),
    Genuine("an EAT with a hash as sub", "eat", _with(sub=b64(bytes(range(32))))),
    Genuine("an EAT with an object id as sub", "eat", _with(sub=TENANT)),
    Genuine("an EAT without nbf and iat", "eat", _with(nbf=..., iat=...)),
    Genuine("an EAT of a tenant that is served", "eat", _with(tid=TENANT)),
)  # fmt: skip
