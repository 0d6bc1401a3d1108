"""Attacks on the outer form: segments, base64url, UTF-8, JSON. All are stopped by check 1."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable

from token_mint import KID, Attack, Mint, b64, claims

_HEADER = json.dumps({"typ": "JWT", "alg": "RS256", "kid": KID})


def text(change: Callable[[str], str]) -> Attack:
    """Change a genuine token as text."""
    return lambda mint, kind: change(mint.token(kind))


def payload(change: Callable[[str], str | bytes]) -> Attack:
    """Change the claims as text, and sign what comes out."""
    return lambda mint, kind: mint.seal(_HEADER, change(json.dumps(claims(kind))))


def header(content: str | bytes) -> Attack:
    """Sign this header with genuine claims."""
    return lambda mint, kind: mint.seal(content, json.dumps(claims(kind)))


def added(member: str) -> Attack:
    """Write one more member, as it is, behind the genuine claims."""
    return payload(lambda p: f"{p[:-1]},{member}}}")


def _segment(place: int, change: Callable[[str], str]) -> Attack:
    """Change a segment before it is signed, so that only its spelling is wrong."""

    def make(mint: Mint, kind: str) -> str:
        segments = [b64(_HEADER.encode()), b64(json.dumps(claims(kind)).encode())]
        segments[place] = change(segments[place])
        return mint.seal_segments(*segments)

    return make


def _json_form(mint: Mint, kind: str) -> str:
    protected, body, signature = mint.token(kind).split(".")
    return json.dumps({"payload": body, "protected": protected, "signature": signature})


def _nested(mint: Mint, kind: str) -> str:
    """A token in a token (RFC 7519, section 5.2): the outer one carries no claims of its own."""
    return mint.seal(json.dumps({"alg": "RS256", "cty": "JWT", "kid": KID}), mint.token(kind))


def _encrypted(**more: object) -> Attack:
    head = b64(json.dumps({"alg": "dir", "enc": "A128GCM", "kid": KID, **more}).encode())
    return lambda _mint, _kind: f"{head}..{b64(bytes(12))}.{b64(bytes(4096))}.{b64(bytes(16))}"


FORM: dict[str, tuple[str, Attack]] = {
    name: ("format", attack)
    for name, attack in {
        # Segments
        "one segment": text(lambda t: t.partition(".")[0]),
        "only dots": lambda _m, _k: "..",
        "an empty header": text(lambda t: "." + t.partition(".")[2]),
        "detached claims (RFC 7515, appendix F)": text(
            lambda t: f"{t.split('.')[0]}..{t.split('.')[2]}"),
        "two tokens in one": text(lambda t: f"{t}{t}"),
        "two tokens and a comma": text(lambda t: f"{t},{t}"),
        "the JSON form of a JWS": _json_form,
        "a token in a token": _nested,
        "a JWE with direct encryption": _encrypted(),
        "a JWE that inflates (zip: DEF)": _encrypted(zip="DEF"),
        "a JWE with a costly password (PBES2)": _encrypted(
            alg="PBES2-HS512+A256KW", p2c=2**31 - 1, p2s="AAAA"),
        "the word Bearer left in": text(lambda t: f"Bearer {t}"),
        "a line end behind": text(lambda t: f"{t}\n"),
        "a NUL behind": text(lambda t: f"{t}\0"),
        "a zero-width space inside": text(lambda t: f"{t[:50]}\u200b{t[50:]}"),
        "ideographic full stops": text(lambda t: t.replace(".", "\u3002")),
        "letters of full width": text(lambda t: t.replace("e", "\uff45", 1)),
        "percent-encoded": text(lambda t: t.replace(".", "%2E")),
        "in quotes": text(lambda t: f'"{t}"'),
        "half a character inside": text(lambda t: f"{t[:50]}\ud800{t[50:]}"),
        "10 MB of claims": lambda m, k: m.token(k, filler="x" * 10_000_000),
        "10 MB of signature": text(lambda t: t + "A" * 10_000_000),
        "a million dots": lambda _m, _k: "." * 1_000_000,
        # Spelling of a segment, under a genuine signature
        "a padded header": _segment(0, lambda s: s + "=" * (-len(s) % 4 or 4)),
        "padded claims": _segment(1, lambda s: s + "=" * (-len(s) % 4 or 4)),
        "a space in the header": _segment(0, lambda s: f"{s[:8]} {s[8:]}"),
        "a line end in the claims": _segment(1, lambda s: f"{s[:76]}\r\n{s[76:]}"),
        "claims of an impossible length": _segment(1, lambda s: s[: len(s) // 4 * 4] + "A"),
        "plain base64 in the claims": _segment(1, lambda s: f"{s[:-4]}+/+/"),
        "hexadecimal claims": lambda m, k: m.seal_segments(
            b64(_HEADER.encode()), json.dumps(claims(k)).encode().hex() + "."),
        # Bytes
        "UTF-32": payload(lambda p: p.encode("utf-32")),
        "UTF-16 in the header": header(_HEADER.encode("utf-16")),
        "a byte order mark in the header": header(b"\xef\xbb\xbf" + _HEADER.encode()),
        "an overlong encoding": payload(lambda p: p[:-1].encode() + b',"x":"\xc0\xaf"}'),
        "a surrogate in UTF-8": payload(lambda p: p[:-1].encode() + b',"x":"\xed\xa0\x80"}'),
        "Latin-1": payload(lambda p: p[:-1].encode() + b',"x":"\xe9"}'),
        "claims that are compressed": payload(lambda p: zlib.compress(p.encode())),
        "empty claims": lambda m, _k: m.seal(_HEADER, b"\0"),
        # JSON that some readers take
        "two objects": payload(lambda p: p + p),
        "a comma too many": payload(lambda p: f"{p[:-1]},}}"),
        "single quotes": payload(lambda p: p.replace('"', "'")),
        "names without quotes": added("x:1"),
        "a line comment": payload(lambda p: f"{p}//"),
        "a line end in a text": added('"x":"a\nb"'),
        "a hexadecimal number": added('"x":0x10'),
        "a number with a leading zero": added('"x":007'),
        "a number with a plus sign": added('"x":+1'),
        "minus infinity": added('"x":-Infinity'),
        "a number beyond a double": added('"x":-1e400'),
        "a half escape": added(r'"x":"\u12"'),
        "surrogates in the wrong order": added(r'"x":"\udc00\ud800"'),
        "half a character in a name": added(r'"\ud800":1'),
        "claims are a text": payload(json.dumps),
        "claims are a number": payload(lambda _p: "7"),
        "an empty text": payload(lambda _p: '""'),
        "a header that is a list": header(f"[{_HEADER}]"),
        "a header that is null": header("null"),
        # A name twice: one reader takes the first, the other the last
        "ours as audience after another": payload(
            lambda p: p.replace('{"', '{"aud":"https://evil.example","', 1)),
        "a second sub": added('"sub":"boss@contoso.com"'),
        "a second exp": added('"exp":9999999999'),
        "a second iss": added('"iss":"https://sts.windows.net/x/"'),
        "AUD beside aud": added('"AUD":"https://evil.example"'),
        "Exp beside exp": added('"Exp":1'),
        "a kid twice": header(f'{{"alg":"RS256","kid":"{KID}","kid":"{KID}"}}'),
        "an ALG beside alg": header(f'{{"alg":"RS256","kid":"{KID}","ALG":"none"}}'),
        "a name twice in a claim": added('"x":{"a":1,"a":1}'),
        "deep nesting in the header": header(
            f'{{"alg":"RS256","kid":"{KID}","x":{"[" * 20_000}{"]" * 20_000}}}'),
        "201 levels": added(f'"x":{"[" * 201}{"]" * 201}'),
        "objects of 10,000 levels": added('"x":' + '{"a":' * 10_000 + "1" + "}" * 10_000),
    }.items()
}  # fmt: skip
