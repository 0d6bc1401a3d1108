"""What must hold for any bytes at all, from the command line down to the signature."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from token_mint import APP_ID_URI, CLIENT_ID, KINDS, NOW, SECONDS, TARGET, TENANT, Mint

from amcli.cli import run
from amcli.errors import AmcliError
from amcli.verify.captured import find_tokens, read_input
from amcli.verify.token import check_token

MINT = Mint()
POLICY = MINT.policy()
TOKENS = {kind: MINT.token(kind) for kind in KINDS}
JWT = TOKENS["v2"]

names = st.text(max_size=40)  # longer ones are cut where they are shown
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | st.text()
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
words = st.sampled_from(
    ["Authorization", ": ", "Bearer ", JWT, "a.b.c", "\r\n", "\n", "\n\n", "> ", "{", "}", "[", "]",
     '"', ",", ":", "POST / HTTP/1.1", "log", "entries", "request", "headers", "name", "value",
     " ", "\t", "\0", "\ud800", "eyJ", "é", "*", '{"log":{"entries":[', '{"authorization":"']
)  # fmt: skip
captures = st.lists(words, max_size=14).map("".join)


def clock() -> datetime:
    return NOW


@given(kind=st.sampled_from(KINDS), data=st.data())
@settings(max_examples=400)
def test_no_change_of_any_byte_of_a_request_lets_a_token_pass(
    kind: str, data: st.DataObject
) -> None:
    """The token as bytes on the wire: a changed one is refused, or it is not found at all."""
    token = TOKENS[kind].encode()
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda b: b != token[place]))
    changed = token[:place] + bytes([other]) + token[place + 1 :]
    request = b"POST / HTTP/1.1\r\nAuthorization: Bearer " + changed + b"\r\n\r\n{}"
    try:
        found = find_tokens(*read_input("-", io.BytesIO(request))).tokens
    except AmcliError:
        return
    for one in found:
        assert not check_token(one.token.reveal(), POLICY, clock=clock).ok


@given(content=st.binary(max_size=300) | captures.map(lambda c: c.encode("utf-8", "replace")))
@settings(max_examples=300)
def test_any_bytes_are_a_capture_or_an_error_of_the_family(content: bytes) -> None:
    try:
        capture = find_tokens(*read_input("-", io.BytesIO(content)))
    except AmcliError as error:
        assert error.exit_code in {3, 4}  # noqa: PT017 - an error is allowed, not demanded
        return
    assert capture.tokens
    for found in capture.tokens:
        assert found.token.reveal()
        assert JWT not in found.place


@given(capture=captures)
@settings(max_examples=300)
def test_every_token_that_is_found_stood_in_the_capture(capture: str) -> None:
    try:
        found = find_tokens(capture, "capture").tokens
    except AmcliError:
        return
    for one in found:
        assert one.token.reveal() in capture


def _positions(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every list and object with each of its places."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _positions(value[key])


@given(value=st.dictionaries(names, json_values, min_size=1), data=st.data())
@settings(max_examples=200)
def test_a_token_anywhere_in_any_json_is_found_with_its_place(
    value: dict[str, Any], data: st.DataObject
) -> None:
    target, key = data.draw(st.sampled_from(list(_positions(value))))
    target[key] = f"Bearer {JWT}"
    text = json.dumps(value)
    (found,) = find_tokens(text, "capture").tokens
    assert found.token.reveal() == JWT
    assert _follow(value, found.place.removeprefix("capture, ")) == f"Bearer {JWT}"


def _follow(value: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


@pytest.mark.parametrize("command", ["decode-token", "verify-token"])
@given(content=st.binary(max_size=80) | captures.map(lambda c: c.encode("utf-8", "replace")))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_commands_have_an_answer_to_any_file(
    command: str, content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, keys = tmp_path / "capture", tmp_path / "keys.json"
    file.write_bytes(content)
    keys.write_text(json.dumps(MINT.jwks()))
    trust = ["--audience", APP_ID_URI, "--audience", CLIENT_ID, "--audience", TARGET]
    trust += ["--tenant", TENANT, "--jwks", str(keys), "--at", str(SECONDS)]
    options = trust if command == "verify-token" else []
    for form in ([], ["--json"], ["--jsonl"]):
        assert run([command, f"@{file}", "--no-config", *options, *form]) in {0, 1, 3, 4}
        shown = capsys.readouterr()
        assert "mistake in amcli" not in shown.err
        assert JWT.rpartition(".")[2] not in shown.out + shown.err
        assert all(c.isprintable() or c == "\n" for c in shown.out + shown.err)
