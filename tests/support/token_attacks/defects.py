"""Which published validators let which attack through, or fall over it.

Each row: the validator, what was seen, and what holds it: attacks, key sets that must not be used,
and genuine tokens that it refuses. The rows without a version were seen with the validators as
they are published, and with PyJWT 2.15.1 and 1.7.1, joserfc 1.8.0, python-jose 3.5.0 and jwcrypto
1.6.1 in their strict settings; the others are what an advisory says.
"""

from __future__ import annotations

_PYTHON = "Microsoft's Python sample"
_NODE = "Microsoft's Node sample"
_JAVA = "Microsoft's Java sample"
_DOTNET = "Microsoft's .NET utilities"
_TWICE = ("a claim twice", "a claim twice, escaped", "a name twice, deep inside")
_DUPLICATES = (*_TWICE, "ours as audience after another", "a second sub")

DEFECTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (_PYTHON, "a token without exp never expires", ("exp missing",)),
    (_PYTHON, "exp may be digits in a text", ("exp as digits in a string",)),
    (_PYTHON, "of a name twice the last counts", _DUPLICATES),
    (_PYTHON, "10 MB are parsed", ("10 MB of claims",)),
    (_PYTHON, "UTF-16 and byte order marks are read", (
        "UTF-16", "UTF-16 without a mark", "a byte order mark", "UTF-32")),
    (_PYTHON, "a padded signature is read", ("padded signature",)),
    (_PYTHON, "with PyJWT 1.7.1: crit, b64, stray bits, plain base64", (
        "crit with something unknown", "b64 false", "b64 false without crit",
        "bits set behind the signature", "the alphabet of plain base64")),
    (_PYTHON, "a header of another length than a multiple of 4 is refused", (
        "a key id of 43 letters", "a key id of 1 letters", "a key id of 2 letters")),
    (_PYTHON, "a key that is no RSA key spoils its set", ("an elliptic key", "no modulus")),
    (_NODE, "an unknown kid ends the process", ("kid as a path", "kid in small letters")),
    (_NODE, "another caller ends the process", ("another caller", "no caller")),
    (_NODE, "a malformed token throws past the callback", (
        "empty", "one segment", "two segments", "only dots", "claims are null",
        "a header that is null")),
    (_NODE, "RS384 and RS512 count", ("RS384", "RS512")),
    (_NODE, "unknown crit and b64=false count", ("crit with something unknown", "b64 false")),
    (_NODE, "no exp, or one of 1e999", ("exp missing", "exp infinite")),
    (_NODE, "invalid UTF-8 is read", ("invalid UTF-8", "an overlong encoding", "Latin-1")),
    (_NODE, "kid may be a list", ("kid a list", "kid a list of ids")),
    (_NODE, "sub may be a number, or missing", ("sub is 7", "nobody clicked: no sub")),
    ("The Node sample's pull request 11", "the audience is compared with itself", (
        "another audience", "Microsoft Graph's audience", "no audience")),
    ("HelloActionableMessages", "the audience is not checked at all", (
        "another audience", "aud is ''", "aud is None")),
    (_JAVA, "the algorithm is the one that the header names", (
        "RS512", "PS256", "alg none", "HS256 with the key as PEM")),
    (_JAVA, "a token without exp never expires", ("exp missing",)),
    (_JAVA, "issuer and audience in any case", (
        "an issuer in capitals", "the issuer in capitals", "the audience in capitals",
        "an App ID URI in capitals")),
    (_DOTNET, "null instead of a refusal for another caller", ("another caller", "no caller")),
    (_DOTNET, "any algorithm that fits the key", ("RS384", "RS512", "PS256")),
    ("PyJWT 2.15.1", "accepts", (
        "exp as digits in a string", *_TWICE, "padded signature", "a byte order mark", "UTF-16",
        "10 MB of claims")),
    ("PyJWT before 2.4", "CVE-2022-29217, CVE-2017-11424: the key as an HMAC's secret", (
        "HS256 with the key for SSH (CVE-2022-29217)", "HS256 with the key as PEM",
        "HS256 with the key as PKCS#1", "HS256 with the key as JWK")),
    ("PyJWT 2.10.0", "CVE-2024-53861: a part of the issuer counts", (
        "a part of the issuer (CVE-2024-53861)", "an issuer that begins right",
        "an issuer in a list")),
    ("PyJWT before 2.12", "CVE-2026-32597: unknown crit counts", ("crit with something unknown",)),
    ("PyJWT before 2.13", "b64=false costs time; an algorithm is not bound to its key", (
        "b64 false, and the claims as they are", "RS512", "PS256")),
    ("PyJWT before 2.13", "CVE-2026-48526: the key as JSON is an HMAC's secret", (
        "HS256 with the key as JWK", "HS256 with the key as its set (CVE-2026-48526)")),
    ("PyJWT before 2.13", "CVE-2026-48522: addresses of files and of data are read", (
        "jku to a local file", "jku as data")),
    ("PyJWT", "CVE-2025-45768: weak keys count", ("1024 bits", "2040 bits")),
    ("PyJWT, python-jose", "a key counts that is meant for something else", (
        "a key for encryption", "a key that only encrypts")),
    ("PyJWT before 2.15", "RecursionError", (
        "100,000 brackets", "deep nesting in a claim", "deep nesting in the header",
        "objects of 10,000 levels")),
    ("joserfc", "accepts", ("crit empty", *_TWICE, "a byte order mark", "UTF-16")),
    ("python-jose", "accepts", (*_TWICE, "exp as digits in a string", "padded signature")),
    ("python-jose", "TypeError, OverflowError, RecursionError", (
        "exp a list", "exp null", "exp infinite", "exp of 400 digits", "100,000 brackets",
        "deep nesting in a claim", "kid an object")),
    ("python-jose before 3.4", "CVE-2024-33663: keys for SSH and as DER are an HMAC's secret", (
        "HS256 with the key for SSH (CVE-2022-29217)", "HS256 with the key as DER")),
    ("python-jose", "issue 419: without a list of algorithms the header chooses", (
        "HS256 with the key as PEM", "RS512")),
    ("python-jose before 3.4", "CVE-2024-33664: an encrypted token inflates", (
        "a JWE that inflates (zip: DEF)", "five segments, as a JWE")),
    ("jwcrypto", "accepts", (*_TWICE, "a byte order mark", "UTF-16")),
    ("jwcrypto", "exceptions of other families", (
        "exp null", "exp true", "claims are a list", "claims are null", "kid a number",
        "half a surrogate pair", "a number of 10,000 digits")),
    ("jwcrypto before 1.5.1", "CVE-2023-6681: a password may cost any time", (
        "a JWE with a costly password (PBES2)", "PBES2 with a million turns")),
    ("Authlib before 1.3.1", "CVE-2024-37568: algorithm confusion", (
        "HS256 with the key as PEM", "HS256 with the key as DER")),
    ("Authlib before 1.6.4", "CVE-2025-59420: unknown crit counts", (
        "crit with something unknown", "crit with exp, which is there")),
    ("jsonwebtoken before 9", "CVE-2022-23539, 23540, 23541: weak keys, no algorithm, confusion", (
        "1024 bits", "alg none", "HS256 with the key as PEM")),
    ("python-jwt before 3.3.4", "CVE-2022-39227: one text is two tokens", (
        "two tokens in one text (CVE-2022-39227)",)),
    ("fast-jwt before 3.3.2", "CVE-2023-48223: a key that does not begin like one is a secret", (
        "HS256 with the key as PKCS#1", "HS256 with the key as PEM after a line end")),
)  # fmt: skip
