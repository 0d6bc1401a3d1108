"""Attacks through the claims: all of these are signed well, so only a check can stop them.

Who could get such a signature: any application that Microsoft issues tokens for, any tenant, and
whoever kept an old token.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from token_mint import (
    ACTIONS,
    APP_ID_URI,
    CLIENT_ID,
    OBJECT_ID,
    OTHER_TENANT,
    SECONDS,
    TENANT,
    Attack,
    claims,
)

_EAT_ISSUER = "https://substrate.office.com/sts/"
_CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
_ENTRA_V1 = f"https://sts.windows.net/{TENANT}/"
_ENTRA_V2 = f"https://login.microsoftonline.com/{TENANT}/v2.0"


def claim(**changes: Any) -> Attack:
    """Set claims; ``...`` leaves one out."""
    return lambda mint, kind: mint.token(kind, **changes)


def of(name: str, change: Callable[[Any], Any]) -> Attack:
    """Change the value that a claim has in this kind of token."""
    return lambda mint, kind: mint.token(kind, **{name: change(claims(kind)[name])})


def written(name: str, text: str) -> Attack:
    """Write a value that json.dumps would not write."""
    return lambda mint, kind: mint.sign(
        json.dumps(claims(kind, **{name: "VALUE"})).replace('"VALUE"', text)
    )


def _in_tenant(tenant: str) -> Attack:
    """A genuine token of another tenant."""
    return lambda mint, kind: mint.token(
        kind, tid=tenant, iss=claims(kind)["iss"].replace(TENANT, tenant)
    )


CLAIMS: dict[str, tuple[str, Attack]] = {
    # Times
    **{
        f"{name} is {value!r}": ("dates", claim(**{name: value}))
        for name in ("exp", "nbf", "iat")
        for value in ("", "soon", {}, [], [SECONDS], {"$gt": 0}, -0.5, 253_402_300_800)
    },
    "exp as text with an exponent": ("dates", claim(exp="1e10")),
    "exp with 300 digits": ("dates", written("exp", "9" * 300)),
    "exp as large as a double can be": ("dates", written("exp", "1.7976931348623157e308")),
    "exp in milliseconds": ("dates", claim(exp=(SECONDS + 3600) * 1000)),
    "exp minus zero": ("expiry", written("exp", "-0.0")),
    "exp zero": ("expiry", claim(exp=0)),
    "expired a year ago": ("expiry", claim(exp=SECONDS - 365 * 86_400)),
    "expired exactly as long as clocks may differ": ("expiry", claim(exp=SECONDS - 300)),
    "valid from tomorrow": ("not before", claim(nbf=SECONDS + 86_400)),
    "issued tomorrow": ("issued at", claim(iat=SECONDS + 86_400, nbf=SECONDS)),
    # For whom
    **{
        f"aud is {value!r}": ("audience", claim(aud=value))
        for value in ("", " ", None, [], {}, [[CLIENT_ID]], {CLIENT_ID: True}, True, "*",
                      "https://", "null", "00000003-0000-0000-c000-000000000000",
                      [CLIENT_ID, CLIENT_ID], [CLIENT_ID, ""])
    },
    "aud with a space behind": ("audience", of("aud", lambda a: f"{a} ")),
    "aud with a NUL behind": ("audience", of("aud", lambda a: f"{a}\0")),
    "aud with a line end": ("audience", of("aud", lambda a: f"{a}\n")),
    "aud with a path": ("audience", of("aud", lambda a: f"{a}/approvals")),
    "aud with two slashes": ("audience", of("aud", lambda a: f"{a}//")),
    "aud cut short": ("audience", of("aud", lambda a: a[:-1])),
    "aud as user of another host": ("audience", of("aud", lambda a: f"{a}@evil.example")),
    "aud with another port": ("audience", of("aud", lambda a: f"{a}:8443")),
    "aud with a wildcard": ("audience", of("aud", lambda a: f"{a[:-4]}*")),
    "aud in two, separated by a space": ("audience", of("aud", lambda a: f"{a} https://e.example")),
    "aud of full width": ("audience", of("aud", lambda a: a.replace("a", "\uff41", 1))),
    "an address of the tenant as aud": ("audience", claim(aud="https://contoso.com")),
    # By which application
    **{
        f"the caller is {value!r}": ("caller", claim(appid=value, azp=value))
        for value in ("", None, {}, [ACTIONS, CLIENT_ID], f"{ACTIONS} ", f"{{{ACTIONS}}}",
                      ACTIONS.replace("-", ""), f"urn:uuid:{ACTIONS}", ACTIONS[:-1] + "7", True,
                      "00000002-0000-0ff1-ce00-000000000000")
    },
}  # fmt: skip

ENTRA_CLAIMS: dict[str, tuple[str, Attack]] = {
    # Who issued it
    "a genuine token of another tenant": ("tenant", _in_tenant(OTHER_TENANT)),
    "a genuine token of a personal account": ("tenant", _in_tenant(_CONSUMERS)),
    **{f"tid {tid!r}": ("issuer", _in_tenant(tid))
       for tid in ("common", "organizations", "consumers", "contoso.com", "{tenantid}", "*", ".",
                   f"{{{TENANT}}}", TENANT.replace("-", ""), f"{TENANT} ", f" {TENANT}",
                   f"{TENANT}\n", f"{TENANT}/v2.0", f"{TENANT}%2f", f"{TENANT}?x", f"{TENANT}#x",
                   TENANT.replace("6", "\uff16"), f"urn:uuid:{TENANT}")},
    **{f"tid is {tid!r}": ("issuer", claim(tid=tid))
       for tid in (None, True, 1, {}, [TENANT, OTHER_TENANT], "")},
    "our tid under another tenant's issuer": (
        "issuer", of("iss", lambda i: i.replace(TENANT, OTHER_TENANT))),
    "tid in capitals, the issuer not": ("issuer", claim(tid=TENANT.upper())),
    "the issuer with http": ("issuer", of("iss", lambda i: i.replace("https:", "http:"))),
    "the issuer without its path": ("issuer", of("iss", lambda i: i.split("/6c2d")[0])),
    "the issuer with a port": (
        "issuer", of("iss", lambda i: i.replace(f"/{TENANT}", f":443/{TENANT}"))),
    "the issuer with a user": ("issuer", of("iss", lambda i: i.replace("//", "//evil.example@"))),
    "the issuer with a query": ("issuer", of("iss", lambda i: f"{i}?x=1")),
    "the issuer with a path upwards": (
        "issuer", of("iss", lambda i: i.replace(TENANT, f"{OTHER_TENANT}/../{TENANT}"))),
    "the issuer with a dot behind its host": (
        "issuer", of("iss", lambda i: i.replace(f"/{TENANT}", f"./{TENANT}"))),
    "a part of the issuer (CVE-2024-53861)": ("issuer", of("iss", lambda i: i[8:20])),
    "the issuer's beginning": ("issuer", of("iss", lambda i: i[:-1])),
    "the issuer with more behind": ("issuer", of("iss", lambda i: f"{i}x")),
    "the issuer in a list": ("issuer", of("iss", lambda i: [i])),
    "the issuer of the US government cloud": (
        "issuer", claim(iss=f"https://login.microsoftonline.us/{TENANT}/v2.0")),
    "the issuer of the Chinese cloud": (
        "issuer", claim(iss=f"https://login.partner.microsoftonline.cn/{TENANT}/v2.0")),
    "the issuer of a B2C tenant": (
        "issuer", claim(iss=f"https://contoso.b2clogin.com/{TENANT}/v2.0/")),
    "the issuer of its metadata's template": (
        "issuer", claim(iss="https://login.microsoftonline.com/{tenantid}/v2.0")),
    "the issuer of the other version": (
        "issuer",
        lambda m, k: m.token(k, iss=_ENTRA_V2 if k == "v1" else _ENTRA_V1)),
    "ver of an EAT": ("issuer", claim(ver="STI.ExternalAccessToken.V1")),
    "an EAT's issuer": ("kind", claim(iss=_EAT_ISSUER)),
    "ver with a space": ("kind", claim(ver="1.0 ")),
    "ver a list": ("kind", claim(ver=["1.0", "2.0"])),
    # For whom, by whom
    "the App ID URI of another provider": (
        "audience", claim(aud=f"api://auth-am-{OTHER_TENANT}/{CLIENT_ID}")),
    "an App ID URI in capitals": ("audience", claim(aud=APP_ID_URI.upper())),
    "the origin of the target URL, as in an EAT": (
        "audience", claim(aud="https://api.example.com")),
    "the caller in the other version's claim": (
        "caller",
        lambda m, k: m.token(k, appid=..., azp=ACTIONS)
        if k == "v1" else m.token(k, azp=..., appid=ACTIONS)),
    "another caller, ours in the other claim": (
        "caller",
        lambda m, k: m.token(k, appid=CLIENT_ID, azp=ACTIONS)
        if k == "v1" else m.token(k, azp=CLIENT_ID, appid=ACTIONS)),
    # A person, not an application
    **{f"scp is {value!r}": ("scope", claim(scp=value))
       for value in (None, "", "\t\n", True, 1, {}, [], {"Global.Test": 1}, ["Global.Test", "x"])},
    "idtyp app with a scope": ("scope", claim(idtyp="app", roles=["Do.Everything"])),
    "nobody clicked: no oid": ("performer", claim(oid=...)),
    **{f"oid is {value!r}": ("performer", claim(oid=value))
       for value in (None, "", 7, True, {}, [OBJECT_ID], "adele@contoso.com", f"{OBJECT_ID} ",
                     f"{{{OBJECT_ID}}}", OBJECT_ID.replace("-", ""))},
}  # fmt: skip

EAT_CLAIMS: dict[str, tuple[str, Attack]] = {
    "ver of Entra ID version 1": ("kind", claim(ver="1.0")),
    "ver of Entra ID version 2": ("kind", claim(ver="2.0")),
    "ver null": ("kind", claim(ver=None)),
    "the issuer of Entra ID": ("issuer", claim(iss=_ENTRA_V1)),
    "the issuer without its slash": ("issuer", claim(iss=_EAT_ISSUER[:-1])),
    "the issuer in capitals": ("issuer", claim(iss=_EAT_ISSUER.upper())),
    "a tenant that is not served": ("tenant", claim(tid=OTHER_TENANT)),
    "a tid that is no GUID": ("tenant", claim(tid="contoso.com")),
    "a tid that is null": ("tenant", claim(tid=None)),
    "the target URL itself as aud": ("audience", claim(aud="https://api.example.com/approvals?id=7")),
    "the audience in capitals": ("audience", claim(aud="HTTPS://API.EXAMPLE.COM")),
    "the audience over http": ("audience", claim(aud="http://api.example.com")),
    "the audience with its default port": ("audience", claim(aud="https://api.example.com:443")),
    "a host above": ("audience", claim(aud="https://example.com")),
    "a host below": ("audience", claim(aud="https://x.api.example.com")),
    "a client id as audience": ("audience", claim(aud=CLIENT_ID)),
    "the caller as azp only": ("caller", claim(appid=..., azp=ACTIONS)),
    "nobody clicked: no sub": ("performer", claim(sub=...)),
    **{f"sub is {value!r}": ("performer", claim(sub=value))
       for value in (None, "", " ", 7, True, {}, ["adele@contoso.com"])},
}  # fmt: skip
