"""How many bearer tokens a second ``verify_token`` checks on one core, beside PyJWT and openssl.

In one process and in turns, the best of many rounds and by the processor's time, which is what
openssl counts: a busy machine makes all of them slower, but not alike. PyJWT decodes with the key
at hand and checks audience, issuer and times. ``openssl speed`` verifies signatures and nothing
else. Then whole processes, medians: ``amcli verify-token`` beside a Python that imports Click and
cryptography, verifies the same signature once and prints JSON.

Exit code 1 when strict verification is slower than 1.5 times PyJWT or a third of openssl, or the
command takes more than 1.3 times the bare Python.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))

from token_mint import APP_ID_URI, TENANT, Mint, claims

from amcli.verify.token import verify_token

ROUNDS, SLICE_SECONDS, TOKENS = 15, 0.1, 200
PROCESS_ROUNDS = 25
OF_PYJWT, OF_OPENSSL, OF_PYTHON = 1.5, 1 / 3, 1.3

OPENSSL, PYJWT, AMCLI = "openssl speed rsa2048", "PyJWT decode", "amcli, Entra ID v1"

BARE = """
import sys, click
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
import base64, json, pathlib
jwk = json.loads(pathlib.Path(sys.argv[1]).read_bytes())["keys"][0]
raw = lambda text: base64.urlsafe_b64decode(text + "==")
n, e = (int.from_bytes(raw(jwk[name]), "big") for name in "ne")
signed, _, signature = pathlib.Path(sys.argv[2]).read_text().strip().rpartition(".")
RSAPublicNumbers(e, n).public_key().verify(raw(signature), signed.encode(), PKCS1v15(), SHA256())
print(json.dumps({"ok": True}))
"""


def main() -> int:
    """Print both tables and return the exit code."""
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    mint = Mint()
    reached = [rates(mint), processes(mint)]
    return 0 if all(reached) else 1


def rates(mint: Mint) -> bool:
    """Print tokens a second, and return whether they reach both aims."""
    found: dict[str, list[float]] = {}
    checks = variants(mint)
    for _ in range(ROUNDS):
        for name, check in checks.items():
            found.setdefault(name, []).append(rate(check))
        found.setdefault(OPENSSL, []).extend(openssl_rate())
    best = {name: max(values) for name, values in found.items() if values}
    print(f"{'one core, warm':34} {'a second':>9}  of PyJWT  of openssl")
    for name, fastest in sorted(best.items(), key=lambda item: -item[1]):
        of_openssl = f"{fastest / best[OPENSSL]:9.2f}x" if OPENSSL in best else ""
        print(f"{name:34} {fastest:9,.0f} {fastest / best[PYJWT]:8.2f}x {of_openssl}")
    ours = best[AMCLI]
    print(f"aims: {OF_PYJWT} times PyJWT, {OF_OPENSSL:.2f} of openssl")
    return ours >= OF_PYJWT * best[PYJWT] and ours >= OF_OPENSSL * best.get(OPENSSL, 0)


def variants(mint: Mint) -> dict[str, Callable[[], object]]:
    """Return what is measured; each call takes the next of many different tokens."""
    policy, key = mint.policy(), mint.key.public_key()
    v1, v2, eat = (fresh(mint, kind) for kind in ("v1", "v2", "eat"))
    audience, issuer = APP_ID_URI, claims("v1")["iss"]
    options = {"require": ["exp", "nbf", "iat", "aud", "iss"]}
    return {
        AMCLI: each(v1, lambda token: verify_token(token, policy)),
        "amcli, Entra ID v2": each(v2, lambda token: verify_token(token, policy)),
        "amcli, EAT": each(eat, lambda token: verify_token(token, policy)),
        PYJWT: each(
            v1,
            lambda token: jwt.decode(
                token, key, algorithms=["RS256"], audience=audience, issuer=issuer, options=options
            ),
        ),
        "cryptography, the signature alone": each([parts(token) for token in v1], signature(mint)),
    }


def fresh(mint: Mint, kind: str) -> list[str]:
    """Return tokens that are valid now, each with an id of its own."""
    now = int(time.time())
    times = {"iat": now - 60, "nbf": now - 60, "exp": now + 3600}
    return [mint.token(kind, **times, uti=f"fqiBqXLPj0eQa82S{n:06}") for n in range(TOKENS)]


def parts(token: str) -> tuple[bytes, bytes]:
    """Return the signature and what it covers."""
    signed, _, encoded = token.rpartition(".")
    return jwt.utils.base64url_decode(encoded), signed.encode()


def signature(mint: Mint) -> Callable[[tuple[bytes, bytes]], object]:
    """Return a check of the signature and of nothing else."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    key, padding, digest = mint.key.public_key(), PKCS1v15(), SHA256()
    return lambda split: key.verify(*split, padding, digest)


def each(inputs: list[Any], check: Callable[[Any], object]) -> Callable[[], object]:
    """Return a call that checks all inputs, one after the other."""

    def run() -> None:
        for one in inputs:
            check(one)

    return run


def rate(check_all: Callable[[], object]) -> float:
    """Return tokens a second, over a slice of this process's time, which openssl measures too."""
    check_all()
    start, count = time.process_time(), 0
    while (elapsed := time.process_time() - start) < SLICE_SECONDS:
        check_all()
        count += TOKENS
    return count / elapsed


def openssl_rate() -> list[float]:
    """Return what openssl says of verifying, or nothing where it is not installed."""
    if shutil.which("openssl") is None:
        return []
    command = ["openssl", "speed", "-seconds", "1", "rsa2048"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"^rsa\s+2048 bits.*\s([\d.]+)\s*$", done.stdout, re.MULTILINE)
    return [float(found.group(1))] if found else []


def processes(mint: Mint) -> bool:
    """Print how long whole processes take, and return whether the command reaches its aim."""
    with tempfile.TemporaryDirectory() as folder:
        keys, token = Path(folder, "keys.json"), Path(folder, "token.txt")
        keys.write_text(json.dumps(mint.jwks()), encoding="utf-8")
        token.write_text(fresh(mint, "v1")[0], encoding="utf-8")
        amcli = str(Path(sys.executable).with_name("amcli"))
        policy = ["--audience", APP_ID_URI, "--tenant", TENANT, "--jwks", str(keys), "--offline"]
        commands = {
            "python: click, cryptography": [sys.executable, "-c", BARE, str(keys), str(token)],
            "amcli verify-token --json": [amcli, "verify-token", f"@{token}", *policy, "--json"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(PROCESS_ROUNDS):
            for name, command in commands.items():
                times[name].append(seconds(command))
    bare, ours = times.values()
    # Each beside the one that ran just before it: a machine's speed changes.
    ratio = statistics.median(our / its for our, its in zip(ours, bare, strict=True))
    print(f"\n{'whole process, one token':34} {'ms':>9}")
    for name, found in times.items():
        print(f"{name:34} {statistics.median(found) * 1000:9.1f}")
    print(f"amcli takes {ratio:.2f} times the bare Python, at most {OF_PYTHON} is allowed")
    return ratio <= OF_PYTHON


def seconds(command: list[str]) -> float:
    """Return the processor's time that the process took, from its start to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main())
